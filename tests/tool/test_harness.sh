#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The half that all fuzz targets share, without a fuzzing engine. $2 is the tool over the same laboratory.
. "$(dirname "$0")/testing.sh"
tool=$2

"$tool" run toy --subject various --runs 4000 --keep-going -o all >stdout 2>stderr
findings all 3
mkdir bytes
for file in all/*.prog; do
    "$tool" convert "$file" "bytes/$(basename "$file" .prog)" || fail "convert $file"
done

# A new failure ends the process, and leaves a file that replays.
expect 134 --findings=new bytes
says "invariant: " "heddle replay new/"
findings new 1
"$tool" replay --expect invariant new/*.prog >stdout 2>stderr || fail "does not replay"

# Known ones do not; nor do, when told to keep going, those that were reported.
expect 134 --findings=new2 --known=new bytes
findings new2 1
expect 0 --findings=none --known=all bytes all
says "6 inputs" "6 known failures passed over"
[ ! -e none ] || fail "known failures were written"
expect 0 --findings=kept --keep-going=1 bytes bytes
says "6 inputs" "3 known failures passed over"
findings kept 3

# Beside libFuzzer's artifacts, unless told otherwise.
expect 134 -artifact_prefix=crashes/here- bytes
findings crashes 1
expect 134 bytes
findings findings 1

# Every byte string runs; bytes of a newer version are passed by; wrong arguments are refused.
mkdir odd
printf '\211HDL\377more' >odd/newer
printf 'no head' >odd/headless
: >odd/empty
expect 0 odd
says "3 inputs" "2 runs, 0 known"
expect 2 --known=nowhere odd
says "--known=nowhere: No such file"
expect 2 --findigs=odd odd
says "--findigs=odd: there is no such option" "--findings=DIR"
expect 2 --without=pears odd
says "--without=pears: there are pairs, faults and mutator"
expect 0 --without=pairs,faults odd
says "3 inputs" "2 runs, 0 known"
expect 2
says "Usage:"

# An input means the same whatever came before it, also where its strategy learns: eight times one shows no more
# pairs than once.
cat >learning.prog <<'END'
heddle 1
target toy
subject core
events sync
strategy portfolio seed=5
thread
  add by=1
  add by=2
thread
  add by=3
  add by=4
thread
  add by=5
  add by=6
end
END
pairs() { expect 0 "$@" && sed -n 's/.* \([0-9]*\) interleaving pairs/\1/p' stderr; }
once=$(pairs learning.prog)
often=$(pairs learning.prog learning.prog learning.prog learning.prog learning.prog learning.prog learning.prog learning.prog)
[ "${once:-0}" -gt 0 ] && [ "$often" = "$once" ] || fail "one input shows $once pairs, and again and again, $often"

# … and says so, if asked: one line an input, of what it did.
expect 0 --print-hashes=1 learning.prog bytes learning.prog --keep-going=1
lines=$(grep -c '^heddle: input [0-9a-f]\{16\} [a-z-]* [0-9a-f]\{16\}$' stderr)
[ "$lines" -eq 5 ] || fail "$lines hashes of 5 inputs"
[ "$(grep '^heddle: input' stderr | sort -u | wc -l)" -eq 4 ] || fail "an input does not do the same again"

# What it did is in a file, over all its lives; every so manyth input is executed twice.
expect 0 --tally=tally --double=2 learning.prog learning.prog learning.prog
says "heddle: 3 runs, 0 known"
expect 134 --tally=tally --findings=told bytes
expect 0 --tally=tally --double=1 --known=all bytes learning.prog
says "heddle: 8 runs, 3 known"
"$tool" run toy --subject fail --runs 400 -o striking >stdout 2>stderr
sed 's/^subject fail/subject remember/' striking/*.prog >differ.prog
expect 134 --double=1 --findings=differed differ.prog
says "not the same twice"
[ -e differed/unstable-*.prog ] || fail "what is not the same twice was not kept"
expect 2 --double=half learning.prog
says "--double=half: needs a number"
expect 2 --origin=$'two\nlines' learning.prog
says "needs words on one line"
expect 2 --origin="$(printf 'long%.0s' {1..60})" learning.prog
says "--origin: is too long"
expect 2 --tally=no/where learning.prog
says "--tally=no/where: No such file"

# Where a sanitizer ends the process, the file is written before.
if "$tool" --version | grep -q address; then
    "$tool" run toy --subject stray --runs 400 -o stray >stdout 2>stderr
    findings stray 1
    expect 86 --findings=san stray
    says "AddressSanitizer" "heddle replay san/"
    findings san 1
    "$tool" replay --expect sanitizer san/*.prog >stdout 2>stderr || fail "does not replay"
fi
