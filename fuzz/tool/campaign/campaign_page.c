/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The page's frame: its style, what ran, and the totals. On a narrow screen nothing is wider than it: what is wide scrolls
 * by itself.
 */
#include "tool/campaign/campaign_page.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "tool/explain/explanation.h"
#include "tool/html.h"

static const char style[] =
    "body{max-width:80rem}\n"
    "h1{font-size:1.5rem;margin:.2rem 0;overflow-wrap:anywhere}\n"
    "h2{font-size:1.2rem;margin:2rem 0 .5rem;padding-top:.6rem;border-top:1px solid var(--line)}\n"
    "h3{display:inline;font-size:1rem;font-weight:400;margin:0}\n"
    "p,dd,summary{overflow-wrap:anywhere}\n"
    "p{max-width:75ch}\n"
    "a{color:var(--curve)}\n"
    "nav a{display:inline-block;padding:.25rem .8rem .25rem 0}\n"
    "code,pre{font:13px/1.45 ui-monospace,monospace;overflow-wrap:anywhere}\n"
    ".faint,.none,dt,figcaption{color:var(--faint)}\n"
    ".note{border-left:3px solid var(--chosen);padding-left:.8rem;color:var(--chosen)}\n"
    ".alarm{border-left:3px solid var(--bad);padding:.4rem .8rem;background:var(--bad-back)}\n"
    ".wide,pre{overflow-x:auto}\n"
    "dl.facts{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:.6rem 0}\n"
    "dl.facts dd{margin:0;min-width:0}\n"
    "dl.totals{display:grid;grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr));"
    "gap:.6rem;margin:.6rem 0}\n"
    "dl.totals div{background:var(--raised);border:1px solid var(--line);border-radius:6px;"
    "padding:.5rem .7rem;display:flex;flex-direction:column-reverse;justify-content:flex-end}\n"
    "dl.totals dd{margin:0;font-size:1.25rem;font-variant-numeric:tabular-nums}\n"
    "dl.totals dt{font-size:.85rem}\n"
    ".curves{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr));"
    "gap:1rem}\n"
    "figure{margin:0;min-width:0;max-width:26rem}figcaption b{color:var(--text)}\n"
    "svg{display:block;width:100%;height:auto;font:11px system-ui,sans-serif}\n"
    "svg text{fill:var(--faint)}.grid{stroke:var(--line)}\n"
    "polyline{fill:none;stroke:var(--curve);stroke-width:2;stroke-linejoin:round}\n"
    "circle{fill:var(--curve)}\n"
    "table.figures{border-collapse:collapse;margin:.4rem 0 1rem;"
    "font-variant-numeric:tabular-nums}\n"
    ".figures th,.figures td{padding:.2rem .6rem;border-bottom:1px solid var(--line);"
    "text-align:right;white-space:nowrap}\n"
    ".figures th{font-weight:600}.figures tr>:first-child{text-align:left}\n"
    ".figures td[style]{background:color-mix(in srgb,var(--curve) var(--depth),transparent)}\n"
    ".figures td.never{color:var(--bad)}\n"
    ".failure{border:1px solid var(--line);border-radius:6px;margin:.5rem 0;padding:0 .8rem}\n"
    ".failure summary{cursor:pointer;padding:.5rem 0}\n"
    ".failure summary b{color:var(--bad)}.failure summary .faint{display:block}\n"
    ".failure[open]{padding-bottom:.8rem}\n"
    "@media(max-width:44rem){dl.facts{grid-template-columns:1fr}dl.facts dd{margin:0 0 .3rem}}\n";

/* --- what ran ------------------------------------------------------------------------------- */

static void
put_state(const struct campaign_account *account, FILE *out)
{
    fputs(account->running
              ? "<p>It runs now; this is what was so far. "
              : "<p>It does not run now: it has ended, was interrupted or was killed. ",
          out);
    if (account->waiting > 0) {
        fprintf(out, "%" PRIu64 " failure%s wait%s in incoming/ to be judged%s. ", account->waiting,
                account->waiting == 1 ? "" : "s", account->waiting == 1 ? "s" : "",
                account->running ? "" : "; <code>heddle campaign --resume</code> does it");
    }
    fputs("</p>\n", out);
}

static void
put_alarms(const struct campaign_account *account, FILE *out)
{
    const struct campaign *campaign = &account->campaign;
    if (campaign->internal > 0) {
        fprintf(out,
                "<p class=\"alarm\" role=\"note\">The engine itself was wrong, %" PRIu64
                " time%s: see unreproduced/.</p>\n",
                campaign->internal, campaign->internal == 1 ? "" : "s");
    }
    if (campaign->unstable > 0) {
        fprintf(out,
                "<p class=\"alarm\" role=\"note\">%" PRIu64
                " execution%s not the same twice: see unreproduced/.</p>\n",
                campaign->unstable, campaign->unstable == 1 ? " was" : "s were");
    }
    if (account->unreadable > 0) {
        fprintf(out,
                "<p class=\"alarm\" role=\"note\">%zu of %zu tallies cannot be read: they are "
                "empty, or another version of heddle wrote them. What those engines did is not in "
                "the totals.</p>\n",
                account->unreadable, account->instance_count);
    }
}

/* Those that its files name: a campaign may go on with another build. */
static void
put_commits(const struct campaign_account *account, FILE *out)
{
    const char *last = account->record.commit;
    bool any = last[0] != '\0';
    html_put(last, out);
    for (size_t i = 0; i < account->failure_count; i++) {
        const char *commit = account->failures[i].commit;
        bool seen = commit[0] == '\0' || strcmp(commit, last) == 0;
        for (size_t j = 0; j < i && !seen; j++) {
            seen = strcmp(commit, account->failures[j].commit) == 0;
        }
        if (!seen) {
            fputs(any ? ", " : "", out);
            html_put(commit, out);
            any = true;
        }
    }
    fputs(any ? "" : "not known", out);
}

static void
put_instances(const struct campaign_account *account, FILE *out)
{
    static const char *const columns[] = {"executions", "known passed over", "done twice",
                                          "interleaving pairs"};
    if (account->instance_count == 0) {
        fputs("<p>No engine has begun.</p>\n", out);
        return;
    }
    fputs("<p class=\"faint\">Processes of engines, each over all its lives; pairs: since its last "
          "start</p>\n<div class=\"wide\" tabindex=\"0\" role=\"region\" "
          "aria-label=\"Engines\"><table class=\"figures\" aria-label=\"Processes of "
          "engines\">\n<thead><tr><th scope=\"col\">process</th>",
          out);
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
        fprintf(out, "<th scope=\"col\">%s</th>", columns[i]);
    }
    fputs("</tr></thead>\n<tbody>\n", out);
    for (size_t i = 0; i < account->instance_count; i++) {
        const struct account_instance *instance = &account->instances[i];
        const uint64_t numbers[] = {instance->runs, instance->passed_over, instance->doubled,
                                    instance->pairs};
        fputs("<tr><th scope=\"row\">", out);
        html_put(instance->name, out);
        fputs("</th>", out);
        for (size_t j = 0; j < sizeof(numbers) / sizeof(numbers[0]); j++) {
            fputs("<td>", out);
            if (instance->readable) {
                html_put_number(numbers[j], out);
            } else {
                fputs("unreadable", out);
            }
            fputs("</td>", out);
        }
        fputs("</tr>\n", out);
    }
    fputs("</tbody></table></div>\n", out);
}

static void
put_what_ran(const struct campaign_account *account, FILE *out)
{
    const struct campaign_record *record = &account->record;
    const struct campaign *campaign = &account->campaign;
    fputs("<section aria-labelledby=\"ran\"><h2 id=\"ran\">What ran</h2>\n<dl class=\"facts\">"
          "<dt>targets</dt><dd>",
          out);
    for (size_t i = 0; i < record->target_count; i++) {
        fputs(i > 0 ? ", " : "", out);
        html_put(record->targets[i], out);
    }
    fprintf(out, "</dd><dt>engines</dt><dd>%s%s%s</dd><dt>time</dt><dd>",
            record->libfuzzer ? "libFuzzer" : "", record->libfuzzer && record->afl ? ", " : "",
            record->afl ? "AFL++" : "");
    html_put_duration(campaign->seconds_before, out);
    fprintf(out, " in %u li%s</dd><dt>commit</dt><dd>", campaign->lives,
            campaign->lives == 1 ? "fe" : "ves");
    put_commits(account, out);
    fputs("</dd>", out);
    if (campaign->seed != 0) {
        fprintf(out, "<dt>seed</dt><dd>%" PRIu64 "</dd>", campaign->seed);
    }
    fputs("</dl>\n", out);
    put_instances(account, out);
    fputs("</section>\n", out);
}

/* --- totals --------------------------------------------------------------------------------- */

static uint64_t
edges_of(const struct campaign *campaign)
{
    uint64_t most = 0;
    for (size_t i = 0; i < campaign->history_count; i++) {
        most = campaign->history[i].edges > most ? campaign->history[i].edges : most;
    }
    return most;
}

static void
put_totals(const struct campaign_account *account, FILE *out)
{
    const struct campaign *campaign = &account->campaign;
    const struct tally *sum = &account->sum;
    double seconds = campaign->seconds_before;
    double rate = seconds >= 1 && seconds < 1e12 ? (double)sum->runs / seconds : 0;
    bool tallied = campaign_account_has_tallies(account);
    const struct {
        const char *name;
        uint64_t number;
        bool known;
    } totals[] = {
        {"executions", sum->runs, tallied},
        {"executions a second", (uint64_t)rate, tallied},
        {"edges", edges_of(campaign), campaign->history_count > 0},
        {"inputs", account->inputs, true},
        {"interleaving pairs in one process", sum->pairs, tallied},
        {"distinct failures", account->failure_count, true},
        {"known failures passed over", sum->passed_over, tallied},
        {"duplicates of failures", campaign->duplicates, true},
        {"executions done twice", sum->doubled, tallied},
        {"unreproduced", campaign->unreproduced, true},
        {"not the same twice", campaign->unstable, true},
        {"engines started again", campaign->restarts, true},
    };
    fputs("<section aria-labelledby=\"totals\"><h2 id=\"totals\">Totals</h2>\n<dl "
          "class=\"totals\">\n",
          out);
    for (size_t i = 0; i < sizeof(totals) / sizeof(totals[0]); i++) {
        fprintf(out, "<div><dt>%s</dt><dd>", totals[i].name);
        if (totals[i].known) {
            html_put_number(totals[i].number, out);
        } else {
            fputs("not known", out);
        }
        fputs("</dd></div>\n", out);
    }
    fputs("</dl></section>\n", out);
}

/* --- the whole ------------------------------------------------------------------------------ */

static void
put_head(const struct campaign_account *account, FILE *out)
{
    char title[PATH_MAX + 32], when[64] = "";
    time_t now = time(NULL);
    struct tm parts;
    snprintf(title, sizeof(title), "Campaign %s", account->options.directory);
    html_begin(title, out);
    fprintf(out, "%s%s", explain_columns_style, style);
    html_begin_body(out);
    fputs("<header><h1>", out);
    html_put(title, out);
    if (gmtime_r(&now, &parts) != NULL) {
        strftime(when, sizeof(when), "%Y-%m-%d %H:%M UTC", &parts);
    }
    fprintf(out, "</h1>\n<p class=\"faint\">As of %s.</p>\n", when);
    put_state(account, out);
    put_alarms(account, out);
    fputs("<nav aria-label=\"Parts of this page\"><a href=\"#ran\">What ran</a><a "
          "href=\"#totals\">Totals</a><a href=\"#growth\">How it grew</a><a "
          "href=\"#failures\">Failures</a><a href=\"#faults\">Faults</a><a "
          "href=\"#interleavings\">Interleavings</a><a "
          "href=\"#operations\">Operations</a></nav></header>\n<main>\n",
          out);
}

enum tool_exit
campaign_page(const struct campaign_account *account, FILE *out)
{
    put_head(account, out);
    put_what_ran(account, out);
    put_totals(account, out);
    page_curves(account, out);
    enum tool_exit code = page_failures(account, out);
    page_coverage(account, out);
    fputs("</main>\n", out);
    html_end(out);
    return code;
}
