#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# systemd's hardware watchdog: its manager feeds the BMC's timer, as tools/vm/extra.py has told
# it (8 s, 3 s before that a pre-timeout), and the BMC resets the machine once it does not.
# systemd is the guest's first process, and this a service of it.
# shellcheck source=tests/vm/lib/ktap.sh
. /vm/bin/ktap.sh
# shellcheck source=tests/vm/lib/wdt.sh
. /vm/bin/wdt.sh

state=/sys/class/watchdog/watchdog0/state

succeeds test "$(cat /proc/1/comm)" = systemd
# it looks again for a device that it did not find at its start, twice in that time
for _ in $(seq 30); do
	[ "$(cat $state)" != active ] || break
	sleep 1
done
succeeds cat $state
says '^active$'
succeeds ls -l /proc/1/fd
says '/dev/watchdog0$'
succeeds ipmitool mc watchdog get
says 'Watchdog Timer Is: +Started/Running'
says 'Watchdog Timer Action: +Hard Reset'
says 'Initial Countdown: +8'
says 'Pre-timeout interval: +3'
succeeds cat /sys/class/watchdog/watchdog0/pretimeout_governor
says '^noop$'
for _ in 1 2 3; do
	wdt_is_fed
	result $? "it is fed"
done
succeeds ipmitool mc watchdog get
says 'Watchdog Timer Is: +Started/Running'

echo "1..$ktap_n"
# shellcheck disable=SC2154 # of ktap.sh
[ "$ktap_rc" = 0 ] || exit 1
# its crash handler leaves it there, alive and dumb
kill -SEGV 1
sleep 20
exit 1
