#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# usage: enumerate.sh HEDDLE FILE…
#
# On real failures the reduction of the search loses nothing either: of each file's program the schedules of at most
# one preemption show the same failures with it as without.
set -eu
heddle=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0

signatures() { # FILE OPTION…
    local file=$1 code=0
    shift
    rm -rf "$work/found"
    "$heddle" enumerate "$file" --preemptions 1 --keep-going -o "$work/found" "$@" > "$work/out" || code=$?
    [ $code -le 1 ] && grep -q '^complete' "$work/out" || { cat "$work/out"; return 1; }
    ls "$work/found" 2> /dev/null || true
}

executed=(0 0)
for file in "$@"; do
    if [ "$(grep -c '^thread' "$file")" -gt 3 ]; then
        echo "left out, of more than three threads: $file"
        continue
    fi
    reduced=$(signatures "$file")
    executed[0]=$((executed[0] + $(sed -n 's/ schedules executed.*//p' "$work/out")))
    plain=$(signatures "$file" --plain)
    executed[1]=$((executed[1] + $(sed -n 's/ schedules executed.*//p' "$work/out")))
    if [ "$reduced" != "$plain" ]; then
        printf '%s: the reduction finds\n%s\nand without it is found\n%s\n' "$file" "$reduced" "$plain"
        status=1
    fi
done
echo "$# programs: ${executed[0]} executions instead of ${executed[1]}"
exit $status
