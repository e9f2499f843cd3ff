#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The doctor names what is missing, with the remedy, and says when it is needed by exit code 4.
. "$(dirname "$0")/testing.sh"

mkdir all none
for name in clang-19 gcc cmake ninja afl-fuzz llvm-symbolizer-19; do
    printf '#!/bin/sh\n' >"all/$name"
    chmod +x "all/$name"
done
mkdir no-afl
cp all/* no-afl
rm no-afl/afl-fuzz

PATH=$work/all:/usr/bin:/bin expect 0 doctor
says "ok       clang-19" "ok       afl-fuzz" "processors" "disk" "fibers: " "ns a switch" \
    "sequentially consistent interleavings only"
while read -r line; do
    case $line in
    'ok '* | 'slow '* | 'limit '* | 'order alone '*) ;;
    *) fail "a line that is neither ok nor slow: $line" ;;
    esac
done <stdout
PATH=$work/no-afl expect 0 doctor
says "missing  afl-fuzz" "apt-get install afl++"
PATH=$work/none expect 4 doctor
says "missing  clang-19" "remedy: ci/setup, or apt-get install clang-19"
expect 2 doctor now
