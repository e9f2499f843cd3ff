#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# test_coverage_complaints.sh CHECK: a table that is right, and one with every error. CHECK is test_coverage.sh.
set -euo pipefail
check=$(realpath "$1")
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
cd "$tree"
mkdir -p docs tests/core tests/kernel tests/engine
echo 'Test(zone, a_zone_runs)' > tests/kernel/a.c
printf 'Test(netstack_walk,\n     it_ends, .signal = 6)\n' > tests/core/b.c
echo '' > tests/engine/c.c

table() {
    echo '| what must work | cases |'
    echo '|---|---|'
    echo '| zones run in `tests/kernel` | `zone/a_zone_runs` |'
    for number in $(seq "$1"); do
        echo "| $number | a promise | \`netstack_walk/it_ends\` |"
    done
}
table 27 > docs/core-coverage.md
"$check" .

{
    table 26
    echo '| nothing shows this | |'
    echo '| walks | `netstack_walk/it_begins` |'
} > docs/core-coverage.md
cat > wanted <<'END'
docs/core-coverage.md:30: names no case
docs/core-coverage.md:31: there is no case netstack_walk/it_begins
docs/core-coverage.md: invariant 27 has no row
END
status=0
"$check" . > said || status=$?
diff wanted said
[ "$status" -eq 1 ]
