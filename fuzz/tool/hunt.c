/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The hunt. Workers see the signatures that are known, with the lowest run that showed each, and
 * come to the parent only with what would be new; the parent alone changes anything.
 */
#include "tool/hunt.h"

#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "tool/coverage_report.h"
#include "tool/failure_report.h"
#include "tool/known.h"
#include "tool/reporter.h"
#include "tool/terminal.h"
#include "tool/worker.h"

/* What a worker adds up, in memory that outlives it. */
struct room {
    struct laboratory_totals totals;
    uint64_t runs, failing, known;
    uint64_t counted_group; /* plus 1 */
    uint32_t counted_length;
};

/* A confirmed failure that waits for all lower runs to be done. */
struct pending {
    uint64_t number;
    struct outcome *outcome;
};

struct hunt {
    const struct hunt_options *options;
    uint64_t group;                /* runs that share a program */
    struct room *rooms;            /* shared, one a worker */
    _Atomic uint64_t *last_wanted; /* shared: runs beyond it cannot be the first failure */
    struct known_set *known;
    struct reporter reporter;
    struct coverage_watch *coverage;
    bool done;       /* stopped at a failure: later ones are not told */
    uint64_t deaths; /* parent's count of failing runs that killed */

    struct pending *pending; /* in order of number */
    size_t pending_count;
    uint64_t reported, runs_to_first;

    struct program program; /* the worker's own: that of program_group */
    uint64_t program_group; /* plus 1 */
};

/* --- in the worker ------------------------------------------------------------------------ */

static void
execute(struct worker *worker, uint64_t number, void *argument)
{
    static const struct laboratory_options plain = {.oracles = true, .coverage = true};
    struct hunt *hunt = argument;
    const struct exploration *exploration = &hunt->options->exploration;
    struct room *room = &hunt->rooms[worker->seat];
    struct heddle_log *log = worker->log;
    uint64_t group = number / hunt->group + 1;

    if (number > atomic_load_explicit(hunt->last_wanted, memory_order_relaxed)) {
        return;
    }
    if (hunt->program_group != group) {
        exploration_program(exploration, group - 1, &hunt->program);
        heddle_forget(); /* what is learnt of one program never depends on who executes which */
        hunt->program_group = group;
    }
    exploration_schedule(exploration, number,
                         room->counted_group == group ? room->counted_length : 0, &hunt->program);
    outcome_announce(&hunt->program, log);
    log->number = number;
    laboratory_execute(&hunt->program, exploration->target, exploration->subject, &plain, log,
                       &room->totals);
    coverage_watch_add(hunt->coverage, worker->seat, log, number, group);
    room->runs++;
    if (number % hunt->group == 0) {
        room->counted_group = group;
        room->counted_length = log->result.steps;
    }
    if (log->result.verdict == HEDDLE_OK) {
        return;
    }
    room->failing++;
    if (known_number(hunt->known, log->result.signature) <= number) {
        room->known++;
        return;
    }
    worker_report(worker);
}

/* --- deciding ----------------------------------------------------------------------------- */

static bool
add_pending(struct hunt *hunt, uint64_t number, struct outcome *outcome)
{
    size_t count = hunt->pending_count;
    struct pending *all = realloc(hunt->pending, (count + 1) * sizeof(*all));
    if (all == NULL) {
        return false;
    }
    hunt->pending = all;
    size_t place = count;
    while (place > 0 && all[place - 1].number > number) {
        all[place] = all[place - 1];
        place--;
    }
    all[place] = (struct pending){.number = number, .outcome = outcome};
    hunt->pending_count++;
    if (!hunt->options->findings.keep_going) {
        atomic_store(hunt->last_wanted, all[0].number);
    }
    return true;
}

static enum worker_answer
stop_for(struct hunt *hunt, enum tool_exit code, const char *what)
{
    terminal_progress_erase();
    command_complain("%s: %s", what, strerror(errno));
    hunt->reporter.code = tool_exit_worse(hunt->reporter.code, code);
    return WORKER_STOP;
}

/* A failure that nobody knows. */
static enum worker_answer
confirm(struct hunt *hunt, const struct worker_news *news, struct outcome *first)
{
    struct outcome *confirmed;
    switch (reporter_confirm(&hunt->reporter, news, first, &confirmed)) {
    case REPORTER_IMPOSSIBLE:
        return stop_for(hunt, TOOL_ENVIRONMENT, "a failure cannot be replayed");
    case REPORTER_FOREIGN:
        return WORKER_GO_ON;
    case REPORTER_UNSTABLE:
        known_add(hunt->known, first->result.signature, news->number);
        return hunt->options->findings.keep_going ? WORKER_GO_ON : WORKER_STOP;
    case REPORTER_BELIEVED:
        break;
    }
    if (!add_pending(hunt, news->number, confirmed)) {
        outcome_destroy(confirmed);
        return stop_for(hunt, TOOL_ENVIRONMENT, "no memory for a failure");
    }
    if (!known_add(hunt->known, first->result.signature, news->number)) {
        errno = ENOSPC;
        return stop_for(hunt, TOOL_ENVIRONMENT, "too many distinct failures");
    }
    return WORKER_GO_ON;
}

static enum worker_answer
judge(struct hunt *hunt, const struct worker_news *news, struct outcome *outcome)
{
    /* A subject that kills itself does so again when its run is repeated. */
    if (outcome_may_be_foreign(news) && news->deaths == 0) {
        reporter_foreign_death(&hunt->reporter, news, outcome);
        return WORKER_REPEAT;
    }
    hunt->deaths += news->end != WORKER_REPORTED;
    if (outcome->result.verdict == HEDDLE_INTERNAL) {
        hunt->reporter.code = TOOL_INTERNAL;
        reporter_failure(&hunt->reporter, news->number, outcome, "internal-");
        return WORKER_STOP;
    }
    if (known_number(hunt->known, outcome->result.signature) <= news->number) {
        hunt->rooms[news->seat].known++;
        return WORKER_GO_ON;
    }
    return confirm(hunt, news, outcome);
}

static enum worker_answer
on_news(const struct worker_news *news, void *argument)
{
    struct hunt *hunt = argument;
    struct outcome *outcome = outcome_take(news, hunt->options->exploration.target);
    if (news->end != WORKER_REPORTED) {
        coverage_watch_add(hunt->coverage, news->seat, news->log, news->number,
                           news->number / hunt->group + 1);
    }
    if (outcome == NULL) {
        errno = ENOMEM;
        return stop_for(hunt, TOOL_ENVIRONMENT, "no memory for a failure");
    }
    enum worker_answer answer = judge(hunt, news, outcome);
    outcome_destroy(outcome);
    return answer;
}

static struct room
sum_rooms(const struct hunt *hunt)
{
    struct room sum = {0};
    for (unsigned i = 0; i < hunt->options->findings.jobs; i++) {
        laboratory_add_totals(&sum.totals, &hunt->rooms[i].totals);
        sum.runs += hunt->rooms[i].runs;
        sum.failing += hunt->rooms[i].failing;
        sum.known += hunt->rooms[i].known;
    }
    sum.runs += hunt->deaths;
    sum.failing += hunt->deaths;
    return sum;
}

static void
show_progress(const struct hunt *hunt)
{
    const struct hunt_options *options = hunt->options;
    terminal_progress_show(&(struct terminal_progress){
        .seconds = terminal_now() - hunt->reporter.started,
        .seconds_max = options->findings.seconds,
        .runs = sum_rooms(hunt).runs,
        .runs_max = options->findings.runs,
        .failures = hunt->reported + hunt->pending_count,
    });
}

/* The failure of the lowest number comes first, and no lower one can come any more. */
static void
release(struct hunt *hunt, const struct pending *pending)
{
    uint64_t lowest = known_number(hunt->known, pending->outcome->result.signature);
    if (hunt->done || lowest != pending->number) {
        return;
    }
    bool written = reporter_failure(&hunt->reporter, pending->number, pending->outcome, "");
    if (hunt->reported++ == 0) {
        hunt->runs_to_first = pending->number + 1;
    }
    hunt->reporter.code = tool_exit_worse(hunt->reporter.code, TOOL_FAILURE);
    hunt->done = !written || !hunt->options->findings.keep_going;
}

static enum worker_answer
on_settled(uint64_t below, void *argument)
{
    struct hunt *hunt = argument;
    size_t released = 0;
    for (; released < hunt->pending_count && hunt->pending[released].number < below; released++) {
        release(hunt, &hunt->pending[released]);
        outcome_destroy(hunt->pending[released].outcome);
    }
    hunt->pending_count -= released;
    if (released > 0) {
        memmove(hunt->pending, hunt->pending + released,
                hunt->pending_count * sizeof(hunt->pending[0]));
    }
    show_progress(hunt);
    return hunt->done ? WORKER_STOP : WORKER_GO_ON;
}

/* --- the whole ---------------------------------------------------------------------------- */

static void
tell_totals(const struct hunt *hunt)
{
    const struct hunt_options *options = hunt->options;
    const struct exploration *exploration = &options->exploration;
    struct room sum = sum_rooms(hunt);
    struct report report = {.target = exploration->target->name,
                            .subject = exploration->subject->name,
                            .totals = &sum.totals,
                            .runs = sum.runs,
                            .runs_to_first = hunt->runs_to_first,
                            .seconds = terminal_now() - hunt->reporter.started};
    struct incidence_figures pairs;
    if (coverage_watch_read(hunt->coverage, sum.runs, &pairs)) {
        report.pairs = &pairs;
    }
    struct report_sums sums = {
        .failing = sum.failing, .known = sum.known, .distinct = hunt->reported};
    if (options->findings.json) {
        report_totals_json(&report, stdout);
    } else {
        report_totals(&report, &sums, stdout);
    }
}

static void
print_command(const void *exploration, char *text, size_t size)
{
    exploration_command(exploration, text, size);
}

static void
hunt_all(struct hunt *hunt)
{
    const struct hunt_options *options = hunt->options;
    const struct worker_job job = {
        .jobs = options->findings.jobs,
        .numbers = options->findings.runs,
        .batch = hunt->group,
        .memory_max = WORKER_MEMORY,
        /* When a worker has grown depends on time, what was learnt must not. */
        .batches_are_whole = true,
        .seconds = options->findings.seconds,
        .execute = execute,
        .on_news = on_news,
        .on_settled = on_settled,
        .argument = hunt};
    worker_stop_on_interrupt();
    hunt->reporter.started = terminal_now();
    atomic_store(hunt->last_wanted, UINT64_MAX);
    if (!worker_run(&job)) {
        bool dying = errno == ECHILD;
        stop_for(hunt, dying ? TOOL_INTERNAL : TOOL_ENVIRONMENT,
                 dying ? "workers die outside of any execution" : "cannot start workers");
    }
    terminal_progress_erase();
    tell_totals(hunt);
}

enum tool_exit
hunt_run(const struct hunt_options *options)
{
    struct hunt *hunt = calloc(1, sizeof(*hunt));
    size_t rooms_size = options->findings.jobs * sizeof(struct room);
    enum tool_exit code = TOOL_ENVIRONMENT;
    if (hunt == NULL) {
        return code;
    }
    hunt->options = options;
    hunt->group = exploration_group(&options->exploration);
    hunt->reporter = (struct reporter){.target = options->exploration.target,
                                       .subject = options->exploration.subject,
                                       .directory = options->findings.directory,
                                       .json = options->findings.json,
                                       .print_command = print_command,
                                       .argument = &options->exploration};
    hunt->known = known_create();
    hunt->rooms = worker_shared_create(rooms_size);
    hunt->last_wanted = worker_shared_create(sizeof(*hunt->last_wanted));
    hunt->coverage = coverage_watch_create(options->findings.jobs);
    program_init(&hunt->program);
    int error = 0;
    if (hunt->known == NULL || hunt->rooms == NULL || hunt->last_wanted == NULL ||
        hunt->coverage == NULL) {
        command_complain("no memory to share with workers: %s", strerror(errno));
    } else if (options->findings.known != NULL &&
               (error = known_load(hunt->known, options->findings.known)) != 0) {
        command_complain("--known: %s: %s", options->findings.known, strerror(error));
        code = TOOL_USAGE;
    } else {
        hunt_all(hunt);
        code = hunt->reporter.code;
    }
    for (size_t i = 0; i < hunt->pending_count; i++) {
        outcome_destroy(hunt->pending[i].outcome);
    }
    free(hunt->pending);
    known_destroy(hunt->known);
    coverage_watch_destroy(hunt->coverage);
    worker_shared_destroy(hunt->rooms, rooms_size);
    worker_shared_destroy(hunt->last_wanted, sizeof(*hunt->last_wanted));
    program_fini(&hunt->program);
    free(hunt);
    return code;
}
