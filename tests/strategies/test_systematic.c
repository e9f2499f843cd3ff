/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What strategies promise of a list of executions, not of one: PERIOD comes to every schedule once, by
 * number of departures; RFF covers reads-from pairs that walks hardly meet; the portfolio gives each of
 * its strategies its turns. Each check also sees a wrong twin, and says so.
 */
#include "chi_square.h"
#include "engine_harness.h"
#include "promises.h"
#include "schedules.h"

static void
forget(const struct strategy *strategy)
{
    if (strategy->forget != NULL) {
        strategy->forget();
    }
}

static void
execute(const struct small_program *program, const struct strategy *strategy, uint64_t seed)
{
    small_program_execute(
        program, &(struct heddle_schedule){.strategy = strategy, .seed = seed, .depth = 3});
}

/* --- period -------------------------------------------------------------------------------------- */

static const struct small_program three = {"three", {"rx wp", "wx", "rx"}};

/* How often it departs from the fixed policy. */
static uint32_t
count_departures(const struct listed_schedule *schedule)
{
    uint32_t departures = 0;
    for (uint32_t i = 0; i < schedule->record_count; i++) {
        const struct record *record = &schedule->records[i];
        if (!record->is_choice) {
            continue; /* perhaps nobody else could run */
        }
        uint16_t fixed = record->at_point ? record->task : taskset_first(&record->runnable);
        departures += record->chosen != fixed;
    }
    return departures;
}

/* Returns: what is wrong with it, or NULL. */
static const char *
judge_system(const struct strategy *strategy, const struct schedule_list *list, uint64_t base)
{
    bool seen[SCHEDULES_MAX] = {false};
    uint32_t departures = 0;
    forget(strategy);
    for (uint32_t i = 0; i < list->count; i++) {
        execute(list->program, strategy, sample_seed((uint32_t)base + i));
        uint32_t which = schedules_find(list);
        uint32_t now = count_departures(&list->schedules[which]);
        if (seen[which]) {
            return "a schedule comes twice before all came once";
        }
        if (now < departures) {
            return "a schedule comes after one with more departures";
        }
        seen[which] = true;
        departures = now;
    }
    return NULL;
}

/* p that the execution behind the fixed one has each of the single departures as often. */
static double
judge_shuffle(const struct strategy *strategy, const struct schedule_list *list)
{
    static uint32_t counts[SCHEDULES_MAX];
    static double probabilities[SCHEDULES_MAX];
    uint32_t singles = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        singles += count_departures(&list->schedules[i]) == 1;
        counts[i] = 0;
    }
    for (uint32_t i = 0; i < list->count; i++) {
        probabilities[i] = count_departures(&list->schedules[i]) == 1 ? 1.0 / singles : 0;
    }
    for (uint32_t i = 0; i < 5000; i++) {
        forget(strategy);
        execute(list->program, strategy, sample_seed(2 * i));
        execute(list->program, strategy, sample_seed(2 * i + 1));
        counts[schedules_find(list)]++;
    }
    return chi_square_test(probabilities, counts, list->count, 5000);
}

static void
begin_unshuffled(const struct strategy_view *view)
{
    struct strategy_view constant = *view;
    constant.seed = 1;
    strategy_period.begin(&constant);
}

static void
learn_nothing(const struct strategy_view *view, const struct heddle_result *result)
{
    (void)view;
    (void)result;
}

Test(systematic, period_comes_to_every_schedule_once_by_number_of_departures)
{
    struct schedule_list *list = schedules_list(&three);
    for (uint64_t base = 0; base < 20000; base += 1000) {
        const char *wrong = judge_system(&strategy_period, list, base);
        cr_assert_null(wrong, "%s", wrong);
    }
    cr_assert_not_null(judge_system(&strategy_random, list, 0));
    struct strategy twin = strategy_period;
    twin.ended = learn_nothing;
    cr_assert_not_null(judge_system(&twin, list, 0));
    schedules_free(list);
}

Test(systematic, period_begins_with_the_fixed_policy)
{
    struct schedule_list *list = schedules_list(&three);
    for (uint32_t i = 0; i < 20; i++) {
        forget(&strategy_period);
        execute(&three, &strategy_period, sample_seed(i));
        cr_assert_eq(count_departures(&list->schedules[schedules_find(list)]), 0);
    }
    schedules_free(list);
}

Test(systematic, period_shuffles_a_level_by_its_first_seed)
{
    struct schedule_list *list = schedules_list(&three);
    cr_assert_gt(judge_shuffle(&strategy_period, list), CHI_SQUARE_P);
    struct strategy twin = strategy_period;
    twin.begin = begin_unshuffled;
    cr_assert_lt(judge_shuffle(&twin, list), CHI_SQUARE_P);
    cr_assert_lt(judge_shuffle(&strategy_random, list), CHI_SQUARE_P);
    schedules_free(list);
}

Test(systematic, period_is_a_random_walk_when_nothing_is_left)
{
    static uint32_t counts[SCHEDULES_MAX];
    static double probabilities[SCHEDULES_MAX];
    struct schedule_list *list = schedules_list(&three);
    forget(&strategy_period);
    for (uint32_t i = 0; i < list->count; i++) {
        execute(&three, &strategy_period, sample_seed(i));
        probabilities[i] =
            promise_random(list, &list->schedules[i], (struct promise_parameters){0});
    }
    for (uint32_t i = 0; i < 10000; i++) {
        execute(&three, &strategy_period, sample_seed(list->count + i));
        counts[schedules_find(list)]++;
    }
    cr_assert_gt(chi_square_test(probabilities, counts, list->count, 10000), CHI_SQUARE_P);
    schedules_free(list);
}

/* --- RFF ----------------------------------------------------------------------------------------- */

#define WRITES 2u

/*
 * A walk has the load come early, and POS too: its priority must be below that of ten operations, one
 * after the other. A constraint holds it back, whatever lies between.
 */
static const struct small_program late_writes = {"late writes",
                                                 {"rx", "wp wp wp wp wp wp wp wp wx wx"}};
#define SOON 12 /* executions */

/* How many writes came before the load. */
static uint32_t
count_before_load(const struct listed_schedule *schedule)
{
    uint32_t writes = 0;
    for (uint32_t i = 0; i < schedule->record_count; i++) {
        const struct record *record = &schedule->records[i];
        if (!record->is_choice && record->operation.kind == HEDDLE_EVENT_ATOMIC_LOAD) {
            break;
        }
        writes += !record->is_choice && record->operation.object == 1 &&
                  record->operation.kind == HEDDLE_EVENT_ATOMIC_STORE;
    }
    return writes;
}

/* Executions until the load has read every write and the first value: the mean of 20 lists. */
static double
cover_pairs(const struct strategy *strategy, const struct schedule_list *list)
{
    uint32_t executions = 0;
    for (uint32_t number = 0; number < 20; number++) {
        uint32_t seen = 0;
        forget(strategy);
        for (uint32_t i = 0; seen != (2u << WRITES) - 1; i++) {
            execute(list->program, strategy, sample_seed(number << 20 | i));
            seen |= 1u << count_before_load(&list->schedules[schedules_find(list)]);
            executions++;
        }
    }
    return executions / 20.0;
}

Test(systematic, rff_covers_the_reads_from_pairs_that_pos_hardly_meets)
{
    struct schedule_list *list = schedules_list(&late_writes);
    double rff = cover_pairs(&strategy_rff, list), pos = cover_pairs(&strategy_pos, list);
    cr_assert_lt(rff, SOON, "rff takes %g executions", rff);
    cr_assert_gt(pos, SOON, "pos takes %g executions only", pos);
    struct strategy twin = strategy_rff;
    twin.ended = learn_nothing;
    cr_assert_gt(cover_pairs(&twin, list), SOON);
    schedules_free(list);
}
