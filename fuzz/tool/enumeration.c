/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The enumeration. At any time one process owns the search: the worker, but while it waits for the answer to a
 * report, or is dead; then the parent.
 */
#include "tool/enumeration.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tool/checkpoint.h"
#include "tool/failure_report.h"
#include "tool/known.h"
#include "tool/output.h"
#include "tool/reporter.h"
#include "tool/terminal.h"
#include "tool/worker.h"

#define CHECKPOINT_SECONDS 10
#define KILLS_MAX          200 /* of one schedule, by strangers */

/* Why the worker comes to the parent. */
enum errand { ERRAND_FAILURE, ERRAND_END, ERRAND_STRAYED, ERRAND_CHECKPOINT };

/* What outlives a worker. */
struct shared {
    struct laboratory_totals totals;
    uint64_t failing, known;
    enum errand errand;
    double checkpointed; /* when */
    bool unkept;         /* a failure could not be: its schedule is left to whoever resumes */
};

struct enumeration {
    const struct enumeration_options *options;
    struct search *search; /* shared */
    struct shared *shared;
    struct known_set *known; /* passed over, or told */
    struct known_set *told;
    struct reporter reporter;
    uint64_t runs_before;    /* in the checkpoint */
    uint32_t reported;       /* in this run */
    struct program *program; /* the worker's own, with the schedule */
};

static uint64_t
executions_of(const struct search *search)
{
    struct search_figures figures;
    search_read_figures(search, &figures);
    return figures.executions;
}

/* --- in the worker ------------------------------------------------------------------------ */

static void
go_to_parent(const struct enumeration *all, struct worker *worker, enum errand errand)
{
    all->shared->errand = errand;
    worker_report(worker);
    all->shared->errand = ERRAND_FAILURE;
}

/* False: none is left. */
static bool
take_schedule(const struct enumeration *all)
{
    const struct heddle_deviation *deviations;
    size_t count;
    if (!search_next(all->search, &deviations, &count)) {
        return false;
    }
    outcome_set_schedule(all->program, deviations, count);
    return true;
}

static bool
is_checkpoint_due(const struct enumeration *all)
{
    return all->options->checkpoint != NULL &&
           terminal_now() - all->shared->checkpointed >= CHECKPOINT_SECONDS;
}

static void
tell_verdict(const struct enumeration *all, struct worker *worker)
{
    const struct heddle_result *result = &worker->log->result;
    if (result->verdict == HEDDLE_OK) {
        return;
    }
    all->shared->failing++;
    if (known_number(all->known, result->signature) == KNOWN_NEVER) {
        go_to_parent(all, worker, ERRAND_FAILURE);
    } else {
        all->shared->known++;
    }
}

static void
execute(struct worker *worker, uint64_t number, void *argument)
{
    static const struct laboratory_options options = {
        .oracles = true, .strict = true, .choices = true};
    const struct enumeration *all = argument;
    const struct input *input = all->options->input;
    struct heddle_log *log = worker->log;
    if (!take_schedule(all)) {
        go_to_parent(all, worker, ERRAND_END);
        return;
    }
    outcome_announce(all->program, log);
    log->number = number;
    laboratory_execute(all->program, input->target, input->subject, &options, log,
                       &all->shared->totals);
    tell_verdict(all, worker);
    if (all->shared->unkept) {
        return;
    }
    /* Last: a worker that is killed before leaves the schedule to the next one. */
    if (!search_learn(all->search, log)) {
        go_to_parent(all, worker, ERRAND_STRAYED);
        return;
    }
    if (is_checkpoint_due(all)) {
        go_to_parent(all, worker, ERRAND_CHECKPOINT);
    }
}

/* --- in the parent ------------------------------------------------------------------------ */

static enum worker_answer
stop_for(struct enumeration *all, enum tool_exit code, const char *what)
{
    terminal_progress_erase();
    command_complain("%s: %s", what, strerror(errno));
    all->reporter.code = tool_exit_worse(all->reporter.code, code);
    return WORKER_STOP;
}

static enum worker_answer
stop_unkept(struct enumeration *all, const char *what)
{
    all->shared->unkept = true;
    return stop_for(all, TOOL_ENVIRONMENT, what);
}

static enum worker_answer
keep_checkpoint(struct enumeration *all)
{
    const char *path = all->options->checkpoint;
    int error = checkpoint_write(path, all->options->input, all->search, all->told);
    all->shared->checkpointed = terminal_now();
    if (error != 0) {
        errno = error;
        return stop_for(all, output_exit(error), path);
    }
    return WORKER_GO_ON;
}

static enum worker_answer
tell_stray(struct enumeration *all)
{
    terminal_progress_erase();
    command_complain(
        "%s: an execution did not follow its schedule. Either the program is not deterministic "
        "(`heddle replay --repeat 1000` says), or the checkpoint is of another build",
        all->options->input->path);
    all->reporter.code = tool_exit_worse(all->reporter.code, TOOL_DIFFERED);
    return WORKER_STOP;
}

static enum worker_answer
tell_failure(struct enumeration *all, uint64_t number, const struct outcome *confirmed)
{
    uint64_t signature = confirmed->result.signature;
    bool written = reporter_failure(&all->reporter, number, confirmed, "");
    all->reporter.code = tool_exit_worse(all->reporter.code, TOOL_FAILURE);
    all->reported++;
    if (!written) {
        all->shared->unkept = true;
        return WORKER_STOP;
    }
    if (!known_add(all->known, signature, number) || !known_add(all->told, signature, number)) {
        errno = ENOSPC;
        return stop_unkept(all, "too many distinct failures");
    }
    return all->options->findings.keep_going ? WORKER_GO_ON : WORKER_STOP;
}

static enum worker_answer
judge(struct enumeration *all, const struct worker_news *news, struct outcome *outcome)
{
    uint64_t number = executions_of(all->search);
    struct worker_news numbered = *news;
    struct outcome *confirmed;
    numbered.number = number;
    if (outcome->result.verdict == HEDDLE_INTERNAL) {
        all->reporter.code = TOOL_INTERNAL;
        reporter_failure(&all->reporter, number, outcome, "internal-");
        return WORKER_STOP;
    }
    if (known_number(all->known, outcome->result.signature) != KNOWN_NEVER) {
        all->shared->known++;
        return WORKER_GO_ON;
    }
    switch (reporter_confirm(&all->reporter, &numbered, outcome, &confirmed)) {
    case REPORTER_IMPOSSIBLE:
        return stop_unkept(all, "a failure cannot be replayed");
    case REPORTER_FOREIGN:
        errno = EINTR;
        return news->deaths < KILLS_MAX ? WORKER_REPEAT : stop_unkept(all, "killed time and again");
    case REPORTER_UNSTABLE:
        known_add(all->known, outcome->result.signature, number);
        return all->options->findings.keep_going ? WORKER_GO_ON : WORKER_STOP;
    case REPORTER_BELIEVED:
        break;
    }
    enum worker_answer answer = tell_failure(all, number, confirmed);
    outcome_destroy(confirmed);
    return answer;
}

/* The worker is dead: what its execution taught is learned for it, unless a stranger cut it short. */
static enum worker_answer
bury(struct enumeration *all, const struct worker_news *news, struct outcome *outcome)
{
    if (outcome_may_be_foreign(news) && news->deaths == 0) {
        struct worker_news numbered = *news;
        numbered.number = executions_of(all->search);
        reporter_foreign_death(&all->reporter, &numbered, outcome);
        return WORKER_REPEAT;
    }
    enum worker_answer answer = judge(all, news, outcome);
    if (answer == WORKER_REPEAT || all->shared->unkept) {
        return answer;
    }
    all->shared->failing++;
    return search_learn(all->search, news->log) ? answer : tell_stray(all);
}

static enum worker_answer
on_failure(struct enumeration *all, const struct worker_news *news)
{
    struct outcome *outcome = outcome_take(news, all->options->input->target);
    if (outcome == NULL) {
        errno = ENOMEM;
        return stop_unkept(all, "no memory for a failure");
    }
    enum worker_answer answer =
        news->end == WORKER_REPORTED ? judge(all, news, outcome) : bury(all, news, outcome);
    outcome_destroy(outcome);
    return answer;
}

static enum worker_answer
on_news(const struct worker_news *news, void *argument)
{
    struct enumeration *all = argument;
    if (news->end == WORKER_REPORTED) {
        switch (all->shared->errand) {
        case ERRAND_END:
            return WORKER_STOP;
        case ERRAND_STRAYED:
            return tell_stray(all);
        case ERRAND_CHECKPOINT:
            return keep_checkpoint(all);
        case ERRAND_FAILURE:
            break;
        }
    }
    return on_failure(all, news);
}

/* The worker writes meanwhile: a figure may be of now or of just before. */
static enum worker_answer
on_settled(uint64_t below, void *argument)
{
    struct enumeration *all = argument;
    struct search_figures figures;
    search_read_figures(all->search, &figures);
    terminal_progress_show(&(struct terminal_progress){
        .seconds = terminal_now() - all->reporter.started,
        .seconds_max = all->options->findings.seconds,
        .runs = below,
        .runs_max = all->options->findings.runs,
        .failures = all->reported,
        .fraction = figures.fraction,
    });
    return WORKER_GO_ON;
}

/* --- the whole ---------------------------------------------------------------------------- */

static void
print_bound(uint32_t preemptions_max, char *text, size_t size)
{
    if (preemptions_max == SEARCH_UNBOUNDED) {
        snprintf(text, size, "none");
    } else {
        snprintf(text, size, "%" PRIu32, preemptions_max);
    }
}

static void
print_command(const void *argument, char *text, size_t size)
{
    const struct enumeration_options *options = argument;
    char bound[16];
    print_bound(options->search.preemptions_max, bound, sizeof(bound));
    snprintf(text, size, "heddle enumerate %s --subject %s --preemptions %s%s",
             options->input->path, options->input->subject->name, bound,
             options->search.plain ? " --plain" : "");
}

/* What goes on from here. */
static const char *
advice(const struct enumeration *all)
{
    if (all->reported > 0 && !all->options->findings.keep_going) {
        return "--keep-going goes on after a failure";
    }
    return all->options->checkpoint != NULL ? "the same command goes on from the checkpoint"
                                            : "with --checkpoint the next run goes on from there";
}

static void
print_extent(const struct enumeration *all, const struct search_figures *figures, FILE *out)
{
    const struct search_options *search = &all->options->search;
    char within[48] = "";
    if (search->preemptions_max != SEARCH_UNBOUNDED) {
        snprintf(within, sizeof(within), " within %" PRIu32 " preemption%s",
                 search->preemptions_max, search->preemptions_max == 1 ? "" : "s");
    }
    fprintf(out,
            "%" PRIu64 " schedules executed%s, %" PRIu64
            " branches pruned by the reduction, %" PRIu64 " beyond the bound\n",
            figures->executions, all->runs_before > 0 ? " in all" : "", figures->pruned,
            figures->bounded);
    if (figures->complete) {
        terminal_print(out, TERMINAL_GOOD, "complete");
        fprintf(out, ": that was every schedule%s\n", within);
        return;
    }
    terminal_print(out, TERMINAL_STRONG, "not complete");
    if (figures->truncated) {
        fprintf(out, ": executions were longer than a search can follow\n");
    } else {
        fputs(": ", out);
        terminal_print_share(out, figures->fraction);
        fprintf(out, " of the schedules%s are behind; %s\n", within, advice(all));
    }
}

static void
tell_totals(const struct enumeration *all)
{
    const struct input *input = all->options->input;
    struct search_figures figures;
    search_read_figures(all->search, &figures);
    struct report report = {.target = input->target->name,
                            .subject = input->subject->name,
                            .totals = &all->shared->totals,
                            .runs = figures.executions - all->runs_before,
                            .seconds = terminal_now() - all->reporter.started,
                            .complete = figures.complete ? REPORT_COMPLETE : REPORT_INCOMPLETE,
                            .program = &input->program};
    struct report_sums sums = {.failing = all->shared->failing,
                               .known = all->shared->known,
                               .distinct = all->told->count,
                               .distinct_before = all->told->count - all->reported};
    if (all->options->findings.json) {
        report_totals_json(&report, stdout);
        return;
    }
    report_totals(&report, &sums, stdout);
    print_extent(all, &figures, stdout);
}

/* Known failures are passed over; those of the checkpoint were told, and still count. */
static enum tool_exit
load(struct enumeration *all)
{
    const struct enumeration_options *options = all->options;
    if (options->checkpoint != NULL) {
        enum tool_exit code =
            checkpoint_read(options->checkpoint, options->input, all->search, all->told);
        if (code != TOOL_OK) {
            return code;
        }
    }
    for (uint32_t i = 0; i < all->told->count; i++) {
        known_add(all->known, all->told->signatures[i].signature, 0);
        all->reporter.code = TOOL_FAILURE;
    }
    int error =
        options->findings.known != NULL ? known_load(all->known, options->findings.known) : 0;
    if (error != 0) {
        command_complain("--known: %s: %s", options->findings.known, strerror(error));
        return TOOL_USAGE;
    }
    all->runs_before = executions_of(all->search);
    return TOOL_OK;
}

static void
enumerate_all(struct enumeration *all)
{
    const struct enumeration_options *options = all->options;
    const struct worker_job job = {.jobs = 1,
                                   .numbers = options->findings.runs,
                                   .batch = 1,
                                   .memory_max = WORKER_MEMORY,
                                   .seconds = options->findings.seconds,
                                   .execute = execute,
                                   .on_news = on_news,
                                   .on_settled = on_settled,
                                   .argument = all};
    if (!options->findings.json) {
        char command[256];
        print_command(options, command, sizeof(command));
        puts(command);
        fflush(stdout);
    }
    worker_stop_on_interrupt();
    all->reporter.started = all->shared->checkpointed = terminal_now();
    if (!worker_run(&job)) {
        bool dying = errno == ECHILD;
        stop_for(all, dying ? TOOL_INTERNAL : TOOL_ENVIRONMENT,
                 dying ? "workers die outside of any execution" : "cannot start workers");
    }
    terminal_progress_erase();
    if (options->checkpoint != NULL) {
        keep_checkpoint(all);
    }
    tell_totals(all);
}

enum tool_exit
enumeration_run(const struct enumeration_options *options)
{
    struct program program;
    struct enumeration all = {
        .options = options,
        .shared = worker_shared_create(sizeof(struct shared)),
        .known = known_create(),
        .told = known_create(),
        .reporter = {.target = options->input->target,
                     .subject = options->input->subject,
                     .directory = options->findings.directory,
                     .json = options->findings.json,
                     .print_command = print_command,
                     .argument = options},
        .program = &program,
    };
    void *memory = worker_shared_create(search_size());
    program_init(&program);
    program_copy(&program, &options->input->program);
    snprintf(program.target, sizeof(program.target), "%s", options->input->target->name);
    snprintf(program.subject, sizeof(program.subject), "%s", options->input->subject->name);
    enum tool_exit code = TOOL_ENVIRONMENT;
    if (memory == NULL || all.shared == NULL || all.known == NULL || all.told == NULL) {
        command_complain("no memory to share with workers: %s", strerror(errno));
    } else {
        all.search = search_init(memory, &options->search);
        code = load(&all);
        if (code == TOOL_OK) {
            enumerate_all(&all);
            code = all.reporter.code;
        }
    }
    program_fini(&program);
    worker_shared_destroy(memory, search_size());
    worker_shared_destroy(all.shared, sizeof(struct shared));
    known_destroy(all.known);
    known_destroy(all.told);
    return code;
}
