#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# test_campaign_share.sh HEDDLE_TOY TOY_DRIVER: two campaigns, as on two hosts, with one shared folder: each gets the other's inputs
# and failures, whole ones alone, and passes nothing on that is not its own; where the folder is gone, each goes on without.
. "$(dirname "$0")/scripted_engines.sh"
. "$(dirname "$0")/testing.sh"
scripted_trees
for subject in fail various; do
    "$program" run toy --subject $subject --runs 400 -o $subject >stdout 2>stderr
done
failing=$(basename fail/*.prog .prog) various=$(basename various/*.prog .prog)

# libFuzzer has the corpus as its first argument, and each host's says where it ran; alpha's finds one failure, beta's another.
engine libfuzzer <<END
for argument; do case \$argument in --*) ours+=("\$argument") ;; esac; done
case "\$*" in
*instance=alpha-*) echo "of alpha" >"\$1/found"; "$driver" "\${ours[@]}" "$work/fail/$failing.prog" ;;
*) echo "of beta" >"\$1/0123"; "$driver" "\${ours[@]}" "$work/various/$various.prog" ;;
esac
exec sleep 1000
END
engine afl <<<'exec sleep 1000'
: >starts

# Somebody without Heddle has put inputs there, one of them is not written to its end, one hidden, one empty.
mkdir -p share/gamma/corpus/toy
echo "of gamma" >share/gamma/corpus/toy/id:000001,orig:x
for name in half.Ab12Cd .hidden; do echo no >share/gamma/corpus/toy/$name; done
: >share/gamma/corpus/toy/empty

begin_campaign alpha --engine libfuzzer --jobs 1 --seconds 1000 --share share --host alpha
alpha=$running
until_true [ -e alpha/campaign.json ]
mv stderr alpha.stderr # which it goes on writing to
begin_campaign beta --engine both --jobs 2 --seconds 1000 --share share --host beta
trap '[ -z "$alpha$running" ] || kill -9 $alpha $running 2>/dev/null; rm -rf "$work"' EXIT
until_true [ -e "beta/failures/$failing.prog" ]
until_true [ -e "alpha/failures/$various.prog" ]
until_true [ -e beta/corpus/toy/from-alpha-found ]
until_true [ -e alpha/corpus/toy/from-beta-0123 ]
until_true [ -e alpha/corpus/toy/from-gamma-id:000001,orig:x ]
until_true [ -e beta/corpus/toy/from-gamma-id:000001,orig:x ]
for host in alpha beta; do
    for signature in $failing $various; do
        [ -s $host/failures/$signature.txt ] && grep -q '"instance":"[a-z]*-toy-libfuzzer-1"' $host/failures/$signature.json || fail "$host: $signature is not whole"
    done
done
# Names of AFL++'s processes say the host: hosts may exchange their folders as well.
grep -q '^afl .*-M beta-main ' starts || fail "AFL++: $(cat starts)"

# The folder is gone: each says it once, goes on, and uses it again when it is back.
mv share away
until_true grep -q 'nothing is exchanged with other hosts now: share' stderr
until_true grep -q 'nothing is exchanged with other hosts now: share' alpha.stderr
sleep 6
[ "$(grep -c 'nothing is exchanged' stderr)" -eq 1 ] || fail "said more than once"
[ ! -e share ] || fail "made anew, where a mount would hide it"
mv away share
until_true grep -q 'share can be used again' stderr
until_true grep -q 'share can be used again' alpha.stderr

end_campaign 1
says "2 inputs and 1 failures of other hosts, by share; this one is beta" "2 distinct failures"
running=$alpha
end_campaign 1
[ "$(ls alpha/corpus/toy)" = "$(printf '%s\n' found from-beta-0123 from-gamma-id:000001,orig:x)" ] || fail "alpha has: $(ls alpha/corpus/toy)"
[ "$(cat alpha/corpus/toy/from-beta-0123 beta/corpus/toy/from-alpha-found)" = "$(printf 'of beta\nof alpha')" ] || fail "not the same"
# What came from others is not passed on, though their failures are, which are few and the same for all.
[ "$(ls share/alpha/corpus/toy share/beta/corpus/toy)" = "$(printf 'share/alpha/corpus/toy:\nfound\n\nshare/beta/corpus/toy:\n0123')" ] ||
    fail "shared: $(ls share/*/corpus/toy)"
# A host's folder is a campaign's directory, for whom it matters to see it.
expect 0 report share/beta -o beta.html
grep -q '2 distinct failures' beta.html && grep -q '<th scope="row">beta-toy-libfuzzer-1</th>' beta.html || fail "the page of a host's folder"

# What is no name, or another's.
campaign 2 other --share share --host alpha --seconds 1
says "--host: share/alpha is another campaign's"
campaign 2 other --share share --host ../alpha --seconds 1
says "is no name for a host"
campaign 2 other --host alpha
says "--host: needs --share DIR"
: >file
campaign 2 other --share file --host delta --seconds 1
says "--share"
# Its own, which goes on.
campaign 1 alpha --share share --host alpha --resume --seconds 1
says "0 inputs and 0 failures of other hosts"
