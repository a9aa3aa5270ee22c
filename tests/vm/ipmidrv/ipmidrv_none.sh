#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# ipmidrv why where nothing is loaded, and where a part is missing.
# shellcheck source=tests/vm/lib/ktap.sh
. /vm/bin/ktap.sh

fails ipmidrv why
says '^ipmi: NOT AVAILABLE: no IPMI driver is loaded$'
says '^ +modprobe -a ipmi_si ipmi_devintf$'
# it brings the other along
succeeds modprobe ipmi_si
succeeds modprobe -r ipmi_devintf
fails ipmidrv why
says '^ipmi: NOT AVAILABLE: ipmi_devintf, which makes /dev/ipmi0, is not loaded$'
says '^  probe +ok +IPI0001:00: KCS i/o 0xca2'
succeeds modprobe ipmi_devintf
succeeds ipmidrv why
mv /dev/ipmi0 /dev/other
fails ipmidrv why
says '^ipmi: NOT AVAILABLE: there is no node /dev/ipmi0'
: >/dev/ipmi0
fails ipmidrv why
says 'stale node'
rm /dev/ipmi0
mv /dev/other /dev/ipmi0
chmod 755 /tmp
# a user who is nobody in particular
echo 'nobody:x:1000:1000:nobody:/:/bin/sh' >>/etc/passwd
chmod 1777 /tmp
fails su nobody -c 'ipmidrv why'
says 'you are user 1000: Permission denied'
says 'Left out:'
fails su nobody -c 'ipmidrv trace -t 1'
says 'needs root'
mkdir -p /etc/modprobe.d
succeeds modprobe -r acpi_ipmi ipmi_devintf ipmi_si ipmi_msghandler
echo 'blacklist ipmi_si' >/etc/modprobe.d/local.conf
fails ipmidrv why
says '^ipmi: NOT AVAILABLE: ipmi_si is kept from being loaded'
fails ipmidrv stat
says 'no interface; "ipmidrv why" says why'
ktap_end
