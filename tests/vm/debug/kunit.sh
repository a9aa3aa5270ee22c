#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The tests of tests/user in the kernel: one case for each of KUnit's. What KUnit says is in the
# kernel's log; it is turned into KTAP of one level here. A suite that runs nothing has failed.
#
# insmod waits, in a way that a hung task does, until a thread of KUnit's has done a case; some need
# half a minute on an instrumented kernel. KUnit itself ends one that takes five.
echo 300 >/proc/sys/kernel/hung_task_timeout_secs
dmesg -c >/dev/null
modprobe kunit && insmod /vm/modules/ipmi_kunit.ko || exit
dmesg | sed 's/^\(\[[^]]*\]\)* //' >/tmp/kunit
rmmod ipmi_kunit
echo "KTAP version 1"
awk '/^ *# proto:/ { sub(/^ */, ""); print }
	/^ +(not )?ok [0-9]+ (- )?[a-z0-9]+: / {
		bad = /^ *not ok/; sub(/^ *(not )?ok [0-9]+ (- )?/, "")
		n++; failed += bad; print (bad ? "not ok " : "ok ") n " " $0 }
	END { print "1.." n + 0; exit failed || !n }' /tmp/kunit
