#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# find_stress.sh STRESS_PROGRAM: the program that finds nothing in the core finds something in this mutant, on real
# threads: within a few runs, for which thread goes when is chance there, and less of it on a busy machine.
set -euo pipefail
program=$1
for seed in 1 2 3 4 5 6; do
    status=0
    "$program" --seed "$seed" --seconds 20 --stuck 10 || status=$?
    if [ "$status" -eq 1 ]; then
        echo "PASS: $(basename "$program"), seed $seed"
        exit 0
    elif [ "$status" -ne 0 ]; then
        echo "FAIL: exit status $status, expected 1 (found)"
        exit 1
    fi
done
echo "FAIL: $(basename "$program"): nothing found"
exit 1
