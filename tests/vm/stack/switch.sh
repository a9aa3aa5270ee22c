#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What `make install` says on a machine where the kernel's own stack is loaded and used: whose each
# module is, which file comes next, and one command, which is run here to the letter. Afterwards all
# of the modules are ours, and what was loaded on top is loaded again.
# shellcheck source=tests/vm/lib/ktap.sh
. /vm/bin/ktap.sh
modules="ipmi_msghandler ipmi_devintf ipmi_si ipmi_watchdog ipmi_poweroff"

succeeds modprobe watchdog
for name in $modules; do
	succeeds insmod "$(own "$name")"
done
succeeds modprobe acpi_ipmi

succeeds env BUILT="/lib/modules/$(uname -r)/updates" /vm/bin/install --report
cp /tmp/out /tmp/report
sed 's/^/# /' /tmp/report
for name in $modules; do
	says "^  $name: the kernel's own"
	says "^  $name: /lib/modules/.*/updates/$name.ko, version [0-9.]+ of ipmi-drivers$"
done
lines 1 '^  sudo sh -c '
says 'modprobe -r.* acpi_ipmi.* ipmi_msghandler &&'
command=$(sed -n "s/^  sudo sh -c '\(.*\)'$/\1/p" /tmp/report)
succeeds sh -c "$command"
for name in $modules; do
	succeeds grep -q O "/sys/module/$name/taint"
done
succeeds [ -d /sys/module/acpi_ipmi ]
succeeds [ -c /dev/ipmi0 ]

# once more: all is this build now, and the command still works
succeeds env BUILT="/lib/modules/$(uname -r)/updates" /vm/bin/install --report
for name in $modules; do
	says "^  $name: this build$"
done
exec 3</dev/ipmi0
succeeds env BUILT="/lib/modules/$(uname -r)/updates" /vm/bin/install --report
says 'A program has /dev/ipmiN open'
exec 3<&-
succeeds sh -c "$command"
ktap_end
