/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Running candidates.
 */
#include "tool/shrink/shrink_candidates.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/strategy.h"
#include "tool/terminal.h"
#include "tool/worker.h"

#define COST_SWITCH ((uint64_t)PROGRAM_DEVIATIONS_MAX + 1)
#define OTHERS_MAX  8192u

/* --- in the worker ------------------------------------------------------------------------ */

static const struct laboratory_options plain = {.oracles = true};

static bool
execute_candidate(struct shrinking *all, struct worker *worker,
                  const struct laboratory_options *options)
{
    const struct input *input = all->options->input;
    outcome_announce(&all->candidate, worker->log);
    laboratory_execute(&all->candidate, input->target, input->subject, options, worker->log, NULL);
    all->figures->executions++;
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

/* Of the log's execution. */
static uint64_t
cost_of(const struct heddle_log *log)
{
    uint64_t cost = 0;
    for (uint32_t i = 0; i < log->deviation_count; i++) {
        cost += log->deviations[i].kind == HEDDLE_CHOICE_TASK ? COST_SWITCH : 1;
    }
    return cost;
}

/*
 * Goes on behind a failure, as there may be a cheaper one, until nobody can be: of fewer preemptions all were searched
 * before. The search lies where it outlives the worker.
 */
static void
search_schedules(struct shrinking *all, struct worker *worker)
{
    static const struct laboratory_options choices = {.oracles = true, .choices = true};
    const struct heddle_deviation *deviations;
    size_t count;
    while (all->figures->cost / COST_SWITCH > all->bound && !shrink_is_time_up(all) &&
           !worker_is_to_stop(worker) && search_next(all->search, &deviations, &count)) {
        outcome_set_schedule(&all->candidate, deviations, count);
        bool same = execute_candidate(all, worker, &choices);
        all->figures->seen |= same;
        if (same && cost_of(worker->log) < all->figures->cost) {
            worker_report(worker);
        }
        if (!search_learn(all->search, worker->log)) {
            return;
        }
    }
}

/* What each choice of the log's execution could have been instead. */
static uint32_t
list_others(const struct heddle_log *log, struct heddle_deviation others[OTHERS_MAX])
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < log->choice_count; i++) {
        const struct heddle_choice *choice = &log->choices[i];
        if (choice->kind >= HEDDLE_CHOICE_KIND_COUNT || choice->kind == HEDDLE_CHOICE_SPURIOUS ||
            choice->kind == HEDDLE_CHOICE_TIMEOUT) {
            continue;
        }
        for (uint32_t value = 0; value < HEDDLE_TASKS_MAX && count < OTHERS_MAX; value++) {
            if ((choice->alternatives[value / 64] >> value % 64 & 1) != 0 &&
                value != choice->chosen) {
                others[count++] = (struct heddle_deviation){
                    .task = choice->task, .kind = choice->kind, .k = choice->k, .value = value};
            }
        }
    }
    return count;
}

/* The number-th pair of the candidate's deviations is left out, and each other choice taken in its place. */
static void
try_neighbours(struct shrinking *all, struct worker *worker, uint64_t number)
{
    static const struct laboratory_options choices = {.oracles = true, .choices = true};
    static struct heddle_deviation others[OTHERS_MAX];
    uint32_t second = 1;
    while (number >= second) {
        number -= second++;
    }
    shrink_copy_best(all);
    program_cut(&all->candidate, PROGRAM_PART_DEVIATIONS, second, 1);
    program_cut(&all->candidate, PROGRAM_PART_DEVIATIONS, (uint32_t)number, 1);
    execute_candidate(all, worker, &choices);
    uint32_t count = list_others(worker->log, others);
    for (uint32_t i = 0; i < count && !shrink_is_time_up(all) && !worker_is_to_stop(worker); i++) {
        shrink_copy_best(all);
        program_cut(&all->candidate, PROGRAM_PART_DEVIATIONS, second, 1);
        program_cut(&all->candidate, PROGRAM_PART_DEVIATIONS, (uint32_t)number, 1);
        program_add_deviation(&all->candidate,
                              (struct program_deviation){.task = others[i].task,
                                                         .kind = others[i].kind,
                                                         .k = others[i].k,
                                                         .value = others[i].value});
        if (execute_candidate(all, worker, &plain) && cost_of(worker->log) < all->figures->cost) {
            worker_report(worker);
            return;
        }
    }
}

/* So many executions a candidate. */
static uint64_t
schedules_of(const struct shrinking *all)
{
    uint32_t most = all->options->schedules;
    return all->attempt == ATTEMPT_SCHEDULES ? 1 + (all->width < most ? all->width : most) : 1;
}

static bool
make_candidate(struct shrinking *all, uint64_t index)
{
    if (all->make != NULL && all->made != index + 1) {
        all->made = index + 1;
        all->is_made = all->make(all, index);
    }
    return all->make == NULL || all->is_made;
}

static void
execute(struct worker *worker, uint64_t number, void *argument)
{
    struct shrinking *all = argument;
    if (all->attempt == ATTEMPT_SEARCH) {
        search_schedules(all, worker);
        return;
    }
    if (all->attempt == ATTEMPT_STARTS) {
        static const struct laboratory_options traced = {
            .oracles = true, .choices = true, .trace = true};
        (void)execute_candidate(all, worker, &traced);
        shrink_note_starts(all, worker->log);
        return;
    }
    if (all->attempt == ATTEMPT_NEIGHBOURS) {
        try_neighbours(all, worker, number);
        return;
    }
    uint64_t schedule = number % schedules_of(all);
    if (!make_candidate(all, all->make_first + number / schedules_of(all))) {
        return;
    }
    all->figures->candidates += schedule == 0;
    set_schedule(all, schedule);
    if (execute_candidate(all, worker, &plain)) {
        worker_report(worker);
    }
}

/* --- candidates ----------------------------------------------------------------------------- */

uint32_t
shrink_switches(const struct program *program)
{
    return (uint32_t)(shrink_cost(program) / COST_SWITCH);
}

uint64_t
shrink_cost(const struct program *program)
{
    uint64_t cost = 0;
    for (uint32_t i = 0; i < program->deviation_count; i++) {
        cost += program->deviations[i].kind == HEDDLE_CHOICE_TASK ? COST_SWITCH : 1;
    }
    return cost;
}

/* What a dead worker's schedule taught is learned for it, unless a stranger cut it short. */
static enum worker_answer
go_on(struct shrinking *all, const struct worker_news *news)
{
    if (all->attempt != ATTEMPT_SEARCH || news->end == WORKER_REPORTED) {
        return WORKER_GO_ON;
    }
    if (outcome_may_be_foreign(news) && news->deaths == 0) {
        return WORKER_REPEAT;
    }
    return search_learn(all->search, news->log) ? WORKER_REPEAT : WORKER_STOP;
}

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
    uint64_t cost = shrink_cost(&outcome->program);
    bool same = outcome->result.signature == all->signature && outcome->is_explicit;
    const struct outcome *least = all->found != NULL ? all->found : all->best;
    /* The same program gets better only by a cheaper schedule. */
    bool cheaper = all->attempt == ATTEMPT_SCHEDULES || cost < shrink_cost(&least->program);
    all->figures->seen |= same;
    if (!same || !cheaper) {
        outcome_destroy(outcome);
        return go_on(all, news);
    }
    outcome_destroy(all->found);
    all->found = outcome;
    all->found_index = all->make_first + news->number / schedules_of(all);
    all->figures->cost = cost;
    return all->attempt == ATTEMPT_SEARCH ? go_on(all, news) : WORKER_STOP;
}

static uint64_t
numbers_of(const struct shrinking *all)
{
    uint64_t deviations = all->best->program.deviation_count;
    switch (all->attempt) {
    case ATTEMPT_SCHEDULES:
    case ATTEMPT_SCHEDULE:
        return (all->make == NULL ? 1 : all->make_end - all->make_first) * schedules_of(all);
    case ATTEMPT_NEIGHBOURS:
        return deviations > 1 ? deviations * (deviations - 1) / 2 : 0;
    default:
        return 1;
    }
}

bool
shrink_is_time_up(const struct shrinking *all)
{
    return all->failed || worker_was_stopped() ||
           terminal_now() - all->started > all->options->seconds;
}

struct outcome *
shrink_find(struct shrinking *all, enum attempt attempt)
{
    double left = all->options->seconds - (terminal_now() - all->started);
    if (shrink_is_time_up(all) || left <= 0) {
        return NULL;
    }
    all->attempt = attempt;
    all->found = NULL;
    all->made = 0;
    all->figures->seen = false;
    all->figures->cost = shrink_cost(&all->best->program);
    if (attempt == ATTEMPT_SEARCH) {
        search_init(all->search, &(struct search_options){.preemptions_max = all->bound});
    }
    const struct worker_job job = {.jobs = 1,
                                   .numbers = numbers_of(all),
                                   .batch = 1,
                                   .seconds = left,
                                   .execute = execute,
                                   .on_news = on_news,
                                   .argument = all};
    if (job.numbers == 0) {
        return NULL;
    }
    if (!worker_run(&job)) {
        all->failed = true;
    }
    return all->found;
}

void
shrink_replace_best(struct shrinking *all, struct outcome *better)
{
    outcome_destroy(all->best);
    all->best = better;
    all->is_noted = false;
}

bool
shrink_try(struct shrinking *all, enum attempt attempt)
{
    struct outcome *found = shrink_find(all, attempt);
    if (found == NULL) {
        return false;
    }
    shrink_replace_best(all, found);
    return true;
}

bool
shrink_try_each(struct shrinking *all, enum attempt attempt,
                bool (*make)(struct shrinking *all, uint64_t index), uint64_t *index, uint64_t end)
{
    all->make = make;
    all->make_first = *index;
    all->make_end = end;
    bool found = shrink_try(all, attempt);
    all->make = NULL;
    *index = found ? all->found_index : end;
    return found;
}

void
shrink_copy_best(struct shrinking *all)
{
    program_copy(&all->candidate, &all->best->program);
}

/* Where the best one's operations begin, unless it is known. Whoever dies of that leaves it unknown. */
static void
note_starts(struct shrinking *all)
{
    if (!all->is_noted && !shrink_is_time_up(all)) {
        all->is_noted = true;
        all->figures->has_starts = false;
        shrink_copy_best(all);
        outcome_destroy(shrink_find(all, ATTEMPT_STARTS));
    }
}

/* The index-th piece from the end is left out. */
static bool
make_without(struct shrinking *all, uint64_t index)
{
    const struct shrink_pieces *pieces = &all->pieces;
    uint32_t end = pieces->end - (uint32_t)index * pieces->size;
    uint32_t first = end > pieces->size ? end - pieces->size : 0;
    shrink_copy_best(all);
    program_cut(&all->candidate, pieces->part, first, end - first);
    if (pieces->part == PROGRAM_PART_OPERATIONS) {
        shrink_realign(all, first, end);
    }
    return true;
}

bool
shrink_cut(struct shrinking *all, enum program_part part, enum attempt attempt)
{
    bool any = false;
    uint32_t piece = program_part_size(&all->best->program, part);
    while (piece > 0 && !shrink_is_time_up(all)) {
        bool went = false;
        uint32_t end = program_part_size(&all->best->program, part);
        while (end > 0 && !shrink_is_time_up(all)) {
            uint64_t index = 0, count = (end + piece - 1) / piece;
            if (part == PROGRAM_PART_OPERATIONS) {
                note_starts(all);
            }
            all->pieces = (struct shrink_pieces){part, end, piece};
            if (!shrink_try_each(all, attempt, make_without, &index, count)) {
                break;
            }
            went = true;
            /* What was found may have fewer than it was asked to. */
            uint32_t left = program_part_size(&all->best->program, part);
            uint32_t next = (uint32_t)(index + 1) * piece;
            end = next < end ? end - next : 0;
            end = end < left ? end : left;
        }
        any |= went;
        piece = piece > 1 ? (piece + 1) / 2 : went ? 1 : 0;
    }
    return any;
}
