#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Goes wrong in the way its argument names, so that tools/vm/run can be seen to notice.
echo "KTAP version 1"
case $1 in
panic)
	echo "1..1"
	echo c >/proc/sysrq-trigger ;;
warning)
	echo "1..1"
	echo "WARNING: CPU: 0 PID: 1 at harness.sh (not really)" >/dev/kmsg
	echo "ok 1 first" ;;
hang)
	echo "1..1"
	sleep 1000 ;;
end)
	echo "1..1"
	echo "ok 1 first"
	reboot -f ;;
fine)
	echo "1..1"
	echo "ok 1 first" ;;
off)
	echo "1..1"
	echo "ok 1 first"
	poweroff -f
	sleep 1000 ;;
short)
	echo "1..3"
	echo "ok 1 first"
	echo "ok 2 second" ;;
nothing) ;;
case)
	echo "1..2"
	echo "ok 1 first"
	echo "# not as it should be"
	echo "not ok 2 second" ;;
skip)
	echo "1..1"
	echo "ok 1 first # SKIP no reason to run it" ;;
todo)
	echo "1..1"
	echo "# not yet"
	echo "not ok 1 first # TODO" ;;
faulty)
	echo "1..1"
	insmod /vm/modules/faulty.ko fault="$2" && { [ "$2" = hung ] || rmmod faulty; }
	# until the kernel says so
	until [ -z "$3" ] || dmesg | grep -q "$3"; do
		sleep 1
	done
	[ -z "$3" ] || reboot -f
	echo "ok 1 first" ;;
status)
	echo "1..1"
	echo "ok 1 first"
	exit 3 ;;
esac
