#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# test_heads.sh REPLAY HEDDLE FAILING PASSING: a file in corpus/regress whose head lacks something, or says what is not so,
# is not passed, and what to do is said.
set -euo pipefail
replay=$1 heddle=$2 failing=$3 passing=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# refused WORDS FILE SED: with its head edited like this, the file is refused in these words.
refused() {
    sed -e "$3" "$2" > "$work/edited.prog"
    ! cmp -s "$2" "$work/edited.prog" || { echo "FAIL: '$3' edits nothing"; exit 1; }
    if "$replay" "$heddle" "$work/edited.prog" > "$work/out" 2>&1; then
        echo "FAIL: passed although: $1"
        exit 1
    fi
    grep -qF -- "$1" "$work/out" || { echo "FAIL: does not say: $1"; cat "$work/out"; exit 1; }
}

refused "add to its head a line '# why: " "$failing" '/^# why: /d'
refused "add to its head a line '# expect: " "$failing" '/^# expect: /d'
refused "add to its head a line '# signature: " "$failing" '/^# signature: /d'
refused "add to its head a line '# why: " "$passing" '/^# why: /d'
refused "take '# signature:' out" "$passing" 's/^# expect: ok/# signature: 0123456789abcdef\n&/'
build=$("$heddle" --version | grep -o 'address\|thread' | head -1 || true)
if [ -z "$build" ]; then
    refused "exit status 1, expected 0" "$failing" 's/^# expect: .*/# expect: leak/'
    refused "its head says 0123456789abcdef" "$failing" 's/^# signature: .*/# signature: 0123456789abcdef/'
fi
refused "exit status" "$passing" 's/^# expect: ok/# signature: 0123456789abcdef\n# expect: leak/'
echo PASS
