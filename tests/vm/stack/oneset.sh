#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The modules are of one build, or are not loaded: each of the kernel's own is refused on top of our
# ipmi_msghandler, with a line that says which and what to do, and ours are loaded after that. And
# the other way round: ours on the kernel's own ipmi_msghandler.
# shellcheck source=tests/vm/lib/ktap.sh
. /vm/bin/ktap.sh

succeeds modprobe -a ipmi_msghandler i2c_smbus watchdog
succeeds modprobe -r ipmi_devintf
succeeds modprobe ipmi_msghandler
[ ! -d /sys/module/ipmi_devintf ] || rmmod ipmi_devintf
for name in ipmi_devintf ipmi_si ipmi_ssif ipmi_watchdog ipmi_poweroff; do
	fails insmod "$(own "$name")"
	says 'Invalid module format|Exec format error'
	fails [ -d "/sys/module/$name" ]
	src=$(modinfo -F srcversion "$(own "$name")")
	logged "$name is refused: .*\(srcversion ${src:-unknown}\).*modinfo -n $name"
done

# what has another name is none of it
succeeds modprobe acpi_ipmi
succeeds modprobe -a ipmi_si ipmi_devintf ipmi_ssif ipmi_watchdog ipmi_poweroff ipmi_hwmon
succeeds [ -c /dev/ipmi0 ]
succeeds grep -q O /sys/module/ipmi_devintf/taint
succeeds modprobe -r ipmi_hwmon ipmi_watchdog ipmi_poweroff ipmi_ssif ipmi_devintf acpi_ipmi ipmi_si ipmi_msghandler
fails [ -d /sys/module/ipmi_msghandler ]

# with our ipmi_msghandler gone nobody refuses the kernel's own; ours lack what only ours has
succeeds insmod "$(own ipmi_msghandler)"
succeeds insmod "$(own ipmi_devintf)"
fails modprobe ipmi_si
says 'Unknown symbol'
logged 'ipmi_si: Unknown symbol ipmi_core_'
succeeds modprobe -r ipmi_devintf
[ ! -d /sys/module/ipmi_msghandler ] || succeeds rmmod ipmi_msghandler
succeeds modprobe ipmi_si
succeeds grep -q O /sys/module/ipmi_si/taint
ktap_end
