#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# replay.sh HEDDLE FILE VERDICT: a thousand replays, one hash, this verdict. A sanitizer may see the failure earlier
# and call it by another name; in its build the file must fail, whatever the name.
set -euo pipefail
heddle=$1 file=$2 verdict=$3
build=$("$heddle" --version | grep -o 'plain\|address\|thread\|undefined' | head -1 || true)
status=0
case "$build" in
address | thread)
    expected=$([ "$verdict" = ok ] && echo 0 || echo 1)
    "$heddle" replay "$file" --repeat 20 || status=$?
    [ "$status" -eq "$expected" ] || { echo "FAIL: exit status $status, expected $expected"; exit 1; }
    ;;
*)
    "$heddle" replay "$file" --repeat 1000 --expect "$verdict" || status=$?
    [ "$status" -eq 0 ] || { echo "FAIL: exit status $status, expected 0"; exit 1; }
    ;;
esac
echo PASS
