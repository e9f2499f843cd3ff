# SPDX-License-Identifier: BSD-2-Clause
#
# What the scripts here have in common. Each gets a program as $1 and runs in a directory of its own, which is
# removed; the first thing that is not as it should be ends it.
set -u
export LC_ALL=C
program=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

fail() {
    echo "FAILED: $*"
    echo "--- stdout"; cat stdout 2>/dev/null
    echo "--- stderr"; cat stderr 2>/dev/null
    exit 1
}

# expect CODE ARGUMENT…: runs the program and checks its exit code.
expect() {
    local code=$1 got
    shift
    "$program" "$@" >stdout 2>stderr
    got=$?
    [ "$got" -eq "$code" ] || fail "exit code $got instead of $code: $*"
}

# says TEXT…: the last run said each of these, on stdout or stderr.
says() {
    local text
    for text in "$@"; do
        grep -qF -e "$text" stdout stderr || fail "does not say: $text"
    done
}

says_not() {
    ! grep -qF -e "$1" stdout stderr || fail "says: $1"
}

# findings DIR COUNT: so many .prog files are there, each named after its signature and nothing else.
findings() {
    local count
    count=$(find "$1" -type f 2>/dev/null | wc -l)
    [ "$count" -eq "$2" ] || fail "$count files in $1 instead of $2: $(ls -a "$1")"
    for file in "$1"/*.prog; do
        [ -e "$file" ] || continue
        grep -q "^# signature: $(basename "$file" .prog)\$" "$file" || fail "$file: wrong signature"
    done
}
