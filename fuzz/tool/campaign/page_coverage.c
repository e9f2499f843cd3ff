/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a campaign did to its subject, so that "nothing found" is believed: which faults at which point in which state of a stack, and which
 * never; interleavings; operations.
 */
#include <inttypes.h>
#include <math.h>

#include "tool/campaign/campaign_page.h"
#include "tool/fault_report.h"
#include "tool/html.h"

/* Names by number are the same for all targets: they differ in how often each is wanted. */
static const struct program_vocabulary *
vocabulary_of(const struct campaign_account *account)
{
    const struct laboratory_target *target = NULL;
    for (size_t i = 0; target == NULL && i < account->record.target_count; i++) {
        target = laboratory_target_find(account->record.targets[i]);
    }
    return (target != NULL ? target : laboratory_target_at(0))->vocabulary;
}

static void
begin_table(const char *label, const char *first, FILE *out)
{
    fprintf(out,
            "<p class=\"faint\">%s</p>\n<div class=\"wide\" tabindex=\"0\" role=\"region\" "
            "aria-label=\"%s\"><table class=\"figures\" aria-label=\"%s\">\n<thead><tr><th "
            "scope=\"col\">%s</th>",
            label, label, label, first);
}

static void
put_column(const char *name, FILE *out)
{
    fputs("<th scope=\"col\">", out);
    html_put(name, out);
    fputs("</th>", out);
}

static void
begin_row(const char *name, FILE *out)
{
    fputs("<tr><th scope=\"row\">", out);
    html_put(name, out);
    fputs("</th>", out);
}

/* The deeper, the more: by order of magnitude, of the most. */
static void
put_cell(uint64_t count, uint64_t most, FILE *out)
{
    if (count == 0) {
        fputs("<td class=\"none\">0</td>", out);
        return;
    }
    double depth = count < most ? log((double)count) / log((double)most) : 1;
    fprintf(out, "<td style=\"--depth:%.0f%%\">", 8 + 37 * depth);
    html_put_number(count, out);
    fputs("</td>", out);
}

static void
end_table(FILE *out)
{
    fputs("</tbody></table></div>\n", out);
}

/* --- faults --------------------------------------------------------------------------------- */

static uint64_t
times_in_state(const struct laboratory_totals *totals, uint32_t point, uint32_t state)
{
    uint64_t sum = 0;
    for (uint32_t kind = 0; kind < LABORATORY_KINDS_MAX; kind++) {
        sum += totals->fault_table[point][kind][state].times;
    }
    return sum;
}

static uint64_t
most_at_a_point(const struct laboratory_totals *totals, uint32_t points)
{
    uint64_t most = 0;
    for (uint32_t point = 0; point < points; point++) {
        most = totals->faults[point] > most ? totals->faults[point] : most;
    }
    return most;
}

static uint32_t
point_count(const struct program_vocabulary *vocabulary)
{
    return vocabulary->fault_point_count < LABORATORY_POINTS_MAX ? vocabulary->fault_point_count
                                                                 : LABORATORY_POINTS_MAX;
}

static void
put_faults_by_state(const struct laboratory_totals *totals,
                    const struct program_vocabulary *vocabulary, FILE *out)
{
    const struct laboratory_fault_words *words = laboratory_fault_words();
    uint64_t most = most_at_a_point(totals, point_count(vocabulary));
    begin_table("Faults by point and state of the stack", "point", out);
    put_column("all", out);
    for (uint32_t state = 0; state < words->state_count; state++) {
        put_column(words->states[state], out);
    }
    fputs("</tr></thead>\n<tbody>\n", out);
    for (uint32_t point = 0; point < point_count(vocabulary); point++) {
        begin_row(vocabulary->fault_points[point].name, out);
        put_cell(totals->faults[point], most, out);
        for (uint32_t state = 0; state < words->state_count; state++) {
            put_cell(times_in_state(totals, point, state), most, out);
        }
        fputs("</tr>\n", out);
    }
    end_table(out);
}

static void
put_faults_by_kind(const struct laboratory_totals *totals,
                   const struct program_vocabulary *vocabulary, FILE *out)
{
    const struct laboratory_fault_words *words = laboratory_fault_words();
    uint64_t most = most_at_a_point(totals, point_count(vocabulary));
    begin_table("Faults by point and kind", "point", out);
    for (uint32_t kind = 0; kind < words->kind_count; kind++) {
        put_column(words->kinds[kind], out);
    }
    fputs("</tr></thead>\n<tbody>\n", out);
    for (uint32_t point = 0; point < point_count(vocabulary); point++) {
        begin_row(vocabulary->fault_points[point].name, out);
        for (uint32_t kind = 0; kind < words->kind_count; kind++) {
            uint64_t times = report_fault_times(totals, point, kind);
            if (times == 0 && !report_fault_is_legal(point, kind, vocabulary)) {
                fputs("<td class=\"none\"><span aria-label=\"not legal\">·</span></td>", out);
            } else if (times == 0) {
                fputs("<td class=\"never\">never</td>", out);
            } else {
                put_cell(times, most, out);
            }
        }
        fputs("</tr>\n", out);
    }
    end_table(out);
}

static void
put_faults_that_never_were(const struct laboratory_totals *totals,
                           const struct program_vocabulary *vocabulary, FILE *out)
{
    const struct laboratory_fault_words *words = laboratory_fault_words();
    uint32_t legal = 0, never = 0;
    for (uint32_t point = 0; point < point_count(vocabulary); point++) {
        for (uint32_t kind = 0; kind < words->kind_count; kind++) {
            if (!report_fault_is_legal(point, kind, vocabulary)) {
                continue;
            }
            legal++;
            if (report_fault_times(totals, point, kind) == 0) {
                fputs(never == 0 ? "<p>Never injected, though legal: " : ", ", out);
                never++;
                html_put(vocabulary->fault_points[point].name, out);
                fputc(':', out);
                html_put(words->kinds[kind], out);
            }
        }
    }
    if (never == 0) {
        fprintf(out, "<p>Each of the %" PRIu32 " legal pairs of point and kind was injected.</p>\n",
                legal);
    } else {
        fprintf(out, " (%" PRIu32 " of %" PRIu32 ").</p>\n", never, legal);
    }
}

static void
put_faults(const struct campaign_account *account, FILE *out)
{
    const struct laboratory_totals *totals = &account->sum.totals;
    const struct program_vocabulary *vocabulary = vocabulary_of(account);
    fputs("<section aria-labelledby=\"faults\"><h2 id=\"faults\">Fault coverage</h2>\n<p>", out);
    html_put_number(report_fault_sum(totals), out);
    fprintf(out, " fault%s injected.</p>\n", report_fault_sum(totals) == 1 ? " was" : "s were");
    put_faults_by_state(totals, vocabulary, out);
    put_faults_by_kind(totals, vocabulary, out);
    put_faults_that_never_were(totals, vocabulary, out);
    fputs("</section>\n", out);
}

/* --- interleavings -------------------------------------------------------------------------- */

static void
put_interleavings(const struct campaign_account *account, FILE *out)
{
    const struct laboratory_totals *totals = &account->sum.totals;
    fputs("<section aria-labelledby=\"interleavings\"><h2 id=\"interleavings\">Interleaving "
          "coverage</h2>\n<p>At most ",
          out);
    html_put_number(account->sum.pairs, out);
    fputs(" pairs of events of two tasks on one object, in one process of an engine since its last "
          "start; which of them several have in common, nobody has counted.</p>\n",
          out);
    page_curve_of_pairs(account, out);
    begin_table("Schedules", "of all executions", out);
    fputs("<th scope=\"col\">times</th></tr></thead>\n<tbody>\n", out);
    const struct {
        const char *name;
        uint64_t count;
    } rows[] = {
        {"scheduling points", totals->steps},
        {"preemptions inside the subject's code", totals->preemptions_inside},
        {"executions longer than their log", totals->cut_off},
        {"histories checked for an order that explains the answers", totals->histories},
        {"… of which it was not found out", totals->undecided},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        begin_row(rows[i].name, out);
        fputs("<td>", out);
        html_put_number(rows[i].count, out);
        fputs("</td></tr>\n", out);
    }
    end_table(out);
    fputs("</section>\n", out);
}

/* --- operations ----------------------------------------------------------------------------- */

/* Does a target of the campaign's want it at all? Those that the laboratory does not know want everything. */
static bool
is_wanted(const struct campaign_account *account, uint32_t verb)
{
    bool wanted = account->record.target_count == 0;
    for (size_t i = 0; i < account->record.target_count; i++) {
        const struct laboratory_target *target = laboratory_target_find(account->record.targets[i]);
        target = target != NULL ? target : laboratory_target_at(0);
        const struct program_vocabulary *vocabulary = target->vocabulary;
        wanted = wanted || (verb < vocabulary->verb_count && vocabulary->verbs[verb].weight > 0);
    }
    return wanted;
}

static void
put_operation(const char *name, uint64_t successes, uint64_t errors, uint64_t most, FILE *out)
{
    begin_row(name, out);
    if (successes + errors == 0) {
        fputs("<td class=\"never\">never</td><td class=\"never\">never</td>", out);
    } else {
        put_cell(successes, most, out);
        put_cell(errors, most, out);
    }
    fputs("</tr>\n", out);
}

static uint64_t
most_of_an_operation(const struct laboratory_totals *totals)
{
    uint64_t most = 0;
    for (uint32_t verb = 0; verb < LABORATORY_COUNTERS_MAX; verb++) {
        most = totals->successes[verb] > most ? totals->successes[verb] : most;
        most = totals->errors[verb] > most ? totals->errors[verb] : most;
    }
    return most;
}

static void
put_operations(const struct campaign_account *account, FILE *out)
{
    static const char *const callbacks[] = {"create", "shutdown", "destroy"};
    const struct laboratory_totals *totals = &account->sum.totals;
    const struct program_vocabulary *vocabulary = vocabulary_of(account);
    uint64_t most = most_of_an_operation(totals);
    fputs("<section aria-labelledby=\"operations\"><h2 id=\"operations\">Operations</h2>\n", out);
    begin_table("Operations and how they ended", "operation", out);
    put_column("successes", out);
    put_column("errors", out);
    fputs("</tr></thead>\n<tbody>\n", out);
    for (uint32_t verb = 0; verb < vocabulary->verb_count && verb < LABORATORY_COUNTERS_MAX;
         verb++) {
        uint64_t successes = totals->successes[verb], errors = totals->errors[verb];
        if (successes + errors > 0 || is_wanted(account, verb)) {
            put_operation(vocabulary->verbs[verb].name, successes, errors, most, out);
        }
    }
    end_table(out);
    fputs("<p>Callbacks that ended:", out);
    for (size_t i = 0; i < 3; i++) {
        fprintf(out, "%s %s ", i > 0 ? "," : "", callbacks[i]);
        html_put_number(totals->callbacks[i], out);
    }
    fputs(".</p>\n</section>\n", out);
}

void
page_coverage(const struct campaign_account *account, FILE *out)
{
    if (!campaign_account_has_tallies(account)) {
        fputs("<section aria-labelledby=\"faults\"><h2 id=\"faults\">Faults, <span "
              "id=\"interleavings\">interleavings</span>, <span "
              "id=\"operations\">operations</span></h2>\n<p>Nothing is known of them: there is no "
              "tally that can be read.</p>\n</section>\n",
              out);
        return;
    }
    put_faults(account, out);
    put_interleavings(account, out);
    put_operations(account, out);
}
