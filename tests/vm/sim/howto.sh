#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The commands of howto.table, on the kernel's own modules and then on these, in one machine with one
# BMC: they must answer alike. A command that fails in both is alike too, so each must succeed but for
# those that the table marks, and none may say that there is no device.
# shellcheck source=tests/vm/lib/ktap.sh
. /vm/bin/ktap.sh
table=/vm/bin/howto.table
own=/lib/modules/$(uname -r)/kernel/drivers/char/ipmi
each=60		# seconds that one command may take
mkdir -p /tmp/intree /tmp/ours /root /etc/modprobe.d
# it comes by itself, some time after ipmi_si, and would use it
echo install acpi_ipmi /bin/true >/etc/modprobe.d/acpi_ipmi.conf

# rows: the commands with their notes, one a line
rows() { grep -v '^[#%]' $table | grep .; }

# mask NAME: what sed does for it
mask() {
	sed -n "s/^%$1 \(s[^	]*\)	.*/\1/p" $table
}

# called through succeeds, as the next two
# shellcheck disable=SC2317
load() {
	for name in ipmi_msghandler ipmi_devintf ipmi_si; do
		if [ "$1" = ours ]; then
			insmod "$(modinfo -n "$name")" || return
		else
			insmod "$(find "$own" -name "$name.ko*")" || return
		fi
	done
}

# shellcheck disable=SC2317
unload() { rmmod ipmi_si ipmi_devintf ipmi_msghandler; }

# is STACK: which modules are these? A module from elsewhere taints with O.
# shellcheck disable=SC2317
is() {
	for name in ipmi_msghandler ipmi_devintf ipmi_si; do
		case $1:$(cat "/sys/module/$name/taint") in
		ours:*O*) ;;
		intree:*O*) return 1 ;;
		intree:*) ;;
		*) return 1 ;;
		esac
	done
}

# answers STACK: what each row says and its exit status, a file a row
answers() {
	n=0
	rows | while IFS= read -r row; do
		n=$((n + 1))
		begun=$(cut -d. -f1 /proc/uptime)
		timeout $each sh -c "${row%% ## *}" >"/tmp/$1/$n" 2>&1 </dev/null
		echo $? >"/tmp/$1/$n.status"
		took=$(($(cut -d. -f1 /proc/uptime) - begun))
		[ $took -lt 5 ] || echo "# $1: $took s: ${row%% ## *}"
	done
}

# alike FILE NOTES: /tmp/out explains the difference
alike() {
	cp "/tmp/intree/$1" /tmp/a
	cp "/tmp/ours/$1" /tmp/b
	for note in $2; do
		[ "$note" != refused ] || continue
		how=$(mask "$note")
		[ -n "$how" ] || { echo "the table has no mask $note" >/tmp/out; return 1; }
		sed -E -i "$how" /tmp/a /tmp/b
	done
	diff -U 3 /tmp/a /tmp/b >/tmp/out
}

# as_told FILE NOTES: it succeeded, or failed if it is to, and was no mere failure to open the device
as_told() {
	cp "/tmp/ours/$1" /tmp/out
	status=$(cat "/tmp/ours/$1.status")
	echo "exit status $status, $(cat "/tmp/intree/$1.status") on the kernel's own" >>/tmp/out
	[ "$status" = "$(cat "/tmp/intree/$1.status")" ] || return
	! grep -q '/dev/ipmi' "/tmp/ours/$1" || return
	case " $2 " in
	*' refused '*) ;;
	*) [ "$status" = 0 ]; return ;;
	esac
	case $status in
	# it took too long, is not there, has crashed
	0 | 124 | 12[67] | 13?) return 1 ;;
	esac
}

for stack in intree ours; do
	succeeds load $stack
	succeeds is $stack
	succeeds test -c /dev/ipmi0
	# without it some tools try for long
	[ $ktap_rc = 0 ] || ktap_end
	answers $stack
	succeeds unload
done
rows >/tmp/rows
n=0
while IFS= read -r row; do
	n=$((n + 1))
	command=${row%% ## *}
	notes=${row#"$command"}
	notes=${notes# ## }
	alike $n "$notes"
	result $? "alike: $command"
	as_told $n "$notes"
	result $? "... answered: $command"
done </tmp/rows
ktap_end
