#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# bound_to_build.sh HEDDLE OTHER: a file that counts loads and stores names its build; HEDDLE, which made it, replays
# it, and OTHER, another build, refuses it with exit code 2. One that counts primitives alone is both's.
set -euo pipefail
heddle=$1 other=$2
found=$(mktemp -d)
trap 'rm -rf "$found"' EXIT

fail() {
    cat "$found"/*.out 2> /dev/null || true
    echo "FAIL: $*"
    exit 1
}

# expect CODE PROGRAM ARGUMENT...
expect() {
    local code=$1 got=0
    shift
    "$@" > "$found/last.out" 2>&1 || got=$?
    [ "$got" -eq "$code" ] || fail "exit status $got, expected $code: $*"
}

expect 1 "$heddle" run lifecycle --subject mutant_race_pins --runs 20000 -o "$found"
id=$(sed -nE 's/^events memory build=([0-9a-f]{40})$/\1/p' "$found"/*.prog)
[ -n "$id" ] || fail "the file does not name its build"
"$heddle" list events | grep -q "Build $id" || fail "heddle list events names another build"
expect 1 "$heddle" replay "$found"/*.prog --repeat 100
expect 1 "$heddle" replay --subject mutant_race_pins "$found"/*.prog
expect 2 "$other" replay --subject core "$found"/*.prog
grep -q "counts the loads and stores of another build, $id" "$found/last.out" || fail "it does not say why"

# The same operations with points before primitives alone: anybody's.
sed -e 's/^events memory.*/events sync/' -e '/^schedule/,/^  /d' -e '/^  task /d' "$found"/*.prog > "$found/sync.txt"
expect 0 "$other" replay --subject core "$found/sync.txt"
echo PASS
