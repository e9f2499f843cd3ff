#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# test_report.sh HEDDLE_TOY TOY_DRIVER: pages of campaigns that ended, run, were killed, or have done nothing yet: everything is on them, text stays text,
# nothing but themselves is needed, and nothing in the campaign's directory changes.
. "$(dirname "$0")/handmade_campaign.sh"
. "$(dirname "$0")/testing.sh"

# has PAGE TEXT…, lacks PAGE TEXT
has() {
    local page=$1 text
    shift
    for text in "$@"; do
        grep -qF -e "$text" "$page" || fail "$page lacks: $text"
    done
}
lacks() {
    ! grep -qF -e "$2" "$1" || fail "$1 has: $2"
}

# is_whole PAGE: what is begun is ended, and nothing is fetched or run.
is_whole() {
    local page=$1 tag
    has "$page" '<!DOCTYPE html>' '<html lang="en">' 'name="viewport"' prefers-color-scheme '<title>Campaign ' '<h1>' '<main>' '</html>'
    for tag in html head style body header main nav section h1 h2 h3 p div dl dt dd table caption thead tbody tr th td figure svg details summary pre code; do
        [ "$(grep -oE "<$tag[ >]" "$page" | wc -l)" -eq "$(grep -oF "</$tag>" "$page" | wc -l)" ] || fail "$page: <$tag> is not ended"
    done
    ! grep -Eqi 'https?:|src=|url\(|@import|<script|<link|<iframe|<object| on[a-z]+="' "$page" || fail "$page needs something else"
    [ "$(grep -oE ' id="[^"]*"' "$page" | sort | uniq -d | wc -l)" -eq 0 ] || fail "$page: an id twice"
    # Where a link leads, there is something.
    for tag in $(grep -oE 'href="#[a-z]+"' "$page" | tr -d '"#' | sed 's/href=//'); do
        has "$page" "id=\"$tag\""
    done
}

contents() { (cd "$1" && find . -type f -not -name report.html -exec cksum {} + | sort -k 3); }

# --- one that has ended ----------------------------------------------------------------------------

handmade_campaign camp
contents camp >before
expect 0 report camp
says "camp/report.html: 2 distinct failures in 4 executions"
[ "$(ls camp)" = "$(printf '%s\n' campaign.json corpus failures incoming lock logs report.html tallies unreproduced)" ] ||
    fail "other files: $(ls camp)"
contents camp | cmp - before || fail "it has changed what is there"
page=camp/report.html
is_whole $page
has $page 'Campaign camp' 'It does not run now' '<dt>targets</dt><dd>toy</dd>' '<dt>engines</dt><dd>libFuzzer</dd>' \
    '1 h 6 min in 2 lives' 'abc1234, def5678' '<th scope="row">toy-libfuzzer-1</th><td>4</td><td>0</td><td>2</td>'
# Totals.
has $page '<dt>executions</dt><dd>4</dd>' '<dt>edges</dt><dd>1,311</dd>' '<dt>inputs</dt><dd>3</dd>' '<dt>distinct failures</dt><dd>2</dd>' \
    '<dt>duplicates of failures</dt><dd>17</dd>' '<dt>executions done twice</dt><dd>2</dd>' '<dt>unreproduced</dt><dd>23</dd>' \
    '<dt>engines started again</dt><dd>29</dd>' '<dt>known failures passed over</dt><dd>0</dd>'
# Curves: their last point is at the right, the highest one below the scale's end.
[ "$(grep -c '<svg .*role="img" aria-label="..*' $page)" -eq 5 ] || fail "other than five curves"
has $page 'Coverage (edges) over time: 1,311 after 1 h 6 min' 'Executions over time: 1,234,567' '>2M</text>' '>1 h 6 min</text>'
points=$(sed -n '/Executions over time/,/<\/svg>/s/.*points="\([^"]*\)".*/\1/p' $page)
[ "$points" = "44.0,144.0 44.1,144.0 197.0,97.1 350.0,61.3" ] || fail "the curve of executions: $points"
# Failures: the first found first, explained; what cannot be run as it was written.
[ "$(grep -c '<details class="failure"' $page)" -eq 2 ] || fail "other than two failures"
[ "$(grep -oE '<details class="failure" id="[^"]*"' $page | head -n 1)" = "<details class=\"failure\" id=\"$signature\"" ] ||
    fail "not in the order in which they were found"
has $page '2 distinct failures</h2>' '1 assertion, 1 leak' '<b>assertion</b> strikes never overlap' 'after 2 min 5 s' 'What broke: strikes never overlap' \
    '<table class="columns">' '<tr class="end">' '▶ chosen [1]' "heddle replay camp/failures/$signature.prog" 'This build cannot run it'
says "camp/failures/00000000000000aa.prog"
lacks $page 'what was written then'
# Text stays text.
escaped='&lt;img onerror=&quot;alert(1)&quot;&gt; &amp; &lt;b&gt;bold&lt;/b&gt;'
has $page "<b>leak</b> $escaped" "columns of $escaped" "engine $escaped" "<dt>place</dt><dd>$escaped.c:7</dd>"
lacks $page '<img'
# Faults, interleavings, operations.
has $page '<th scope="row">before_strike</th><td class="none">0</td>' 'Never injected, though legal: before_strike:spare (1 of 1)' \
    '<th scope="row">scheduling points</th>' '<th scope="row">strike</th><td class="never">never</td>'
grep -q '<th scope="row">add</th><td style="--depth:45%">8</td><td class="none">0</td>' $page || fail "the operations: $(grep '>add<' $page)"

# --- where it goes ------------------------------------------------------------------------------------

mkdir 'a <i>dir'
cp -r camp 'a <i>dir/camp'
expect 0 report 'a <i>dir/camp' -o out.html
is_whole out.html
has out.html '<h1>Campaign a &lt;i&gt;dir/camp</h1>' "heddle replay 'a &lt;i&gt;dir/camp/failures/$signature.prog'"
cp out.html old.html
for bytes in 0 100 8000; do
    prlimit --fsize=$bytes "$program" report camp -o out.html 2>&1 | cat >stdout
    [ "${PIPESTATUS[0]}" -eq 4 ] || fail "a full disk is not exit code 4"
    says "out.html: File too large"
    cmp out.html old.html || fail "half a page"
done
expect 4 report camp -o /dev/full
says "/dev/full: No space left"
expect 2 report camp -o nowhere/out.html
says "nowhere/out.html: No such file or directory"
expect 2 report camp -o .
says ".: Is a directory"
[ -z "$(find . -name '*.html.*')" ] || fail "a temporary file is left"

# --- one that runs, and one that was killed ---------------------------------------------------------------

exec 9>>camp/lock
flock 9
expect 0 report camp
has $page 'It runs now'
lacks $page 'It does not run now'
exec 9>&-

touch camp/incoming/toy-libfuzzer-1-y "camp/failures/.$signature.prog" camp/failures/00000000000000bb.json \
    camp/failures/00000000000000cc.prog.Ab12Cd camp/tallies/toy-libfuzzer-2
expect 0 report camp
is_whole $page
has $page 'It does not run now' '1 failure waits in incoming/' 'heddle campaign --resume' '1 of 2 tallies cannot be read' \
    '<th scope="row">toy-libfuzzer-2</th><td>unreadable</td>' '<dt>executions</dt><dd>4</dd>' '<dt>distinct failures</dt><dd>2</dd>'
# A second engine's, with a fault.
printf 'heddle 1\ntarget toy\nsubject core\nstrategy fixed\nthread\n  strike\nfaults\n  before_strike nth=0 : spare\nend\n' >spared.prog
rm camp/tallies/toy-libfuzzer-2
"$driver" --tally=camp/tallies/toy-afl-main spared.prog >stdout 2>stderr || fail "toy_driver"
expect 0 report camp
has $page '<dt>executions</dt><dd>5</dd>' '1 fault was injected' '<th scope="row">before_strike</th><td style="--depth:45%">1</td>' \
    'Each of the 1 legal pairs of point and kind was injected'
rm camp/tallies/toy-afl-main
touch camp/tallies/toy-libfuzzer-2
# None of them: then nobody knows, which is not "never".
: >camp/tallies/toy-libfuzzer-1
expect 0 report camp
is_whole $page
has $page '2 of 2 tallies cannot be read' '<dt>executions</dt><dd>not known</dd>' 'Nothing is known of them'
lacks $page 'never</td>'

# It fails in another way than it did, or not at all; and what was written then is gone, too.
sed -i 's/^subject fail/subject core/' "camp/failures/$signature.prog"
rm camp/failures/00000000000000aa.txt
expect 0 report camp
has $page 'On this build it ends otherwise: ok' 'what was written then' 'Nor is there what was written'
sed -i 's/^subject core/subject differ/' "camp/failures/$signature.prog"
expect 3 report camp
has $page 'Two runs of it differed now' '</html>'

# --- one that has done nothing yet, and files that say strange things ---------------------------------------

mkdir empty
campaign_json '' >empty/campaign.json
expect 0 report empty
says "empty/report.html: 0 distinct failures in 0 executions"
is_whole empty/report.html
has empty/report.html 'No engine has begun' 'no sample was written yet' '0 distinct failures</h2>' 'None was found' '<dt>edges</dt><dd>not known</dd>'

campaign_json '{"seconds": NaN, "edges": -5}, {"seconds": -1, "runs": 18446744073709551615}, 7, {"seconds": 1e300, "edges": "x"}' \
    >empty/campaign.json
sed -i 's/"toy"/7, "toy", null, "..\/..", "<i>"/; s/4000.5/Infinity/' empty/campaign.json
expect 0 report empty
is_whole empty/report.html
has empty/report.html '<dt>targets</dt><dd>7, toy, , ../.., &lt;i&gt;</dd>' '0 s in 2 lives'
! grep -Eq 'points="[^"]*(nan|inf|e)' empty/report.html || fail "a curve of no numbers"

sed -i 's/"unstable": 0, "internal": 0/"unstable": 3, "internal": 1/' empty/campaign.json
expect 0 report empty
has empty/report.html '3 executions were not the same twice' 'The engine itself was wrong, 1 time:'

# --- what cannot be used --------------------------------------------------------------------------------

expect 2 report
says "needs DIR"
expect 2 report camp camp
says "what is 'camp' for?"
expect 2 report camp -o ''
says "-o: needs the name of a file"
expect 2 report missing
says "missing is no campaign's directory: No such file or directory"
mkdir none
expect 2 report none
says "none is no campaign's directory: No such file or directory"
[ -z "$(ls none)" ] || fail "a page of nothing"
printf '{"version": 1, "targ' >none/campaign.json
expect 2 report none
says "none is no campaign's directory: "
for text in '{"version": 2}' '[1]' '{}'; do
    echo "$text" >none/campaign.json
    expect 2 report none
    says "none/campaign.json is of another version of heddle"
done
[ ! -e none/report.html ] || fail "a page of nothing"
expect 0 report --help
says "Example: heddle report campaign -o campaign.html"
