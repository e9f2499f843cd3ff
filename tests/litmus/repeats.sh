#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# repeats.sh HEDDLE: the same runs take the same points in every process, however many work on them: where loads and
# stores are points, an address that differs is enough to break that.
set -euo pipefail
heddle=$1
found=$(mktemp -d)
trap 'rm -rf "$found"' EXIT

totals() {
    "$heddle" run lifecycle --subject core --runs 3000 --jobs "$1" --json -o "$found" |
        tail -1 | grep -o '"runs":[0-9]*\|"steps":[0-9]*\|"preemptions":[0-9]*' | tr '\n' ' '
}

first=$(totals 1)
echo "$first"
case "$first" in *'"steps":'*) ;; *) echo "FAIL: there are no totals" && exit 1 ;; esac
for jobs in 1 2 2; do
    again=$(totals "$jobs")
    [ "$again" = "$first" ] || { echo "FAIL: with --jobs $jobs: $again"; exit 1; }
done
echo PASS
