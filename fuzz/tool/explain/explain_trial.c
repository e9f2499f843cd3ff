/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Executing for an explanation: once with everything kept; once more as it is, for what differs from itself cannot be
 * explained; then without each chosen switch, without all of them, and without each fault. In workers, for
 * any of these may take its process with it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tool/explain/explanation.h"
#include "tool/worker.h"

#define TRIED_MAX       256u /* chosen switches: the last ones; */
#define TRIED_STUCK_MAX 3u   /* where each may take seconds */

/* --- once, with everything kept ----------------------------------------------------------------- */

struct first {
    const struct input *input;
    struct outcome *outcome;
    struct explanation *explanation;
};

static void
execute_first(struct worker *worker, uint64_t number, void *argument)
{
    const struct first *first = argument;
    const struct input *input = first->input;
    const struct laboratory_options options = {
        .oracles = true, .strict = true, .trace = true, .choices = true};
    (void)number;
    outcome_announce(&input->program, worker->log);
    heddle_forget();
    laboratory_execute(&input->program, input->target, input->subject, &options, worker->log, NULL);
    worker_report(worker);
}

static enum worker_answer
take_first(const struct worker_news *news, void *argument)
{
    struct first *first = argument;
    if (outcome_may_be_foreign(news) && news->deaths == 0) {
        return WORKER_REPEAT;
    }
    first->outcome = outcome_take(news, first->input->target);
    if (first->outcome != NULL) {
        first->explanation = explanation_read(first->input, first->outcome, news->log);
    }
    return WORKER_STOP;
}

struct explanation *
explanation_create(const struct input *input, struct outcome **outcome)
{
    struct first first = {.input = input};
    const struct worker_job job = {.jobs = 1,
                                   .numbers = 1,
                                   .batch = 1,
                                   .execute = execute_first,
                                   .on_news = take_first,
                                   .argument = &first};
    bool ok = worker_run(&job);
    int error = ok ? ENOMEM : errno;
    if (!ok || first.explanation == NULL) {
        explanation_destroy(first.explanation);
        outcome_destroy(first.outcome);
        errno = error;
        return NULL;
    }
    *outcome = first.outcome;
    return first.explanation;
}

/* --- then without ------------------------------------------------------------------------------- */

/* Trials by number: as it is; without each of the switches tried; without all of them; without each fault. */
struct trials {
    struct explanation *explanation;
    struct program program; /* of the trial under way */
    struct explanation_switch *switches[TRIED_MAX];
    uint32_t switch_count, fault_count;
    bool differed, failed;
};

static void
drop_switch(struct program *program, const struct heddle_deviation *deviation)
{
    for (uint32_t i = 0; i < program->deviation_count; i++) {
        const struct program_deviation *candidate = &program->deviations[i];
        if (candidate->task == deviation->task && candidate->kind == deviation->kind &&
            candidate->k == deviation->k) {
            program_cut(program, PROGRAM_PART_DEVIATIONS, i, 1);
            return;
        }
    }
}

static void
make_trial(struct trials *trials, uint64_t number)
{
    program_copy(&trials->program, &trials->explanation->outcome->program);
    if (number == 0) {
        return;
    }
    if (number <= trials->switch_count) {
        drop_switch(&trials->program, &trials->switches[number - 1]->deviation);
    } else if (number == trials->switch_count + 1) {
        trials->program.deviation_count = 0;
    } else {
        program_cut(&trials->program, PROGRAM_PART_FAULTS,
                    (uint32_t)(number - trials->switch_count - 2), 1);
    }
}

static void
execute_trial(struct worker *worker, uint64_t number, void *argument)
{
    struct trials *trials = argument;
    const struct input *input = trials->explanation->input;
    const struct laboratory_options options = {.oracles = true};
    make_trial(trials, number);
    outcome_announce(&trials->program, worker->log);
    laboratory_execute(&trials->program, input->target, input->subject, &options, worker->log,
                       NULL);
    worker_report(worker);
}

/* How it ended without: the same signature is the same failure. */
static enum explanation_without
judge(const struct heddle_result *with, const struct heddle_result *without, char promise[128])
{
    promise[0] = '\0';
    if (without->verdict == HEDDLE_OK) {
        return EXPLANATION_OK;
    }
    if (without->signature == with->signature) {
        return EXPLANATION_FAILS_ALIKE;
    }
    if (strcmp(with->promise, without->promise) == 0) {
        snprintf(promise, 128, "%s in %s", heddle_verdict_name(without->verdict),
                 without->function);
    } else {
        snprintf(promise, 128, "%s: %s", heddle_verdict_name(without->verdict), without->promise);
    }
    return EXPLANATION_FAILS_OTHERWISE;
}

static void
take_result(struct trials *trials, uint64_t number, const struct heddle_result *result)
{
    struct explanation *explanation = trials->explanation;
    const struct heddle_result *original = &explanation->outcome->result;
    char unwanted[128];
    if (number == 0) {
        trials->differed = result->hash != original->hash || result->verdict != original->verdict ||
                           result->signature != original->signature;
    } else if (number <= trials->switch_count) {
        struct explanation_switch *chosen = trials->switches[number - 1];
        chosen->without = judge(original, result, chosen->without_promise);
    } else if (number == trials->switch_count + 1) {
        explanation->without_all = judge(original, result, unwanted);
    } else {
        struct explanation_fault *fault = &explanation->faults[number - trials->switch_count - 2];
        fault->without = judge(original, result, fault->without_promise);
    }
}

static enum worker_answer
take_trial(const struct worker_news *news, void *argument)
{
    struct trials *trials = argument;
    if (outcome_may_be_foreign(news) && news->deaths == 0) {
        return WORKER_REPEAT;
    }
    struct outcome *outcome = outcome_take(news, trials->explanation->input->target);
    if (outcome == NULL) {
        trials->failed = true;
        return WORKER_STOP;
    }
    take_result(trials, news->number, &outcome->result);
    outcome_destroy(outcome);
    return trials->differed ? WORKER_STOP : WORKER_GO_ON;
}

bool
explanation_try(struct explanation *explanation, bool *differed)
{
    struct trials trials = {.explanation = explanation};
    *differed = false;
    if (!explanation->outcome->is_explicit) {
        return true;
    }
    bool failed = explanation_failed(explanation);
    bool stuck = explanation->outcome->end == WORKER_STUCK;
    uint32_t most = stuck ? TRIED_STUCK_MAX : TRIED_MAX;
    uint32_t first = explanation->chosen_count > most ? explanation->chosen_count - most : 0;
    for (uint32_t i = 0; failed && i < explanation->switch_count; i++) {
        struct explanation_switch *chosen = &explanation->switches[i];
        if (chosen->chosen && chosen->number > first) {
            trials.switches[trials.switch_count++] = chosen;
        }
    }
    trials.fault_count = failed && !stuck ? explanation->outcome->program.fault_count : 0;
    explanation->tried = trials.switch_count;
    program_init(&trials.program);
    const struct worker_job job = {.jobs = 1,
                                   .numbers =
                                       failed ? 2 + trials.switch_count + trials.fault_count : 1,
                                   .batch = 1,
                                   .execute = execute_trial,
                                   .on_news = take_trial,
                                   .argument = &trials};
    bool ok = worker_run(&job);
    int error = trials.failed ? ENOMEM : errno;
    program_fini(&trials.program);
    *differed = trials.differed;
    errno = error;
    return ok && !trials.failed;
}
