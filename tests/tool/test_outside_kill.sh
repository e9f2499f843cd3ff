#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Somebody kills a worker with SIGKILL: what it was executing is kept, the run is repeated, nothing is lost, and
# nothing is called a failure of the program.
. "$(dirname "$0")/testing.sh"

"$program" run toy --seconds 4 --jobs 2 -o found >stdout 2>stderr &
parent=$!
killed=0
for i in 1 2 3 4 5 6; do
    sleep 0.3
    for child in $(cat "/proc/$parent/task/$parent/children" 2>/dev/null); do
        kill -KILL "$child" 2>/dev/null && killed=$((killed + 1))
    done
done
wait "$parent"
code=$?
[ "$code" -eq 0 ] || fail "exit code $code"
[ "$killed" -gt 0 ] || fail "nobody was killed"
says "0 distinct failures" "killed from outside (Killed)"
kept=$(find found -name 'worker-death-*.prog' | wc -l)
[ "$kept" -gt 0 ] || fail "nothing was kept of $killed killed workers"
expect 0 replay found/worker-death-*.prog

# A subject on which the kill falls in the middle of a run: TOY_KILLED is the stranger's note.
TOY_KILLED=$work/mark expect 0 run toy --subject stranger --runs 400 -o kept
says "killed from outside" "400 runs" "0 distinct failures"
[ -e mark ] || fail "nobody was killed"
grep -q '^# verdict: ok$' kept/worker-death-*.prog || fail "a stranger's kill has a verdict"

# … or in the middle of what a failure writes down: half a verdict is none.
TOY_KILLED=$work/mark2 expect 1 run toy --subject late_stranger --runs 400 --keep-going -o late
says "killed from outside" "1 distinct failure;"
says_not "differed"
[ -e mark2 ] || fail "nobody was killed"

# Without its parent a worker does not go on.
"$program" run toy --seconds 60 >stdout 2>stderr &
parent=$!
sleep 0.5
child=$(cat "/proc/$parent/task/$parent/children")
kill -KILL "$parent"
wait "$parent" 2>/dev/null
for worker in $child; do
    # Nobody may be there to bury it, so a dead one may still be seen, as a zombie.
    for i in 1 2 3 4 5 6 7 8 9 10; do
        state=$(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$worker/status" 2>/dev/null)
        [ "${state:-Z}" = Z ] && break
        sleep 0.5
    done
    [ "${state:-Z}" = Z ] || fail "worker $worker outlives its parent"
done

# An interrupt ends a run in good order, with totals.
"$program" run toy --subject fail --keep-going --seconds 60 -o fails >stdout 2>stderr &
parent=$!
sleep 0.5
kill -INT "$parent"
wait "$parent"
code=$?
[ "$code" -eq 1 ] || fail "exit code $code after an interrupt"
says "1 distinct failure;"
