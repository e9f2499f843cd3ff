#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# A subject that goes down never takes its finding with it: whatever it does to its process, its file is there
# afterwards, and shows the same again.
. "$(dirname "$0")/testing.sh"

# death SUBJECT VERDICT TEXT: the first failing run of the subject is found, written, and replayed.
death() {
    local subject=$1 verdict=$2
    expect 1 run toy --subject "$subject" --runs 400 -o "$subject"
    says "$verdict: " "$3" "replay $subject/"
    findings "$subject" 1
    grep -q "^# verdict: $verdict\$" "$subject"/*.prog || fail "no verdict in the file"
    expect 1 replay "$subject"/*.prog
    says "$verdict: " "$3"
    expect 0 replay --expect "$verdict" --repeat "$4" "$subject"/*.prog
    says "the same in $4 runs"
    # It is the schedule that kills: under the fixed policy the same program does nothing.
    sed '/^schedule/,$c end' "$subject"/*.prog >"$subject.tame.prog"
    expect 0 replay "$subject.tame.prog"
}

death null_write panic "null pointer" 20
death wild_write panic "signal 11" 20
death overflow panic "stack overflowed" 20
death abort panic "signal 6" 20
death exit panic "exit status 7" 5
death loop livelock "no scheduling point" 2

# One that kills itself cannot be told from a stranger at first; so its run is repeated, and it dies again.
expect 1 run toy --subject kill --runs 400 -o kill
says "killed from outside" "panic: no SIGKILL"
rm kill/worker-death-*.prog
findings kill 1
expect 1 replay kill/*.prog
says "panic: no SIGKILL"

# A sanitizer ends the process; what it saw is a file for its build, with its words.
if "$program" --version | grep -q address; then
    death stray sanitizer "heap-buffer-overflow" 5
    says_not "SUMMARY"
    grep -q '^requires asan$' stray/*.prog || fail "the file does not say what it requires"
    expect 1 replay stray/*.prog
    says "the process said:" "SUMMARY: AddressSanitizer"
fi

# The runs behind a death are executed as if nothing had happened.
expect 1 run toy --subject exit --runs 150 --keep-going -o exit2
says "150 runs in"
expect 0 run toy --runs 400
says "400 runs in"
