#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# For a fixed number of runs the findings are the same whatever the number of workers: the same files, byte
# for byte, told in the same order.
. "$(dirname "$0")/testing.sh"

# same SUBJECT CODE OPTION…
same() {
    local subject=$1 code=$2 left_out='runs in\|^  add\|^  strike\|before_strike\|runs\? failed'
    shift 2
    # Who stops at a failure has executed some runs beyond it.
    if [ "$code" -ne 0 ] && [[ " $* " != *' --keep-going '* ]]; then
        left_out+='\|histories checked\|interleaving\|^    *[0-9]*:\|so many runs\|not seen yet\|probability'
    fi
    for jobs in 1 2 3 7; do
        expect "$code" run toy --subject "$subject" --jobs $jobs -o "$subject$jobs" "$@"
        sed "s,$subject$jobs/,," stdout | grep -v "$left_out" >"told$jobs"
        mkdir -p "$subject$jobs"
        if [ $jobs -gt 1 ]; then
            diff -r "${subject}1" "$subject$jobs" || fail "$jobs jobs find something else"
            diff told1 "told$jobs" || fail "$jobs jobs tell something else"
        fi
    done
    find . -name '*[1237]' -type d -exec rm -rf {} +
}

same various 1 --runs 6000 --keep-going
same various 1 --runs 6000
same various 1 --runs 6000 --keep-going --seed 77 --strategy pct
same various 1 --runs 6000 --keep-going --strategy rff
same various 1 --runs 6000 --keep-going --strategy portfolio
same null_write 1 --runs 600 --keep-going
same exit 1 --runs 64 --keep-going --strategy random
same exit 1 --runs 600
same core 0 --runs 3000

# Pairs too: they were told above.
expect 1 run toy --subject various --strategy random --runs 600 --keep-going -o pairs
says 'linearizability: 600 histories checked, ' ' undecided' 'interleaving pairs: ' 'in 75 programs' 'after so many runs: 1: ' '600: ' 'not seen yet: ' 'probability '

# A run that takes its process with it shows what one does that fails in the same place. Of this seed, one pair is in
# such a run alone.
for subject in fail exit; do
    expect 1 run toy --subject "$subject" --strategy random --runs 100 --seed 40 --keep-going --json -o pairs
    tail -1 stdout | sed 's/.*"interleavings"://' >"$subject"
done
diff fail exit || fail "pairs are lost with a process"

# The number that counts is the lowest that fails.
expect 1 run toy --subject various --runs 6000 --json -o lowest --jobs 3
runs=$(sed -n '1s/.*"runs_to_first":\([0-9]*\),.*/\1/p' stdout)
expect 1 run toy --subject various --runs "$runs" -o lowest
expect 0 run toy --subject various --runs $((runs - 1)) -o lowest

# All runs are executed, once each.
expect 1 run toy --subject various --runs 6001 --keep-going --jobs 3 -o all
says "6001 runs in"

# What a finding says of how it was found finds it: with so many runs, not with one less.
expect 1 run toy --subject various --runs 6000 --strategy pct --depth 7 --faults off --seed 3 -o words
found=$(sed -n 's/.*found by: run \([0-9]*\) of heddle \(.*\)/\1 \2/p' stdout)
signature=$(sed -n 's/ *signature: //p' stdout)
read -ra words <<<"${found#* }"
expect 1 "${words[@]}" --runs "${found%% *}" -o words
says "signature: $signature"
expect 0 "${words[@]}" --runs $((${found%% *} - 1)) -o words
