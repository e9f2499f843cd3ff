#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# test_report_browser.sh HEDDLE_TOY TOY_DRIVER: the pages of `heddle report` and `heddle explain --html` as a browser lays them out, on a
# phone's width and a desk's, in light and dark, folded and unfolded: never wider than the window, and every word can be read.
. "$(dirname "$0")/handmade_campaign.sh"
. "$(dirname "$0")/testing.sh"
command -v chromium >/dev/null || { echo "skipped: there is no chromium, without which nobody sees the pages" && exit 77; }

handmade_campaign camp
expect 0 report camp -o report.html
expect 1 explain "camp/failures/$signature.prog" --html explain.html
# What must be seen to fail: something wide, something that is hardly there.
sed 's,</h1>,&<p style="min-width:2000px">wide</p>,' report.html >wide.html
sed 's,</h1>,&<p style="color:#888;background:#777">faint</p>,' report.html >faint.html

# A page says of itself how wide it is, and what of its text has the least contrast (WCAG 2.2, 1.4.3).
cat >probe.js <<'PROBE'
<script>
const parse = text => { // "rgb(1, 2, 3)", "rgba(1, 2, 3, 0.5)", "color(srgb 0.1 0.2 0.3 / 0.4)"
    const numbers = text.match(/[\d.]+(e-?\d+)?/g).map(Number);
    const scale = text.startsWith('color') ? 255 : 1;
    return [numbers[0] * scale, numbers[1] * scale, numbers[2] * scale, numbers.length > 3 ? numbers[3] : 1];
};
const over = (a, b) => [0, 1, 2].map(i => a[i] * a[3] + b[i] * (1 - a[3])).concat(1);
const behind = element => element === null ? [255, 255, 255, 1] :
    over(parse(getComputedStyle(element).backgroundColor), behind(element.parentElement));
const light = colour => [0.2126, 0.7152, 0.0722].reduce((sum, weight, i) => {
    const c = colour[i] / 255;
    return sum + weight * (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
}, 0);
const contrast = element => {
    const style = getComputedStyle(element), back = behind(element);
    const text = parse(element.ownerSVGElement ? style.fill : style.color);
    const [a, b] = [light(over(text, back)), light(back)].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
};
const measure = () => {
    const root = document.documentElement;
    return root.scrollWidth - root.clientWidth;
};
addEventListener('load', () => {
    const folded = measure();
    document.querySelectorAll('details').forEach(d => { d.open = true; });
    document.querySelectorAll('input[type=checkbox]').forEach(box => box.click());
    const unfolded = measure();
    const words = [...document.querySelectorAll('body *')].filter(e =>
        [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim() !== '') && e.tagName !== 'SCRIPT');
    const worst = words.map(e => [contrast(e), e.tagName, e.className, e.textContent.slice(0, 20)]).sort((a, b) => a[0] - b[0])[0];
    parent.postMessage({width: innerWidth, folded, unfolded, words: words.length, worst, back: behind(document.body).slice(0, 3).join()}, '*');
});
</script>
PROBE
for page in report explain wide faint; do
    cat $page.html probe.js >probed_$page.html
done

# A window in a window is as narrow as it is told, which the browser's own is not.
frames=''
for page in report explain wide faint; do
    for width in 390 1280; do
        frames+="<iframe name=\"$page\" src=\"probed_$page.html\" style=\"width:${width}px;height:900px;border:0\"></iframe>"
    done
done
cat >all.html <<PROBE
<!DOCTYPE html><html><head><meta charset="utf-8"><style>:root{color-scheme:light dark}</style><script>
addEventListener('message', event => {
    const frame = [...document.querySelectorAll('iframe')].find(f => f.contentWindow === event.source), it = event.data;
    const line = document.createElement('pre');
    line.textContent = ['measured', frame.name, it.width, it.folded, it.unfolded, it.back, it.words, it.worst[0].toFixed(2), it.worst.slice(1).join(' ')].join('|');
    document.body.append(line);
});
</script></head><body>$frames</body></html>
PROBE

# look SCHEME NUMBER: measures all, with the browser's number of that scheme.
look() {
    HOME=$work chromium --headless --no-sandbox --disable-gpu --user-data-dir="$work/profile" --window-size=1400,1000 \
        --blink-settings=preferredColorScheme="$2" --virtual-time-budget=20000 --dump-dom "file://$work/all.html" >stdout 2>stderr
    grep -o 'measured|[^<]*' stdout >"$1" || fail "the browser has measured nothing"
    cat "$1"
    [ "$(wc -l <"$1")" -eq 8 ] || fail "not every page was measured"
}

# field SCHEME PAGE WIDTH NUMBER
field() { awk -F'|' -v page="$2" -v width="$3" -v number="$4" '$2 == page && $3 == width { print $number }' "$1"; }

look light 1
look dark 0
for scheme in light dark; do
    for width in 390 1280; do
        for page in report explain; do
            [ "$(field $scheme $page $width 4)" = 0 ] || fail "$scheme $page is wider than $width"
            [ "$(field $scheme $page $width 5)" = 0 ] || fail "$scheme $page is wider than $width when it is unfolded"
            [ "$(field $scheme $page $width 7)" -gt 20 ] || fail "$scheme $page at $width has no words"
            awk -v least="$(field $scheme $page $width 8)" 'BEGIN { exit !(least >= 4.5) }' ||
                fail "$scheme $page at $width: hard to read: $(field $scheme $page $width 9)"
        done
        [ "$(field $scheme wide $width 4)" -gt 500 ] || fail "what is too wide is not seen"
        awk -v least="$(field $scheme faint $width 8)" 'BEGIN { exit !(least < 1.5) }' || fail "what is faint is not seen"
    done
    [ "$(cut -d'|' -f6 $scheme | sort -u | wc -l)" -eq 1 ] || fail "not all are $scheme"
done
[ "$(field light report 390 6)" = 255,255,255 ] || fail "light is not white"
[ "$(field dark report 390 6)" = 20,23,27 ] || fail "dark is not dark"
