#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# test_lint.sh LINT: a small tree in which ci/lint finds nothing, then one error at a time, each of which
# it must complain of, and of nothing else.
set -euo pipefail
lint=$(realpath "$1")
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
cd "$tree"
git init -q .

spdx='/* SPDX-License-Identifier: BSD-2-Clause */'
write() {
    mkdir -p "$(dirname "$1")"
    cat > "$1"
}
source_file() {
    { echo "$spdx" && cat; } | write "$1"
}

plant_sound_tree() {
    git rm -rqf --ignore-unmatch . > /dev/null
    for header in core/kernel/kernel core/netstack/netstack core/netstack/netstack_impl \
        fuzz/engine/engine fuzz/program/value fuzz/netstack/adapter core/kernel/posix/threads; do
        source_file $header.h < /dev/null
    done
    source_file core/netstack/stack.c <<< '#include "kernel/kernel.h"
#include "netstack/netstack_impl.h"'
    source_file fuzz/netstack/adapter.c <<< '#include "netstack/netstack.h"
#include "netstack/adapter.h"
#include "engine/engine.h"
#include "made_by_the_build.h"'
    source_file tests/core/test_stack.c <<< '#include "../../core/netstack/netstack_impl.h"'
    write CMakeLists.txt <<< '# SPDX-License-Identifier: BSD-2-Clause
add_library(all stack.c adapter.c test_stack.c)'
}

failures=0
fail() {
    echo "$1"
    failures=$((failures + 1))
}

# Expects one complaint, this; "" for none.
expect() {
    local wanted=$1 said status=0
    git add -A
    said=$("$lint" "$tree") || status=$?
    [ "$said" = "$wanted" ] || fail "wanted: $wanted
said:   $said"
    [ "$status" -eq "$([ -z "$wanted" ] && echo 0 || echo 1)" ] || fail "exit status $status"
    plant_sound_tree
}

plant_sound_tree
expect ''

source_file core/netstack/stack.c <<< '#include "engine/engine.h"'
expect 'core/netstack/stack.c:2: netstack may not include engine (fuzz/engine/engine.h)'

source_file core/netstack/stack.c <<< '#include "../../fuzz/netstack/adapter.h"'
expect 'core/netstack/stack.c:2: netstack may not include adapter (fuzz/netstack/adapter.h)'

source_file core/kernel/kernel.h <<< '#include "netstack/netstack.h"'
expect 'core/kernel/kernel.h:2: kernel may not include netstack (core/netstack/netstack.h)'

source_file core/kernel/kernel.h <<< '#include "kernel/posix/threads.h"'
expect 'core/kernel/kernel.h:2: kernel may not include posix (core/kernel/posix/threads.h)'

source_file fuzz/program/value.h <<< '#include "kernel/kernel.h"'
expect 'fuzz/program/value.h:2: program may not include kernel (core/kernel/kernel.h)'

source_file fuzz/engine/engine.h <<< '#include "program/value.h"'
expect 'fuzz/engine/engine.h:2: engine may not include program (fuzz/program/value.h)'

source_file fuzz/netstack/adapter.h <<< '#include "netstack/netstack_impl.h"'
expect 'fuzz/netstack/adapter.h:2: core/netstack/netstack_impl.h is private to its room'

source_file fuzz/engine/engine.h <<< '/* As the netstack does. */'
expect 'fuzz/engine/engine.h:2: the engine and programs never name the netstack'

source_file fuzz/engine/stack.h < /dev/null
expect 'fuzz/engine/stack: core/netstack has a file of that stem too'

source_file core/netstack/orphan.c < /dev/null
expect 'core/netstack/orphan.c: nothing builds it'

{ echo 'int f(void)' && echo '{' && seq -f '    g(%g);' 68 && echo '}'; } | source_file core/netstack/stack.c
expect ''
{ echo 'int f(void)' && echo '{' && seq -f '    g(%g);' 69 && echo '}'; } | source_file core/netstack/stack.c
expect 'core/netstack/stack.c:3: a function of 71 lines (70)'

seq -f '/* %g */' 599 | source_file core/netstack/stack.c
expect ''
seq -f '/* %g */' 600 | source_file core/netstack/stack.c
expect 'core/netstack/stack.c:601: over 600 lines'

write core/netstack/stack.c <<< 'int a;
int b;'
expect 'core/netstack/stack.c:1: no SPDX line'

write ci/thing <<< '#!/bin/sh
true'
expect 'ci/thing:1: no SPDX line'

source_file core/netstack/stack.c <<< 'int n = sprintf(a, b);'
expect 'core/netstack/stack.c:2: a call without bounds'

source_file core/netstack/stack.c <<< "const char *a = \"/ho""me/me\";"
expect 'core/netstack/stack.c:2: a path of one machine'

[ "$failures" -eq 0 ]
