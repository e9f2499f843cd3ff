#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# agree.sh SOURCE BUILD: every file of the corpus has one verdict, one signature and one hash of all its events in
# every build: gcc and clang, -O0 and -O3, plain and UBSan. Builds the command eight times, in BUILD.
set -euo pipefail
source=$1 build=$2

list_files() {
    find "$source/corpus/seeds" "$source/corpus/regress" "$source/corpus/bench" -name '*.prog' | sort
}

# What a build says of every file on every subject that the file is for: one line a file and subject.
describe() {
    local heddle=$1 subject
    for subject in core reference; do
        "$heddle" list subjects | grep -q "^$subject " || continue
        # A regression's head names its subject; a seed is for all.
        list_files | { [ "$subject" = core ] && grep -v '/regress/reference/' || cat; } |
            xargs "$heddle" replay --subject "$subject" --json 2>/dev/null |
            grep -o '"file":"[^"]*"\|"verdict":"[^"]*"\|"signature":[^,]*\|"hash":"[^"]*"' |
            sed "s|$source/||" | paste -d' ' - - - - | sed "s/^/$subject /" || true
    done
}

# Warnings are no errors here: gcc has false ones where UBSan instruments at -O3.
mkdir -p "$build"
first=
failed=0
for compiler in gcc clang-19; do
    for optimisation in O0 O3; do
        for sanitizer in '' undefined; do
            name=$compiler-$optimisation-${sanitizer:-plain}
            tree=$build/$name
            echo "building $name"
            cmake -S "$source" -B "$tree" -G Ninja -DCMAKE_C_COMPILER="$compiler" \
                -DCMAKE_BUILD_TYPE=None -DCMAKE_C_FLAGS="-$optimisation" \
                -DHEDDLE_SANITIZE="$sanitizer" -DHEDDLE_TESTS=OFF -DHEDDLE_WERROR=OFF > "$tree.log" 2>&1 &&
                cmake --build "$tree" --target heddle >> "$tree.log" 2>&1 || {
                tail -30 "$tree.log"
                echo "FAIL: $name does not build"
                exit 1
            }
            describe "$tree/bin/heddle" > "$tree.txt"
            if [ -z "$first" ]; then
                first=$name
                if ! [ -s "$tree.txt" ]; then
                    echo "FAIL: $name says nothing of any file"
                    exit 1
                fi
            elif ! diff -u --label "$first" --label "$name" "$build/$first.txt" "$tree.txt"; then
                failed=1
            fi
        done
    done
done
if [ "$failed" -ne 0 ]; then
    echo "FAIL: builds differ"
    exit 1
fi
echo "PASS: $(wc -l < "$build/$first.txt") replays, the same in 8 builds; $(grep -vc '"verdict":"ok"' "$build/$first.txt") of them failures"
