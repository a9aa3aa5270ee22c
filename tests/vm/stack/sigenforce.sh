#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What a machine with Secure Boot does, as far as one without its firmware can: the kernel takes
# signed modules only (module.sig_enforce=1). The kernel's own are signed; ours, as they are built
# here, are not, and are refused with the words that README.md gives.
# shellcheck source=tests/vm/lib/ktap.sh
. /vm/bin/ktap.sh

succeeds grep -q Y /sys/module/module/parameters/sig_enforce
fails modprobe ipmi_msghandler
says 'Key was rejected by service'
logged 'Loading of unsigned module is rejected'
fails [ -d /sys/module/ipmi_msghandler ]
# it is the signature that they lack
succeeds insmod "$(own ipmi_msghandler)"
succeeds rmmod ipmi_msghandler
ktap_end
