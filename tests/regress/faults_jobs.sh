#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# usage: faults_jobs.sh HEDDLE FILE
#
# A sweep of FILE finds several failures, and the same in the same order whatever the number of workers.
set -eu
heddle=$1
file=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

sweep() { # JOBS
    local code=0
    cd "$work"
    "$heddle" faults "$file" --jobs "$1" --pairs --pairs-max 2000 --list -o findings > out || code=$?
    [ $code -eq 1 ] || { cat out && echo "exit code $code" && exit 1; }
    grep -v ' runs in ' out > "out.$1"
    mv findings "findings.$1"
}

sweep 1
sweep 3
grep 'distinct failure' "$work/out.1"
[ "$(find "$work/findings.1" -type f | wc -l)" -ge 3 ] || { echo "too few to be in any order" && exit 1; }
diff "$work/out.1" "$work/out.3"
diff -r "$work/findings.1" "$work/findings.3"
