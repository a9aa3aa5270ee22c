#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# ipmidrv why where the firmware names an interrupt that never comes: the driver polls around it.
# shellcheck source=tests/vm/lib/ktap.sh
. /vm/bin/ktap.sh

# the BMC of tests/bmc: "delay 30", so that there is something to wait for
succeeds ipmitool raw 0x2e 0x70 0x64 0x65 0x6c 0x61 0x79 0x20 0x33 0x30
for _ in 1 2 3 4; do succeeds ipmitool mc info; done
fails ipmidrv why
says '^ipmi: WORKS, BUT the interrupt of ipmi0 does not come; it is slower, and works$'
says '^  bmc +WARN +ipmi0: the interrupt [0-9]+ does not come, so the BMC is polled$'
fails ipmidrv why -j
says '"result":"warn"'
fails ipmidrv why --slow
says '^  interrupt +WARN'
ktap_end
