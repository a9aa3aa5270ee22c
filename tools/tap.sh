# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the shell scripts tools/check-* share; they source it. A check prints
# one line for each thing it looked at, "ok N - NAME" or "not ok N - NAME",
# with the details before it as "# ..." lines, and exits 1 if any was not ok.

top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top" || exit 1
tap_n=0 tap_rc=0

# tap STATUS NAME [DETAILS]: STATUS 0 is ok; of long details the beginning
tap() {
	[ -z "${3:-}" ] || printf '%s\n' "$3" | awk 'NR <= 60 { print "# " $0 }
		END { if (NR > 60) print "# ... and " NR - 60 " lines more" }'
	tap_n=$((tap_n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $tap_n - $2"
	else
		echo "not ok $tap_n - $2"
		# shellcheck disable=SC2034 # the script that sources this exits with it
		tap_rc=1
	fi
}

# tap_needs TOOL...: what is missing fails the check, it does not skip it
tap_needs() {
	for tap_tool; do
		command -v "$tap_tool" >/dev/null && continue
		echo "not ok 1 - ${0##*/}: $tap_tool is missing; tools/setup check installs it"
		exit 1
	done
}

# tap_sources FOLDER...: our C files
tap_sources() {
	for tap_dir; do
		[ ! -d "$tap_dir" ] || find "$tap_dir" -name '*.[ch]' ! -name '*.mod.c'
	done | sort
}

# the kernels to check for: the arguments, or those that every change is checked with
tap_kvers() {
	echo "${*:-${KVER:-6.1 6.12}}"
}
