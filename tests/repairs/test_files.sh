#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# test_files.sh HEDDLE_REPAIRS SUBJECT FILE...: each file fails on the reference with the verdict
# that its head expects; and on the repaired subject not with that signature. A sanitizer may see
# the failure earlier and call it by another name. That a file fails alike each time: tests/regress.
set -u
heddle=$1 subject=$2
shift 2
build=$("$heddle" --version | grep -o 'address\|thread' | head -n 1)

fail() {
    echo "FAIL: $*"
    exit 1
}

# The value of a key in the first object of what replay --json printed.
value_of() {
    sed -n "1s/.*\"$2\":\"\\([^\"]*\\)\".*/\\1/p" <<<"$1"
}

for file in "$@"; do
    name=$(basename "$file")
    expected=$(sed -n 's/^# expect: //p' "$file")
    there=$("$heddle" replay --json --subject reference "$file")
    status=$?
    [ $status -eq 1 ] || fail "$name: exit $status on the reference instead of 1: $there"
    verdict=$(value_of "$there" verdict)
    signature=$(value_of "$there" signature)
    [ "$verdict" = "$expected" ] || [ -n "$build" ] || fail "$name: $verdict instead of $expected"
    [ -n "$signature" ] || fail "$name: no signature: $there"

    here=$("$heddle" replay --json --subject "$subject" "$file")
    status=$?
    [ $status -le 1 ] || fail "$name: exit $status on $subject: $here"
    [ "$(value_of "$here" signature)" != "$signature" ] || fail "$name: $subject, as before: $here"
    printf '%s: reference: %s %s; %s: %s\n' "$name" "$verdict" "$signature" "$subject" \
        "$(value_of "$here" verdict)"
done
