#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# test_campaign.sh SOURCE HEDDLE SUBJECT-IS-THERE: a campaign that is killed ten times at random moments loses no failure and no
# input, its totals only grow, and at the end it has judged everything. With the reference where it is, else with the core,
# where only the corpus can be lost.
set -euo pipefail
source=$1 heddle=$2
for tree in fuzz afl; do
    (cd "$source" && cmake --preset $tree && cmake --build "build/$tree") > /dev/null
done
target=lifecycle
! "$heddle" list subjects | grep -q '^reference ' || target=reference
work=$(mktemp -d)
running=''
trap '[ -z "$running" ] || kill -9 "$running" 2> /dev/null || true; rm -rf "$work"' EXIT
fail() { echo "FAIL: $*" && tail -n 20 "$work/log" && exit 1; }

campaign() { exec "$heddle" campaign $target --trees "$source/build" -o "$work/campaign" --seconds "$@"; }
failures() { find "$work/campaign/failures" -name '[0-9a-f]*.prog' -printf '%f\n' 2> /dev/null | sort; }
inputs() { find "$work/campaign/corpus" -type f -not -name '*.??????' -printf '%f\n' 2> /dev/null | sort; }
runs() { sed -n 's/.*"runs": *\([0-9]*\).*/\1/p' "$work/campaign/campaign.json" | tail -n 1; }

RANDOM=7
: > "$work/failures" && : > "$work/inputs"
resume=()
for kill in 1 2 3 4 5 6 7 8 9 10; do
    campaign 600 "${resume[@]}" > "$work/log" 2>&1 &
    running=$!
    sleep "$((3 + RANDOM % 4)).$((RANDOM % 10))"
    kill -9 "$running" 2> /dev/null || fail "life $kill ended by itself"
    wait "$running" 2> /dev/null || true
    running=''
    failures > "$work/failures.now" && inputs > "$work/inputs.now"
    comm -23 "$work/failures" "$work/failures.now" | grep . && fail "life $kill has lost these failures"
    comm -23 "$work/inputs" "$work/inputs.now" | grep . && fail "life $kill has lost these inputs"
    mv "$work/failures.now" "$work/failures" && mv "$work/inputs.now" "$work/inputs"
    # Each failure that is there is whole.
    while read -r name; do
        [ -s "$work/campaign/failures/${name%.prog}.txt" ] && [ -s "$work/campaign/failures/${name%.prog}.json" ] ||
            fail "$name lacks its explanation or origin"
    done < "$work/failures"
    resume=(--resume)
    # Nobody is left behind.
    sleep 0.5
    ! pgrep -f "$work/campaign" > /dev/null || fail "life $kill has left processes: $(pgrep -af "$work/campaign")"
done
echo "ten lives: $(wc -l < "$work/failures") failures, $(wc -l < "$work/inputs") inputs"
waiting=$(find "$work/campaign/incoming" -name '*.prog' | sed 's,.*/,,' | sort)

# The last life has no time left but to judge what waits.
code=0
(campaign 1 --resume) > "$work/log" 2>&1 || code=$?
tail -n 1 "$work/log"
[ -z "$(find "$work/campaign/incoming" -type f)" ] || fail "something was not judged"
for name in $waiting; do
    [ -e "$work/campaign/failures/$name" ] || [ -e "$work/campaign/unreproduced/$name" ] || fail "$name is lost"
done
if [ $target = reference ]; then
    [ "$code" -eq 1 ] || fail "exit code $code"
    [ "$(failures | wc -l)" -ge 3 ] || fail "only $(failures | wc -l) failures"
    failures | while read -r name; do
        "$heddle" replay --json "$work/campaign/failures/$name" > "$work/said" || [ $? -eq 1 ]
        grep -q "\"signature\":\"${name%.prog}\"" "$work/said" || fail "$name does not fail so"
    done
else
    [ "$code" -eq 0 ] || fail "exit code $code"
fi
# A second campaign in the same place, an unknown target, a directory that cannot be: each is said.
(campaign 1) > "$work/log" 2>&1 && fail "a campaign was overwritten"
grep -q -e '--resume' "$work/log" || fail "does not say how to go on"
"$heddle" campaign mars --trees "$source/build" -o "$work/mars" > "$work/log" 2>&1 && fail "there is no mars"
grep -q "has no target 'mars'" "$work/log" || fail "does not say what is missing"
echo PASS
