/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The examples are what they say they are: each error is found, with its verdict, and its explicit schedule replays; no
 * twin is accused; and every verdict has a program by which every strategy gives it. `ci/bench
 * strategies` does the same with many more schedules.
 */
#include "example.h"

#include <criterion/criterion.h>
#include <string.h>

#define LIMIT          10000u
#define LIMIT_HARD     1000000u
#define TWIN_SCHEDULES 200u
#define SAME_SCHEDULES 64u

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

/* --- verdicts ------------------------------------------------------------------------------------------ */

/*
 * For each verdict a program by which every strategy gives it that has more than one schedule; or why there
 * is none.
 */
static const struct {
    const char *program, *why_none;
} verdict_programs[HEDDLE_VERDICT_COUNT] = {
    [HEDDLE_OK] = {.why_none = "every twin gives it"},
    [HEDDLE_ASSERTION] = {"lost-update", NULL},
    [HEDDLE_INVARIANT] = {"bank-audit", NULL},
    [HEDDLE_USE_AFTER_FREE] = {"treiber-free", NULL},
    [HEDDLE_DOUBLE_FREE] = {"double-free", NULL},
    [HEDDLE_LEAK] = {"single-checked", NULL},
    [HEDDLE_DEADLOCK] = {"signal-for-broadcast", NULL},
    [HEDDLE_LIVELOCK] = {"polite-livelock", NULL},
    [HEDDLE_RACE] = {.why_none = "loads and stores are no events of this model; tsan/ has them"},
    [HEDDLE_LOCK_MISUSE] = {"unlock-by-stranger", NULL},
    [HEDDLE_LOCK_ORDER] = {.why_none = "the engine does not watch the order of locks"},
    [HEDDLE_MODEL_MISMATCH] = {"lossy-fifo", NULL},
    [HEDDLE_SANITIZER] = {.why_none = "it takes a sanitizer's build, or a write out of bounds"},
    [HEDDLE_PANIC] = {"resurrection", NULL},
    [HEDDLE_INTERNAL] = {.why_none = "the engine is not wrong"},
};

/* Does the strategy find it, or has it one schedule only, which does not? */
static bool
finds_if_able(const struct example *example, const struct strategy *strategy,
              enum heddle_verdict verdict)
{
    uint64_t hash = 0;
    bool same = true;
    heddle_forget();
    for (uint32_t seed = 0; seed < LIMIT; seed++) {
        const struct heddle_result *result = execute(example, false, strategy, seed);
        if (result->verdict != HEDDLE_OK) {
            return result->verdict == verdict;
        }
        hash = seed == 0 ? result->hash : hash;
        same = same && result->hash == hash;
        if (same && seed + 1 == SAME_SCHEDULES) {
            return strcmp(strategy_name(strategy), "round-robin") == 0;
        }
    }
    return false;
}

Test(examples, every_verdict_is_given_by_every_strategy_that_can)
{
    for (int verdict = 0; verdict < HEDDLE_VERDICT_COUNT; verdict++) {
        const char *name = heddle_verdict_name((enum heddle_verdict)verdict);
        const char *program = verdict_programs[verdict].program;
        if (program == NULL) {
            cr_assert_not_null(verdict_programs[verdict].why_none, "%s has no program", name);
            continue;
        }
        const struct example *example = example_find(program);
        cr_assert_not_null(example, "%s", program);
        cr_assert_eq(example->verdicts, (uint32_t)1 << verdict, "%s", program);
        const struct strategy *strategy;
        for (size_t i = 0; (strategy = explorer_at(i)) != NULL; i++) {
            cr_assert(finds_if_able(example, strategy, (enum heddle_verdict)verdict),
                      "%s does not give %s by %s", strategy_name(strategy), name, program);
        }
    }
}
