#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Known failures stop nobody: they are counted and passed over, by their file's name or by what stands in it.
. "$(dirname "$0")/testing.sh"

expect 1 run toy --subject various --runs 4000 --keep-going -o all
findings all 3
expect 0 run toy --subject various --runs 4000 --known all -o none
says "0 distinct failures" "of them in ways known before"
[ ! -e none ] || fail "known failures were written"

mkdir some
i=0
for file in all/*.prog; do
    i=$((i + 1))
    [ $i -eq 3 ] || cp "$file" "some/0001-what-broke-$i.prog"
done
expect 1 run toy --subject various --runs 4000 --known some -o new --keep-going
says "1 distinct failure;"
findings new 1
cmp "$file" new/*.prog || fail "another failure was found"

# Names alone do, too.
mkdir names
for file in all/*.prog; do
    : >"names/$(basename "$file")"
done
expect 0 run toy --subject various --runs 4000 --known names -o none
