#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The commands on the pages: each block of Documentation/*.md that begins with "```sh" runs here, in
# a machine with a BMC and these modules, and each of its lines must succeed.
# shellcheck source=tests/vm/lib/ktap.sh
. /vm/bin/ktap.sh
mkdir -p /tmp/blocks

# one file a block: the page's name and the line it begins at
for page in /vm/bin/*.md; do
	awk -v name="$(basename "$page")" '
		/^```sh$/ { file = "/tmp/blocks/" name ":" NR; next }
		/^```/ { file = "" }
		file { print >file }' "$page"
done
succeeds test -n "$(ls /tmp/blocks)"
for block in /tmp/blocks/*; do
	succeeds timeout 30 sh -e "$block"
done
ktap_end
