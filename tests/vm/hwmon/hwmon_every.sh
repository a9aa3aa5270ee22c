#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Every sensor and limit that there is: what the files of the hwmon device say is what ipmitool and
# FreeIPMI say, to the last digit that each shows. hwmon_every.sh SENSORS LIMITS FREEIPMI: so many
# have a value. First "fill" if the BMC of tests/bmc is to have 200 sensors, and 11 with curves.
# shellcheck source=tests/vm/lib/ktap.sh
. /vm/bin/ktap.sh

if [ "$1" = fill ]; then
	shift
	succeeds /vm/bin/hwmon fill
fi
succeeds modprobe ipmi_hwmon
for wait in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	grep -qx ipmi /sys/class/hwmon/*/name 2>/dev/null && break
	sleep "0.$wait"
done
dir=$(dirname "$(grep -lx ipmi /sys/class/hwmon/*/name)")

# lines of FILE:VALUE
grep '' "$dir"/*_* >/tmp/files 2>/tmp/out
result $? "all files can be read"

# the files of hwmon first: value[FILE], and file[LABEL], without its end; then a table of a tool
cat >/tmp/files.awk <<'EOF'
function scaled(name, digits) {
	return sprintf("%." digits "f", value[name] / (name ~ /^fan/ ? 1 : name ~ /^(power|energy)/ ? 1000000 : 1000))
}
# is what the tool shows that of the file, if there is one? The tool may show what is no file.
function same(label, end, want, digits,    name) {
	name = file[label] "_" end
	if (!(name in value))
		return
	n++
	if (scaled(name, digits) != want) {
		print label ", " name ": " scaled(name, digits) ", and the tool: " want
		bad++
	}
}
FNR == NR {
	name = $0
	sub(/:.*/, "", name)
	sub(/.*\//, "", name)
	value[name] = substr($0, index($0, ":") + 1)
	if (name ~ /_label$/)
		file[value[name]] = substr(name, 1, length(name) - 6)
	next
}
{
	for (i = 1; i <= NF; i++)
		gsub(/^ +| +$/, "", $i)
}
EOF
# columns of ipmitool's: label, reading, unit, state, then LNR LC LNC UNC UC UNR
cat /tmp/files.awk - >/tmp/ipmitool.awk <<'EOF'
FNR != NR && $1 in file {
	same($1, "input", $2, 3)
	sensors += $2 != "na"
	same($1, "lcrit", $6, 3)
	same($1, "min", $7, 3)
	same($1, "max", $8, 3)
	same($1, "crit", $9, 3)
	same($1, "emergency", $10, 3)
}
END { print sensors " sensors, " n - sensors " limits"; exit bad > 0 }
EOF
# and of ipmi-sensors': number, label, type, state, reading
cat /tmp/files.awk - >/tmp/freeipmi.awk <<'EOF'
# the last of the curves, a cube root, is 1 by the cube for FreeIPMI 1.6
FNR != NR && $2 in file && $5 != "N/A" && $2 != "Curve k0" {
	same($2, "input", $5, 2)
}
END { print n " sensors"; exit bad > 0 }
EOF

succeeds ipmitool sensor
cp /tmp/out /tmp/ipmitool
succeeds awk -F'|' -f /tmp/ipmitool.awk /tmp/files /tmp/ipmitool
says "^$1 sensors, $2 limits$"
succeeds ipmi-sensors --no-header-output --comma-separated-output --output-sensor-state
cp /tmp/out /tmp/freeipmi
succeeds awk -F, -f /tmp/freeipmi.awk /tmp/files /tmp/freeipmi
says "^$3 sensors$"
ktap_end
