/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The same columns as a page that needs nothing but itself: light and dark, and on a narrow screen one column, where each
 * line says whose it is. What matters is shown; a box shows the rest.
 */
#include <string.h>

#include "tool/explanation.h"

#define MOMENTS_MAX 30000u /* of a longer execution, what has no weight is left out */

static const char style[] =
    ":root{color-scheme:light dark;--back:#fff;--text:#1b1f24;--faint:#6b7280;--line:#d7dbe0;"
    "--bad:#b42318;--chosen:#7a3e00;--chosen-back:#fff1dd;--bad-back:#fde8e6}\n"
    "@media(prefers-color-scheme:dark){:root{--back:#14171b;--text:#e6e8eb;--faint:#9aa3ad;"
    "--line:#333a42;--bad:#ff8f85;--chosen:#ffc27a;--chosen-back:#3a2a12;--bad-back:#43201d}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;padding:1rem;max-width:110rem;background:var(--back);color:var(--text);"
    "font:15px/1.45 system-ui,sans-serif}\n"
    "h1{font-size:1.15rem;margin:0 0 .3rem;overflow-wrap:anywhere}\n"
    "h1 b,.words b,.end{color:var(--bad)}\n"
    ".words{white-space:pre-wrap;overflow-wrap:anywhere;border-left:3px solid var(--bad);"
    "padding:.2rem 0 .2rem .8rem;margin:.8rem 0;font:14px/1.5 ui-monospace,monospace}\n"
    "label{display:block;margin:.6rem 0;color:var(--faint)}\n"
    "table{border-collapse:collapse;width:100%;font:13px/1.45 ui-monospace,monospace}\n"
    "th{position:sticky;top:0;background:var(--back);text-align:left;"
    "border-bottom:2px solid var(--line)}\n"
    "th,td{padding:.1rem .5rem;vertical-align:top;border-left:1px solid var(--line);"
    "overflow-wrap:anywhere}\n"
    "td.number{color:var(--faint);text-align:right;border-left:0}\n"
    "td.place,th.place{color:var(--faint)}\n"
    "tr.light{display:none}\n"
    "#all:checked~table tr.light{display:table-row}\n"
    "tr.chosen td{background:var(--chosen-back);color:var(--chosen);font-weight:600}\n"
    "tr.forced td{color:var(--faint)}\n"
    "tr.end td{background:var(--bad-back);font-weight:600}\n"
    "td[data-task]{white-space:pre-wrap}\n"
    "@media(max-width:44rem){thead,td.empty{display:none}tr,#all:checked~table tr.light"
    "{display:block;border-bottom:1px solid var(--line)}tr.light{display:none}"
    "td{display:inline;border:0;padding:0 .3rem}td[data-task]::before"
    "{content:attr(data-task) \": \";font-weight:600}}\n";

static void
put(const char *text, FILE *out)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        default:
            fputc(*text, out);
            break;
        }
    }
}

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
        put(of->tasks[i].name, out);
        fprintf(out, "\">%*s", (int)(depth < 8 ? depth * 2 : 16), "");
        put(text, out);
        fputs("</td>", out);
    }
    fputs("<td class=\"place\">", out);
    if (!put_it) {
        put(of->tasks[task].name, out);
        fputs(": ", out);
        put(text, out);
        fputc(' ', out);
    }
    put(place, out);
    fputs("</td></tr>\n", out);
}

static void
put_switch(const struct explanation *of, const struct explanation_switch *it, FILE *out)
{
    char text[200];
    bool shown = (it->chosen && it->weight >= 2) ||
                 (of->tasks[it->from].involved && of->tasks[it->to].involved);
    const char *classes =
        it->chosen ? (shown ? "chosen" : "chosen light") : (shown ? "forced" : "forced light");
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
put_moments(const struct explanation *of, FILE *out)
{
    bool all = of->moment_count <= MOMENTS_MAX;
    uint32_t change = 0;
    for (uint32_t i = 0; i < of->moment_count; i++) {
        const struct explanation_moment *moment = &of->moments[i];
        for (; change < of->switch_count && of->switches[change].moment <= i; change++) {
            put_switch(of, &of->switches[change], out);
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
explain_html(const struct explanation *explanation, const char *words, FILE *out)
{
    const struct heddle_result *result = &explanation->outcome->result;
    fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>",
          out);
    put(explanation->input->path, out);
    fprintf(out, ": %s</title>\n<style>\n%s</style></head>\n<body>\n<h1>",
            heddle_verdict_name(result->verdict), style);
    put(explanation->input->path, out);
    fputs(" on ", out);
    put(explanation->input->subject->name, out);
    fprintf(out, ": <b>%s</b></h1>\n<div class=\"words\">", heddle_verdict_name(result->verdict));
    put(words, out);
    fprintf(out,
            "</div>\n<input type=\"checkbox\" id=\"all\"><label for=\"all\" "
            "style=\"display:inline\"> everything (%u moments)</label>\n<table>\n"
            "<thead><tr><th>event</th>",
            explanation->moment_count);
    for (uint32_t i = 0; i < explanation->task_count; i++) {
        if (has_column(explanation, i)) {
            fputs("<th>", out);
            put(explanation->tasks[i].name, out);
            fputs("</th>", out);
        }
    }
    fputs("<th class=\"place\">place</th></tr></thead>\n<tbody>\n", out);
    put_moments(explanation, out);
    fputs("</tbody></table>\n</body></html>\n", out);
}
