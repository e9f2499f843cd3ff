#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# test_libfuzzer.sh SOURCE BUILD: libFuzzer keeps inputs of which nothing is new but an interleaving, or a fault; where it
# is not told of them, it keeps none.
set -euo pipefail
source=$1 build=$2

mkdir -p "$build"
cmake -S "$source" -B "$build" -G Ninja -DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19 \
    -DCMAKE_BUILD_TYPE=Release -DHEDDLE_ENGINE=libfuzzer > "$build.log"
cmake --build "$build" --target interleavings interleavings_deaf strikes strikes_deaf >> "$build.log" || {
    tail -30 "$build.log"
    exit 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
kept() { # PROGRAM
    mkdir "$work/$1"
    printf 'a' > "$work/$1/seed"
    "$build/bin/$1" "$work/$1" -runs=3000 -seed=1 -max_len=8 > "$work/log" 2>&1 || {
        cat "$work/log"
        exit 1
    }
    find "$work/$1" -type f | wc -l
}
hearing=$(kept interleavings)
pairs=$(sed -n 's/^pairs: //p' "$work/log")
deaf=$(kept interleavings_deaf)
echo "kept of 3000 inputs: $hearing, for $pairs pairs; deaf: $deaf"
[ "$deaf" -le 2 ] || { echo "FAIL: the code alone is not the same for every input"; exit 1; }
[ "$hearing" -ge 16 ] || { echo "FAIL: interleavings are not heard of"; exit 1; }
# Two words, each with eight that may come first, and 56 pairs of places: no more can there be.
[ "$pairs" -eq 128 ] || { echo "FAIL: 128 pairs are there to be found"; exit 1; }

struck=$(kept strikes)
deaf=$(kept strikes_deaf)
echo "kept of 3000 inputs: $struck, of 256 that strike otherwise; deaf: $deaf"
[ "$deaf" -le 2 ] || { echo "FAIL: the code alone is not the same for every input"; exit 1; }
[ "$struck" -ge 200 ] || { echo "FAIL: faults are not heard of"; exit 1; }
