#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Shrinking as people use it: what is left fails in the same way, nothing of it can go, and whatever the subject does to
# its process, or however the file was found, the result is the same small file.
. "$(dirname "$0")/testing.sh"

cat >large.prog <<'END'
heddle 1
target toy
subject fail
strategy random seed=1
thread
  add by=1
  add by=7
thread
  add by=5
  strike
  strike
  add by=2
thread
  add by=3
thread
  strike
  add by=6
  strike
  strike
faults
  before_strike nth=3 : spare
end
END

# The first schedule that fails, of many.
seed=1
while "$program" replay large.prog >stdout 2>stderr; do
    seed=$((seed + 1))
    [ $seed -lt 500 ] || fail "no schedule fails"
    sed -i "s/seed=.*/seed=$seed/" large.prog
done
signature=$(sed -n 's/^ *signature: //p' stdout)
failed=$signature

shrunk() { # FILE SIGNATURE: it is as small as it can be
    [ "$(sed -n 's/^# signature: //p' "$1")" = "$2" ] || fail "$1: another signature"
    [ "$(grep -c '^thread' "$1")" -eq 2 ] || fail "$1: threads"
    [ "$(grep -c '^  strike' "$1")" -eq 2 ] || fail "$1: strikes"
    ! grep -q '^  add\|^faults' "$1" || fail "$1: something that is not needed"
    [ "$(grep -c '^  task' "$1")" -eq 1 ] || fail "$1: switches"
}

expect 1 shrink large.prog
says "threads 4 → 2, operations 11 → 2, faults 1 → 0" "→ 1, other choices 0 → 0" \
    "no schedule of this program with fewer than 1 chosen switch fails so: 2 schedules tried, complete" "signature: $signature" "replay large.min.prog" "was not seen in 300 schedules"
shrunk large.min.prog "$signature"
expect 1 replay large.min.prog
says "signature: $signature"
expect 0 replay --expect assertion --repeat 50 large.min.prog

# Who found it stays known; of a file that does not say so, this command did.
grep -qx '# found by: heddle shrink large.prog' large.min.prog || fail "does not say what found it"
sed '1i# found by: run 7 of somebody\n# origin: instance=one seed=2' large.prog >told.prog
expect 1 shrink told.prog
expect 1 shrink told.min.prog -o told.again.prog
for file in told.min.prog told.again.prog; do
    grep -qx '# found by: run 7 of somebody; then heddle shrink' $file && grep -qx '# origin: instance=one seed=2' $file ||
        fail "$file: who found it is lost"
done

# It is as small as it gets: once more changes nothing. The output can be named, and JSON says the same.
expect 1 shrink large.min.prog -o again.prog --json
grep -q "\"signature\":\"$signature\"" stdout || fail "JSON does not have the signature"
diff <(grep -v '^#' large.min.prog) <(grep -v '^#' again.prog) || fail "it went on shrinking"

# What stands in which thread saves switches: what the fixed policy does, nobody has to choose. The sum that is wrong needs
# the add, first of all; in a thread of its own behind the others it has to be chosen.
cat >arrange.prog <<'END'
heddle 1
target toy
subject various
strategy random seed=1
thread
  strike
thread
  strike
thread
  add by=1
end
END
seed=1
until ! "$program" replay arrange.prog >stdout 2>stderr && grep -q 'class 1' stdout; do
    seed=$((seed + 1))
    [ $seed -lt 500 ] || fail "no schedule fails with the add first"
    sed -i "s/seed=.*/seed=$seed/" arrange.prog
done
signature=$(sed -n 's/^ *signature: //p' stdout)
expect 1 shrink arrange.prog
says "threads 3 → 2, operations 3 → 3" "→ 1, other choices" "signature: $signature"
[ "$(grep -c '^  task' arrange.min.prog)" -eq 1 ] || fail "a switch that an arrangement saves"

# Subjects that take their process with them.
for subject in null_write exit; do
    sed "s/subject fail/subject $subject/" large.prog >$subject.prog
    expect 1 replay $subject.prog
    signature=$(sed -n 's/^ *signature: //p' stdout)
    expect 1 shrink $subject.prog --schedules 60
    shrunk $subject.min.prog "$signature"
done

# Interrupted, it keeps what it has; so many schedules would take minutes.
for signal in INT TERM; do
    "$program" shrink large.prog -o $signal.prog --schedules 1000000 --seconds 100000 >stdout 2>stderr &
    shrinker=$!
    until [ $((0x0$(sed -n "s/^SigCgt:\t//p" /proc/$shrinker/status 2>/dev/null) & 2)) -ne 0 ]; do
        [ -n "$(jobs -r)" ] || fail "it ended before it could be interrupted"
    done
    kill -$signal $shrinker
    wait $shrinker
    code=$?
    [ $code -eq 1 ] || fail "exit code $code when interrupted by SIG$signal"
    says "interrupted: this is how far it came" "replay $signal.prog"
    grep -q "^# signature: $failed\$" $signal.prog || fail "$signal.prog: another signature"
    expect 1 replay $signal.prog
done

# What does not fail, and what cannot be used or written.
sed 's/subject fail/subject core/' large.prog >core.prog
expect 2 shrink core.prog
says "core.prog: does not fail"
[ ! -e core.min.prog ] || fail "a file of nothing"
expect 2 shrink
says "needs a FILE"
expect 2 shrink missing.prog
expect 2 shrink large.prog -o nowhere/out.prog
says "nowhere/out.prog"
expect 2 shrink large.prog --seconds never
expect 0 shrink --help
says "Example: heddle shrink"
