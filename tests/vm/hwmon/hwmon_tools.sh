#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The programs that people run, on the BMC of bmc.toml: what sensors, node_exporter, ipmitool and
# FreeIPMI say of a sensor is the same, to the last digit that each shows. The first two are run by
# an ordinary user.
# shellcheck source=tests/vm/lib/ktap.sh
. /vm/bin/ktap.sh

# what the BMC reads and what its limits are, as `make demo` sets them
readings="1:47 2:63 3:201 4:166 5:71 6:69 11:0"
for pair in $readings; do
	ipmitool raw 0x04 0x30 "${pair%:*}" 0x01 "${pair#*:}" >/dev/null || echo "# $pair is not set"
done
# QEMU's BMC has no limits that it tells, nor takes; "limits" is for one that has
if [ "$1" = limits ]; then
	for row in "1 0x38 0 0 0 85 95 105" "2 0x3f 45 40 35 78 82 87" "3 0x3f 190 180 170 210 220 230" \
			"4 0x3f 156 148 140 173 181 190" "5 0x07 20 15 10 0 0 0" "6 0x07 20 15 10 0 0 0"; do
		# shellcheck disable=SC2086
		ipmitool raw 0x04 0x26 $row >/dev/null || echo "# $row is not set"
	done
fi

succeeds modprobe ipmi_hwmon
for wait in 1 2 3 4 5 6 7 8 9 10; do
	grep -qx ipmi /sys/class/hwmon/*/name 2>/dev/null && break
	sleep "0.$wait"
done
dir=$(dirname "$(grep -lx ipmi /sys/class/hwmon/*/name)")

# a user who is nobody in particular
echo 'nobody:x:1000:1000:nobody:/:/bin/sh' >>/etc/passwd

# file LABEL: the file of that sensor, without its end
file() { grep -lx "$1" "$dir"/*_label | sed 's/_label$//'; }

# scaled FILE DIGITS: its value in whole units with so many decimals; SCALE by its name
scaled() {
	case ${1##*/} in
	fan*) by=1 ;;
	power* | energy*) by=1000000 ;;
	*) by=1000 ;;
	esac
	awk -v v="$(cat "$1")" -v by=$by -v n="$2" 'BEGIN { printf "%." n "f", v / by }'
}

# same LABEL COLUMN FILE-END LIST: the column of that sensor's row of `ipmitool sensor` is our file's value
same() {
	want=$(awk -F'|' -v l="$1" -v c="$2" '{ sub(/ +$/, "", $1); if ($1 == l) { gsub(/ /, "", $c); print $c } }' /tmp/ipmitool)
	got=$(scaled "$(file "$1")$3" 3)
	echo "ipmitool: $want, here: $got" >/tmp/out
	[ -n "$want" ] && [ "$want" = "$got" ]
	result $? "$1$3 as ipmitool says: $want"
}

succeeds ipmitool sensor
cp /tmp/out /tmp/ipmitool
# columns of the table: reading, then LNR LC LNC UNC UC UNR
for label in "CPU Temp" "Inlet Temp" 12V 3.3V "Fan 1" "Fan 2"; do
	same "$label" 2 _input
done
if [ "$1" = limits ]; then
	same "CPU Temp" 8 _max
	same "CPU Temp" 9 _crit
	same "CPU Temp" 10 _emergency
	for label in "Inlet Temp" 12V 3.3V; do
		same "$label" 6 _lcrit
		same "$label" 7 _min
		same "$label" 8 _max
		same "$label" 9 _crit
	done
	same "Fan 1" 7 _min
else
	fails sh -c "ls $dir/*_max $dir/*_min $dir/*_crit"
fi

succeeds ipmi-sensors --no-header-output --comma-separated-output --output-sensor-state
cp /tmp/out /tmp/freeipmi
for label in "CPU Temp" "Inlet Temp" 12V 3.3V "Fan 1" "Fan 2"; do
	want=$(awk -F, -v l="$label" '$2 == l && $5 != "N/A" { print $5 }' /tmp/freeipmi)
	got=$(scaled "$(file "$label")_input" 2)
	echo "ipmi-sensors: $want, here: $got" >/tmp/out
	[ -n "$want" ] && [ "$want" = "$got" ]
	result $? "$label as ipmi-sensors says: $want"
done

succeeds su nobody -c sensors
sed 's/^/# /' /tmp/out
says '^ipmi-isa-0000$'
says '^CPU Temp: +\+47.0.C '
says '^Inlet Temp: +\+23.0.C '
says '^12V: +12.06 V '
says '^3.3V: +3.32 V '
says '^Fan 1: +4260 RPM'
says '^intrusion0: +OK$'
fails grep -i error /tmp/out
succeeds su nobody -c 'sensors -j'
says '"temp1_input": 47.000'
says '"in0_input": 12.060'
[ "$1" != limits ] || says '"fan1_min": 1200.000'
fails grep -i error /tmp/out

ip link set lo up 2>/dev/null || busybox ifconfig lo 127.0.0.1 up
su nobody -c "exec prometheus-node-exporter --collector.disable-defaults --collector.hwmon \
	--web.listen-address=127.0.0.1:9100" >/tmp/exporter 2>&1 &
exporter=$!
for wait in 1 2 3 4 5 6 7 8 9; do
	busybox wget -qO /tmp/metrics http://127.0.0.1:9100/metrics 2>/dev/null && break
	sleep "$wait"
done
cat /tmp/exporter /tmp/metrics >/tmp/out 2>/dev/null
says 'node_hwmon_temp_celsius\{chip=".*ipmi_hwmon_0",sensor="temp1"\} 47$'
says 'node_hwmon_in_volts\{chip=".*ipmi_hwmon_0",sensor="in0"\} 12.06$'
says 'node_hwmon_fan_rpm\{chip=".*ipmi_hwmon_0",sensor="fan1"\} 4260$'
says 'node_hwmon_sensor_label\{chip=".*ipmi_hwmon_0",label="(Inlet Temp|inlet_temp)",sensor="temp2"\} 1$'
[ "$1" != limits ] || says 'node_hwmon_temp_max_celsius\{chip=".*ipmi_hwmon_0",sensor="temp1"\} 85$'
kill $exporter
wait $exporter 2>/dev/null

succeeds cat /sys/kernel/debug/ipmi_hwmon/ipmi0/records
says ' temp1 CPU Temp$'
says '- PSU 1 Status: has states, not a value$'
succeeds modprobe -r ipmi_hwmon
fails grep -lx ipmi /sys/class/hwmon/*/name
ktap_end
