#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# sign.sh HEDDLE FILE...: writes into the heads the signatures that the files have now, before `# expect:`. For new files,
# and for all when an oracle's promise or place has changed. A file that expects ok has none.
set -euo pipefail
case "${1:-}" in '' | -h | --help) sed -n '4,5s/^# //p' "$0"; exit 0 ;; esac
heddle=$1
shift

for file in "$@"; do
    if ! grep -q '^# expect: ' "$file" || grep -q '^# expect: ok' "$file"; then
        continue
    fi
    signature=$("$heddle" replay --json "$file" | sed -n '1s/.*"signature":"\([^"]*\)".*/\1/p' || true)
    if [ -z "$signature" ]; then
        echo "sign.sh: $file does not fail" >&2
        exit 1
    fi
    sed -i -e '/^# signature: /d' -e "0,/^# expect: /s//# signature: $signature\n# expect: /" "$file"
    echo "$signature  $(basename "$file")"
done
