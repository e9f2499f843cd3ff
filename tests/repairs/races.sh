#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# races.sh HEDDLE_REPAIRS SUBJECT RUNS: where loads and stores are points, the reference races; the repaired copy does not, in
# the same runs.
set -euo pipefail
heddle=$1 repaired=$2 runs=$3
found=$(mktemp -d)
trap 'rm -rf "$found"' EXIT

races() { # SUBJECT
    "$heddle" run lifecycle --subject "$1" --runs "$runs" --keep-going --json -o "$found" > "$found/said" || [ $? -eq 1 ]
    grep -o '"verdict":"race","oracle":"race","signature":"[0-9a-f]*"' "$found/said" || true
}

before=$(races reference)
[ -n "$before" ] || { echo "FAIL: the reference shows no race in $runs runs"; exit 1; }
echo "$before"
after=$(races "$repaired")
[ -z "$after" ] || { echo "FAIL: so does $repaired: $after"; exit 1; }
echo PASS
