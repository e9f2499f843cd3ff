#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# race_replays.sh HEDDLE_MUTANTS [MUTANT]: a race planted in a copy of the core is found by a build that sees races
# (presets tsan and access), and the file that it writes reports it in 1,000 of 1,000 replays in one process.
set -euo pipefail
heddle=$1 mutant=${2:-mutant_race}
found=$(mktemp -d)
trap 'rm -rf "$found"' EXIT

status=0
"$heddle" run lifecycle --subject "$mutant" --strategy random --runs 100000 -o "$found" \
    > "$found/out" || status=$?
cat "$found/out"
if [ "$status" -ne 1 ] || ! grep -q '^race: ' "$found/out"; then
    echo "FAIL: exit status $status, expected 1 with a race"
    exit 1
fi
status=0
"$heddle" replay "$found"/*.prog --repeat 1000 --expect race --json > "$found/json" || status=$?
head -1 "$found/json"
if [ "$status" -ne 0 ] || ! head -1 "$found/json" | grep -q '"verdict":"race".*"runs":1000'; then
    echo "FAIL: replaying gives exit status $status, expected 0 with 1,000 races"
    exit 1
fi
echo PASS
