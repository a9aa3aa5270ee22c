#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Prints what the IPMI drivers count, in the text format of Prometheus, for node_exporter's textfile
# collector. Run by prometheus-node-exporter-ipmi-driver.service, every 15 seconds. It reads sysfs
# only: the BMC is asked nothing, so a BMC that is slow or away does not hold it up. Any user may
# run it; only FILE must be writable.
#
# usage: ipmi-drivers.prom.sh [-s SYSFS] [FILE]     without FILE: to the standard output
set -eu

usage() { sed -n '/^# usage/s/^# //p' "$0" >&2; exit 2; }
sysfs=/sys
while getopts s: option; do
	case $option in
	s) sysfs=$OPTARG ;;
	*) usage ;;
	esac
done
shift $((OPTIND - 1))
[ $# -le 1 ] || usage
out=${1:-}

# the counters of ipmi_si, ipmi_ssif and ipmi_vbmc lie among other files of the device
transport="short_timeouts long_timeouts idles interrupts attentions flag_fetches hosed_count
	complete_transactions events watchdog_pretimeouts incoming_messages sent_messages
	sent_messages_parts send_retries send_errors received_messages received_message_parts
	receive_retries receive_errors flag_fetches hosed alerts requests answers timeouts refused
	late_answers messages"

print() {
	set --
	for dir in "$sysfs"/class/ipmi/ipmi*; do
		for file in "$dir/device/type" "$dir"/device/ipmi_stats/*; do
			[ ! -r "$file" ] || set -- "$@" "$file"
		done
		for name in $transport; do
			[ ! -r "$dir/device/$name" ] || set -- "$@" "$dir/device/$name"
		done
	done
	# no interface: an empty file, so that old figures do not stay
	[ $# -gt 0 ] || return 0
	# an interface that goes while its files are read is left out from there on
	awk '
	function out(name, type, help, lines) {
		if (lines != "")
			printf "# HELP %s %s\n# TYPE %s %s\n%s", name, help, name, type, lines
	}
	BEGIN {
		for (i = 1; i < ARGC; i++) {
			file = ARGV[i]
			if (done[file]++ || (getline value <file) <= 0)
				continue
			close(file)
			n = split(file, part, "/")
			core = part[n - 1] == "ipmi_stats"
			label = "interface=\"" part[n - (core ? 3 : 2)] "\""
			if (!core && part[n] == "type")
				info = info "ipmi_driver_info{" label ",type=\"" value "\"} 1\n"
			else if (value !~ /^[0-9]+$/)
				continue
			else if (core && part[n] == "bmc_away")
				absent = absent "ipmi_driver_bmc_away{" label "} " value "\n"
			else if (core)
				cores = cores "ipmi_driver_core_events_total{" label ",counter=\"" part[n] "\"} " value "\n"
			else
				transports = transports "ipmi_driver_transport_events_total{" label ",counter=\"" part[n] "\"} " value "\n"
		}
		out("ipmi_driver_info", "gauge", "An IPMI interface of this machine.", info)
		out("ipmi_driver_bmc_away", "gauge", "1 while the BMC does not answer.", absent)
		out("ipmi_driver_core_events_total", "counter", "Counters of ipmi_msghandler, the files of ipmi_stats.", cores)
		out("ipmi_driver_transport_events_total", "counter", "Counters of the transport: ipmi_si, ipmi_ssif or ipmi_vbmc.", transports)
	}' "$@"
}

[ -n "$out" ] || { print; exit; }
# node_exporter reads FILE at any time, so it is replaced as a whole
new=$out.$$
trap 'rm -f "$new"' EXIT
print >"$new"
mv -f "$new" "$out"
