#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# test_campaign_full_disk.sh HEDDLE_TOY TOY_DRIVER: a campaign whose disk is full, and then is not: said once each, nothing is half of
# something, nothing is lost, and no engine is given up for it. The disk is a small one, in a namespace of this test's own.
if [ "${3:-}" != inside ]; then
    unshare -Urm true 2>/dev/null || {
        echo "skipped: there can be no file system of this test's own here"
        exit 77
    }
    exec unshare -Urm "$0" "$1" "$2" inside
fi
. "$(dirname "$0")/scripted_engines.sh"
. "$(dirname "$0")/testing.sh"
scripted_trees
mkdir disk
mount -t tmpfs -o size=12m tmpfs disk || fail "mount"
trap '[ -z "$running" ] || kill -9 "$running" 2>/dev/null; cd /; umount -l "$work/disk"; rm -rf "$work"' EXIT
at_least() { [ "$(grep -c "^$1 " starts)" -ge "$2" ]; }
said() { [ "$(grep -cF "$1" stderr)" -ge "$2" ]; }
fill() { cat /dev/zero >disk/filler 2>/dev/null; }
full='nothing more can be written in disk/camp: No space left on device'

for subject in fail various; do
    "$program" run toy --subject $subject --runs 400 -o $subject >stdout 2>stderr
done
failing=$(basename fail/*.prog .prog) various=$(basename various/*.prog .prog)

printf 'heddle 1\ntarget toy\nsubject core\nstrategy random seed=3\nthread\n  add by=1\nend\n' >calm.prog
mkfifo find.prog find_more.prog

# One engine dies where it cannot write, as AFL++ does. One does not, as libFuzzer, and finds a failure again and again once
# it gets another program through a pipe.
engine afl <<'END'
for argument; do case $argument in --tally=*) folder=${argument#--tally=} ;; esac; done
while printf '%04096d' 0 >>"${folder%/tallies/*}/afl/written"; do sleep 0.1; done
exit 9
END
engine libfuzzer <<END
for argument; do case \$argument in --*) ours+=("\$argument") ;; esac; done
for run in {1..300}; do files+=("$work/fail/$failing.prog"); done
"$driver" "\${ours[@]}" "$work/find.prog" "\${files[@]}" "$work/find_more.prog" "\${files[@]}" 2>"$work/told"
exec sleep 1000
END
: >starts
begin_campaign disk/camp --engine both --jobs 2 --seconds 1000
until_true [ -s disk/camp/campaign.json ]
until_true [ -s disk/camp/afl/written ]
until_true [ -s disk/camp/tallies/toy-libfuzzer-1 ]
fill

# What is found now cannot be written, and the target says it once for all 300 times.
until_true said "$full" 1
until_true said 'toy-afl-main ended (exit code 9); it is started again once there is room' 1
cat calm.prog >find.prog
until_true grep -q 'the finding cannot be written: No space left' told
sleep 2
[ "$(grep -c 'the finding cannot be written' told)" -eq 1 ] || fail "the target: $(head -n 40 told)"
[ "$(grep -cF "$full" stderr)" -eq 1 ] || fail "said more than once"
[ "$(grep -c '^afl ' starts)" -eq 1 ] || fail "started where nothing can be written"
"$program" report disk/camp -o page.html >page.said 2>&1 || fail "campaign.json cannot be read: $(cat page.said)"
[ -z "$(find disk/camp -name '*.prog' -o -name '*.json.*' -o -name '*.prog.*')" ] || fail "half of something: $(find disk/camp -type f)"

# Room again: the engine starts; what is found is written and judged.
rm disk/filler
until_true said 'disk/camp can be written in again: all goes on' 1
until_true at_least afl 2
cat calm.prog >find_more.prog
until_true [ -e "disk/camp/failures/$failing.prog" ]

# Full again while a failure waits to be judged: it waits.
rm disk/camp/logs/judge-*
cp "various/$various.prog" disk/camp/incoming/
fill
until_true said "$full" 2
sleep 3
[ -e "disk/camp/incoming/$various.prog" ] || fail "it is judged: $(find disk/camp -name "$various*")"
[ -z "$(find disk/camp/unreproduced -type f)" ] || fail "taken for one that did not happen again"
rm disk/filler
until_true [ -e "disk/camp/failures/$various.prog" ]
for signature in $failing $various; do
    [ -s "disk/camp/failures/$signature.txt" ] && grep -q "\"signature\":\"$signature\"" "disk/camp/failures/$signature.json" ||
        fail "$signature is not whole"
done
end_campaign 1
says "2 distinct failures" "0 unreproduced"
says_not "given up"
says_not "cannot be judged now"
[ "$(grep -c 'can be written in again' stderr)" -eq 2 ] || fail "said more than twice"
[ -z "$(find disk/camp/incoming -type f)" ] || fail "left: $(find disk/camp/incoming)"
