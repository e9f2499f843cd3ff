#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# usage: explain.sh HEDDLE FILE…
#
# What `heddle explain` says of real failures is on a screen and true: each line with a place is that event of the trace;
# whom the failure names has a column; without a switch that is said to matter it ends as it is said to.
# Without FILEs there is nothing to show: exit code 77.
set -eu
export LC_ALL=C.UTF-8
heddle=$1
shift
[ $# -gt 0 ] || exit 77
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0

complain() { # FILE WHAT
    echo "$1: $2"
    cat "$work/said"
    status=1
}

on_a_screen() {
    [ "$(wc -l < "$work/said")" -le 50 ] || complain "$1" "more than 50 lines"
    # The first line and the last have the file's path, which may be long.
    [ "$(sed '1d;$d' "$work/said" | wc -L)" -le 120 ] || complain "$1" "a line of more than 120 columns"
}

# Rows "  515 │ frees stack 48   netstack.c:1107" against "   515  task 3   free #48  (netstack_reap, netstack.c:1107)".
is_traced() {
    awk -v trace="$work/trace" '
        BEGIN { while ((getline line < trace) > 0) if (line ~ /^ *[0-9]+  task /) { split(line, word, " "); events[word[1]] = line } }
        /^ *[0-9]+ / && $NF ~ /^[a-z_]+\.c:[0-9]+$/ {
            rows++
            if (index(events[$1], $NF ")") == 0) { print "event " $1 " is not at " $NF ": " events[$1]; wrong = 1 }
        }
        END { exit wrong || rows == 0 }' "$work/said" || complain "$1" "rows are not what the trace has"
}

# What the message counts are events, too: a stack was allocated and freed where the trace has it.
says_events() {
    local what
    for what in allocated:alloc freed:free; do
        awk -v trace="$work/trace" -v said="${what%:*}" -v event="${what#*:}" '
            BEGIN { while ((getline line < trace) > 0) if (line ~ /^ *[0-9]+  task /) { split(line, word, " "); events[word[1]] = word[4] } }
            $0 ~ "^ *[0-9]+ task [0-9]+: the stack is " said && events[$1] != event {
                print "event " $1 " is no " event ": " events[$1]; wrong = 1
            }
            END { exit wrong }' "$work/replay" || complain "$1" "the story counts something else"
    done
}

# Whoever the message of the failure calls a task stands in the heading.
has_columns() {
    local task
    sed -n '3p; 4{/^ *(task/p}' "$work/said" > "$work/heading"
    for task in $(sed -n '2,4p' "$work/replay" | grep -v 'waits for the end of' | grep -o '[Tt]ask [0-9]*' | sed 's/.* //' | sort -u); do
        grep -q "task $task)" "$work/heading" || complain "$1" "task $task has no column"
    done
}

# The schedule's lines are the chosen switches, each with its arrow; the other arrows are forced.
has_choices() {
    local lines
    lines=$(sed -n '/^schedule/,/^end/p' "$1" | grep -c ' = ' || true)
    [ "$(grep -c 'chosen \[[0-9]*\]: ' "$work/said" || true)" -eq "$lines" ] || complain "$1" "not an arrow for each of $lines choices"
    [ "$(grep '[▶◀]' "$work/said" | grep -vc 'chosen \[\|forced: ' || true)" -eq 0 ] || complain "$1" "an arrow that is neither"
}

# Of the switches that are told: how many without which it ends well, by the words and by trying.
is_decisive() {
    local first line told well=0
    if ! grep -q '^schedule' "$1"; then
        grep -q '^No switch was chosen' "$work/said" || complain "$1" "does not say that no switch was chosen"
        return
    fi
    grep -q 'switch.* made the difference' "$work/said" || complain "$1" "no word on which switch mattered"
    # A sentence each, or many by their numbers.
    tr '\n' ' ' < "$work/said" | tr -s ' ' > "$work/words"
    told=$(grep -o '\[[0-9]*\], before event [^.]*\. Without it: it ends well' "$work/words" | wc -l)
    told=$((told + $(grep -o 'Without any one of [][0-9, ]* it ends well' "$work/words" | grep -o '\[' | wc -l)))
    first=$(grep -n '^schedule' "$1" | cut -d: -f1)
    for line in $(seq $((first + 1)) $(($(wc -l < "$1") - 1))); do
        sed "${line}d" "$1" > "$work/without.prog"
        ! "$heddle" replay "$work/without.prog" > "$work/out" 2>&1 || well=$((well + 1))
    done
    [ "$told" -eq "$well" ] || complain "$1" "it ends well without $well of its switches, not $told"
}

for file in "$@"; do
    code=0
    "$heddle" explain "$file" > "$work/said" || code=$?
    "$heddle" replay "$file" > "$work/replay" || [ $? -eq $code ] || complain "$file" "exit code $code"
    "$heddle" replay --trace "$file" > "$work/trace" || true
    on_a_screen "$file"
    is_traced "$file"
    says_events "$file"
    if [ $code -eq 1 ]; then
        has_columns "$file"
        has_choices "$file"
        is_decisive "$file"
        [ "$(tail -n 1 "$work/said" | sed 's/^[^ ]* //')" = "replay $file" ] || complain "$file" "the last line"
    else
        grep -q '^Nothing broke' "$work/said" || complain "$file" "it does not fail"
    fi
done

# Who waited, who freed, and what was missing.
waiter=$(printf '%s\n' "$@" | grep '/0001-unregister-sleeps' || true)
if [ -n "$waiter" ]; then
    "$heddle" explain "$waiter" > "$work/said" || true
    tr '\n' ' ' < "$work/said" | tr -s ' ' > "$work/words"
    for words in 'The missing reference: t1 has slept on cv of module ip on stack 48 since event 464, in wait_for_nms_inprogress, and has taken no reference to it\.' \
        'The last reference to stack 48 was given back by t0 in zone_destroy zone=z1 (event 337, netstack.c:1128)' \
        'system_taskq freed stack 48 at event 515, in netstack_reap (netstack.c:1107)' \
        't1, in unregister module=ip: slept on cv of module ip on stack 48'; do
        grep -q "$words" "$work/words" || complain "$waiter" "does not say: $words"
    done
fi

# Who waits for whom.
circle=$(printf '%s\n' "$@" | grep '/0025-' || true)
if [ -n "$circle" ]; then
    "$heddle" explain "$circle" > "$work/said" || true
    grep -q 'In a circle: t1 waits for system_taskq, which waits for t1\.' "$work/said" || complain "$circle" "no circle"
    grep -q 'The fault destroy nth=1 : rele held=0. Without it: it ends well\.' "$work/said" || complain "$circle" "no fault"
fi
echo "$# files"
exit $status
