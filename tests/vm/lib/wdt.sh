# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# The BMC's watchdog timer as ipmitool shows it. For scripts that have sourced ktap.sh.

wdt_left() {
	ipmitool mc watchdog get | sed -n 's/^Present Countdown: *\([0-9]*\).*/\1/p'
}

# Does somebody feed it? A timer that nobody feeds only counts down.
wdt_is_fed() {
	wdt_before=$(wdt_left)
	for _ in $(seq 100); do
		wdt_after=$(wdt_left)
		[ "${wdt_after:-0}" -le "${wdt_before:-0}" ] || return 0
		wdt_before=$wdt_after
		sleep 0.3
	done
	return 1
}
