#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# ipmidrv why where nothing is at the address that the firmware names; and its look at a port.
# shellcheck source=tests/vm/lib/ktap.sh
. /vm/bin/ktap.sh

fails ipmidrv why
says '^ipmi: NOT AVAILABLE: the address that [A-Za-z]+ names is empty$'
says '^  probe +FAIL'
says 'reads as 0xff'
says '^ +ipmidrv why --probe 0xca2$'
fails ipmidrv why --probe 0xca2 -y
says '0xff: nothing is there'
ktap_end
