#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Exhaustive search as people use it: it says whether that was all, stops at the first failure or goes on, comes through
# deaths of its worker, and goes on from where it was written down.
. "$(dirname "$0")/testing.sh"

cat >two.prog <<'END'
heddle 1
target toy
thread
  add by=1
  strike
  add by=2
thread
  add by=3
  strike
end
END

executed() { sed -n 's/^\([0-9]*\) schedules executed.*/\1/p' stdout; }

# Nothing wrong: everything is seen, under each bound, and the reduction leaves something out.
last=0
for bound in 0 1 2 none; do
    expect 0 enumerate two.prog --preemptions $bound
    says "complete: that was every schedule" "0 distinct failures"
    says_not "not complete"
    reduced=$(executed)
    expect 0 enumerate two.prog --preemptions $bound --plain
    [ "$reduced" -lt "$(executed)" ] || fail "no reduction: $reduced of $(executed)"
    [ "$reduced" -ge "$last" ] || fail "fewer schedules under a larger bound"
    last=$reduced
done

# Of what the program does not have it is not said that it never happened.
says "  add  " "  strike  "
says_not "never"
says_not "fault at"
sed 's/^end$/faults\n  before_strike nth=40 : spare\nend/' two.prog >faulty.prog
expect 0 enumerate faulty.prog --preemptions 0
says "  never: before_strike"

# A guess that is no more than a guess is told as one, and with it how to go on.
{
    printf '%s\n' 'heddle 1' 'target toy'
    for thread in 1 2 3; do
        printf '%s\n' thread strike{,,,,,}
    done
    echo end
} >wide.prog
expect 0 enumerate wide.prog --preemptions none --plain --runs 1
says "1 run in" "not complete: less than 0.01 % of the schedules are behind; with --checkpoint"
expect 0 enumerate wide.prog --preemptions none --plain --runs 1 --checkpoint one
says "behind; the same command goes on from the checkpoint"

# It is the bound that decides what is found: two strikes overlap after one preemption, not after none.
expect 0 enumerate two.prog --subject fail --preemptions 0 -o none
expect 1 enumerate two.prog --subject fail --preemptions 1 -o first
says "assertion: strikes never overlap" "replay first/" "not complete" "found by: run" " 1 preemption"
says "behind; --keep-going goes on after a failure"
says_not " 1 preemptions"
findings first 1
expect 1 replay first/*.prog
expect 1 enumerate two.prog --subject fail --preemptions 1 -o all --keep-going
says "complete: that was every schedule within 1 preemption" "1 distinct failure"
findings all 1
expect 0 enumerate two.prog --subject fail --preemptions 1 --known all --keep-going -o known
says "complete" "0 distinct failures"

# A worker that dies takes nothing along: what it executed is learned from, and the next one goes on.
for subject in null_write exit; do
    expect 1 enumerate two.prog --subject $subject --keep-going -o $subject
    says "complete: that was every schedule within 2 preemptions" "1 distinct failure"
    findings $subject 1
    expect 1 replay $subject/*.prog
done
TOY_KILLED=$PWD/killed expect 0 enumerate two.prog --subject stranger --keep-going -o stranger
says "killed from outside" "complete: that was every schedule"

# Nor does a stranger who comes again: what it cut short is executed again.
expect 0 enumerate two.prog
whole=$(executed)
for kills in 2 3; do
    TOY_KILLED=$PWD/killed$kills TOY_KILLS=$kills expect 0 enumerate two.prog --subject stranger --keep-going -o stranger
    says "killed from outside" "complete: that was every schedule"
    [ "$(executed)" -eq "$whole" ] || fail "$(executed) schedules executed instead of $whole"
done

# Stopped and resumed, it executes what it would have executed at once, and still says what it found.
expect 1 enumerate two.prog --subject fail --keep-going -o at_once
at_once=$(executed)
pieces=0
while
    expect 1 enumerate two.prog --subject fail --keep-going --runs 7 --checkpoint fail.checkpoint -o piece
    pieces=$((pieces + 1))
    ! grep -q '^complete' stdout
do :; done
[ $pieces -gt 1 ] || fail "nothing was resumed"
says "$at_once schedules executed in all" "1 distinct failure"
diff -r at_once piece | grep -v '^[<>] # found by' | grep -q '^[<>]' && fail "resumed, it finds something else"
expect 1 enumerate two.prog --subject fail --keep-going --checkpoint fail.checkpoint -o piece
says "0 runs in" "complete" "1 distinct failure, 1 of them told before; 0 runs failed"

# A checkpoint of something else is refused, as is half of one; nothing is executed, and it stays as it is.
cp fail.checkpoint kept
expect 2 enumerate two.prog --subject core --checkpoint fail.checkpoint
says "fail.checkpoint: is of another program, or of another subject"
sed 's/by=2/by=4/' two.prog >other.prog
expect 2 enumerate other.prog --subject fail --checkpoint fail.checkpoint
expect 2 enumerate two.prog --subject fail --preemptions 1 --checkpoint fail.checkpoint
says "of a search with other options"
cmp kept fail.checkpoint || fail "a checkpoint that was refused has changed"
expect 1 enumerate two.prog --subject fail --keep-going --runs 7 --checkpoint half -o piece
head -n 8 half >damaged
expect 2 enumerate two.prog --subject fail --checkpoint damaged
says "damaged"
# Any digit that another one could stand for: believed, it would say complete of what is not.
for ((line = 1; line <= $(wc -l <half); line++)); do
    sed "${line}s/[0-9]\([^0-9]*\)$/7\1/" half >damaged
    cmp -s half damaged && continue
    expect 2 enumerate two.prog --subject fail --keep-going --checkpoint damaged -o piece
done
echo nonsense >damaged
expect 2 enumerate two.prog --subject fail --checkpoint damaged
says "is no checkpoint"
if [ "$(id -u)" -ne 0 ]; then
    mkdir -m 555 locked
    expect 2 enumerate two.prog --checkpoint locked/file
fi
expect 2 enumerate two.prog --checkpoint nowhere/file
says "nowhere/file"

# What is not deterministic cannot be enumerated, and that is said.
expect 3 enumerate two.prog --subject differ --keep-going -o differ
# … also where it only shows in what the events are, with choices behind them.
sed 's/^end/  add by=4\nend/' two.prog >longer.prog
expect 3 enumerate longer.prog --subject remember --keep-going -o remember
says "did not follow its schedule"
says_not ": that was every schedule"

# Arguments.
expect 2 enumerate
says "needs a FILE"
expect 2 enumerate two.prog --preemptions few
says "--preemptions: 'few' is not a number" "--preemptions none: no bound"
expect 2 enumerate two.prog two.prog
expect 2 enumerate missing.prog
expect 0 enumerate --help
says "Example: heddle enumerate" "--checkpoint"
expect 0 enumerate two.prog --json
grep -q '"complete":true' stdout || fail "JSON does not say that it is complete"
expect 0 enumerate two.prog --json --runs 2
grep -q '"complete":false' stdout || fail "JSON does not say that it is not complete"
