/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The examples are what they say they are: each error is found, with its verdict, and its explicit schedule replays; no
 * twin is accused. `ci/bench strategies` does the same with many more schedules. Who gives which verdict:
 * verdict_table.c.
 */
#include "example.h"

#include <criterion/criterion.h>
#include <string.h>

#define LIMIT          10000u
#define LIMIT_HARD     1000000u
#define TWIN_SCHEDULES 200u

static struct heddle_log *run_log;

static void
make_log(void)
{
    run_log = heddle_log_create();
    cr_assert_not_null(run_log);
}

static void
destroy_log(void)
{
    heddle_log_destroy(run_log);
}

TestSuite(examples, .init = make_log, .fini = destroy_log);

/* The strategies that explore, in turn; NULL beyond the last. The first of all is the fixed policy. */
static const struct strategy *
explorer_at(size_t index)
{
    return strategy_at(index + 1);
}

static const struct heddle_result *
execute(const struct example *example, bool twin, const struct strategy *strategy, uint32_t seed)
{
    struct heddle_schedule schedule = {
        .strategy = strategy, .seed = seed * 0x9e3779b97f4a7c15u, .length = run_log->result.steps};
    example_execute(example, twin, &schedule, run_log);
    return &run_log->result;
}

/* --- what they declare ---------------------------------------------------------------------------- */

Test(examples, the_first_strategy_is_the_fixed_policy)
{
    cr_assert_str_eq(strategy_name(strategy_at(0)), "fixed");
}

Test(examples, there_are_at_least_44_and_names_are_unique)
{
    size_t programs = 0;
    const struct example *example;
    for (size_t i = 0; (example = example_at(i)) != NULL; i++) {
        cr_assert_eq(example_find(example->name), example, "%s", example->name);
        /* However many sizes of a program there are, it is one. */
        bool sized = i > 0 && example_at(i - 1)->body == example->body;
        programs += !sized;
    }
    cr_assert_geq(programs, 44, "%zu programs", programs);
}

Test(examples, each_has_as_many_threads_as_it_declares)
{
    const struct example *example;
    for (size_t i = 0; (example = example_at(i)) != NULL; i++) {
        const struct heddle_result *result = execute(example, true, NULL, 0);
        cr_assert_eq(result->tasks, example->threads + 1, "%s has %u tasks", example->name,
                     result->tasks);
    }
}

/* --- errors and twins -------------------------------------------------------------------------------- */

/* Gives every strategy its turns until one of them finds a failure. */
static void
find_error(const struct example *example)
{
    uint32_t limit = example->hard ? LIMIT_HARD : LIMIT;
    heddle_forget();
    for (uint32_t seed = 0; seed < limit; seed++) {
        const struct strategy *strategy;
        for (size_t i = 0; (strategy = explorer_at(i)) != NULL; i++) {
            if (execute(example, false, strategy, seed)->verdict != HEDDLE_OK) {
                return;
            }
        }
    }
    cr_assert(false, "%s: nothing found in %u schedules of every strategy", example->name, limit);
}

Test(examples, every_error_is_found_with_its_verdict_and_replays)
{
    const struct example *example;
    for (size_t i = 0; (example = example_at(i)) != NULL; i++) {
        /* Beyond random walk and PCT; rff is who finds these, so they wait for it. */
        if (example->size >= 50 && strategy_find("rff") == NULL) {
            continue;
        }
        find_error(example);
        struct heddle_result found = run_log->result;
        cr_assert((example->verdicts >> found.verdict) & 1, "%s: %s: %s", example->name,
                  heddle_verdict_name(found.verdict), found.message);
        example_replay(example, false, run_log);
        cr_assert_eq(run_log->result.diverged_at, -1, "%s", example->name);
        cr_assert_eq(run_log->result.hash, found.hash, "%s", example->name);
        cr_assert_eq(run_log->result.verdict, found.verdict, "%s", example->name);
        cr_assert_eq(run_log->result.signature, found.signature, "%s", example->name);
    }
}

static void
accuse_no_twin(void)
{
    const struct example *example;
    for (size_t i = 0; (example = example_at(i)) != NULL; i++) {
        const struct strategy *strategy;
        for (size_t j = 0; (strategy = strategy_at(j)) != NULL; j++) {
            heddle_forget();
            for (uint32_t seed = 0; seed < TWIN_SCHEDULES; seed++) {
                const struct heddle_result *result = execute(example, true, strategy, seed);
                cr_assert_eq(result->verdict, HEDDLE_OK, "%s by %s, seed %u: %s: %s", example->name,
                             strategy_name(strategy), seed, heddle_verdict_name(result->verdict),
                             result->message);
            }
        }
    }
}

Test(examples, no_twin_is_accused)
{
    accuse_no_twin();
}

#ifdef HEDDLE_ACCESS
/* Nor of a race: what tasks share is ordered, or atomic. */
Test(examples, no_twin_is_accused_where_loads_and_stores_count)
{
    example_accesses = true;
    accuse_no_twin();
}
#endif

/* --- exactly so many preemptions --------------------------------------------------------------------- */

/* A stage of the relay is three operations, so each task is preempted before every third of its own. */
static void
preempt_exactly(const struct example *example, uint32_t preemptions)
{
    struct heddle_deviation deviations[8];
    size_t count = 0;
    for (uint16_t task = 1; task <= 2; task++) {
        for (uint32_t i = task - 1u; i < preemptions; i += 2) {
            deviations[count++] = (struct heddle_deviation){
                .task = task, .kind = HEDDLE_CHOICE_TASK, .k = 3 * (1 + i / 2), .value = 3u - task};
        }
    }
    struct heddle_schedule schedule = {
        .deviations = deviations, .deviation_count = count, .strict = true};
    example_execute(example, false, &schedule, run_log);
}

Test(examples, a_relay_fails_with_its_preemptions_and_not_with_one_less)
{
    static const struct {
        const char *name;
        uint32_t preemptions;
    } relays[] = {{"preempt-1", 1}, {"preempt-2", 2}, {"preempt-3", 3}, {"preempt-5", 5}};
    for (size_t i = 0; i < sizeof relays / sizeof *relays; i++) {
        const struct example *example = example_find(relays[i].name);
        preempt_exactly(example, relays[i].preemptions);
        cr_assert_eq(run_log->result.verdict, HEDDLE_ASSERTION, "%s", example->name);
        cr_assert_eq(run_log->result.preemptions, relays[i].preemptions, "%s", example->name);
        cr_assert_eq(run_log->result.diverged_at, -1);
        preempt_exactly(example, relays[i].preemptions - 1);
        cr_assert_eq(run_log->result.verdict, HEDDLE_OK, "%s", example->name);
    }
}

Test(examples, no_schedule_of_a_relay_fails_with_fewer_preemptions)
{
    for (uint32_t preemptions = 1; preemptions <= 3; preemptions++) {
        char name[] = "preempt-N";
        name[sizeof name - 2] = (char)('0' + preemptions);
        const struct example *example = example_find(name);
        uint32_t failures = 0;
        for (uint32_t seed = 0; seed < 30000; seed++) {
            const struct heddle_result *result =
                execute(example, false, strategy_find("random"), seed);
            if (result->verdict != HEDDLE_OK) {
                failures++;
                cr_assert_geq(result->preemptions, preemptions, "%s, seed %u", name, seed);
            }
        }
        cr_assert_gt(failures, 0, "%s", name);
    }
}
