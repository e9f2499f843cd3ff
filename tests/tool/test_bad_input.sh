#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Files that cannot be used: exit code 2, where and why, nothing written, and the others are replayed.
. "$(dirname "$0")/testing.sh"

cat >good.prog <<'END'
heddle 1
target toy
thread
  add by=1
  strike
end
END
sed 's/$/ /' good.prog >blanks.prog
expect 0 convert good.prog good.bin
expect 0 replay good.prog good.bin

# refused FILE MESSAGE…: by replay, beside a good file that is replayed, and by convert, which writes nothing.
refused() {
    local file=$1
    shift
    before=$(ls -a)
    expect 2 replay "$file" good.prog
    says "$@" "good.prog: ok"
    expect 2 convert "$file" out.prog
    says "$@"
    [ ! -e out.prog ] || fail "$file: something was written"
    [ "$before" = "$(ls -a)" ] || fail "$file: something was written: $(ls -a)"
}

refused nowhere "nowhere: cannot be opened: No such file"
mkdir directory
refused directory "directory: is a directory"
mkdir directory.prog
refused directory.prog "directory.prog: is a directory"
: >empty.prog
refused empty.prog "empty.prog: is empty"
: >empty.bin
refused empty.bin "empty.bin: is empty"
refused /proc/self/mem "/proc/self/mem: cannot be read: Input/output error"
printf '# only a comment\n' >comment.prog
refused comment.prog "comment.prog:2:1: "
printf '\211HDL\377more' >newer.bin
refused newer.bin "newer.bin: was written by a newer heddle"
sed 's/^heddle 1/heddle 2/' good.prog >newer.prog
refused newer.prog "newer.prog:1:8: " "newer"
printf 'no head' >headless.bin
refused headless.bin "headless.bin: does not say its target" "--target"
printf '\000\001\002' >zeros.prog
refused zeros.prog "zeros.prog:1:1: "

sed 's/strike/stroke/' good.prog >verb.prog
refused verb.prog "verb.prog:5:3: " "stroke"
sed 's/by=1/by=9/' good.prog >range.prog
refused range.prog "range.prog:4:10: " "9"
sed 's/by=1/by=/' good.prog >value.prog
refused value.prog "value.prog:4:10: "
sed 's/target toy/target mars/' good.prog >target.prog
refused target.prog "target.prog: is for the target 'mars'" "strikes never overlap"
sed 's/target toy/&\nsubject mars/' good.prog >subject.prog
refused subject.prog "subject.prog: is for the subject 'mars'" "does nothing wrong"
head -c -9 good.prog >cut.prog
refused cut.prog "cut.prog:5:3: "
head -n -1 good.prog >short.prog
refused short.prog 'short.prog:6:1: expected "end", found the end of the file: it is cut off'
head -n -2 good.prog >shorter.prog
refused shorter.prog "shorter.prog:5:1: " "cut off"
cat good.prog good.prog >twice.prog
refused twice.prog 'twice.prog:7:1: expected the end of the file after "end", found "heddle"'

# Bytes without a head are a program of the target that one names; and every byte string is one.
expect 0 replay --target toy headless.bin
expect 0 convert --target toy headless.bin headless.prog
expect 0 replay headless.prog
expect 2 replay --target mars headless.bin
says "there is no target 'mars'"
for i in 1 2 3 4 5 6 7 8; do
    head -c $((i * 37)) /dev/urandom >random.bin
    expect 0 replay --target toy random.bin
done

# What another build is needed for is not the file's fault.
other=asan name=AddressSanitizer
if "$program" --version | grep -q address; then
    other=tsan name=ThreadSanitizer
fi
sed "s/target toy/&\nrequires $other/" good.prog >other.prog
expect 4 replay other.prog good.prog
says "other.prog: fails under $name only" "preset $other" "good.prog: ok"
sed 's/target toy/&\nevents memory/' good.prog >memory.prog
expect 2 replay memory.prog
says "memory.prog: counts loads and stores, and does not say in which build"
sed 's/target toy/&\nevents memory build=0123abcd/' good.prog >bound.prog
expect 2 replay bound.prog good.prog
says "bound.prog: counts loads and stores" "preset access" "0123abcd" "good.prog: ok"
expect 0 convert bound.prog bound.bin
expect 0 convert bound.bin again.prog
grep -qx "events memory build=0123abcd" again.prog || fail "conversion lost the build"
expect 2 replay bound.bin
