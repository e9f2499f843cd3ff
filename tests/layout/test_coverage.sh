#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# test_coverage.sh DIR: every case that docs/core-coverage.md names is in the suites, every row of its tables
# names one, and each of the 27 invariants has a row.
set -euo pipefail
cd "$1"
document=docs/core-coverage.md
complaints=0

complain() {
    echo "$document:$1"
    complaints=$((complaints + 1))
}

# suite/case of every Test( in the suites; a case may stand on the line after its suite.
cases=$(cat tests/core/*.c tests/kernel/*.c tests/engine/*.c | tr '\n' ' ' |
    grep -oE 'Test\([a-z0-9_]+, *[a-z0-9_]+' | sed -E 's,Test\(([a-z0-9_]+)\, *,\1/,' | sort -u)

declare -A exists=() invariants=()
while read -r name; do exists[$name]=1; done <<< "$cases"

line=0 rows=0
while IFS= read -r text; do
    line=$((line + 1))
    [[ $text == '| '* && $text != '| what must work |'* && $text != '| | invariant |'* ]] || continue
    rows=$((rows + 1))
    [[ ! $text =~ ^'| '([0-9]+)' |' ]] || invariants[${BASH_REMATCH[1]}]=1
    names=$(grep -oE '`[a-z0-9_]+/[a-z0-9_]+`' <<< "$text" | tr -d '`' | grep -v '^core/\|^tests/' || true)
    [ -n "$names" ] || complain "$line: names no case"
    for name in $names; do
        [ -n "${exists[$name]+set}" ] || complain "$line: there is no case $name"
    done
done < "$document"

for number in $(seq 27); do
    [ -n "${invariants[$number]+set}" ] || complain " invariant $number has no row"
done
[ "$rows" -gt 27 ] || complain " there are $rows rows"
[ "$complaints" -eq 0 ]
