/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The same columns as a page that needs nothing but itself: light and dark, and on a narrow screen one column, where each
 * line says whose it is. What matters is shown; a box shows the rest.
 */
#include <limits.h>

#include "tool/explain/explanation.h"
#include "tool/html.h"

#define MOMENTS_MAX 30000u /* of a longer execution, what has no weight is left out */

/* Of the columns, wherever they stand. */
const char explain_columns_style[] =
    ".words{white-space:pre-wrap;overflow-wrap:anywhere;border-left:3px solid var(--bad);"
    "padding:.2rem 0 .2rem .8rem;margin:.8rem 0;font:14px/1.5 ui-monospace,monospace}\n"
    ".columns{border-collapse:collapse;width:100%;font:13px/1.45 ui-monospace,monospace}\n"
    ".columns th{position:sticky;top:0;background:var(--back);text-align:left;"
    "border-bottom:2px solid var(--line)}\n"
    ".columns th,.columns td{padding:.1rem .5rem;vertical-align:top;"
    "border-left:1px solid var(--line);overflow-wrap:anywhere}\n"
    ".columns td.number{color:var(--faint);text-align:right;border-left:0}\n"
    ".columns .place{color:var(--faint)}\n"
    ".columns tr.chosen td{background:var(--chosen-back);color:var(--chosen);font-weight:600}\n"
    ".columns tr.forced td{color:var(--faint)}\n"
    ".columns tr.end td{background:var(--bad-back);color:var(--bad);font-weight:600}\n"
    ".columns td[data-task]{white-space:pre-wrap}\n"
    "@media(max-width:44rem){.columns thead,.columns td.empty{display:none}"
    ".columns tr{display:block;border-bottom:1px solid var(--line)}"
    ".columns td{display:inline;border:0;padding:0 .3rem}"
    ".columns td[data-task]::before{content:attr(data-task) \": \";font-weight:600}}\n";

static const char style[] = "h1{font-size:1.15rem;margin:0 0 .3rem;overflow-wrap:anywhere}\n"
                            "h1 b{color:var(--bad)}\n"
                            "label{display:inline;margin:.6rem 0;color:var(--faint)}\n"
                            "#all:not(:checked)~table tr.light{display:none}\n";

/* A column for each task that did something; those that are not involved come with the box. */
static bool
has_column(const struct explanation *of, uint32_t task)
{
    return of->tasks[task].involved;
}

static void
put_row(const struct explanation *of, uint32_t number, uint16_t task, const char *classes,
        uint32_t depth, const char *text, const char *place, FILE *out)
{
    fprintf(out, "<tr class=\"%s\"><td class=\"number\">", classes);
    if (number != EXPLANATION_NONE) {
        fprintf(out, "%u", number);
    }
    fputs("</td>", out);
    bool put_it = false;
    for (uint32_t i = 0; i < of->task_count; i++) {
        if (!has_column(of, i)) {
            continue;
        }
        if (i != task) {
            fputs("<td class=\"empty\"></td>", out);
            continue;
        }
        put_it = true;
        fputs("<td data-task=\"", out);
        html_put(of->tasks[i].name, out);
        fprintf(out, "\">%*s", (int)(depth < 8 ? depth * 2 : 16), "");
        html_put(text, out);
        fputs("</td>", out);
    }
    fputs("<td class=\"place\">", out);
    if (!put_it) {
        html_put(of->tasks[task].name, out);
        fputs(": ", out);
        html_put(text, out);
        fputc(' ', out);
    }
    html_put(place, out);
    fputs("</td></tr>\n", out);
}

static void
put_switch(const struct explanation *of, const struct explanation_switch *it, bool everything,
           FILE *out)
{
    char text[200];
    bool shown = (it->chosen && it->weight >= 2) ||
                 (of->tasks[it->from].involved && of->tasks[it->to].involved);
    const char *classes =
        it->chosen ? (shown ? "chosen" : "chosen light") : (shown ? "forced" : "forced light");
    if (!shown && !everything) {
        return;
    }
    if (it->chosen && it->from == it->to) {
        snprintf(text, sizeof(text), "chosen [%u]: %s, %u", it->number,
                 heddle_choice_kind_names[it->deviation.kind], it->deviation.value);
    } else if (it->chosen) {
        snprintf(text, sizeof(text), "▶ chosen [%u]: %s %s", it->number,
                 of->tasks[it->instead].name,
                 it->instead == it->from ? "could go on" : "would be next");
    } else {
        snprintf(text, sizeof(text), "▷ forced: %s cannot go on", of->tasks[it->from].name);
    }
    put_row(of, EXPLANATION_NONE, it->to, classes, 0, text, "", out);
}

static void
put_moments(const struct explanation *of, bool everything, FILE *out)
{
    bool all = everything && of->moment_count <= MOMENTS_MAX;
    uint32_t change = 0;
    for (uint32_t i = 0; i < of->moment_count; i++) {
        const struct explanation_moment *moment = &of->moments[i];
        for (; change < of->switch_count && of->switches[change].moment <= i; change++) {
            put_switch(of, &of->switches[change], everything, out);
        }
        bool ends = moment->sort == EXPLANATION_END;
        if (all || moment->weight >= 2) {
            put_row(of, ends ? EXPLANATION_NONE : i, moment->task,
                    ends                  ? "end"
                    : moment->weight >= 2 ? "moment"
                                          : "light",
                    moment->depth, moment->text, moment->place, out);
        }
    }
}

void
explain_columns(const struct explanation *explanation, bool everything, FILE *out)
{
    fputs("<table class=\"columns\">\n<thead><tr><th scope=\"col\">event</th>", out);
    for (uint32_t i = 0; i < explanation->task_count; i++) {
        if (has_column(explanation, i)) {
            fputs("<th scope=\"col\">", out);
            html_put(explanation->tasks[i].name, out);
            fputs("</th>", out);
        }
    }
    fputs("<th scope=\"col\" class=\"place\">place</th></tr></thead>\n<tbody>\n", out);
    put_moments(explanation, everything, out);
    fputs("</tbody></table>\n", out);
}

void
explain_html(const struct explanation *explanation, const char *words, FILE *out)
{
    char title[PATH_MAX + 64];
    const char *verdict = heddle_verdict_name(explanation->outcome->result.verdict);
    snprintf(title, sizeof(title), "%s: %s", explanation->input->path, verdict);
    html_begin(title, out);
    fprintf(out, "%s%s", explain_columns_style, style);
    html_begin_body(out);
    fputs("<h1>", out);
    html_put(explanation->input->path, out);
    fputs(" on ", out);
    html_put(explanation->input->subject->name, out);
    fprintf(out, ": <b>%s</b></h1>\n<div class=\"words\">", verdict);
    html_put(words, out);
    fprintf(out,
            "</div>\n<input type=\"checkbox\" id=\"all\"><label for=\"all\"> everything "
            "(%u moments)</label>\n",
            explanation->moment_count);
    explain_columns(explanation, true, out);
    html_end(out);
}
