# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# shellcheck disable=SC2154 # what tools/check-packages has set
#
# What tools/check-packages does in a root before it boots it: installs, looks, makes an image.
# Sourced by it, with $root and $log set.

ours='msghandler devintf si ssif watchdog poweroff'

# inside COMMAND...: run in the root, with the host's ways out to the network, and as a unit of
# systemd would without HOME
inside() { (become "$@"); }

# become COMMAND...: the same in place of this shell; in the background, $! is then what to kill
become() {
	# shellcheck disable=SC2016,SC2046
	exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive \
		$(env | grep -iE '^[a-z_]*proxy=') unshare --mount --pid --fork --kill-child sh -ec 'root=$1; shift
		mount -t proc proc "$root/proc"
		mount --rbind /dev "$root/dev"
		exec chroot "$root" "$@"' sh "$root" "$@" </dev/null
}

# step NAME COMMAND...: a command in the root as a test; its output is in the log, and shown if it failed
step() {
	step_name=$1
	shift
	echo "== $*" >>"$log"
	become "$@" >"$log.step" 2>&1 &
	pid=$!
	wait "$pid"
	step_rc=$?
	pid=
	cat "$log.step" >>"$log"
	if [ $step_rc = 0 ]; then
		tap 0 "$step_name"
	else
		tap 1 "$step_name" "$(echo "$* ended with $step_rc:"; tail -n 30 "$log.step")"
	fi
	return $step_rc
}

# is NAME FOUND WANTED: a test
is() {
	if [ "$2" = "$3" ]; then
		tap 0 "$1"
	else
		tap 1 "$1" "found:  $2
wanted: $3"
	fi
}

# the version of each module that modprobe would take for kernel $1, and where it lies:
# "msghandler=40.0.0@updates/dkms ..."
modules_of() {
	# shellcheck disable=SC2016
	inside sh -c 'for m in $2; do
			path=$(modinfo -k "$1" -n "ipmi_$m") || { echo "$m=none "; continue; }
			path=${path%/*} version=$(modinfo -k "$1" -F version "ipmi_$m")
			case $path in
			*/updates/*) echo "$m=$version@${path#*/modules/"$1"/}" ;;
			*) echo "$m=@${path#*/modules/"$1"/}" ;;
			esac
		done' sh "$1" "$ours" 2>&1 | tr '\n' ' '
}

# what modules_of prints where package version $1 is installed; without: where none is
modules_with() {
	for m in $ours; do
		if [ -n "$1" ]; then
			printf '%s=%s@updates/dkms ' "$m" "$1"
		else
			printf '%s=@kernel/drivers/char/ipmi ' "$m"
		fi
	done
}

# the ipmi_si in the initramfs of kernel $1: "40.0.0 updates/dkms", "kernel/drivers/char/ipmi" or "none"
in_initramfs() {
	# shellcheck disable=SC2016
	inside sh -c 'rm -rf /tmp/initramfs; unmkinitramfs "/boot/initrd.img-$1" /tmp/initramfs || exit
		find /tmp/initramfs -name "ipmi_si.ko*" | while read -r f; do
			dir=${f#*/modules/"$1"/}
			case $dir in updates/*) echo "$(modinfo -F version "$f") ${dir%/*}" ;; *) echo "${dir%/*}" ;; esac
		done | grep . || echo none
		rm -rf /tmp/initramfs' sh "$1" 2>&1
}

# an image of the root for a machine, without what it does not need there
image() {
	# shellcheck disable=SC2016
	unshare --mount sh -ec 'root=$1
		for d in usr/src usr/lib/gcc var/cache/apt var/lib/apt/lists usr/share/doc usr/share/locale var/lib/dkms; do
			[ ! -d "$root/$d" ] || mount -t tmpfs none "$root/$d"
		done
		truncate -s "$(($(du -sxm "$root" | cut -f1) * 5 / 4 + 300))M" "$2"
		mke2fs -q -F -t ext4 -O ^has_journal -E lazy_itable_init=1 -d "$root" "$2"' sh "$root" "$1"
}

# put FILE PATH: into the image $img
put() {
	debugfs -w -f - "$img" >/dev/null 2>&1 <<-END
		rm $2
		write $1 $2
	END
	debugfs -R "stat $2" "$img" 2>/dev/null | grep -q Inode:
}
