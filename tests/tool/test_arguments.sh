#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Wrong arguments: exit code 2, and a message that says what there is instead. Help has an example.
. "$(dirname "$0")/testing.sh"

expect 2
says "Usage: heddle COMMAND" "replay"
expect 2 frobnicate
says "there is no command 'frobnicate'" "convert"
expect 2 --frobnicate
says "there is no option '--frobnicate'"
expect 0 --help
says "Exit codes:" "Example:"
expect 0 --version
says "heddle 0."

for command in list run replay convert doctor; do
    expect 0 "$command" --help
    says "Usage: heddle $command" "Example: heddle $command" "--help"
    ! grep -n ' $' stdout || fail "a line that ends in a blank"
    expect 2 "$command" --frobnicate
    says "frobnicate" "Options: --help" "heddle $command --help"
done

expect 2 list planets
says "there is no list 'planets'" "strategies"
expect 2 list targets subjects
says "one argument too many"
expect 2 run
says "needs a TARGET"
expect 2 run mars
says "there is no target 'mars'" "strikes never overlap"
expect 2 run toy toy
says "one argument too many"
expect 2 run toy --subject mars
says "there is no subject 'mars'" "does nothing wrong"
expect 2 run toy --subject reference
says "there is no subject 'reference'" "HEDDLE_KERNEL_SOURCE"
expect 2 run toy --events mars
says "'mars' is neither sync nor memory"
expect 2 run toy --events memory
says "cannot see loads and stores" "preset access"
expect 2 run toy --strategy mars
says "there is no strategy 'mars'" "random walk"
expect 2 run toy --faults perhaps
says "--faults: 'perhaps' is neither on nor off"
for value in 0 -1 many 1x '' 99999999999999999999; do
    expect 2 run toy --runs="$value"
    says "--runs: '$value' is not a number from 1"
done
expect 2 run toy --seconds 0
says "--seconds: '0'"
expect 2 run toy --jobs 1000
says "--jobs: '1000' is not a number from 1 to 256"
expect 2 run toy --runs
says "requires an argument"
expect 2 run toy --known nowhere
says "nowhere: No such file"
: >file
expect 2 run toy -o file
says "-o: file: nothing can be written in file: Not a directory"
expect 2 run toy -o file/below
says "-o: file/below: " "Not a directory"
expect 2 run toy -o /proc/findings/of/toy
says "-o: /proc/findings/of/toy: nothing can be written in /proc: No such file"
expect 2 run toy -o ''
says "-o: needs the name"
expect 2 replay
says "needs a FILE"
expect 2 replay --expect doom file
says "there is no verdict 'doom'" "use-after-free"
expect 2 convert file
says "IN and OUT"
expect 2 convert a b c
says "one argument too many"
[ "$(ls)" = "$(printf 'file\nstderr\nstdout')" ] || fail "something was written: $(ls)"

expect 0 list
says "targets:" "toy" "random" "before_strike" "null_write" "(reference)"
expect 0 list oracles
says "strikes never overlap"
says_not "random"
expect 0 list faults
grep -q '^before_strike  *point, by nth: spare$' stdout || fail "the point lacks what is legal there"
grep -q '^spare  *action, spare$' stdout || fail "the action lacks its kind"
[ "$(sort stdout | uniq -d)" = "" ] || fail "something is told twice"

# The totals say what was done, and name what was not.
expect 0 run toy --runs 8
says "  before_strike      "
says_not "never: "
says " in 1 program," "not seen yet: nobody knows"
says_not "Chao2"
expect 0 run toy --strategy random --runs 9
says " in 2 programs," "Chao2"
expect 0 run toy --runs 8 --faults off
says "  never: before_strike"
says_not "  before_strike      "
