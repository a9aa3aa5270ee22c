#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# ipmidrv where all is well. The kernel's own stack has no counters of the core and no trace events.
# shellcheck source=tests/vm/lib/ktap.sh
. /vm/bin/ktap.sh

ours() { case $(cat /sys/module/ipmi_msghandler/version) in 4[0-9].*) ;; *) false ;; esac; }

# listening COUNT: so many of them have begun; to make an instance takes seconds in an emulated machine
# shellcheck disable=SC2317 # succeeds calls it
listening() {
	for _ in $(seq 200); do
		[ "$(cat /sys/kernel/tracing/instances/ipmidrv-*/events/ipmi/enable 2>/dev/null | grep -c 1)" = "$1" ] && return
		sleep 0.1
	done
	false
}

succeeds ipmitool mc info
succeeds ipmidrv why
says '^ipmi: OK: /dev/ipmi0 has a BMC that answers$'
says '^  modules +ok .*ipmi_msghandler.* ipmi_si'
says '^  probe +ok +ipmi0: (KCS|BT) i/o 0x[0-9a-f]+ irq 5,'
says '^  device +ok +/dev/ipmi0, which you may open'
if ours; then says 'all of ipmi-drivers 4'; else says "the kernel's own"; fi
succeeds ipmidrv why -j -p
says '"result": *"ok"'
says '"version": *1,'
succeeds ipmidrv why --slow
says '^  interrupt +ok'
succeeds ipmidrv stat
says '^ipmi0 (KCS|BT) i/o 0x[0-9a-f]+ irq 5$'
says '^  complete_transactions +[1-9]'
if ours; then says '^  sent_local_commands +[1-9]'; else says "shows no counters of its own"; fi
succeeds ipmidrv stat --prometheus
says '^ipmi_driver_info.interface="ipmi0",type="(kcs|bt)". 1$'
says '^ipmi_driver_transport_events_total.interface="ipmi0",counter="complete_transactions". [1-9]'
fails ipmidrv stat -d ipmi7
says 'no interface of that name'

succeeds ipmidrv bench -t 4 -j
cp /tmp/out /tmp/bench.json
says '"name":"Get Device ID","count":[1-9][0-9]*,"failed":0,'
says '"name":"Get SDR, 16 bytes","count":[1-9]'
succeeds ipmidrv bench -t 2
says '^Get Sensor Reading +[1-9][0-9]* in '
says '^4 programs at once +[0-9]+/s '
succeeds ipmidrv bench --diff /tmp/bench.json /tmp/bench.json
says '^Get Device ID .* 1\.00 .* 1\.00$'
succeeds ipmidrv report -o /tmp/report.tar.gz
succeeds tar -xzOf /tmp/report.tar.gz
says '^ipmi: OK'
says 'ipmi_si: IPMI System Interface driver'

if ours; then
	ipmidrv trace -x -t 10 >/tmp/trace 2>&1 &
	ipmidrv trace -e -t 10 >/tmp/errors 2>&1 &
	ipmidrv trace -t 10 -w /tmp/trace.pcap >/tmp/written 2>&1 &
	succeeds listening 3
	succeeds ipmitool mc info
	fails ipmitool raw 6 0xf3
	# shellcheck disable=SC3028
	wait
	cp /tmp/trace /tmp/out
	says '^[0-9:.]{15} ipmi0 ipmitool\[[0-9]+\] +> Get Device ID +06/01  len 0$'
	says '^[0-9:.]{15} ipmi0 ipmitool\[[0-9]+\] +< Get Device ID +06/01  ok  [0-9.]+ ms \(bmc [0-9.]+ ms, queue [0-9.]+ ms\)$'
	says '< Command +06/f3  c1 invalid command  '
	# the answer to Get Device ID, where the events carry the bytes
	if grep -q 'u8\[\] data' /sys/kernel/tracing/events/ipmi/ipmi_deliver/format; then
		says '^ +00 20 00 01 42 02 07 d9 7e 00 70 1d$'
	else
		says 'the trace events of this driver carry no bytes'
	fi
	says '^[0-9]+ requests in 1[0-9] s, [0-9]+ errors, 0 events lost$'
	cp /tmp/errors /tmp/out
	lines 0 ' (>|ok) '
	says '06/f3  c1 invalid command'
	od -An -tx1 -N24 /tmp/trace.pcap >/tmp/out
	says '^ d4 c3 b2 a1 02 00 04 00'
	says ' 04 01 00 00$'
	ipmidrv top -b -n 1 -i 6 >/tmp/top 2>&1 &
	succeeds listening 1
	succeeds ipmitool mc info
	# shellcheck disable=SC3028
	wait
	cp /tmp/top /tmp/out
	says '^ipmi0 .*BMC: present'
	says '^ +[0-9]+ (root|[?]) +ipmitool +[0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9.]+ +0  '
	says '^slowest commands: [A-Z]'
	if grep -q 'u8\[\] bytes' /sys/kernel/tracing/events/ipmi/ipmi_receive/format; then
		od -An -v -tx1 /tmp/trace.pcap | tr -d '\n' >/tmp/out
		echo >>/tmp/out
		says '1c 01 00 20 00 01 42 02 07 d9 7e 00 70 1d'
	fi
	# "instances" is empty again
	succeeds ls /sys/kernel/tracing/instances
	lines 0 'ipmidrv'
else
	fails ipmidrv trace -t 1
	says "the kernel's own IPMI modules have none"
	succeeds ipmidrv top -b -n 1 -i 1
	says '^ipmi0 .* messages/s$'
	says 'no programs, no times: .*own IPMI modules have none'
fi
ktap_end
