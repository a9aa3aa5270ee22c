#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Each block of commands and code of Documentation/vbmc.md, as it is there; ipmi-vbmc --demo: the three
# commands that it names, what it and ipmi_sim leave behind; and what ipmi-vbmc says of what it cannot do.
# shellcheck source=tests/vm/lib/ktap.sh
. /vm/bin/ktap.sh

# shows PATTERN: the output of the demonstration has it within 20 s
shows() {
	for _ in $(seq 200); do
		grep -Eq "$1" /tmp/demo && break
		sleep 0.1
	done
	cp /tmp/demo /tmp/out
	says "$1"
}

# comes, goes: /dev/ipmi0 does within 20 s
comes() { appears [ -c /dev/ipmi0 ]; }
goes() { appears [ ! -e /dev/ipmi0 ]; }
appears() {
	for _ in $(seq 200); do
		! "$@" || break
		sleep 0.1
	done
	succeeds "$@"
}

# the n-th command it named
named() { sed -n 's/^  ipmitool/timeout 60 ipmitool/p' /tmp/demo | sed -n "$1p" >/tmp/command; }

succeeds ifconfig lo up
fails ipmi-vbmc
says 'usage: ipmi-vbmc'
fails ipmi-vbmc --demo unix:/x
fails ipmi-vbmc tcp:0
says 'no such port'
fails ipmi-vbmc /tmp/x
says 'neither unix:PATH nor tcp:PORT'
fails ipmi-vbmc -a 0x21 unix:/tmp/x
says '0x21 is no address of a BMC'
succeeds ipmi-vbmc --version

# the page: each block is a file
page=/vm/bin/vbmc.md
awk '/^```/ { inside = !inside; n += inside; next } inside { print >("/tmp/block" n) }' $page
fails [ -e /tmp/block4 ]
succeeds timeout 60 sh -e /tmp/block1
lines 20 '\| (ok|nc|cr|nr)$'
goes

mkdir /tmp/own
cd /tmp/own || exit
cat >server.emu <<'EOF'
mc_setbmc 0x20
mc_add 0x20 0 no-device-sdrs 0x23 1 0 0x9f 0x7ed9 0x0017
mc_enable 0x20
EOF
{
	echo 'name "own"'
	sed -n 's/.*\(serial 15 .* ipmb 0x20\).*/\1/p' $page
	echo 'user 1 true "" "" user 10 none md2 md5 straight'
} >lan.conf
sh /tmp/block2 >/tmp/demo 2>&1 </dev/null &
comes
succeeds timeout 60 ipmitool mc info
says 'Product ID *: 23 '
succeeds killall ipmi-vbmc ipmi_sim
wait
goes
cd /tmp || exit

python3 -S /tmp/block3 >/tmp/demo 2>&1 &
pid=$!
comes
succeeds timeout 60 ipmitool mc info
says 'Manufacturer ID *: 32473'
fails timeout 60 ipmitool raw 0x2e 1
says 'Invalid command'
succeeds kill $pid
wait $pid
goes

ipmi-vbmc --demo >/tmp/demo 2>&1 &
pid=$!
shows 'Ctrl-C ends it'
succeeds [ -c /dev/ipmi0 ]
named 1
succeeds sh /tmp/command
lines 20 '\| (ok|nc|cr|nr)$'
says '^FAN4 .* 840 RPM .* nc$'
says '^CPU1 Temp .* 51 degrees C .* ok$'
named 2
succeeds sh /tmp/command
says 'Fan.*FAN4.*Lower Non-critical going low'
says 'Power Supply'
named 3
succeeds sh /tmp/command
says 'Product Name.*Demo Server'
succeeds timeout 60 ipmitool user list 14
succeeds kill $pid
wait $pid
result $? 'it ends well'
fails [ -e /dev/ipmi0 ]
fails pidof ipmi_sim
succeeds sh -c '! ls -d /tmp/ipmi-vbmc.* 2>/dev/null'

# a BMC that goes and comes back
bmc --detached --socket /tmp/bmc.sock >/dev/null 2>&1 &
bmc=$!
ipmi-vbmc unix:/tmp/bmc.sock >/tmp/demo 2>&1 &
pid=$!
shows '/dev/ipmi0 is there'
succeeds ipmitool mc info
kill $bmc
shows 'is gone .* requests fail until it is back'
fails ipmitool mc info
bmc --detached --socket /tmp/bmc.sock >/dev/null 2>&1 &
for _ in $(seq 100); do
	[ "$(grep -c 'connected to the BMC' /tmp/demo)" != 2 ] || break
	sleep 0.1
done
succeeds timeout 60 ipmitool mc info
succeeds kill $pid
wait $pid
succeeds rmmod ipmi_vbmc
fails ipmi-vbmc unix:/tmp/bmc.sock
says 'modprobe ipmi_vbmc'
ktap_end
