#!/bin/bash -eu
# SPDX-License-Identifier: BSD-2-Clause
#
# Builds the fuzz targets the way OSS-Fuzz and ClusterFuzzLite ask for: compilers, flags and engine from the environment,
# programs with seeds, dictionary and options into $OUT. ci/cluster-check runs it here.
cd "$SRC/heddle"
if [ "$FUZZING_ENGINE" = afl ]; then
    # Edges of the subject alone; afl-clang-fast has no flag for that.
    export AFL_LLVM_ALLOWLIST=$WORK/allowlist
    printf '%s\n' 'core/netstack/*' 'core/kernel/*.c' 'fuzz/program/*' > "$AFL_LLVM_ALLOWLIST"
fi
cmake -S . -B "$WORK/build" -G Ninja -DHEDDLE_ENGINE=external -DHEDDLE_TESTS=OFF -DHEDDLE_WERROR=OFF
cmake --build "$WORK/build"

for program in "$WORK"/build/bin/fuzz_*; do
    name=${program##*/fuzz_}
    cp "$program" "$OUT/"
    cp ci/oss-fuzz/target.options "$OUT/fuzz_$name.options"
    seeds=$WORK/build/corpus/$name
    case $name in
    text)
        cp "$WORK/build/corpus/text.dict" "$OUT/fuzz_text.dict"
        seeds=corpus/seeds/lifecycle
        ;;
    bytes) seeds=$WORK/build/corpus/lifecycle ;;
    esac
    zip -qj "$OUT/fuzz_${name}_seed_corpus.zip" "$seeds"/*
done
