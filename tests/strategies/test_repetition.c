/* SPDX-License-Identifier: BSD-2-Clause
 *
 * With a fixed seed everything repeats exactly: the same list of executions has the same events, event by
 * event, once more in the same process and in a fresh one, whatever was executed in between. For every
 * strategy, and those that learn are where it can go wrong.
 */
#include "repetition.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "engine/strategy.h"

#define SEED 7u

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

TestSuite(repetition, .init = make_log, .fini = destroy_log);

/* Which execution is the first that differs; REPETITION_EXECUTIONS: none. */
static uint32_t
find_difference(const uint64_t *one, const uint64_t *other)
{
    uint32_t i = 0;
    while (i < REPETITION_EXECUTIONS && one[i] == other[i]) {
        i++;
    }
    return i;
}

/* All strategies leave what they learn of other executions. */
static void
learn_something_else(void)
{
    static uint64_t hashes[REPETITION_EXECUTIONS];
    const struct strategy *strategy;
    for (size_t i = 0; (strategy = strategy_at(i)) != NULL; i++) {
        repetition_execute(strategy, REPETITION_MIXED, SEED + 1, run_log, hashes);
    }
}

static uint32_t
repeat(const struct strategy *strategy, enum repetition_list list, void (*forget)(void))
{
    static uint64_t first[REPETITION_EXECUTIONS], again[REPETITION_EXECUTIONS];
    heddle_forget();
    repetition_execute(strategy, list, SEED, run_log, first);
    learn_something_else();
    forget();
    repetition_execute(strategy, list, SEED, run_log, again);
    return find_difference(first, again);
}

Test(repetition, a_list_repeats_in_the_same_process_once_all_is_forgotten)
{
    const struct strategy *strategy;
    for (size_t i = 0; (strategy = strategy_at(i)) != NULL; i++) {
        for (int list = 0; list < REPETITION_LISTS; list++) {
            uint32_t at = repeat(strategy, (enum repetition_list)list, heddle_forget);
            cr_expect_eq(at, REPETITION_EXECUTIONS, "%s, list %d, differs in execution %u",
                         strategy->name, list, at);
        }
    }
}

static void
forget_nothing(void)
{
}

/* Else the check above would see nothing. Those that do not learn have nothing to forget. */
Test(repetition, who_learns_does_otherwise_with_what_it_has_learnt)
{
    const struct strategy *strategy;
    uint32_t learners = 0;
    for (size_t i = 0; (strategy = strategy_at(i)) != NULL; i++) {
        uint32_t at = repeat(strategy, REPETITION_ONE, forget_nothing);
        cr_expect_eq(at < REPETITION_EXECUTIONS, strategy->forget != NULL, "%s", strategy->name);
        learners += at < REPETITION_EXECUTIONS;
    }
    cr_assert_geq(learners, 5);
}

/* The hashes that a fresh process prints, which has another layout of addresses too. */
static void
execute_afresh(const struct strategy *strategy, enum repetition_list list,
               uint64_t hashes[REPETITION_EXECUTIONS])
{
    char command[512], line[32];
    uint32_t count = 0;
    snprintf(command, sizeof command, "'%s' %s %d %u", REPETITION_PROGRAM, strategy->name, list,
             SEED);
    FILE *output = popen(command, "r");
    cr_assert_not_null(output);
    while (count < REPETITION_EXECUTIONS && fgets(line, sizeof line, output) != NULL) {
        hashes[count++] = strtoull(line, NULL, 16);
    }
    cr_assert_eq(pclose(output), 0, "%s", command);
    cr_assert_eq(count, REPETITION_EXECUTIONS, "%s", command);
}

Test(repetition, a_list_repeats_in_a_fresh_process)
{
    static uint64_t here[REPETITION_EXECUTIONS], there[REPETITION_EXECUTIONS];
    const struct strategy *strategy;
    learn_something_else();
    for (size_t i = 0; (strategy = strategy_at(i)) != NULL; i++) {
        for (int list = 0; list < REPETITION_LISTS; list++) {
            heddle_forget();
            repetition_execute(strategy, (enum repetition_list)list, SEED, run_log, here);
            execute_afresh(strategy, (enum repetition_list)list, there);
            uint32_t at = find_difference(here, there);
            cr_expect_eq(at, REPETITION_EXECUTIONS, "%s, list %d, differs in execution %u",
                         strategy->name, list, at);
        }
    }
}

/* Repeating is easy for who does not look at the seed. */
Test(repetition, another_seed_is_another_list)
{
    static uint64_t one[REPETITION_EXECUTIONS], other[REPETITION_EXECUTIONS];
    const struct strategy *strategy;
    for (size_t i = 0; (strategy = strategy_at(i)) != NULL; i++) {
        bool is_one = strategy == &strategy_fixed || strategy == &strategy_round_robin;
        heddle_forget();
        repetition_execute(strategy, REPETITION_ONE, SEED, run_log, one);
        heddle_forget();
        repetition_execute(strategy, REPETITION_ONE, SEED + 1, run_log, other);
        cr_expect_eq(find_difference(one, other) == REPETITION_EXECUTIONS, is_one, "%s",
                     strategy->name);
    }
}
