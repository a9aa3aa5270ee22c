#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The kernel's own selftest of watchdogs, tools/testing/selftests/watchdog/watchdog-test.c. Its
# exit status says little: what it says on the way is what counts. ipmi_watchdog is loaded.
# shellcheck source=tests/vm/lib/ktap.sh
. /vm/bin/ktap.sh
# shellcheck source=tests/vm/lib/wdt.sh
. /vm/bin/wdt.sh

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
says 'GETTIMELEFT returns (2[0-9]|30) seconds'
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

# it feeds a timer every two seconds, and then tells it to stop
watchdog-test -d -t 40 -p 2 -e >/tmp/ticks &
sleep 2
for _ in 1 2 3 4 5; do
	wdt_is_fed
	result $? "it is fed"
done
succeeds ipmitool mc watchdog get
says 'Watchdog Timer Is: +Started/Running'
kill -INT $!
wait $!
succeeds cat /tmp/ticks
says 'card enabled'
says 'Ticking Away'
says '\.\.\.\.\.'
says 'Stopping watchdog ticks\.\.\.'
right
succeeds ipmitool mc watchdog get
says 'Watchdog Timer Is: +Stopped'

ktap_end
