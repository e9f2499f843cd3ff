#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# test_campaign_records.sh HEDDLE_TOY TOY_DRIVER: what a campaign writes down of its failures and of its own randomness: who found
# what, with which seed; and that its files name nothing that is gone.
. "$(dirname "$0")/scripted_engines.sh"
. "$(dirname "$0")/testing.sh"
scripted_trees
judged() { [ -n "$(find "$1/failures" "$1/unreproduced" -name '[^.]*.prog' -o -name '*crash*')" ]; } # DIR
meta() { sed -n "s/^ *\"$2\": *\"\{0,1\}\([^\",]*\).*/\1/p" "$1"; } # FILE NAME

"$program" run toy --subject fail --runs 400 -o found >stdout 2>stderr
signature=$(basename found/*.prog .prog)
"$program" convert found/*.prog bytes

# --- a failure that the target wrote down --------------------------------------------------------------

# Another input before it: the failing one is execution 3. What its bytes say of another build is not what is kept.
printf 'heddle 1\ntarget toy\nsubject core\nstrategy random seed=3\nthread\n  add by=1\nend\n' >calm.prog
sed 's/^target toy/&\nrequires tsan/' found/*.prog >elsewhere.prog
engine libfuzzer <<END
for argument; do case \$argument in --*) ours+=("\$argument") ;; esac; done
"$driver" "\${ours[@]}" "$work/calm.prog" "$work/calm.prog" "$work/elsewhere.prog"
exec sleep 1000
END
begin_campaign camp --engine libfuzzer --seed 5 --jobs 1 --seconds 1000
until_true judged camp
end_campaign 1
file=camp/failures/$signature.json
seed=$(sed -n '1s/.* -seed=\([0-9]*\) .*/\1/p' starts)
[ "$(meta $file instance)" = toy-libfuzzer-1 ] && [ "$(meta $file engine)" = libfuzzer ] && [ "$(meta $file seed)" = "$seed" ] &&
    [ "$(meta $file run)" = 3 ] && [ "$(meta $file campaign_seed)" = 5 ] && [ "$(meta $file signature)" = "$signature" ] &&
    [ "$(meta $file build)" != "" ] && [ "$(meta $file commit)" != "" ] && [[ $(meta $file found) == 20*Z ]] ||
    fail "the origin: $(cat $file)"
grep -q '"injected"' $file || fail "does not say which faults were injected"
# Its hash is that of the file beside it.
"$program" replay --json camp/failures/$signature.prog >said
grep -q "\"hash\":\"$(meta $file hash)\"" said || fail "the hash is another file's"
# Its words name the file that is there.
[ "$(tail -n 1 "${file%.json}.txt")" = "$program replay camp/failures/$signature.prog" ] || fail "names $(tail -n 1 "${file%.json}.txt")"
! grep -F "/.$signature" "${file%.json}.txt" || fail "names a file that is gone"
expect 0 report camp
grep -qF "<dt>process</dt><dd>toy-libfuzzer-1 (libfuzzer), seed $seed, execution 3</dd>" camp/report.html || fail "the page lacks the process"
grep -qF '<dt>seed</dt><dd>5</dd>' camp/report.html || fail "the page lacks the campaign's seed"
grep -qF "<dt>build</dt><dd>$(meta $file build)</dd>" camp/report.html || fail "the page lacks the build"

# --- one that libFuzzer itself wrote, and one of AFL++ ---------------------------------------------------

engine libfuzzer <<END
for argument; do case \$argument in -artifact_prefix=*) prefix=\${argument#*=} ;; esac; done
cat "$work/bytes" >"\${prefix}crash-0123"
exec sleep 1000
END
: >starts
begin_campaign artifact --engine libfuzzer --jobs 1 --seconds 1000
until_true judged artifact
end_campaign 1
file=artifact/failures/$signature.json
[ "$(meta $file instance)" = toy-libfuzzer-1 ] && [ "$(meta $file seed)" = "$(sed -n 's/.* -seed=\([0-9]*\) .*/\1/p' starts)" ] ||
    fail "the artifact's origin: $(cat $file)"
drawn=$(meta artifact/campaign.json seed)
[ "${drawn:-0}" -gt 0 ] || fail "the seed that was drawn is not written down"

engine afl <<END
for argument; do case \$argument in --*=*) ours+=("\$argument") ;; esac; done
"$driver" "\${ours[@]}" "$work"/found/*.prog
exec sleep 1000
END
: >starts
begin_campaign of_afl --engine afl --jobs 1 --seconds 1000
until_true judged of_afl
end_campaign 1
file=of_afl/failures/$signature.json
[ "$(meta $file instance)" = toy-afl-main ] && [ "$(meta $file engine)" = afl ] && [ "$(meta $file role)" = main ] &&
    [ "$(meta $file seed)" = "$(sed -n 's/.* -s \([0-9]*\) .*/\1/p' starts)" ] && [ "$(meta $file run)" = 1 ] || fail "of AFL++: $(cat $file)"

# --- seeds ------------------------------------------------------------------------------------------------

# Each start has a seed of its own, and the same campaign the same ones; another campaign has others.
engine libfuzzer <<<'exit 1'
engine afl <<<'exit 1'
twice() { [ "$(grep -c ^libfuzzer starts)" -ge 2 ] && [ "$(grep -c ^afl starts)" -ge 2 ]; }
seeds() { # CAMPAIGN-SEED: of the first two starts of each engine
    : >starts
    rm -rf seeded
    begin_campaign seeded --engine both --jobs 2 --seconds 1000 --seed "$1"
    until_true twice
    end_campaign 0
    sed -n 's/^libfuzzer .* -seed=\([0-9]*\) .*/\1/p' starts | head -n 2
    sed -n 's/^afl .* -s \([0-9]*\) .*/\1/p' starts | head -n 2
}
seeds 5 >five
[ "$(sort -u five | wc -l)" -eq 4 ] || fail "a seed twice: $(cat five)"
seeds 5 | cmp - five || fail "the same campaign has other seeds"
seeds 6 | grep -xFf five && fail "another campaign has the same seeds"
[ "$(meta seeded/campaign.json seed)" = 6 ] || fail "the seed is not written down"
campaign 2 seeded --resume --seed 7
says "--seed: the campaign in seeded has the seed 6"
campaign 2 other --seed 0
says "--seed"

# --- what is not said when it goes on is as it was -----------------------------------------------------------

campaign 0 again --engine libfuzzer --jobs 1 --seconds 1
: >starts
PATH="$work/few" "$program" campaign --resume -o again --trees "$work/trees" --jobs 2 --seconds 2 >stdout 2>stderr ||
    fail "exit code $? when it goes on"
grep -q '^libfuzzer ' starts && ! grep -q '^afl ' starts || fail "other engines: $(cat starts)"
grep -q '^ *"toy"$' again/campaign.json || fail "other targets: $(cat again/campaign.json)"

# --- a target without seeds -----------------------------------------------------------------------------------

for missing in 'rm trees/fuzz/corpus/toy/seed' 'rmdir trees/fuzz/corpus/toy'; do
    $missing
    : >starts
    rm -rf seedless
    begin_campaign seedless --engine both --jobs 2 --seconds 1000
    until_true grep -q ^afl starts
    end_campaign 0
    says "trees/fuzz/corpus/toy has no seeds: the engines begin with an empty program" "--target seeds_toy"
    [ "$(find seedless/seeds/toy -type f -size +0 | wc -l)" -eq 1 ] || fail "it has made no seed"
    grep -q "^libfuzzer .*seedless/seeds/toy " starts && grep -q '^afl .*-i seedless/seeds/toy ' starts || fail "they begin elsewhere"
done
"$driver" seedless/seeds/toy >stdout 2>stderr || fail "the seed is no input"
says "1 inputs"
