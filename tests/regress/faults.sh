#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# usage: faults.sh HEDDLE FILE…
#
# A sweep injects at every point as often as the program gets there, counted in another way: callbacks in the trace of
# the program without faults, allocations by replaying it with one more that fails, until none does.
set -eu
heddle=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0

# Callbacks between the service's start and its end: "create 3", "create_of module=ip 2", "key_create 1" …
callbacks() {
    "$heddle" replay "$1" --trace 2> /dev/null | awk '
        /stage started/ { started = 1 }
        started && /callback begins/ {
            sub(/.*callback begins /, "")
            if ($3 == "key") count["key_" $1]++
            else { count[$1]++; count[$1 "_of module=" $3]++ }
        }
        END { for (name in count) print name, count[name] }'
}

allocations() {
    local nth=0
    while :; do
        sed "s/^end$/faults\n  alloc nth=$nth : fail\nend/" "$1" > "$work/one.prog"
        "$heddle" replay "$work/one.prog" --json > "$work/json" || true
        head -n 1 "$work/json" | grep -q '"faults":1' || break
        nth=$((nth + 1))
    done
    [ $nth -eq 0 ] || echo "alloc $nth"
}

points=0
for file in "$@"; do
    sed '/^faults$/,/^end$/{/^end$/!d}' "$file" > "$work/plain.prog"
    "$heddle" faults "$file" -o "$work/findings" > "$work/out" || {
        cat "$work/out"
        exit 1
    }
    { callbacks "$work/plain.prog"; allocations "$work/plain.prog"; } | sort > "$work/expected"
    # Of the rows of a point each must say the same.
    sed -n 's/^  \([a-z_]*\( module=[a-z0-9]*\)\{0,1\}\) : [a-z ]* \([0-9]\{1,\}\)  *[0-9]*  *[0-9]*  *0$/\1 \3/p' "$work/out" |
        grep -E '^(create|shutdown|destroy)(_of module=[a-z0-9]*)? |^key_(create|shutdown|destroy) |^alloc ' | sort -u > "$work/injected"
    if ! diff "$work/expected" "$work/injected"; then
        echo "$file: < the program gets there, > was injected"
        status=1
    fi
    points=$((points + $(wc -l < "$work/expected")))
done
[ $points -gt 0 ] || { echo "no point was reached" && exit 1; }
echo "$# programs, $points points"
exit $status
