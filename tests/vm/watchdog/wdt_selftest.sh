#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The kernel's own selftest of watchdogs, tools/testing/selftests/watchdog/watchdog-test.c. Its
# exit status says little: what it says on the way is what counts. ipmi_watchdog is loaded.
# shellcheck source=tests/vm/lib/ktap.sh
. /vm/bin/ktap.sh

# right WORDS...: it says nothing of an error
right() {
	! grep -q -e error -e failed -e 'not supported' /tmp/out
	result $? "... and no error"
}

succeeds watchdog-test -i
says 'identity:.*IPMI'
says 'options:.*000083a0'
right
succeeds watchdog-test -b
says 'Last boot is caused by: Power-On-Reset'
right
succeeds watchdog-test -t 30 -T -L
says 'timeout set to 30 seconds'
says 'GETTIMEOUT returns 30 seconds'
says 'GETTIMELEFT returns (29|30) seconds'
right
succeeds watchdog-test -n 7 -N
says 'pretimeout set to 7 seconds'
says 'GETPRETIMEOUT returns 7 seconds'
right
# what cannot be is an error to it too
succeeds watchdog-test -n 30 -N
says 'SETPRETIMEOUT error .Invalid argument'
says 'GETPRETIMEOUT returns 7 seconds'
succeeds watchdog-test -t 6554 -T
says 'SETTIMEOUT error .Invalid argument'
says 'GETTIMEOUT returns 30 seconds'
succeeds watchdog-test -f /dev/watchdog0 -n 0 -d -T
says 'card disabled'
right
succeeds ipmitool mc watchdog get
says 'Watchdog Timer Is: +Stopped'

# it feeds a timer of four seconds for ten, and then tells it to stop
watchdog-test -d -t 4 -p 1 -e >/tmp/ticks &
sleep 10
succeeds ipmitool mc watchdog get
says 'Watchdog Timer Is: +Started/Running'
kill -INT $!
wait $!
succeeds cat /tmp/ticks
says 'card enabled'
says 'Ticking Away'
says '\.\.\.\.\.\.'
says 'Stopping watchdog ticks\.\.\.'
right
succeeds ipmitool mc watchdog get
says 'Watchdog Timer Is: +Stopped'

ktap_end
