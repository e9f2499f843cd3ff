#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# test_same_findings.sh HEDDLE TARGET SUBJECT RUNS: by strategies that learn, too, the findings are the same whatever
# the number of workers: the same files, byte for byte, told in the same order.
. "$(dirname "$0")/../tool/testing.sh"
target=$2 subject=$3 runs=$4

found_any=0
for strategy in period rff surw urw portfolio; do
    for jobs in 1 3; do
        expect 1 run "$target" --subject "$subject" --strategy $strategy --seed 7 --runs "$runs" --keep-going \
            --jobs $jobs -o found$jobs
        # Of times, and of which runs were not told because their failure was known already: that is a matter of time.
        sed "s,found$jobs/,," stdout | grep -v 'runs in\|ways known before' >told$jobs
    done
    diff -r found1 found3 || fail "$strategy: 3 jobs find something else"
    diff told1 told3 || fail "$strategy: 3 jobs tell something else"
    [ "$(find found1 -name '*.prog' | wc -l)" -lt 2 ] || found_any=1
    rm -rf found1 found3
done
[ $found_any -eq 1 ] || fail "too little is found to compare"
