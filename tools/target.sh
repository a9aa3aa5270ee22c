# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What tools/install, uninstall and sign share; they source it: which kernel is meant, by KVER=,
# KDIR= or because it runs, and where its modules lie, below INSTALL_MOD_PATH if there is one.
# Sets $top, $names, $kdir (empty if there are no headers), $rel, $root, $lib.

top=$(cd "$(dirname "$0")/.." && pwd)
tool=tools/${0##*/}
# a user's PATH need not have modinfo and depmod
PATH=$PATH:/usr/sbin:/sbin
names="ipmi_msghandler ipmi_devintf ipmi_si ipmi_ssif ipmi_watchdog ipmi_poweroff ipmi_hwmon ipmi_vbmc"
root=${INSTALL_MOD_PATH:-}
root=${root%/}

say() { printf '%s\n' "$*"; }
die() { printf '%s\n' "$tool: $*" >&2; exit 1; }

# the kernel that the build folder $1 is of
release() {
	sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' "$1/include/generated/utsrelease.h" 2>/dev/null ||
		cat "$1/include/config/kernel.release" 2>/dev/null
}

want=${KVER:-$(uname -r)}
want=${want%% *}
# headers are needed to build, not to remove
kdir=$("$top/tools/build" --kdir "$want" 2>/dev/null) || kdir=
if [ -n "${KDIR:-}" ] && [ -z "$kdir" ]; then
	die "KDIR=$KDIR is no build folder of a kernel: there is no Makefile in it"
fi
rel=
[ -z "$kdir" ] || rel=$(release "$kdir")
rel=${rel:-$want}
# shellcheck disable=SC2034 # whoever sources this uses them
lib=$root/lib/modules/$rel
# shellcheck disable=SC2034
config=${kdir:+$kdir/.config}

# the line of the kernel's configuration that begins with $1, without that
configured() { [ -z "$config" ] || sed -n "s/^$1//p" "$config" 2>/dev/null; }

# of one kind of machine only, as in drivers/Kbuild; all of them, where it cannot be known
if [ -z "$config" ] || [ -n "$(configured CONFIG_PPC_POWERNV=)" ]; then
	names="$names ipmi_powernv"
fi
if [ -z "$config" ] || [ -n "$(configured CONFIG_I2C_SLAVE=)" ]; then
	names="$names ipmi_ipmb ipmb_dev_int"
fi
if [ -z "$config" ] || [ -n "$(configured CONFIG_ARCH_ASPEED=)$(configured CONFIG_ARCH_NPCM=)" ]; then
	names="$names kcs_bmc kcs_bmc_cdev_ipmi kcs_bmc_serio kcs_bmc_aspeed kcs_bmc_npcm7xx bt-bmc ssif_bmc"
fi

# where kernel $rel finds module $1, or nothing
file_of() { modinfo ${root:+-b "$root"} -k "$rel" -n "$1" 2>/dev/null; }

# whose the module in file $1 is
whose() {
	v=$(modinfo -F version "$1" 2>/dev/null)
	case $(modinfo -F author "$1" 2>/dev/null) in
	*ipmi-drivers*) echo "version $v of ipmi-drivers" ;;
	*) echo "the kernel's own" ;;
	esac
}

# prints the initramfs images of kernel $rel that hold a module of ours or of that name
initramfs() {
	for image in "$root/boot/initrd.img-$rel" "$root/boot/initramfs-$rel.img" "$root/boot/initrd-$rel"; do
		[ -e "$image" ] || continue
		if command -v lsinitramfs >/dev/null; then
			held=$(lsinitramfs "$image" 2>/dev/null) || held='?'
		elif command -v lsinitrd >/dev/null; then
			held=$(lsinitrd "$image" 2>/dev/null) || held='?'
		else
			held='?'
		fi
		case $held in
		*/ipmi_msghandler.ko*) say "The initramfs $image holds IPMI modules, and those are loaded first." ;;
		'?') say "The initramfs $image cannot be read by this user, or there is neither lsinitramfs nor lsinitrd: it may hold IPMI modules." ;;
		*) continue ;;
		esac
		if command -v update-initramfs >/dev/null; then
			say "  Make it anew: sudo update-initramfs -u -k $rel"
		else
			say "  Make it anew: sudo dracut -f --kver $rel"
		fi
	done
}

# depmod, where the modules are this system's own; a folder is a package's, or an image's in the making
tell_depmod() {
	[ -z "$root" ] || { say "depmod did not run, as INSTALL_MOD_PATH is given; whoever uses $root has to: depmod -b $root $rel"; return; }
	depmod "$rel" || die "depmod $rel failed: modprobe does not know of the change"
}

# for each module: what modprobe would load
next_boot() {
	for name in $names; do
		file=$(file_of "$name") || file=
		[ -n "$file" ] || { say "  $name: none"; continue; }
		say "  $name: $file, $(whose "$file")"
	done
}
