/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The portfolio gives each of its strategies its turns. Whose turn it was is seen from outside: an execution
 * went the way that this strategy alone goes with this seed; of those that learn that cannot be said, so
 * others are watched. Not POS: RFF without a constraint goes its way. The program is large enough that
 * two hardly go the same way by chance.
 */
#include "engine_harness.h"
#include "schedules.h"

#define EXECUTIONS 6000u
#define LONG       4096u /* from then on `contend` has three of four turns */
#define SHARES     17.0  /* of all arms, those that learn too */

static const struct small_program large = {"large", {"rx wy rx wz", "wx ry wx rz", "rz wx wy rx"}};

static const struct {
    const struct strategy *strategy;
    double share;
} watched[] = {{&strategy_contend, 4}, {&strategy_random, 2}, {&strategy_pct_fair, 1}};
#define WATCHED_COUNT (sizeof watched / sizeof *watched)

/* What each of them does with each seed; and the last: round robin. */
static uint64_t ways[WATCHED_COUNT + 1][EXECUTIONS];

static uint64_t
execute(const struct strategy *strategy, const struct small_program *program, uint32_t i)
{
    small_program_execute(
        program, &(struct heddle_schedule){
                     .strategy = strategy, .seed = sample_seed(i), .depth = 3, .length = 12});
    return small_program_answers();
}

static void
go_all_ways(void)
{
    for (uint32_t i = 0; i < EXECUTIONS; i++) {
        for (size_t arm = 0; arm < WATCHED_COUNT; arm++) {
            ways[arm][i] = execute(watched[arm].strategy, &large, i);
        }
        ways[WATCHED_COUNT][i] = execute(&strategy_round_robin, &large, i);
    }
}

TestSuite(portfolio, .init = go_all_ways);

struct turns {
    uint32_t of[WATCHED_COUNT];
    double least; /* of any arm's turns by half of its share, at any time once that is ten turns */
    uint32_t deepest; /* contend's turns, of those behind LONG */
    bool first_is_round_robin;
};

static struct turns
count_turns(const struct strategy *strategy)
{
    struct turns turns = {.least = 1e9};
    if (strategy->forget != NULL) {
        strategy->forget();
    }
    for (uint32_t i = 0; i < EXECUTIONS; i++) {
        uint64_t way = execute(strategy, &large, i);
        if (i == 0) {
            turns.first_is_round_robin = way == ways[WATCHED_COUNT][0];
        }
        for (size_t arm = 0; arm < WATCHED_COUNT; arm++) {
            double half = i * watched[arm].share / SHARES / 2;
            bool had = way == ways[arm][i];
            turns.of[arm] += had && i < LONG;
            if (i < LONG && half >= 10 && turns.of[arm] / half < turns.least) {
                turns.least = turns.of[arm] / half;
            }
            turns.deepest += had && arm == 0 && i >= LONG;
        }
    }
    return turns;
}

/* How much more than pct-fair a random walk has, by their shares. */
static double
shift_of(const struct turns *turns)
{
    return turns->of[1] / watched[1].share / (turns->of[2] / watched[2].share);
}

/* --- twins ------------------------------------------------------------------------------------------ */

static void
see_nothing(const struct strategy_view *view, uint16_t task, bool waited)
{
    (void)view;
    (void)task;
    (void)waited;
}

static void
learn_nothing(const struct strategy_view *view, const struct heddle_result *result)
{
    (void)view;
    (void)result;
}

/* --- what it promises --------------------------------------------------------------------------------- */

Test(portfolio, the_first_execution_is_round_robin)
{
    cr_assert(count_turns(&strategy_portfolio).first_is_round_robin);
    cr_assert_not(count_turns(&strategy_contend).first_is_round_robin);
}

/* The head of portfolio.c: never less than half of its share. */
Test(portfolio, no_arm_ever_has_less_than_half_of_its_share)
{
    struct turns turns = count_turns(&strategy_portfolio);
    cr_assert_geq(turns.least, 1, "%g of half a share", turns.least);
    struct strategy twin = strategy_portfolio;
    twin.ended = learn_nothing;
    cr_assert_lt(count_turns(&twin).least, 1);
    cr_assert_lt(count_turns(&strategy_contend).least, 1);
    cr_assert_lt(count_turns(&strategy_random).least, 1);
}

Test(portfolio, behind_long_contend_has_three_of_four_turns_and_the_others_the_rest)
{
    uint32_t executions = EXECUTIONS - LONG;
    uint32_t deepest = count_turns(&strategy_portfolio).deepest;
    cr_assert_geq(deepest, executions * 3 / 4, "%u of %u", deepest, executions);
    cr_assert_leq(deepest, executions * 7 / 8, "%u of %u", deepest, executions);
    cr_assert_gt(count_turns(&strategy_contend).deepest, executions * 7 / 8);
    cr_assert_lt(count_turns(&strategy_random).deepest, executions * 3 / 4);
}

/* Here random walks show more that is new than PCT does. Chance meetings of ways blur it a little. */
#define SHIFT 1.15

Test(portfolio, who_shows_what_is_new_has_more_turns)
{
    struct turns turns = count_turns(&strategy_portfolio);
    cr_assert_gt(shift_of(&turns), SHIFT, "%g", shift_of(&turns));
    struct strategy twin = strategy_portfolio;
    twin.event = see_nothing;
    turns = count_turns(&twin);
    cr_assert_lt(shift_of(&turns), SHIFT, "%g", shift_of(&turns));
}
