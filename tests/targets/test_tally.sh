#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# test_tally.sh TEXT_DRIVER BYTES_DRIVER: what the targets of the written forms did is in their tally, as campaigns read it, and
# adds up from process to process; the other arguments that campaigns give are no files.
. "$(dirname "$0")/../tool/testing.sh"

# runs_in FILE: the second number of struct tally.
runs_in() { od -An -t u8 -j 8 -N 8 "$1" | tr -d ' '; }

mkdir seeds
printf 'heddle 1\nno program\n' >seeds/a
: >seeds/b
printf 'heddle 1\ntarget lifecycle\nsubject core\nstrategy fixed\nthread\n  barrier\nend\n' >seeds/c
for target in "$1" "$2"; do
    program=$target
    tally=$(basename "$target").tally
    expect 0 --known=nowhere --tally="$tally" --double=20 --keep-going=1 seeds
    says "3 inputs"
    [ "$(runs_in "$tally")" = 3 ] || fail "$target: $(runs_in "$tally") executions instead of 3"
    expect 0 --tally="$tally" seeds seeds
    [ "$(runs_in "$tally")" = 9 ] || fail "$target: $(runs_in "$tally") executions instead of 9"
    expect 2 --tally=nowhere/tally seeds
    says "nowhere/tally: No such file"
done
