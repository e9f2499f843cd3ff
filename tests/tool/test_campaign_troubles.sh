#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# test_campaign_troubles.sh HEDDLE_TOY TOY_DRIVER: an engine that is missing, that is killed, that dies at once; an
# execution that is not the same twice. Each is said, and the rest goes on.
. "$(dirname "$0")/scripted_engines.sh"
. "$(dirname "$0")/testing.sh"
scripted_trees
starts_of() { grep -c "^$1 " starts; }
at_least() { [ "$(starts_of "$1")" -ge "$2" ]; }
engine libfuzzer <<<'exec sleep 1000'
engine afl <<<'exec sleep 1000'
"$program" run toy --subject fail --runs 400 -o found >stdout 2>stderr
signature=$(basename found/*.prog .prog)

# --- an engine that is missing ----------------------------------------------------------------------------

mv few/afl-fuzz few/away
campaign 0 without --engine both --jobs 1 --seconds 1
says "afl-fuzz is not installed"
[ "$(starts_of libfuzzer)" -eq 1 ] || fail "the other engine has not run"
campaign 4 alone --engine afl --seconds 1000
says "afl-fuzz is not installed"
mv few/away few/afl-fuzz
mv trees/fuzz/bin trees/fuzz/away
: >starts
campaign 0 without2 --engine both --jobs 1 --seconds 1
says "trees/fuzz/bin/fuzz_toy is not there: \`cmake --preset fuzz"
[ "$(starts_of afl)" -eq 1 ] || fail "the other engine has not run"
campaign 4 alone --engine libfuzzer --seconds 1000
[ ! -e alone ] || fail "a directory for nothing"
mv trees/fuzz/away trees/fuzz/bin
# A tree that is built, and has no such target.
expect 4 campaign toys --trees trees -o alone --engine libfuzzer
says "trees/fuzz has no target 'toys'; it has toy"
says_not "kernel source"
expect 4 campaign reference --trees trees -o alone --engine libfuzzer
says "it has toy. This one needs a kernel source: ci/campaign --kernel-source"
[ ! -e alone ] || fail "a directory for nothing"
# Whoever goes on need not say again with what.
: >starts
campaign 0 again --engine libfuzzer --jobs 1 --seconds 1
PATH="$work/few" expect 0 campaign --trees trees -o again --resume --jobs 1 --seconds 2
[ "$(starts_of libfuzzer)" -eq 2 ] && [ "$(starts_of afl)" -eq 0 ] || fail "it went on with something else"
campaign 0 again --engine afl --jobs 1 --resume --seconds 3
[ "$(starts_of afl)" -eq 1 ] || fail "it was told to go on with the other engine"
# Seeds and mutator are of programs: where inputs are none, nothing is missing.
cp trees/fuzz/bin/fuzz_toy trees/fuzz/bin/fuzz_text
cp trees/afl/bin/fuzz_toy trees/afl/bin/fuzz_text
PATH="$work/few" expect 0 campaign text --trees trees -o text --jobs 2 --seconds 1
says_not "has no seeds"
says_not "mutates bytes"
rm trees/*/bin/fuzz_text
# A mutator that is missing, which AFL++ alone takes from a file.
campaign 0 blind --engine afl --jobs 1 --seconds 1
says "trees/release/lib/libheddle_mutator_toy.so is not there, so AFL++ mutates bytes"
mkdir -p trees/release/lib
: >trees/release/lib/libheddle_mutator_toy.so
campaign 0 seeing --engine afl --jobs 1 --seconds 1
says_not "mutates bytes"

# --- one that is killed, and one that dies at once ------------------------------------------------------------

: >starts
engine afl <<<'echo "this is why"; exit 7'
engine libfuzzer <<<"echo \$\$ >\"$work/pid\"; exec sleep 1000"
begin_campaign killed --engine both --jobs 2 --seconds 1000
until_true at_least libfuzzer 1
until_true [ -s pid ]
first=$(cat pid)
kill -9 "$first"
until_true grep -q 'toy-libfuzzer-1 ended (signal 9); it is started again' stderr
until_true at_least libfuzzer 2
until_true grep -q 'toy-afl-main ended (exit code 7), 5 times soon after its start: given up, the rest goes on' stderr
says "  this is why"
[ "$(starts_of afl)" -eq 5 ] || fail "it was started $(starts_of afl) times"
second=$(cat pid)
[ "$second" != "$first" ] && kill -0 "$second" || fail "the rest does not go on"
end_campaign 0
! kill -0 "$second" 2>/dev/null || fail "it is left behind"
says "engines started again 6 times"
# Nobody is left: that is the end, and an environment that lacks something.
engine libfuzzer <<<'exit 7'
campaign 4 dead --engine libfuzzer --jobs 1 --seconds 1000
says "given up"

# --- an execution that is not the same twice -----------------------------------------------------------------

# Of forty executions two are done twice; the subject keeps something from run to run.
sed 's/^subject fail/subject remember/' found/*.prog >remembers.prog
printf 'heddle 1\ntarget toy\nsubject core\nstrategy random seed=3\nthread\n  add by=1\nend\n' >calm.prog
# libFuzzer leaves the input as well, which fails no more in a fresh process; that of another start is another matter.
"$program" convert calm.prog calm.bytes || fail "convert"
for last in calm remembers; do
    engine libfuzzer <<END
for argument; do case \$argument in --*) ours+=("\$argument") ;; -artifact_prefix=*) prefix=\${argument#*=} ;; esac; done
for run in {1..39}; do files+=("$work/calm.prog"); done
[ -e "$work/done" ] || "$driver" "\${ours[@]}" "\${files[@]}" "$work/$last.prog" ||
    for file in "\${prefix}crash-0123" "\${prefix%-s*}-s1-crash-4567"; do
        cat "$work/calm.bytes" >"\$file"
    done
: >"$work/done"
exec sleep 1000
END
    rm -f done
    begin_campaign twice_$last --engine libfuzzer --jobs 1 --seconds 1000
    until_true [ -e done ]
    if [ $last = calm ]; then
        end_campaign 0
        says "40 executions, 0 known failures passed over, 2 executions done twice" "0 unstable"
    else
        until_true grep -q 'an execution was not the same twice: see unreproduced/ in twice_remembers' stderr
        nothing_waits() { [ -z "$(ls twice_remembers/incoming)" ]; }
        until_true nothing_waits
        end_campaign 3
        says "1 duplicates of failures, 1 unreproduced, 1 unstable"
        [ -e twice_remembers/unreproduced/*-s1-crash-4567 ] || fail "another start's artifact is gone"
        [ -e twice_remembers/unreproduced/unstable-*.prog ] || fail "it was not kept"
        expect 0 report twice_remembers
        grep -q '1 execution was not the same twice' twice_remembers/report.html || fail "the page does not say so"
    fi
done

# --- a corpus that cannot be written, and one that was not made small as a whole ---------------------------------

engine libfuzzer <<<'exec sleep 1000'
engine afl <<<'exec sleep 1000'
: >starts
begin_campaign corpus --engine both --jobs 2 --seconds 1000
until_true at_least afl 1
until_true [ -d corpus/corpus/toy ]
mv corpus/corpus/toy corpus/corpus/away
mkdir -p corpus/afl/toy/toy-afl-main/queue
for number in 0 1; do
    echo "entry $number" >"corpus/afl/toy/toy-afl-main/queue/id:00000$number,orig:seed"
done
sleep 3
mv corpus/corpus/away corpus/corpus/toy
copied() { [ "$(find corpus/corpus/toy -name 'afl-*' | wc -l)" -eq 2 ]; }
until_true copied
end_campaign 0
[ "$(cat corpus/corpus/toy/afl-* | sort)" = "$(printf 'entry 0\nentry 1')" ] || fail "copied otherwise"

# libFuzzer says how many it has kept, whether or not they could be written.
before=$(ls corpus/corpus/toy)
for kept in 'echo kept >"$1/a"; : >"$1/b"' 'echo kept >"$1/a"'; do
    engine merge <<END
set -- "\${@: -2}"
$kept
echo "MERGE-OUTER: 2 new files with 7 new features added; 0 new coverage edges"
END
    campaign 0 corpus --engine both --jobs 2 --resume --seconds 1
    says "corpus/toy: left as it is, 2 inputs; the smaller one was not finished"
    [ "$(ls corpus/corpus/toy)" = "$before" ] && [ "$(ls -A corpus/corpus)" = toy ] || fail "not as it was: $(ls -AR corpus/corpus)"
done
engine merge <<'END'
set -- "${@: -2}"
echo kept >"$1/a"
echo "MERGE-OUTER: 1 new files with 7 new features added; 0 new coverage edges"
END
campaign 0 corpus --engine both --jobs 2 --resume --seconds 1
says "corpus/toy: 1 inputs of 2 have all the coverage"
[ "$(ls corpus/corpus/toy)" = a ] || fail "not the smaller one: $(ls corpus/corpus/toy)"
