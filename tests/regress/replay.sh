#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# replay.sh HEDDLE FILE: the file's head says why it is kept and what is expected, and a thousand replays have one hash and
# this verdict; if it fails, with the signature of the head, which `--known` goes by. A sanitizer may see the failure
# earlier and call it by another name; in its build the file must fail, whatever the name.
set -euo pipefail
heddle=$1 file=$2

fail() {
    echo "FAIL: $file: $*"
    exit 1
}

# The first value of a key of the head; the head ends where the program begins.
head_says() {
    sed -n "/^heddle /q; s/^# $1: *//p" "$file" | head -n 1
}

why=$(head_says why) verdict=$(head_says expect) signature=$(head_says signature)
[ -n "$why" ] || fail "add to its head a line '# why: WHAT BROKE, IN A SENTENCE'"
[ -n "$verdict" ] || fail "add to its head a line '# expect: VERDICT', that of '$heddle replay' on it, or ok once it is mended"
if [ "$verdict" = ok ]; then
    [ -z "$signature" ] || fail "take '# signature:' out of its head: it expects ok, and --known would pass over the bug if it came back"
elif [ -z "$signature" ]; then
    fail "add to its head a line '# signature: SIGNATURE': tests/regress/sign.sh does"
fi

build=$("$heddle" --version | grep -o 'plain\|address\|thread\|undefined' | head -1 || true)
status=0
case "$build" in
address | thread)
    expected=$([ "$verdict" = ok ] && echo 0 || echo 1)
    "$heddle" replay "$file" --repeat 20 || status=$?
    [ "$status" -eq "$expected" ] || fail "exit status $status, expected $expected"
    ;;
*)
    "$heddle" replay "$file" --repeat 1000 --expect "$verdict" || status=$?
    [ "$status" -eq 0 ] || fail "exit status $status, expected 0"
    if [ "$verdict" != ok ]; then
        now=$("$heddle" replay --json "$file" | sed -n '1s/.*"signature":"\([^"]*\)".*/\1/p' || true)
        [ "$now" = "$signature" ] || fail "its signature is $now, its head says $signature"
    fi
    ;;
esac
echo PASS
