/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Shrinking. The parent makes candidates; a worker runs each, so that a candidate may kill it. What the signature
 * was taken from is always the smallest program so far, with an explicit schedule.
 */
#include "tool/shrinking.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine/search.h"
#include "engine/strategy.h"
#include "tool/failure_report.h"
#include "tool/finding.h"
#include "tool/outcome.h"
#include "tool/output.h"
#include "tool/fault_report.h"
#include "tool/terminal.h"
#include "tool/worker.h"

#define PREEMPTIONS_MAX 4u     /* bounds that are searched are below */
#define SEARCH_MAX      20000u /* executions of each bound */
#define ROUNDS          24u /* schedules of the smallest program that are shortened, to keep the shortest */

/* How a candidate may fail again. */
enum attempt { ATTEMPT_SCHEDULE, ATTEMPT_SCHEDULES, ATTEMPT_SEARCH };

struct size {
    uint32_t threads, operations, faults, deviations, preemptions;
};

struct shrinking {
    const struct shrinking_options *options;
    uint64_t signature;
    struct outcome *best; /* the smallest so far */
    double started;
    uint64_t candidates;
    uint64_t *executions; /* shared */
    bool failed;          /* no worker, no memory: errno */

    /* The candidate under way. */
    enum attempt attempt;
    uint64_t seeds; /* of its new schedules: from here on */
    struct program candidate;
    uint32_t bound;
    struct search *search; /* shared */
    struct outcome *found;
};

/* --- in the worker ------------------------------------------------------------------------ */

static const struct laboratory_options plain = {.oracles = true};

static bool
execute_candidate(struct shrinking *all, struct worker *worker,
                  const struct laboratory_options *options)
{
    const struct input *input = all->options->input;
    outcome_announce(&all->candidate, worker->log);
    laboratory_execute(&all->candidate, input->target, input->subject, options, worker->log, NULL);
    ++*all->executions;
    return worker->log->result.signature == all->signature;
}

/* The first schedule is the candidate's own; the others are of every strategy in turn. */
static void
set_schedule(struct shrinking *all, uint64_t number)
{
    const struct program_vocabulary *vocabulary = all->options->input->target->vocabulary;
    if (number == 0) {
        return;
    }
    uint32_t others = vocabulary->strategy_count > 1 ? vocabulary->strategy_count - 1 : 1;
    all->candidate.deviation_count = 0;
    all->candidate.strategy = (struct program_strategy){
        .strategy = (uint8_t)(vocabulary->strategy_count > 1 ? 1 + number % others : 0),
        .depth = (uint8_t)(2 + number / others % 2),
        .length = all->best->result.steps,
        .seed = all->seeds + number,
    };
}

static void
search_schedules(struct shrinking *all, struct worker *worker)
{
    static const struct laboratory_options choices = {.oracles = true, .choices = true};
    const struct search_options options = {.preemptions_max = all->bound};
    const struct heddle_deviation *deviations;
    size_t count;
    search_init(all->search, &options);
    for (uint32_t i = 0; i < SEARCH_MAX && search_next(all->search, &deviations, &count); i++) {
        outcome_set_schedule(&all->candidate, deviations, count);
        if (execute_candidate(all, worker, &choices)) {
            worker_report(worker);
            return;
        }
        if (!search_learn(all->search, worker->log)) {
            return;
        }
    }
}

static void
execute(struct worker *worker, uint64_t number, void *argument)
{
    struct shrinking *all = argument;
    if (all->attempt == ATTEMPT_SEARCH) {
        search_schedules(all, worker);
        return;
    }
    set_schedule(all, number);
    if (execute_candidate(all, worker, &plain)) {
        worker_report(worker);
    }
}

/* --- candidates ----------------------------------------------------------------------------- */

static enum worker_answer
on_news(const struct worker_news *news, void *argument)
{
    struct shrinking *all = argument;
    struct outcome *outcome = outcome_take(news, all->options->input->target);
    if (outcome == NULL) {
        all->failed = true;
        errno = ENOMEM;
        return WORKER_STOP;
    }
    bool same = outcome->result.signature == all->signature && outcome->is_explicit;
    /* The same program gets better only by a shorter schedule. */
    bool smaller = all->attempt != ATTEMPT_SCHEDULE ||
                   outcome->program.deviation_count < all->best->program.deviation_count;
    if (same && smaller) {
        all->found = outcome;
        return WORKER_STOP;
    }
    outcome_destroy(outcome);
    return WORKER_GO_ON;
}

static bool
is_time_up(const struct shrinking *all)
{
    return all->failed || terminal_now() - all->started > all->options->seconds;
}

/* How the candidate fails in the same way, if it does. */
static struct outcome *
find_failure(struct shrinking *all, enum attempt attempt)
{
    if (is_time_up(all)) {
        return NULL;
    }
    const struct worker_job job = {
        .jobs = 1,
        .numbers = attempt == ATTEMPT_SCHEDULES ? 1 + (uint64_t)all->options->schedules : 1,
        .batch = 1,
        .execute = execute,
        .on_news = on_news,
        .argument = all};
    all->attempt = attempt;
    all->found = NULL;
    all->candidates++;
    if (!worker_run(&job)) {
        all->failed = true;
    }
    return all->found;
}

/* If it does, it is the best one, with the schedule that it failed under. */
static bool
try_candidate(struct shrinking *all, enum attempt attempt)
{
    struct outcome *found = find_failure(all, attempt);
    if (found == NULL) {
        return false;
    }
    outcome_destroy(all->best);
    all->best = found;
    return true;
}

static void
copy_best(struct shrinking *all)
{
    program_copy(&all->candidate, &all->best->program);
}

/* Takes out ever smaller pieces, from the end, until no single one can go. Returns: whether something went. */
static bool
cut_part(struct shrinking *all, enum program_part part, enum attempt attempt)
{
    bool any = false;
    uint32_t piece = program_part_size(&all->best->program, part);
    while (piece > 0 && !is_time_up(all)) {
        bool went = false;
        uint32_t end = program_part_size(&all->best->program, part);
        while (end > 0) {
            uint32_t first = end > piece ? end - piece : 0;
            copy_best(all);
            program_cut(&all->candidate, part, first, end - first);
            went |= try_candidate(all, attempt);
            /* What was found may have fewer than it was asked to. */
            uint32_t left = program_part_size(&all->best->program, part);
            end = first < left ? first : left;
        }
        any |= went;
        piece = piece > 1 ? (piece + 1) / 2 : went ? 1 : 0;
    }
    return any;
}

static bool
cut_threads(struct shrinking *all)
{
    bool any = false;
    for (uint32_t i = all->best->program.thread_count; i-- > 0;) {
        if (all->best->program.thread_count > 1) {
            copy_best(all);
            program_cut_thread(&all->candidate, i);
            any |= try_candidate(all, ATTEMPT_SCHEDULES);
        }
    }
    return any;
}

static bool
simplify_numbers(struct shrinking *all)
{
    bool any = false, changed = false;
    for (uint32_t i = 0;; i++) {
        copy_best(all);
        if (!program_simplify(&all->candidate, i, &changed) || is_time_up(all)) {
            return any;
        }
        any |= changed && try_candidate(all, ATTEMPT_SCHEDULES);
    }
}

static void
shrink_program(struct shrinking *all)
{
    bool went = true;
    while (went && !is_time_up(all)) {
        went = cut_threads(all);
        went |= cut_part(all, PROGRAM_PART_OPERATIONS, ATTEMPT_SCHEDULES);
        went |= cut_part(all, PROGRAM_PART_FAULTS, ATTEMPT_SCHEDULES);
        went |= simplify_numbers(all);
    }
}

/* Another schedule of the smallest program, shortened: is it better than what there was? */
static void
try_another_schedule(struct shrinking *all)
{
    struct outcome *champion = all->best;
    copy_best(all);
    all->candidate.deviation_count = 0; /* or it would be the same one */
    struct outcome *other = find_failure(all, ATTEMPT_SCHEDULES);
    if (other == NULL) {
        return;
    }
    all->best = other;
    cut_part(all, PROGRAM_PART_DEVIATIONS, ATTEMPT_SCHEDULE);
    bool better = all->best->program.deviation_count < champion->program.deviation_count;
    outcome_destroy(better ? champion : all->best);
    all->best = better ? all->best : champion;
}

static void
shrink_schedule(struct shrinking *all)
{
    for (all->bound = 0; all->bound < PREEMPTIONS_MAX; all->bound++) {
        if (all->best->result.preemptions <= all->bound) {
            break;
        }
        copy_best(all);
        if (try_candidate(all, ATTEMPT_SEARCH)) {
            break;
        }
    }
    cut_part(all, PROGRAM_PART_DEVIATIONS, ATTEMPT_SCHEDULE);
    for (uint32_t i = 1; i <= ROUNDS && all->best->program.deviation_count > 1; i++) {
        all->seeds = (uint64_t)i * all->options->schedules;
        try_another_schedule(all);
    }
}

/* --- telling -------------------------------------------------------------------------------- */

static struct size
size_of(const struct outcome *outcome)
{
    const struct program *program = &outcome->program;
    return (struct size){program->thread_count, program->operation_count, program->fault_count,
                         program->deviation_count, outcome->result.preemptions};
}

static void
tell(const struct shrinking *all, const struct size *before, struct report *report)
{
    struct size now = size_of(all->best);
    if (all->options->json) {
        report_json(report, stdout);
        return;
    }
    report_failure(report, stdout);
    printf("\nthreads %" PRIu32 " → %" PRIu32 ", operations %" PRIu32 " → %" PRIu32
           ", faults %" PRIu32 " → %" PRIu32 ", deviations %" PRIu32 " → %" PRIu32
           ", preemptions %" PRIu32 " → %" PRIu32 "\n%" PRIu64 " candidates, %" PRIu64
           " executions in %.1f s; ",
           before->threads, now.threads, before->operations, now.operations, before->faults,
           now.faults, before->deviations, now.deviations, before->preemptions, now.preemptions,
           all->candidates, *all->executions, report->seconds);
    if (is_time_up(all)) {
        printf("the time was up: --seconds gives it more\n");
    } else {
        printf("without any one of what is left, it was not seen in %" PRIu32 " schedules\n",
               all->options->schedules);
    }
}

/* The best one once more, in a process of its own, and into the file. */
static enum tool_exit
finish(struct shrinking *all, const struct size *before)
{
    const struct input *input = all->options->input;
    struct outcome *last = outcome_replay(all->best, input->target, input->subject);
    if (last == NULL || last->result.signature != all->signature) {
        command_complain("%s: what it was shrunk to did not fail again in a fresh process",
                         input->path);
        outcome_destroy(last);
        return TOOL_DIFFERED;
    }
    char found_by[PATH_MAX + 32];
    snprintf(found_by, sizeof(found_by), "heddle shrink %s", input->path);
    struct report report = {.file = all->options->output,
                            .target = input->target->name,
                            .subject = input->subject->name,
                            .program = &all->best->program,
                            .result = &last->result,
                            .totals = &last->totals,
                            .words = last->words,
                            .injections = last->injections,
                            .injection_count = last->injection_count,
                            .injections_max = OUTCOME_INJECTIONS_MAX,
                            .found_by = found_by,
                            .options = "",
                            .runs = *all->executions,
                            .seconds = terminal_now() - all->started};
    int error = finding_write_as(all->options->output, &report, input->target);
    if (error == 0) {
        tell(all, before, &report);
    } else {
        command_complain("%s: %s", all->options->output, strerror(error));
    }
    outcome_destroy(last);
    return error == 0 ? TOOL_FAILURE : output_exit(error);
}

/* --- the whole ------------------------------------------------------------------------------ */

/* What the file does as it is. */
static struct outcome *
replay_file(const struct input *input)
{
    struct outcome original = {0};
    program_init(&original.program);
    program_copy(&original.program, &input->program);
    snprintf(original.program.target, sizeof(original.program.target), "%s", input->target->name);
    snprintf(original.program.subject, sizeof(original.program.subject), "%s",
             input->subject->name);
    struct outcome *outcome = outcome_replay(&original, input->target, input->subject);
    program_fini(&original.program);
    return outcome;
}

static enum tool_exit
shrink(struct shrinking *all)
{
    const struct input *input = all->options->input;
    all->best = replay_file(input);
    if (all->best == NULL) {
        command_complain("%s: cannot be replayed: %s", input->path, strerror(errno));
        return TOOL_ENVIRONMENT;
    }
    if (all->best->result.verdict == HEDDLE_OK) {
        command_complain("%s: does not fail, so there is nothing to keep", input->path);
        return TOOL_USAGE;
    }
    struct size before = size_of(all->best);
    all->signature = all->best->result.signature;
    shrink_program(all);
    shrink_schedule(all);
    if (all->failed) {
        command_complain("%s: %s", input->path, strerror(errno));
        return TOOL_ENVIRONMENT;
    }
    return finish(all, &before);
}

enum tool_exit
shrinking_run(const struct shrinking_options *options)
{
    struct shrinking all = {
        .options = options,
        .started = terminal_now(),
        .executions = worker_shared_create(sizeof(uint64_t)),
        .search = worker_shared_create(search_size()),
    };
    enum tool_exit code = TOOL_ENVIRONMENT;
    program_init(&all.candidate);
    if (all.executions == NULL || all.search == NULL) {
        command_complain("no memory to share with workers: %s", strerror(errno));
    } else {
        code = shrink(&all);
    }
    outcome_destroy(all.best);
    program_fini(&all.candidate);
    worker_shared_destroy(all.executions, sizeof(uint64_t));
    worker_shared_destroy(all.search, search_size());
    return code;
}
