#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# one_signature.sh HEDDLE: what an oracle says of one mistake is one failure, also where loads and stores are points: its
# place is where the task is that broke the promise, not where somebody else was last seen. Exit code 77: the mistake is the
# reference's, which is not in this build.
set -euo pipefail
heddle=$1
"$heddle" list subjects | grep -q '^reference ' || { echo "skipped: there is no reference"; exit 77; }
found=$(mktemp -d)
trap 'rm -rf "$found"' EXIT

"$heddle" run lifecycle --subject reference --runs 20000 --keep-going --json -o "$found" > "$found/said" || [ $? -eq 1 ]
signatures=$(grep -c '"oracle":"late_create"' "$found/said") || true
grep -o '"oracle":"[a-z_]*"\|"where":"[^"]*"' "$found/said" | paste - - || true
[ "$signatures" -eq 1 ] || { echo "FAIL: $signatures signatures instead of one"; exit 1; }
echo PASS
