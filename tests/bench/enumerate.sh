#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# usage: enumerate.sh HEDDLE FILE…
#
# Every schedule of two preemptions of each program that has at most three threads: how many there were, how long it took,
# and that it was all of them. The last line sums up. Exit status: 1 if one was not complete, or found something.
set -eu
heddle=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0 programs=0 all_s=0

printf '%-46s %8s %12s %12s %14s %8s  %s\n' program threads schedules pruned 'beyond bound' seconds outcome
for file in "$@"; do
    threads=$(grep -c '^thread' "$file")
    [ "$threads" -le 3 ] || continue
    begin_s=$SECONDS
    outcome='complete, nothing found'
    "$heddle" enumerate "$file" --preemptions 2 -o "$work/found" > "$work/out" 2>&1 || outcome='FAILURE FOUND'
    grep -q '^complete' "$work/out" || outcome='NOT COMPLETE'
    [ "$outcome" = 'complete, nothing found' ] || status=1
    figures=$(sed -n 's/^\([0-9]*\) schedules executed, \([0-9]*\) branches pruned by the reduction, \([0-9]*\) beyond.*/\1 \2 \3/p' "$work/out")
    read -r executed pruned beyond <<< "$figures"
    printf '%-46s %8d %12s %12s %14s %8d  %s\n' "$(basename "$file" .prog)" "$threads" "$executed" "$pruned" "$beyond" \
        $((SECONDS - begin_s)) "$outcome"
    programs=$((programs + 1)) all_s=$((all_s + SECONDS - begin_s))
done
echo "$programs programs in $all_s s"
exit $status
