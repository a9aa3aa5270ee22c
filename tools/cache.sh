# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Where what was downloaded or built once is kept: $cache. Sourced by the scripts of this folder. Without HOME,
# which a unit of systemd's has not, it is below the home of the user's entry in passwd.
home=${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}
# shellcheck disable=SC2034 # whoever sources this uses it
cache=${XDG_CACHE_HOME:-${home:-/}/.cache}/ipmi-drivers
