#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# test_lint.sh LINT: a small tree in which ci/lint finds nothing, then the same with an error in each of
# its files, all of which it must complain of.
set -euo pipefail
lint=$(realpath "$1")
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
cd "$tree"
git init -q .

# A tracked file with the lines of standard input; a source begins with its licence.
write() {
    mkdir -p "$(dirname "$1")"
    cat > "$1"
    git add "$1"
}
source_file() {
    { echo '/* SPDX-License-Identifier: BSD-2-Clause */' && cat; } | write "$1"
}
# A function whose braces are N lines apart, both counted.
function_of() {
    echo 'int f(void)' && echo '{' && seq -f '    g(%g);' $(($1 - 2)) && echo '}'
}
# The longest file that may be, its licence counted, and so many lines more.
lines_beyond() { seq -f '/* %g */' $((599 + $1)); }

# Complaints about the tree, as they come, against those of a file.
expect() {
    local status=0
    "$lint" "$tree" > said || status=$?
    diff -u "$1" said
    [ "$status" -eq "$2" ]
}

for header in core/kernel/kernel core/kernel/posix/threads core/netstack/netstack \
    core/netstack/netstack_impl fuzz/engine/engine fuzz/program/value fuzz/netstack/adapter; do
    source_file $header.h < /dev/null
done
source_file core/netstack/stack.c <<< '#include "kernel/kernel.h"
#include "netstack/netstack_impl.h"'
source_file core/netstack/walk.c < <(function_of 70)
source_file core/netstack/reap.c < <(lines_beyond 0)
source_file core/kernel/posix/threads.c <<< '#include "kernel/kernel.h"'
source_file fuzz/netstack/adapter.c <<< '#include "netstack/netstack.h"
#include "netstack/adapter.h"
#include "engine/engine.h"
#include "made_by_the_build.h"'
source_file tests/core/test_stack.c <<< '#include "../../core/netstack/netstack_impl.h"'
source_file tests/core/test_words.c <<< 'int n = sprintf(a, b);'
write ci/thing <<< '#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause'
write notes.txt <<< 'needs no licence'
write CMakeLists.txt <<< '# SPDX-License-Identifier: BSD-2-Clause
add_library(all stack.c walk.c reap.c adapter.c threads.c) foreach(words)'
: > nothing
expect nothing 0

source_file core/kernel/kernel.h <<< '#include "netstack/netstack.h"
#include "kernel/posix/threads.h"'
source_file core/netstack/netstack.h <<< '#include "engine/engine.h"
#include "../../fuzz/netstack/adapter.h"'
source_file fuzz/program/value.h <<< '#include "kernel/kernel.h"'
source_file fuzz/engine/engine.h <<< '#include "program/value.h"
/* As the netstack does. */'
source_file fuzz/netstack/adapter.h <<< '#include "netstack/netstack_impl.h"'
source_file fuzz/engine/walk.h < /dev/null
source_file core/netstack/orphan.c < /dev/null
source_file core/netstack/walk.c < <(function_of 71)
source_file core/netstack/reap.c < <(lines_beyond 1)
# In two parts, so that this file passes.
source_file core/netstack/stack.c < <(echo 'int n = sprintf(a, b);' && echo 'char *at = "/ho''me/me";')
write fuzz/netstack/adapter.c <<< 'int a;
int b;'
write ci/thing <<< '#!/bin/sh
true'
cat > complaints <<'END'
core/kernel/kernel.h:2: kernel may not include netstack (core/netstack/netstack.h)
core/kernel/kernel.h:3: kernel may not include posix (core/kernel/posix/threads.h)
core/netstack/netstack.h:2: netstack may not include engine (fuzz/engine/engine.h)
core/netstack/netstack.h:3: netstack may not include adapter (fuzz/netstack/adapter.h)
fuzz/engine/engine.h:2: engine may not include program (fuzz/program/value.h)
fuzz/netstack/adapter.h:2: core/netstack/netstack_impl.h is private to its room
fuzz/program/value.h:2: program may not include kernel (core/kernel/kernel.h)
fuzz/engine/engine.h:3: the engine and programs never name the netstack
fuzz/engine/walk: core/netstack has a file of that stem too
core/netstack/orphan.c: nothing builds it
core/netstack/reap.c:601: over 600 lines
core/netstack/walk.c:3: a function of 71 lines (70)
ci/thing:1: no SPDX line
fuzz/netstack/adapter.c:1: no SPDX line
core/netstack/stack.c:2: a call without bounds
core/netstack/stack.c:3: a path of one machine
END
expect complaints 1
