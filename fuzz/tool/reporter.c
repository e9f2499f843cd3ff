/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Confirming, writing and telling.
 */
#include "tool/reporter.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tool/finding.h"
#include "tool/fault_report.h"
#include "tool/terminal.h"

static struct report
make_report(const struct reporter *reporter, uint64_t number, const struct outcome *outcome,
            char found_by[256])
{
    /* Counted from 1: so many --runs it takes. */
    int length = snprintf(found_by, 256, "run %" PRIu64 " of ", number + 1);
    reporter->print_command(reporter->argument, found_by + length, 256 - (size_t)length);
    return (struct report){.target = reporter->target->name,
                           .subject = reporter->subject->name,
                           .program = &outcome->program,
                           .result = &outcome->result,
                           .totals = &outcome->totals,
                           .words = outcome->words,
                           .injections = outcome->injections,
                           .injection_count = outcome->injection_count,
                           .injections_max = OUTCOME_INJECTIONS_MAX,
                           .found_by = found_by,
                           .options = "",
                           .runs = number + 1,
                           .runs_to_first = number + 1,
                           .seconds = terminal_now() - reporter->started};
}

bool
reporter_failure(struct reporter *reporter, uint64_t number, const struct outcome *outcome,
                 const char *prefix)
{
    char found_by[256], path[PATH_MAX];
    struct report report = make_report(reporter, number, outcome, found_by);
    int error = finding_write(reporter->directory, prefix, outcome->result.signature, &report,
                              reporter->target, path);
    terminal_progress_erase();
    if (error != 0) {
        command_complain("%s: a finding cannot be written: %s. This is it:", reporter->directory,
                         strerror(error));
        report_injections(&report, reporter->target, "", stderr);
        report_failure(&report, stderr);
        report_print_prog(&report, reporter->target, stderr);
        reporter->code = tool_exit_worse(reporter->code, TOOL_ENVIRONMENT);
        return false;
    }
    if (reporter->json) {
        report_json(&report, stdout);
    } else {
        report_injections(&report, reporter->target, "", stdout);
        report_failure(&report, stdout);
        putchar('\n');
        fflush(stdout);
    }
    return true;
}

void
reporter_foreign_death(struct reporter *reporter, const struct worker_news *news,
                       struct outcome *outcome)
{
    char found_by[256], path[PATH_MAX];
    struct heddle_result *result = &outcome->result;
    result->verdict = HEDDLE_OK;
    result->signature = 0;
    snprintf(result->promise, sizeof(result->promise), "none is known to be broken");
    snprintf(result->message, sizeof(result->message),
             "The worker was killed from outside (%s) while it executed this.",
             strsignal(news->code));
    struct report report = make_report(reporter, news->number, outcome, found_by);
    int error = finding_write(reporter->directory, "worker-death-", news->number, &report,
                              reporter->target, path);
    terminal_progress_erase();
    command_complain("a worker was killed from outside (%s) in run %" PRIu64 ", kept as %s",
                     strsignal(news->code), news->number + 1, error == 0 ? path : strerror(error));
}

static void
tell_difference(struct reporter *reporter, uint64_t number, const struct outcome *first,
                const struct outcome *second)
{
    terminal_progress_erase();
    command_complain("run %" PRIu64 " failed, and its replay in a fresh process differed",
                     number + 1);
    outcome_print_difference(first, second, stderr);
    reporter->code = tool_exit_worse(reporter->code, TOOL_DIFFERED);
    reporter_failure(reporter, number, first, "unstable-");
}

enum reporter_belief
reporter_confirm(struct reporter *reporter, const struct worker_news *news, struct outcome *first,
                 struct outcome **confirmed)
{
    struct outcome *second = outcome_replay(first, reporter->target, reporter->subject);
    if (second == NULL) {
        return REPORTER_IMPOSSIBLE;
    }
    if (!outcome_equal(first, second)) {
        bool foreign = outcome_may_be_foreign(news);
        if (foreign) {
            reporter_foreign_death(reporter, news, first);
        } else {
            tell_difference(reporter, news->number, first, second);
        }
        outcome_destroy(second);
        return foreign ? REPORTER_FOREIGN : REPORTER_UNSTABLE;
    }
    program_copy(&second->program, &first->program);
    free(second->events);
    second->events = NULL;
    *confirmed = second;
    return REPORTER_BELIEVED;
}
