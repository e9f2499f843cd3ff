/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Replays. Run r of file f has the number f * repeat + r, and all runs of a file go to one worker,
 * so that what one run leaves behind in the process would show in the next.
 */
#include "tool/rerun.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/outcome.h"
#include "tool/failure_report.h"
#include "tool/fault_report.h"
#include "tool/terminal.h"
#include "tool/worker.h"

/* What a file's runs leave in memory that outlives its worker. */
struct room {
    struct laboratory_totals first, all;
    uint64_t runs;
    double seconds;
    bool is_known; /* the first run's: */
    uint64_t hash, signature;
    enum heddle_verdict verdict;
};

struct file {
    const struct input *input;
    struct room *room;
    struct outcome *first, *other; /* other: of the first run that differed, or NULL */
    uint64_t different;
};

struct rerun {
    const struct rerun_options *options;
    struct room *rooms; /* shared, one a file */
    struct file *files;
    size_t count, told;
    enum tool_exit code;
    uint64_t failing;
    double started;
};

/* --- in the worker ------------------------------------------------------------------------ */

static void
execute(struct worker *worker, uint64_t number, void *argument)
{
    const struct rerun *rerun = argument;
    const struct file *file = &rerun->files[number / rerun->options->repeat];
    const struct input *input = file->input;
    struct room *room = file->room;
    struct heddle_log *log = worker->log;
    const struct laboratory_options options = {
        .oracles = true, .strict = true, .trace = rerun->options->trace};
    bool is_first = number % rerun->options->repeat == 0;

    outcome_announce(&input->program, log);
    log->number = number;
    double start = terminal_now();
    heddle_forget(); /* the file is all there is, whatever was executed before it */
    laboratory_execute(&input->program, input->target, input->subject, &options, log,
                       is_first ? &room->first : &room->all);
    room->seconds += terminal_now() - start;
    room->runs++;
    if (is_first || !room->is_known || room->hash != log->result.hash ||
        room->verdict != log->result.verdict || room->signature != log->result.signature) {
        worker_report(worker);
    }
}

/* --- in the parent ------------------------------------------------------------------------ */

static void
keep_first(struct rerun *rerun, struct file *file, struct outcome *outcome,
           const struct heddle_log *log)
{
    file->first = outcome;
    file->room->hash = outcome->result.hash;
    file->room->signature = outcome->result.signature;
    file->room->verdict = outcome->result.verdict;
    file->room->is_known = true;
    if (rerun->options->trace) {
        outcome->trace = outcome_trace(outcome, log, file->input->target);
    }
}

static enum worker_answer
on_news(const struct worker_news *news, void *argument)
{
    struct rerun *rerun = argument;
    struct file *file = &rerun->files[news->number / rerun->options->repeat];
    if (outcome_may_be_foreign(news) && news->deaths == 0) {
        command_complain("%s: a worker was killed from outside (%s); the file is run again",
                         file->input->path, strsignal(news->code));
        return WORKER_REPEAT;
    }
    file->room->runs += news->end != WORKER_REPORTED;
    struct outcome *outcome = outcome_take(news, file->input->target);
    if (outcome == NULL) {
        command_complain("%s: %s", file->input->path, strerror(ENOMEM));
        rerun->code = tool_exit_worse(rerun->code, TOOL_ENVIRONMENT);
        return WORKER_STOP;
    }
    if (file->first == NULL) {
        keep_first(rerun, file, outcome, news->log);
        return WORKER_GO_ON;
    }
    if (outcome_equal(file->first, outcome)) {
        outcome_destroy(outcome);
        return WORKER_GO_ON;
    }
    file->different++;
    if (file->other == NULL) {
        file->other = outcome;
    } else {
        outcome_destroy(outcome);
    }
    return WORKER_GO_ON;
}

/* What the user said besides the file is needed to reproduce, too. */
static void
make_options(const struct rerun_options *options, bool repeat, char text[128])
{
    char number[48] = "";
    if (repeat) {
        snprintf(number, sizeof(number), "--repeat %" PRIu64 " ", options->repeat);
    }
    snprintf(text, 128, "%s%s%s%s%s%s%s", options->target != NULL ? "--target " : "",
             options->target != NULL ? options->target : "", options->target != NULL ? " " : "",
             options->subject != NULL ? "--subject " : "",
             options->subject != NULL ? options->subject : "", options->subject != NULL ? " " : "",
             number);
}

static void
tell_difference(const struct rerun *rerun, const struct file *file, FILE *out)
{
    char options[128];
    make_options(rerun->options, true, options);
    fprintf(out, "%" PRIu64 " of %" PRIu64 " runs differed from the first. ", file->different,
            file->room->runs);
    outcome_print_difference(file->first, file->other, out);
    report_print_argument(tool_name, out);
    fprintf(out, " replay %s", options);
    report_print_argument(file->input->path, out);
    fputc('\n', out);
}

static void
tell_text(const struct rerun *rerun, const struct file *file, const struct report *report)
{
    const struct rerun_options *options = rerun->options;
    const struct heddle_result *result = report->result;
    const char *verdict = heddle_verdict_name(result->verdict);
    bool as_expected = options->expects && result->verdict == options->expected;
    if (file->first->trace != NULL) {
        fputs(file->first->trace, stdout);
    }
    if (file->different == 0 && result->verdict != HEDDLE_OK && !as_expected) {
        report_injections(report, file->input->target, "", stdout);
    }
    printf("%s: ", report->file);
    if (file->different > 0) {
        tell_difference(rerun, file, stdout);
        return;
    }
    if (options->expects && !as_expected) {
        printf("expected %s, and it is ", heddle_verdict_name(options->expected));
    }
    if (result->verdict != HEDDLE_OK && !as_expected) {
        report_failure(report, stdout);
        return;
    }
    terminal_print(stdout, TERMINAL_GOOD, verdict);
    printf("%s, %" PRIu32 " steps, hash %016" PRIx64, as_expected ? " as expected" : "",
           result->steps, result->hash);
    if (report->program->fault_count > 0) {
        printf(", faults injected: %" PRIu64, report_fault_sum(report->totals));
    }
    if (result->cut_off) {
        fputs(", cut off: longer than an execution's log", stdout);
    }
    if (file->room->runs > 1) {
        printf(", the same in %" PRIu64 " runs", file->room->runs);
    }
    if (result->diverged_at >= 0) {
        printf(", diverged at step %" PRId64, result->diverged_at);
    }
    putchar('\n');
}

static enum tool_exit
judge(const struct rerun_options *options, const struct file *file)
{
    enum heddle_verdict verdict = file->first->result.verdict;
    if (verdict == HEDDLE_INTERNAL) {
        return TOOL_INTERNAL;
    }
    if (file->different > 0) {
        return TOOL_DIFFERED;
    }
    enum heddle_verdict expected = options->expects ? options->expected : HEDDLE_OK;
    return verdict == expected ? TOOL_OK : TOOL_FAILURE;
}

static void
tell(struct rerun *rerun, struct file *file)
{
    char options[128];
    make_options(rerun->options, false, options);
    struct report report = {.file = file->input->path,
                            .target = file->input->target->name,
                            .subject = file->input->subject->name,
                            .program = &file->input->program,
                            .result = &file->first->result,
                            .totals = &file->room->first,
                            .words = file->first->words,
                            .injections = file->first->injections,
                            .injection_count = file->first->injection_count,
                            .injections_max = OUTCOME_INJECTIONS_MAX,
                            .options = options,
                            .runs = file->room->runs,
                            .runs_to_first = file->first->result.verdict != HEDDLE_OK ? 1 : 0,
                            .seconds = file->room->seconds};
    if (!rerun->options->json) {
        tell_text(rerun, file, &report);
        fflush(stdout);
    } else {
        report_json(&report, stdout);
        if (file->different > 0) {
            fprintf(stderr, "%s: ", report.file);
            tell_difference(rerun, file, stderr);
        }
    }
    rerun->failing += file->first->result.verdict != HEDDLE_OK ? file->room->runs : 0;
    rerun->code = tool_exit_worse(rerun->code, judge(rerun->options, file));
}

static enum worker_answer
on_settled(uint64_t below, void *argument)
{
    struct rerun *rerun = argument;
    while (rerun->told < rerun->count && (rerun->told + 1) * rerun->options->repeat <= below) {
        struct file *file = &rerun->files[rerun->told++];
        if (file->first != NULL) {
            tell(rerun, file);
        }
        outcome_destroy(file->first);
        outcome_destroy(file->other);
        file->first = file->other = NULL;
    }
    return WORKER_GO_ON;
}

/* --- the whole ---------------------------------------------------------------------------- */

static const char *
file_of(uint64_t number, const void *argument)
{
    const struct rerun *rerun = argument;
    return rerun->files[number / rerun->options->repeat].input->path;
}

static void
tell_totals(const struct rerun *rerun)
{
    struct laboratory_totals totals = {0};
    uint64_t runs = 0;
    const struct input *first = rerun->files[0].input;
    struct report report = {.target = first->target->name, .subject = first->subject->name};
    for (size_t i = 0; i < rerun->count; i++) {
        const struct file *file = &rerun->files[i];
        laboratory_add_totals(&totals, &file->room->first);
        laboratory_add_totals(&totals, &file->room->all);
        runs += file->room->runs;
        report.target = file->input->target == first->target ? report.target : NULL;
        report.subject = file->input->subject == first->subject ? report.subject : NULL;
    }
    report.totals = &totals;
    report.file_of = file_of;
    report.argument = rerun;
    report.runs = runs;
    report.seconds = terminal_now() - rerun->started;
    if (rerun->options->json) {
        report_totals_json(&report, stdout);
    } else if (rerun->count > 1) {
        printf("%zu files, %" PRIu64 " runs, %" PRIu64 " of them failed\n", rerun->count, runs,
               rerun->failing);
    }
}

static void
rerun_all(struct rerun *rerun)
{
    const struct rerun_options *options = rerun->options;
    const struct worker_job job = {.jobs = options->jobs,
                                   .numbers = rerun->count * options->repeat,
                                   .batch = options->repeat,
                                   .memory_max = WORKER_MEMORY,
                                   .execute = execute,
                                   .on_news = on_news,
                                   .on_settled = on_settled,
                                   .argument = rerun};
    rerun->started = terminal_now();
    if (!worker_run(&job)) {
        bool dying = errno == ECHILD;
        command_complain("%s: %s",
                         dying ? "workers die outside of any execution" : "cannot start workers",
                         strerror(errno));
        rerun->code = tool_exit_worse(rerun->code, dying ? TOOL_INTERNAL : TOOL_ENVIRONMENT);
    }
    tell_totals(rerun);
}

enum tool_exit
rerun_files(const struct rerun_options *options, struct input *inputs, size_t count)
{
    struct rerun rerun = {.options = options, .count = count};
    size_t rooms_size = count * sizeof(*rerun.rooms);
    rerun.files = calloc(count, sizeof(*rerun.files));
    rerun.rooms = worker_shared_create(rooms_size);
    if (rerun.files == NULL || rerun.rooms == NULL) {
        command_complain("no memory to share with workers: %s", strerror(errno));
        rerun.code = TOOL_ENVIRONMENT;
    } else {
        for (size_t i = 0; i < count; i++) {
            rerun.files[i] = (struct file){.input = &inputs[i], .room = &rerun.rooms[i]};
        }
        rerun_all(&rerun);
    }
    worker_shared_destroy(rerun.rooms, rooms_size);
    free(rerun.files);
    return rerun.code;
}
