# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# KTAP for the scripts that run in the virtual machine; they source /vm/bin/ktap.sh. Each
# function but own prints the result of one case. The plan comes last: ktap_end.
ktap_n=0 ktap_rc=0
echo "KTAP version 1"

# result STATUS NAME: status 0 is ok; what /tmp/out holds explains what is not
result() {
	ktap_n=$((ktap_n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $ktap_n $2"
	else
		sed 's/^/# /' /tmp/out
		echo "not ok $ktap_n $2"
		ktap_rc=1
	fi
}

# succeeds COMMAND...: its exit status is 0; its output goes to /tmp/out
succeeds() {
	"$@" >/tmp/out 2>&1
	ktap_status=$?
	[ $ktap_status = 0 ] || echo "exit status $ktap_status" >>/tmp/out
	result $ktap_status "$*"
}

# fails COMMAND...: its exit status is not 0
fails() {
	! "$@" >/tmp/out 2>&1
	result $? "not $*"
}

# says PATTERN: the output of the last command has a line that matches
says() {
	grep -Eq -- "$1" /tmp/out
	result $? "... says $1"
}

# lines COUNT PATTERN: that many lines of it match
lines() {
	[ "$(grep -Ec -- "$2" /tmp/out)" = "$1" ]
	result $? "... says $2 $1 times"
}

# logged PATTERN: the kernel's log has a line of IPMI or of loading modules that matches
logged() {
	dmesg | grep -iE 'ipmi|module' >/tmp/out
	says "$1"
}

# own NAME: the file of the kernel's own module
own() { find "/lib/modules/$(uname -r)/kernel/drivers/char/ipmi" -name "$1.ko*"; }

# the plan, and the exit status of the script
ktap_end() {
	echo "1..$ktap_n"
	exit $ktap_rc
}
