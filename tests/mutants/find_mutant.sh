#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# find_mutant.sh HEDDLE_MUTANTS MUTANT [TARGET]: the command that finds nothing in the core finds this mutant, and the file
# that it writes fails the same way each time.
set -euo pipefail
heddle=$1 mutant=$2 target=${3:-lifecycle}
runs=200000
found=$(mktemp -d)
trap 'rm -rf "$found"' EXIT

status=0
"$heddle" run "$target" --subject "$mutant" --strategy random --runs "$runs" -o "$found" || status=$?
if [ "$status" -ne 1 ]; then
    echo "FAIL: $mutant: exit status $status after $runs runs, expected 1 (found)"
    exit 1
fi
status=0
"$heddle" replay "$found"/*.prog --repeat 20 || status=$?
if [ "$status" -ne 1 ]; then
    echo "FAIL: $mutant: replaying its file gives exit status $status, expected 1 (reproduced)"
    exit 1
fi
echo "PASS: $mutant"
