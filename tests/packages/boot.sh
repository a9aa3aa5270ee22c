# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# shellcheck disable=SC2154 # what tools/check-packages has set
#
# The machines of tools/check-packages: boots the image $img, with the kernel and the initramfs of
# the root, and compares what tests/packages/guest has said with what has to be there. Sourced by it.

BOOT_SECONDS=${BOOT_SECONDS:-900}	# a busy host is no failure; BOARDS="pc" boots only that one

# boot BOARD LOG: with the BMC that QEMU has, at its usual place, and told of by SMBIOS and ACPI
boot() {
	timeout -k 5 "$BOOT_SECONDS" qemu-system-x86_64 -accel tcg,thread=single -machine "$1" -smp 2 -m 1024 \
		-display none -nodefaults -no-user-config -no-reboot \
		-device ipmi-bmc-sim,id=bmc -device isa-ipmi-kcs,bmc=bmc,irq=5 \
		-drive "file=$img,format=raw,if=virtio,snapshot=on" -serial "file:$2" \
		-kernel "$root/boot/vmlinuz-$kernel" -initrd "$root/boot/initrd.img-$kernel" \
		-append "root=/dev/vda rw console=ttyS0 quiet loglevel=1 no_timer_check systemd.show_status=0" \
		>"$2.qemu" 2>&1 &
	pid=$!
	wait "$pid"
	boot_rc=$?
	pid=
	return "$boot_rc"
}

# said WHAT: the answer of the guest
said() { tr -d '\r' <"$serial" | sed -n "s/.*@ $1: //p" | head -n 1; }

# answers WHAT PATTERN: does the guest say something that matches?
answers() {
	# shellcheck disable=SC2254
	case $(said "$1") in
	$2) tap 0 "$suite, $board: $1: $(said "$1")" ;;
	*) tap 1 "$suite, $board: $1" "found:  $(said "$1")
wanted: $2" ;;
	esac
}

check_boots() {
	for board in ${BOARDS:-pc q35}; do
		serial=$logs/$suite-$board.log
		if [ "$board" = q35 ]; then
			# it has another watchdog, which the initramfs loads, so that it comes first; ipmi_watchdog has
			# to be loaded before the service looks, and the administrator lets a group use the device file
			echo ipmi_watchdog >"$work/load"
			sed 's/^#SUBSYSTEM/SUBSYSTEM/' "$root/usr/share/doc/ipmi-drivers-dkms/examples/60-ipmi.rules" >"$work/rules"
			if ! put "$work/load" /etc/modules-load.d/ipmi_watchdog.conf ||
			   ! put "$work/rules" /etc/udev/rules.d/60-ipmi.rules; then
				tap 1 "$suite, $board: the image is changed"
			fi
		fi
		rm -f "$serial"
		boot "$board" "$serial"
		rc=$?
		if [ "$rc" != 0 ] || ! grep -q '^@ end:' "$serial"; then
			tap 1 "$suite, $board: boots, looks and powers off" \
				"QEMU ended with $rc (124: not done in $BOOT_SECONDS s); the end of $serial:
$(tail -n 20 "$serial"; cat "$serial.qemu")"
			continue
		fi
		tap 0 "$suite, $board: boots, looks and powers off"
		answers kernel "$kernel"
		for m in $ours; do answers "module ipmi_$m" "$version *O*E*"; done
		answers openipmi active
		answers "openipmi status" 0
		answers option "100*"
		answers ipmitool "0 *"
		if [ "$board" = pc ]; then
			answers device "600 root root"
			answers "other watchdogs" none
			answers "watchdog link" "watchdog0 watchdog0"
		else
			answers device "660 root ipmi"
			answers "other watchdogs" "iTCO_wdt=inactive*"
			answers "watchdog link" "watchdog1 watchdog1"
		fi
		answers watchdog "active timeout 20"
		answers "watchdog fed" 2
		answers "BMC watchdog" "Started*"
		answers "counters for nobody" "3? *ipmi_driver_info{interface=\"ipmi0\",type=\"kcs\"} 1"
		answers "collector without node_exporter" 0
		answers collector "[1-9]* ipmi_driver.prom"
		answers mknod "0 600"
		answers "watchdog let go" inactive
		answers unload "0 0"
		answers "modprobe -a" 0
		answers "ipmitool again" 0
		answers failed ""
	done
}
