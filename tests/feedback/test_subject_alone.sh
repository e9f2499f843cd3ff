#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# test_subject_alone.sh SOURCE: of a target's code, fuzzing engines hear of the subjects' edges and no others': not of the engine's,
# the adapter's, the oracles', the tool's. Asked of the linked programs, by the source of each place that is instrumented.
set -euo pipefail
source=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "FAIL: $*" && exit 1; }

build() { # PRESET
    (cd "$source" && cmake --preset "$1" && cmake --build "build/$1") > "$work/log" 2>&1 || { tail -n 30 "$work/log" && exit 1; }
}

section() { # PROGRAM NAME: where it begins, and how long it is
    readelf -SW "$1" | sed -n 's/^ *\[ *[0-9]*\] '"$2"' *[A-Z]* *\([0-9a-f]*\) *[0-9a-f]* *\([0-9a-f]*\) .*/\1 \2/p'
}

number='function number(hex,    i, n) { for (i = 1; i <= length(hex); i++) n = n * 16 + index("0123456789abcdef", substr(hex, i, 1)) - 1; return n }'

# libFuzzer's table of places is pairs of an address and flags; the linker left the addresses to the loader.
places_libfuzzer() { # PROGRAM
    local table
    table=$(section "$1" __sancov_pcs)
    [ -n "$table" ] || fail "$1 has no table of places"
    readelf -rW "$1" | awk -v first="${table% *}" -v size="${table#* }" "$number"'
        BEGIN { first = number(first); end = first + number(size) }
        $3 == "R_X86_64_RELATIVE" && number($1) >= first && number($1) < end { print $4 }'
}

# AFL++ counts in place, by a guard that each place has of its own: so a place is what looks at a guard, but for the
# constructor that numbers them all, and what the C library looks for behind all data.
places_afl() { # PROGRAM
    local guards
    guards=$(section "$1" __sancov_guards)
    [ -n "$guards" ] || fail "$1 has no guards"
    objdump -d --no-show-raw-insn "$1" | awk -v first="${guards% *}" -v size="${guards#* }" "$number"'
        BEGIN { first = number(first); end = first + number(size) }
        /^[0-9a-f]+ </ { numbers_them = /<sancov\.module_ctor/ }
        !numbers_them && !/<__TMC_END__>/ && match($0, /# [0-9a-f]+ </) {
            at = number(substr($0, RSTART + 2, RLENGTH - 4))
            if (at >= first && at < end) { sub(":", "", $1); print $1 }
        }'
}

sources() { # ENGINE PROGRAM
    "places_$1" "$2" > "$work/places"
    [ -s "$work/places" ] || fail "$2 is not instrumented"
    llvm-addr2line-19 -e "$2" < "$work/places" | sed 's,^/*\(build/[a-z]*/\)*,,; s/:[0-9?]*\( (discriminator.*\)\?$//' | sort | uniq -c
}

check() { # ENGINE PRESET TARGET ALLOWED WANTED…
    local program=$source/build/$2/bin/fuzz_$3
    sources "$1" "$program" > "$work/sources"
    awk '{ n += $1 } END { print n " places of " NR " files" }' "$work/sources" | sed "s/^/$1, $3: /"
    grep -vE " ($4)$" "$work/sources" && fail "$1, $3: that is not the subject"
    for wanted in "${@:5}"; do
        grep -qE " $wanted$" "$work/sources" || fail "$1, $3: nothing of $wanted"
    done
}

subjects='core/(netstack|kernel)/[a-z_]*\.[ch]|netstack\.c|fuzz/compat/illumos/.*\.h'
for preset in fuzz afl; do
    engine=libfuzzer
    [ $preset = fuzz ] || engine=afl
    build $preset
    check $engine $preset lifecycle "$subjects" 'core/netstack/reap\.c' 'core/kernel/zone\.c'
    [ ! -e "$source/build/$preset/bin/fuzz_reference" ] || check $engine $preset reference "$subjects" 'netstack\.c'
    check $engine $preset text "$subjects|fuzz/program/[a-z_]*\.[ch]" 'fuzz/program/parse\.c'
done
echo PASS
