#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The watchdog with the programs that people run: wdctl, the daemons of busybox and Debian,
# ipmitool beside them. ipmi_watchdog is loaded.
# shellcheck source=tests/vm/lib/ktap.sh
. /vm/bin/ktap.sh
# shellcheck source=tests/vm/lib/wdt.sh
. /vm/bin/wdt.sh

# the daemon that was started last has the timer in its hands, and lets go of it when told
lives_and_stops() {
	sleep 2
	wdt_is_fed
	result $? "somebody feeds it"
	succeeds kill -0 "$1"
	succeeds ipmitool mc watchdog get
	says 'Watchdog Timer Is: +Started/Running'
	says 'Watchdog Timer Action: +Hard Reset'
	succeeds kill -TERM "$1"
	wait "$1"
	succeeds ipmitool mc watchdog get
	says 'Watchdog Timer Is: +Stopped'
}

succeeds wdctl /dev/watchdog0
says '^Device: +/dev/watchdog0'
says '^Identity: +IPMI'
says '^Timeout: +50 seconds'
says 'SETTIMEOUT'
says 'MAGICCLOSE'

busybox watchdog -F -T 40 -t 3 /dev/watchdog0 &
lives_and_stops $!
succeeds wdctl /dev/watchdog0
says '^Timeout: +40 seconds'

cat >/etc/watchdog.conf <<'EOF'
watchdog-device = /dev/watchdog
watchdog-timeout = 50
interval = 3
realtime = no
log-dir = /tmp
EOF
watchdog -F -c /etc/watchdog.conf &
lives_and_stops $!
succeeds cat /sys/class/watchdog/watchdog0/timeout
says '^50$'

ktap_end
