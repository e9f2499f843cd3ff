#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Sweeps of faults as people use them: every occurrence is injected once and from then on, what fails is named with its
# fault, pairs find what needs two, and neither deaths nor the number of workers change what is found.
. "$(dirname "$0")/testing.sh"

cat >four.prog <<'END'
heddle 1
target toy
thread
  strike
  add by=1
  strike
thread
  add by=2
  strike
  strike
end
END

# The program strikes four times: so many occurrences, each once and onwards.
expect 0 faults four.prog --list
says "0 distinct failures" "12 runs in" "complete: that was every kind of fault at every occurrence, one at a time"
grep -q '^  before_strike : spare  *4  *8  *8  *0$' stdout || fail "the row of spare is not 4 occurrences, 8 runs, 8 ok"
for nth in 0 1 2 3; do
    says "  before_strike nth=$nth : spare: ok" "  before_strike nth=$nth onwards : spare: ok"
done
says_not "nth=4"
says_not "pairs:"

# The program keeps its schedule, and its own faults are set aside.
sed 's/^end$/faults\n  before_strike nth=0 : spare\n  before_strike nth=2 : spare\nend/' four.prog >faulty.prog
expect 0 faults faulty.prog --subject two
says "0 distinct failures"

# A point that is not reached is no point to inject at, and that is said.
printf '%s\n' 'heddle 1' 'target toy' thread '  add by=1' end >none.prog
expect 0 faults none.prog --pairs
says "never reached: before_strike" "2 runs in" "complete"

# What needs the third strike to be spared: that one, and from each up to it on.
expect 1 faults four.prog --subject third -o third
says "assertion: strikes never overlap" "with before_strike nth=2 : spare" "faults injected: 1" \
    "1 distinct failure; 4 runs failed, 3 of them in ways known before"
says_not "without a fault it fails"
grep -q '^  before_strike : spare  *4  *8  *4  *4$' stdout || fail "the row of spare is not 4 ok, 4 failed"
signature=$(sed -n 's/^ *signature: //p' stdout)
says "  before_strike nth=2 : spare: assertion $signature" "  before_strike nth=0 onwards : spare: assertion $signature"
says_not "nth=3 onwards"
findings third 1
grep -q '^  before_strike nth=2 : spare$' third/*.prog || fail "the file has another fault"
expect 1 replay third/*.prog
expect 0 faults four.prog --subject third --known third -o known
says "0 distinct failures; 4 runs failed, 4 of them in ways known before"

# What needs two, and not the one between, no single one finds, and no from-then-on.
expect 0 faults four.prog --subject two -o none
expect 1 faults four.prog --subject two --pairs -o two
says "with before_strike nth=0 : spare and before_strike nth=2 : spare" "faults injected: 2" "pairs: 28 of 28 run" \
    "1 distinct failure" "complete: that was every kind of fault at every occurrence, alone and in pairs"
grep -q ', both faults injected in 27, [1-9][0-9]* failed$' stdout || fail "pairs are not counted"
findings two 1
expect 1 replay two/*.prog

# More pairs than it may: it says so, and how many.
expect 0 faults four.prog --pairs --pairs-max 5
says "pairs: 5 of 28 run" "not complete: every fault alone, and as many pairs as --pairs-max allows"

# Workers that die: the series goes on behind each, and the failure is the same whoever executes it.
for subject in third_exit third_kill; do
    for jobs in 1 3; do
        expect 1 faults four.prog --subject $subject --pairs --jobs $jobs -o $subject$jobs
        says "complete" "1 distinct failure" "with before_strike nth=2 : spare"
        grep -q '^  before_strike : spare  *4  *8  *4  *4$' stdout || fail "a death takes something along"
        findings $subject$jobs 1
        expect 1 replay $subject$jobs/*.prog
    done
    diff <(sed '/found by/d' $subject"1"/*.prog) <(sed '/found by/d' $subject"3"/*.prog) ||
        fail "with more workers it finds something else"
done

# A stranger's kill is nobody's failure: the run is done again.
for kills in 1 2 3; do
    TOY_KILLED=$PWD/killed$kills TOY_KILLS=$kills expect 0 faults four.prog --subject third_stranger -o stranger$kills
    says "killed from outside" "complete" "0 distinct failures; 0 runs failed"
    grep -q '^  before_strike : spare  *4  *8  *8  *0$' stdout || fail "a run was lost"
done

# What fails without any fault is told as that, once.
sed 's/^target toy$/&\nstrategy round-robin/' four.prog >overlap.prog
expect 1 faults overlap.prog --subject fail -o base
says "without a fault" "1 distinct failure" "faults injected: 0"
grep -q "^without a fault it fails as well: assertion $(sed -n 's/^ *signature: //p' stdout)\$" stdout ||
    fail "does not say at its end that the faults are not to blame"
findings base 1

# What is not deterministic is said.
expect 3 faults four.prog --subject third_differ -o differ
says "its replay in a fresh process differed"
TOY_KILLED=$PWD/rarely expect 3 faults four.prog --subject third_rarely -o rarely_found
says "run 4 (with before_strike nth=2 : spare) failed with signature" "and when it was run again"

# JSON: the failure, then the totals.
expect 1 faults four.prog --subject third --json --pairs -o json
[ "$(wc -l <stdout)" -eq 2 ] || fail "not two objects"
grep -q '"complete":true.*"sweep":{"singles":\[{"fault":"before_strike : spare","occurrences":4,"runs":8,"ok":4,"failed":4}\],"pairs":{"all":28,"runs":28,' stdout ||
    fail "JSON does not have the sweep"
expect 0 faults four.prog --json --pairs --pairs-max 3
grep -q '"complete":false' stdout || fail "JSON does not say that it is not complete"

# Arguments.
expect 2 faults
says "needs a FILE"
expect 2 faults four.prog --pairs-max 5
says "there are no pairs without --pairs"
expect 2 faults four.prog four.prog
expect 2 faults missing.prog
expect 2 faults four.prog --pairs-max none
says "--pairs-max: 'none' is not a number"
expect 2 faults four.prog --jobs 0
expect 2 faults four.prog --seconds never
expect 2 faults four.prog --subject nobody
expect 2 faults four.prog --known nowhere
expect 2 faults four.prog -o four.prog
expect 0 faults --help
says "Example: heddle faults" "--pairs-max"
