#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# A plan of faults as somebody writes it by hand: one that is not legal, or whose point is not reached, is no silent 'ok'. Of the real
# command, for the toy's only fault is legal.
. "$(dirname "$0")/testing.sh"

# plan FAULT…: a program with these.
plan() {
    printf '%s\n' 'heddle 1' 'target lifecycle' 'subject core' thread '  register module=ip shutdown=yes' \
        '  zone_create stack=exclusive zone=z1' '  zone_destroy zone=z1' faults
    printf '  %s\n' "$@"
    echo end
}

plan 'destroy nth=0 : fail' 'create nth=0 : fail' >illegal.prog
for command in replay explain; do
    expect 0 $command illegal.prog
    says 'illegal.prog: never injected: destroy nth=0 : fail; `heddle list faults` says what may happen where'
    [ "$(grep -c 'never injected' stderr)" -eq 1 ] || fail "what is legal is warned of, too"
done
expect 0 replay illegal.prog
says "faults injected: 1"

# In the list that it names, the one is there and the other is not.
expect 0 list faults
grep -q '^create  *point, by nth: fail,' stdout || fail "create does not fail"
! grep -q '^destroy .*fail' stdout || fail "destroy fails"

# A point that is not reached.
plan 'create nth=1000 : fail' >late.prog
expect 0 replay late.prog
says "late.prog: ok, " "faults injected: 0"
says_not "never injected"

# Without a plan, and of bytes, which are not written by hand, nothing is said.
plan | sed '/^faults$/,/^  $/d' >none.prog
expect 0 replay none.prog
says_not "injected"
expect 0 convert illegal.prog illegal.bytes
expect 0 replay illegal.bytes
says_not "never injected"
