#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# clean_core.sh HEDDLE RUNS: over so many executions of the core on fibers, a build that sees races (presets tsan and
# access) finds none, nor anything else.
set -euo pipefail
heddle=$1 runs=$2
found=$(mktemp -d)
trap 'rm -rf "$found"' EXIT
"$heddle" run lifecycle --subject core --strategy random --runs "$runs" --jobs 2 -o "$found" 2>&1 |
    tee "$found/out"
if grep -q 'WARNING: ThreadSanitizer' "$found/out"; then
    echo "FAIL: ThreadSanitizer reported something"
    exit 1
fi
echo PASS
