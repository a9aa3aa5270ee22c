#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# ipmidrv while the BMC is away: its PCI function decodes no address then.
# shellcheck source=tests/vm/lib/ktap.sh
. /vm/bin/ktap.sh

device=$(basename "$(readlink -f /sys/class/ipmi/ipmi0/device)")
decode() { printf '%b' "$1" | dd of="/sys/bus/pci/devices/$device/config" bs=1 seek=4 conv=notrunc 2>/dev/null; }

succeeds ipmidrv why
says '^ipmi: OK'
ipmidrv trace -t 12 >/tmp/trace 2>&1 &
for _ in $(seq 200); do
	grep -q 1 /sys/kernel/tracing/instances/ipmidrv-*/events/ipmi/enable 2>/dev/null && break
	sleep 0.1
done
decode '\002'
fails ipmitool mc info
sleep 1
fails ipmidrv why
says '^ipmi: NOT AVAILABLE: the BMC of ipmi0 does not answer$'
says '^  bmc +FAIL +the BMC of ipmi0 has not answered for [0-9]+\.[0-9]{3} s$'
says 'log: .*BMC does not answer'
fails ipmidrv why --slow
succeeds ipmidrv stat --prometheus
says '^ipmi_driver_bmc_away.interface="ipmi0". 1$'
decode '\003'
sleep 2
succeeds ipmitool mc info
succeeds ipmidrv why
# shellcheck disable=SC3028
wait
cp /tmp/trace /tmp/out
says 'ipmi0 kernel +! BMC away, status 0xff$'
says 'ipmi0 kernel +! BMC back after [0-9]+\.[0-9]{3} s$'
ktap_end
