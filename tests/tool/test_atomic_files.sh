#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Files appear whole or not at all, on a full disk too; then the finding is on stderr, and the exit code is 4.
. "$(dirname "$0")/testing.sh"

# limited BYTES CODE ARGUMENT…: as expect, on a "disk" that files can fill with so many bytes.
limited() {
    local bytes=$1 code=$2 got
    shift 2
    # The output goes through a pipe, which no such limit touches.
    got=$(prlimit --fsize="$bytes" "$program" "$@" 2>&1; echo "code $?")
    echo "$got" >stdout
    : >stderr
    says "code $code"
}

for bytes in 0 1 100 500; do
    limited $bytes 4 run toy --subject fail --runs 400 -o "full$bytes"
    says "a finding cannot be written: File too large" "# signature: " "heddle 1" "schedule"
    [ "$(find full$bytes -type f | wc -l)" -eq 0 ] || fail "half a file: $(ls -a full$bytes)"
done

expect 1 run toy --subject fail --runs 400 -o found
findings found 1
file=$(echo found/*.prog)
cp "$file" copy.prog
expect 0 convert "$file" good.bin
cp good.bin old.bin
limited 10 4 convert copy.prog old.bin
says "old.bin: cannot be written: File too large"
cmp old.bin good.bin || fail "a failed write changed the old file"
[ -z "$(find . -name 'old.bin.*')" ] || fail "a temporary file is left"

expect 4 convert "$file" /dev/full
says "/dev/full: cannot be written: No space left"
[ -c /dev/full ] || fail "/dev/full was replaced"
expect 2 convert "$file" found
says "found: cannot be written: Is a directory"
expect 2 convert "$file" nowhere/out
says "nowhere/out: cannot be written: No such file"

# A link stays one; an existing file is replaced, and keeps nothing of the old one.
ln -s old.bin link
head -c 100000 /dev/zero >old.bin
expect 0 convert "$file" link
[ -L link ] || fail "the link was replaced"
cmp old.bin good.bin || fail "the file behind the link is not new"
mode=$(stat -c %a old.bin)
[ "$mode" = "$(printf '%o' $((0666 & ~$(umask))))" ] || fail "mode $mode"

# To text and back is lossless.
expect 0 convert good.bin again.prog
expect 0 convert again.prog again.bin
cmp again.bin good.bin || fail "conversion lost something"
expect 1 replay good.bin
says "assertion: "

# A file is not turned into another form of itself: what people wrote would be gone.
ln copy.prog other-name.prog
for out in copy.prog other-name.prog; do
    expect 2 convert copy.prog "$out"
    says "$out: is IN and OUT"
    cmp copy.prog "$file" || fail "convert replaced its own input"
done

# A directory that is made on the way.
expect 1 run toy --subject fail --runs 400 -o a/b/c
findings a/b/c 1
