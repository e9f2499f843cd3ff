#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Explanations as people use them: what is said of switches is what happens without them; every way of ending has
# one; pages and traces are whole; what cannot be used is refused in words.
. "$(dirname "$0")/testing.sh"

expect 1 run toy --subject fail --runs 4000 -o found
mv found/*.prog fail.prog
expect 1 shrink fail.prog -o small.prog

fits() { # LINES: the last output is a screen
    [ "$(wc -l <stdout)" -le "$1" ] || fail "more than $1 lines"
    [ "$(LC_ALL=C.UTF-8 wc -L <stdout)" -le 120 ] || fail "a line of more than 120 columns"
}

# --- a failure -----------------------------------------------------------------------------------

expect 1 explain small.prog
fits 50
says "small.prog on fail: assertion" "thread (task 1)" "thread.2 (task 2)" "✗ assertion" \
    "What broke: strikes never overlap (assertion, seen by the oracle toy)" "Two strikes overlapped." \
    "chosen [1]: thread could go on" "What each was doing:" "thread: stands before its first event" \
    "The switch that made the difference:" "runs instead of thread. Without it: it ends well."
[ "$(sed -n 's/^  \[1\].*: \(.*\) runs instead.*/\1/p' stdout)" = thread.2 ] || fail "another switch"
command=$(tail -n 1 stdout)
sh -c "$command" >stdout 2>stderr
[ $? -eq 1 ] || fail "does not reproduce: $command"

# What is said of each switch is what happens without it, one by one. Some files have switches to spare.
expect 1 replay fail.prog
signature=$(sed -n 's/^ *signature: //p' stdout)
count() { # WORDS: switches of which these are said
    grep -c "^  \[.*Without it: $1" said || true
}
expect 1 explain fail.prog
mv stdout said
well=0
first=$(grep -n '^schedule' fail.prog | cut -d: -f1)
for line in $(seq $((first + 1)) $(($(wc -l <fail.prog) - 1))); do
    sed "${line}d" fail.prog >without.prog
    "$program" replay without.prog >stdout 2>stderr
    case $? in
    0) well=$((well + 1)) ;;
    1) says "signature: $signature" ;;
    *) fail "cannot be replayed without line $line" ;;
    esac
done
[ "$well" -eq "$(count 'it ends well')" ] || { cat said; fail "without $well of them it ends well"; }

# --- everything, and what is left out ---------------------------------------------------------------

expect 1 replay --trace small.prog
events=$(grep -c '^[0-9]* task' stdout)
expect 1 explain --all small.prog
[ "$(grep -c '^ *[0-9][0-9]* ' stdout)" -eq "$events" ] || fail "--all is not all of $events events"
says_not "--all shows"

cat >long.prog <<'END'
heddle 1
target toy
subject core
strategy random seed=3
thread
  add by=1
  add by=2
  add by=3
  strike
thread
  add by=4
  add by=5
  add by=6
  strike
end
END
expect 0 explain long.prog
fits 50
says "long.prog on core: ok" "Nothing broke:" "--all shows the others"
says_not "replay"

# --- other endings --------------------------------------------------------------------------------

for subject in null_write wild_write overflow exit abort kill; do
    sed "s/^subject .*/subject $subject/" small.prog >$subject.prog
    expect 1 explain $subject.prog
    fits 50
    says "✗ panic" "strikes" "What broke:" "Without it: it ends well"
done
sed "s/^subject .*/subject internal/" small.prog >internal.prog
expect 5 explain internal.prog
says "✗ internal"
sed "s/^subject .*/subject differ/" small.prog >differ.prog
expect 3 explain differ.prog
says "two runs of it differed"
case "$("$program" --version)" in
*address*)
    sed "s/^subject .*/subject stray/" small.prog >stray.prog
    expect 1 explain stray.prog
    says "✗ sanitizer" "heddle replay shows it"
    ;;
*)
    sed "s/^events/requires asan\n&/" small.prog >needy.prog
    expect 4 explain needy.prog
    says "needy.prog: fails under AddressSanitizer only"
    ;;
esac

# A fault without which it would not have been, and one that changes nothing.
expect 0 run toy --subject core --runs 1
cat >spared.prog <<'END'
heddle 1
target toy
subject fail
strategy fixed
thread
  strike
thread
  strike
  strike
faults
  before_strike nth=7 : spare
END
sed -n '/^schedule/,/^end/p' small.prog >>spared.prog
expect 1 explain spared.prog
says "Without the one fault it fails all the same."

# --- bytes, pages, traces ----------------------------------------------------------------------------

expect 0 convert small.prog small.bytes
expect 1 explain small.prog
sed 's/small\.prog/FILE/' stdout >of_text
expect 1 explain small.bytes
sed 's/small\.bytes/FILE/' stdout | cmp - of_text || fail "bytes are explained otherwise"

expect 1 explain small.prog --html page.html --perfetto trace.json
grep -q '"traceEvents"' trace.json || fail "no trace"
for text in '<!DOCTYPE html>' prefers-color-scheme 'name="viewport"' 'max-width:' 'What broke: strikes never overlap' \
    'chosen \[1\]' '</html>'; do
    grep -q "$text" page.html || fail "the page lacks $text"
done
! grep -Eq 'https?:|src=|url\(|@import|<script|<link' page.html || fail "the page needs something else"
[ "$(grep -o '<tr' page.html | wc -l)" -eq "$(grep -o '</tr>' page.html | wc -l)" ] || fail "the page's rows"
cp small.prog kept.prog
ln kept.prog again.prog
for out in '--html kept.prog' '--perfetto kept.prog' '--html ./again.prog'; do
    expect 2 explain kept.prog $out
    says "is FILE and OUT"
    cmp -s small.prog kept.prog || fail "what is explained was overwritten"
done
expect 2 explain small.prog --html same --perfetto same
says "a page and a trace need a file each"
[ ! -e same ] || fail "one was written over the other"
expect 2 explain small.prog --html nowhere/page.html
says "nowhere/page.html: No such file or directory"
expect 2 explain small.prog --perfetto nowhere/trace.json
says "nowhere/trace.json"

# --- what cannot be used ------------------------------------------------------------------------------

expect 2 explain
says "needs a FILE"
expect 2 explain small.prog small.prog
says "what is 'small.prog' for?"
expect 2 explain missing.prog
says "missing.prog"
expect 2 explain small.prog --subject nobody
says "there is no subject 'nobody'"
printf 'heddle 1\ntarget toy\nthread\n  fly\nend\n' >wrong.prog
expect 2 explain wrong.prog
says "wrong.prog:4:"
expect 0 explain --help
says "Example: heddle explain"
