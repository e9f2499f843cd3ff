#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# test_afl.sh SOURCE BUILD: AFL++'s map tells two interleavings, and two faults, apart, in places of its own beside those of the code;
# a target that does not tell of them has one map for all.
set -euo pipefail
source=$1 build=$2

mkdir -p "$build"
cmake -S "$source" -B "$build" -G Ninja -DCMAKE_C_COMPILER=clang-14 -DCMAKE_CXX_COMPILER=clang++-14 \
    -DCMAKE_BUILD_TYPE=Release -DHEDDLE_ENGINE=afl > "$build.log"
cmake --build "$build" --target interleavings interleavings_deaf strikes strikes_deaf >> "$build.log" || {
    tail -30 "$build.log"
    exit 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/inputs"
for input in a b c d e f g h; do
    printf '%s' "$input" > "$work/inputs/$input"
done
maps() { # PROGRAM: how many different maps the inputs have
    afl-showmap -q -i "$work/inputs" -o "$work/$1" -- "$build/bin/$1" > "$work/log" 2>&1 || {
        cat "$work/log"
        exit 1
    }
    [ "$(find "$work/$1" -type f | wc -l)" -eq 8 ] || { echo "FAIL: maps are missing" && exit 1; }
    (cd "$work/$1" && sha256sum ./* | cut -d' ' -f1 | sort -u | wc -l)
}
hearing=$(maps interleavings)
deaf=$(maps interleavings_deaf)
echo "maps of 8 inputs: $hearing; deaf: $deaf"
[ "$deaf" -eq 1 ] || { echo "FAIL: the code alone is not the same for every input"; exit 1; }
[ "$hearing" -ge 6 ] || { echo "FAIL: interleavings are not heard of"; exit 1; }
struck=$(maps strikes)
deaf=$(maps strikes_deaf)
echo "maps of 8 faults: $struck; deaf: $deaf"
[ "$deaf" -eq 1 ] || { echo "FAIL: the code alone is not the same for every input"; exit 1; }
[ "$struck" -eq 8 ] || { echo "FAIL: faults are not heard of"; exit 1; }
# The code's places are the same in both, and ours come in addition.
code=$(cut -d: -f1 "$work/interleavings_deaf/a" | sort | comm -12 - <(cut -d: -f1 "$work/interleavings/a" | sort) | wc -l)
[ "$code" -gt 0 ] && [ "$code" -eq "$(wc -l < "$work/interleavings_deaf/a")" ] || {
    echo "FAIL: pairs take places of the code's"
    exit 1
}
