#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# A file is the same failure every time; where two runs differ, the first event that does is named.
. "$(dirname "$0")/testing.sh"

expect 1 run toy --subject various --runs 4000 --keep-going -o all
findings all 3
tail -n 1 stdout | grep -q "3 distinct failures" || fail "no totals at the end"

# The last line of every failure is the command that reproduces it.
grep " replay " stdout >commands
[ "$(wc -l <commands)" -eq 3 ] || fail "not a command for each failure"
while read -r command; do
    sh -c "$command" >stdout 2>stderr
    [ $? -eq 1 ] || fail "does not reproduce: $command"
    [ "$(tail -n 1 stdout)" = "$command" ] || fail "the last line is not the command"
done <commands

expect 1 replay --repeat 1000 all/*.prog
says "runs: 1000, all with this hash" "3 files, 3000 runs, 3000 of them failed"
expect 0 replay --expect invariant all/*.prog
says "invariant as expected"
expect 1 replay --expect deadlock all/*.prog
says "expected deadlock, and it is invariant"
expect 1 replay --expect ok all/*.prog
set -- all/*.prog
for jobs in 1 2 3; do
    expect 1 replay --repeat 7 --jobs $jobs "$@"
    grep -o '^all/[^:]*' stdout >order
    printf '%s\n' "$@" | cmp - order || fail "$jobs jobs: another order"
done
expect 1 replay --trace "$1"
says "mutex_init" "exit"

# A strategy that learns has learnt nothing before a file, whatever was executed before.
for strategy in surw urw rff period portfolio; do
    sed "s/^strategy .*/strategy $strategy seed=9/; /^schedule/,/^end/{/^end/!d}" "$1" >learning.prog
    "$program" replay --repeat 40 learning.prog >stdout 2>stderr
    [ $? -le 1 ] || fail "$strategy: runs of the same file differ"
done

# Another subject, and what is needed to reproduce it.
expect 0 replay --subject core "$1"
expect 1 replay --subject fail "$1"
says "replay --subject fail all/"

# A name that a shell would take apart.
cp "$1" "a b'c.prog"
expect 1 replay "a b'c.prog"
sh -c "$(tail -n 1 stdout)" | grep -q invariant || fail "the command is not quoted"

# What one run leaves in the process shows in the next.
expect 3 replay --repeat 5 --subject remember "$1"
says "4 of 5 runs differed from the first" "first in event" "result 0"
tail -n 1 stdout | grep -q " replay --subject remember --repeat 5 all/" || fail "no command"
# What one process has and another has not shows when the failure is confirmed.
expect 3 run toy --subject differ --runs 400 -o unstable
says "its replay in a fresh process differed" "first in event"
[ -e "$(echo unstable/unstable-*.prog)" ] || fail "the program was not kept"

# The engine's own mistakes are nobody's finding.
expect 5 run toy --subject internal --runs 400 -o engine
says "internal: the engine is right"
expect 5 replay engine/internal-*.prog

# A file whose schedule does not fit says so, and is no failure for that.
printf 'heddle 1\ntarget toy\nthread\n  add by=1\nschedule\n  task 0:0 = 77\nend\n' >strange.prog
expect 0 replay strange.prog
says "diverged at step"

# A report begins with the faults that were injected, on the screen and in the file.
cat >faulty.prog <<'END'
heddle 1
target toy
subject fail
strategy random seed=1
thread
  add by=1
  strike
  strike
thread
  add by=1
  strike
  strike
faults
  before_strike nth=0 : spare
end
END
for seed in 1 2 3 4 5 6 7 8 9; do
    sed "s/seed=1/seed=$seed/" faulty.prog >faulty-$seed.prog
    if ! "$program" replay faulty-$seed.prog >stdout; then
        [ "$(head -2 stdout)" = "$(printf 'faults injected before: 1\n  before_strike nth=0 : spare')" ] ||
            fail "the report does not begin with the fault: $(head -3 stdout)"
        "$program" shrink faulty-$seed.prog -o smaller.prog >/dev/null || true
        [ "$(head -1 smaller.prog)" = '# no fault was injected' ] || [ "$(head -1 smaller.prog)" = '# faults injected before: 1' ] ||
            fail "the file does not begin with the faults: $(head -3 smaller.prog)"
        faulty=yes
        break
    fi
done
[ "${faulty:-no}" = yes ] || fail "no schedule of the faulty program failed"

# No control characters but on a terminal.
expect 1 run toy --subject various --runs 4000 --keep-going -o again
! grep -q "$(printf '\033\\|\r')" stdout stderr || fail "control characters"
if ! script -qec true typescript >/dev/null 2>&1; then
    echo "skipped: what a terminal shows, for this machine gives none"
else
    script -qec "'$program' run toy --subject fail --seconds 1 --keep-going -o tty" typescript >stdout
    grep -q "$(printf '\033')\\[1;31massertion" stdout || fail "no colour on a terminal"
    grep -q "runs  .*/s  " stdout || fail "no progress on a terminal"
fi
# A subject's own output goes nowhere.
expect 0 run toy --subject chatter --runs 4000
says_not "xxxx"

# A full disk, and the reason only if it is known: it is never Success.
"$program" replay faulty-$seed.prog >/dev/full 2>stderr
[ $? -eq 4 ] || fail "a full disk is not an error"
says "cannot write the output"
says_not Success
