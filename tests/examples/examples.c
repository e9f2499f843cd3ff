/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The table of the examples, and how one is run. See example.h.
 */
#include "example.h"

#include <stdlib.h>
#include <string.h>

static const struct example *const families[] = {
    examples_atomicity, examples_order,      examples_deadlock,  examples_misuse,
    examples_condition, examples_count,      examples_reorder,   examples_queue,
    examples_steal,     examples_sort,       examples_stack,     examples_memory,
    examples_rwlock,    examples_exclusion,  examples_polite,    examples_bank,
    examples_timeout,   examples_preemption, examples_safestack,
};

static const struct example *running;
static bool running_twin;
bool example_accesses;

const struct example *
example_at(size_t index)
{
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        for (const struct example *example = families[i]; example->name != NULL; example++) {
            if (index-- == 0) {
                return example;
            }
        }
    }
    return NULL;
}

const struct example *
example_find(const char *name)
{
    const struct example *example;
    for (size_t i = 0; (example = example_at(i)) != NULL; i++) {
        if (strcmp(example->name, name) == 0) {
            break;
        }
    }
    return example;
}

bool
mended(void)
{
    return running_twin;
}

uint32_t
size(void)
{
    return running->size;
}

/* --- running ------------------------------------------------------------------------------ */

/* A starved spin ends at the bound: far enough for all that end, and soon enough to be cheap. */
#define STEPS_MAX 2000

static void
run_body(void *unused)
{
    (void)unused;
    running->body();
}

void
example_execute(const struct example *example, bool twin, const struct heddle_schedule *schedule,
                struct heddle_log *log)
{
    running = example;
    running_twin = twin;
    /* An example of a deadlock is to deadlock; its twin must not even be able to. */
    struct heddle_run run = {.body = run_body,
                             .schedule = *schedule,
                             .steps_max = STEPS_MAX,
                             .lock_order = twin || example->watches,
                             .accesses = example_accesses};
    heddle_execute(&run, log);
}

void
example_replay(const struct example *example, bool twin, struct heddle_log *log)
{
    static struct heddle_deviation deviations[HEDDLE_DEVIATIONS_MAX];
    size_t count = log->deviation_count;
    memcpy(deviations, log->deviations, count * sizeof *deviations);
    heddle_sort_deviations(deviations, count);
    struct heddle_schedule schedule = {
        .deviations = deviations, .deviation_count = count, .strict = true};
    example_execute(example, twin, &schedule, log);
}

/* --- for the bodies ----------------------------------------------------------------------- */

void
run_many(void (*run)(void *), uint32_t count)
{
    uint16_t tasks[HEDDLE_TASKS_MAX];
    for (uint32_t i = 0; i < count; i++) {
        tasks[i] = heddle_spawn("task", run, (void *)(uintptr_t)i);
    }
    for (uint32_t i = 0; i < count; i++) {
        heddle_join(tasks[i]);
    }
}

void
example_run_all(void (*const runs[])(void *), size_t count)
{
    uint16_t tasks[HEDDLE_TASKS_MAX];
    for (size_t i = 0; i < count; i++) {
        tasks[i] = heddle_spawn("task", runs[i], NULL);
    }
    for (size_t i = 0; i < count; i++) {
        heddle_join(tasks[i]);
    }
}
