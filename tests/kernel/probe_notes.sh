#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# probe_notes.sh READELF PROGRAM PROBES_H: the program's USDT notes of the provider netstack are the 23 probes of the
# header, each once, with as many arguments of eight bytes as the header says.
set -euo pipefail
readelf=$1 program=$2 header=$3
lists=$(mktemp -d)
trap 'rm -rf "$lists"' EXIT

sed -nE 's/^ *X\((netstack__[a-z_]+), ([a-z_]+), ([a-z_]+)\).*/\1 \2 \3/p' "$header" |
    awk '{ print $1, $3 == "none" ? 1 : 2 }' | sort > "$lists/wanted"
"$readelf" -n "$program" | awk '
    /Provider: / { ours = $2 == "netstack" }
    /Name: / { name = $2 }
    ours && /Arguments: / {
        eights = 0
        for (i = 2; i <= NF; i++) { eights += $i ~ /^-?8@/ }
        print name, eights
    }' | sort > "$lists/found"
[ "$(wc -l < "$lists/wanted")" -eq 23 ] || { echo "the header has not 23 probes"; exit 1; }
diff "$lists/wanted" "$lists/found"
# And each has a semaphore, by which the program knows that somebody traces.
[ "$("$readelf" -n "$program" | grep -c 'Semaphore: 0x0*[1-9a-f]')" -eq 23 ] || { echo "a probe has no semaphore"; exit 1; }
