/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Each strategy gives the schedules of small programs as often as its paper says (promises.h), by a
 * chi-square test; the same test rejects every wrong twin of it (twins.h), and every other strategy
 * that would pass itself off as it. Seeds are fixed, so an outcome is one for ever.
 */
#include "chi_square.h"
#include "engine/search.h"
#include "engine_harness.h"
#include "promises.h"
#include "schedules.h"
#include "twins.h"

#include <math.h>
#include <stdlib.h>

#define EXECUTIONS 10000u
#define DEPTH      3u

static const struct small_program programs[] = {
    {"duel", {"rx wx", "rx wx"}},     {"uneven", {"rx wx wp wp", "wx"}},
    {"three", {"rx wp", "wx", "rx"}}, {"crossed", {"wx wy", "wy wx"}},
    {"loads", {"rx wx", "wx rx"}},    {"one reader", {"rx", "wx", "wx"}},
};
#define PROGRAM_COUNT (sizeof programs / sizeof *programs)

static struct schedule_list *lists[PROGRAM_COUNT];

static void
list_all(void)
{
    for (size_t i = 0; i < PROGRAM_COUNT; i++) {
        lists[i] = schedules_list(&programs[i]);
    }
}

static void
free_all(void)
{
    for (size_t i = 0; i < PROGRAM_COUNT; i++) {
        schedules_free(lists[i]);
    }
}

TestSuite(distribution, .init = list_all, .fini = free_all);

/* --- the yardstick ------------------------------------------------------------------------------- */

Test(chi_square, p_is_what_tables_say)
{
    /* The critical values that every table of the distribution has. */
    static const struct {
        double statistic, p;
        uint32_t freedom;
    } rows[] = {
        {3.841, 0.05, 1},      {6.635, 0.01, 1},   {10.828, 0.001, 1},  {5.991, 0.05, 2},
        {13.816, 0.001, 2},    {11.070, 0.05, 5},  {20.515, 0.001, 5},  {18.307, 0.05, 10},
        {29.588, 0.001, 10},   {43.773, 0.05, 30}, {59.703, 0.001, 30}, {124.342, 0.05, 100},
        {149.449, 0.001, 100},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double p = chi_square_p(rows[i].statistic, rows[i].freedom);
        cr_assert(fabs(p / rows[i].p - 1) < 0.002, "%g with %u: %g, not %g", rows[i].statistic,
                  rows[i].freedom, p, rows[i].p);
    }
}

Test(chi_square, what_cannot_be_is_rejected)
{
    cr_assert_eq(chi_square_test((double[]){0.5, 0.5, 0}, (uint32_t[]){499, 500, 1}, 3, 1000), 0);
    cr_assert_eq(chi_square_test((double[]){0.5, 0.5}, (uint32_t[]){499, 500}, 2, 1000), 0);
    cr_assert_gt(chi_square_test((double[]){0.5, 0.5}, (uint32_t[]){490, 510}, 2, 1000), 0.5);
    cr_assert_lt(chi_square_test((double[]){0.5, 0.5}, (uint32_t[]){440, 560}, 2, 1000), 0.001);
}

/* --- the list of schedules -------------------------------------------------------------------------- */

/* The engine's exhaustive search, without reduction, finds as many. */
static uint64_t
search_all(const struct small_program *program)
{
    const struct search_options options = {.preemptions_max = SEARCH_UNBOUNDED, .plain = true};
    void *memory = malloc(search_size());
    struct search *search = search_init(memory, &options);
    struct heddle_schedule schedule = {.strategy = &strategy_fixed};
    while (search_next(search, &schedule.deviations, &schedule.deviation_count)) {
        small_program_search(program, &schedule);
        cr_assert(search_learn(search, harness_log()));
    }
    struct search_figures figures;
    search_read_figures(search, &figures);
    cr_assert(figures.complete);
    free(memory);
    return figures.executions;
}

Test(distribution, the_lists_are_as_long_as_an_exhaustive_search)
{
    for (size_t i = 0; i < PROGRAM_COUNT; i++) {
        cr_assert_eq(search_all(&programs[i]), lists[i]->count, "%s", programs[i].name);
    }
}

/* The number of interleavings of so many operations, each task's start being one. */
static double
multinomial(const uint32_t *counts, uint32_t tasks)
{
    double ways = 1;
    uint32_t all = 0;
    for (uint32_t i = 0; i < tasks; i++) {
        for (uint32_t j = 1; j <= counts[i]; j++) {
            ways *= (double)++all / j;
        }
    }
    return ways;
}

Test(distribution, the_lists_are_as_long_as_combinatorics_says)
{
    static const uint32_t counts[PROGRAM_COUNT][LIST_TASKS_MAX] = {{3, 3}, {5, 2}, {3, 2, 2},
                                                                   {3, 3}, {3, 3}, {2, 2, 2}};
    for (size_t i = 0; i < PROGRAM_COUNT; i++) {
        double ways = multinomial(counts[i], lists[i]->task_count);
        cr_assert(fabs(ways - lists[i]->count) < 0.5, "%s has %u schedules, not %g",
                  programs[i].name, lists[i]->count, ways);
    }
}

/* --- samples ------------------------------------------------------------------------------------------ */

struct sampled {
    const char *name;
    promise_fn *promise;
    cell_fn *cell;
    uint32_t warm_up;    /* executions before the first that counts: the one that learns */
    bool always_forgets; /* each execution that counts is as many after a forget as the first is */
};

static const struct sampled sampled[] = {
    {"fixed", promise_fixed, cell_of_answers, 0, false},
    {"round-robin", promise_round_robin, cell_of_answers, 0, false},
    {"random", promise_random, cell_of_answers, 0, false},
    {"pct", promise_pct, cell_of_answers, 0, false},
    {"pct-fair", promise_pct_fair, cell_of_answers, 0, false},
    {"pos", promise_pos, cell_of_answers, 0, false},
    {"urw", promise_urw, cell_of_answers, 1, false},
    {"surw", promise_surw, cell_of_orders, 1, false},
    {"contend", promise_contend, cell_of_answers, 0, false},
    {"rff", promise_rff_second, cell_of_answers, 1, true},
};
#define SAMPLED_COUNT (sizeof sampled / sizeof *sampled)

static const struct sampled *
find_sampled(const char *name)
{
    for (size_t i = 0; i < SAMPLED_COUNT; i++) {
        if (strcmp(sampled[i].name, name) == 0) {
            return &sampled[i];
        }
    }
    return NULL;
}

/* Shorter than the program, so that what comes behind the length is judged too. */
static struct promise_parameters
parameters_for(const struct sampled *how, const struct schedule_list *list)
{
    bool is_fair = strcmp(how->name, "pct-fair") == 0;
    uint32_t length = is_fair ? list->length / 2 : (3 * list->length + 3) / 4;
    return (struct promise_parameters){.depth = DEPTH, .length = length};
}

/* The promise about a list: cells, and the probability of each. */
static struct {
    uint64_t cells[SCHEDULES_MAX];
    double probabilities[SCHEDULES_MAX];
    uint32_t count;
    uint32_t cell_of[SCHEDULES_MAX]; /* of each schedule; CELL_NONE */
} promised;
#define CELL_NONE UINT32_MAX

static void
promise_all(const struct sampled *how, const struct schedule_list *list)
{
    double sum = 0;
    promised.count = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        const struct listed_schedule *schedule = &list->schedules[i];
        uint64_t cell = how->cell(schedule);
        uint32_t place = 0;
        while (place < promised.count && promised.cells[place] != cell) {
            place++;
        }
        promised.cell_of[i] = cell == 0 ? CELL_NONE : place;
        if (cell == 0) {
            continue;
        }
        if (place == promised.count) {
            promised.cells[promised.count] = cell;
            promised.probabilities[promised.count++] = 0;
        }
        double probability = how->promise(list, schedule, parameters_for(how, list));
        promised.probabilities[place] += probability;
        sum += probability;
    }
    cr_assert(fabs(sum - 1) < 1e-3, "%s, %s: probabilities sum to %.6f", how->name,
              list->program->name, sum);
}

/* Executes the program so often that EXECUTIONS count. Returns: p of how often each cell came. */
static double
sample(const struct strategy *strategy, const struct sampled *how, const struct schedule_list *list)
{
    static uint32_t counts[SCHEDULES_MAX];
    struct promise_parameters parameters = parameters_for(how, list);
    struct heddle_schedule schedule = {
        .strategy = strategy, .depth = parameters.depth, .length = parameters.length};
    uint32_t seeds = 0, total = 0;
    memset(counts, 0, sizeof counts);
    promise_all(how, list);
    for (uint32_t i = 0; i < EXECUTIONS; i++) {
        bool anew = i == 0 || how->always_forgets;
        if (anew && strategy->forget != NULL) {
            strategy->forget();
        }
        for (uint32_t before = anew ? how->warm_up + 1 : 1; before > 0; before--) {
            schedule.seed = sample_seed(seeds++);
            small_program_execute(list->program, &schedule);
        }
        uint32_t which = schedules_find(list);
        cr_assert_lt(which, list->count, "%s: a schedule that is in no list", list->program->name);
        if (promised.cell_of[which] != CELL_NONE) {
            counts[promised.cell_of[which]]++;
            total++;
        }
    }
    return chi_square_test(promised.probabilities, counts, promised.count, total);
}

/* RFF has a promise only where there is something to read. */
static bool
is_promised(const struct sampled *how, const struct schedule_list *list)
{
    return how->promise != promise_rff_second || strchr(list->program->tasks[0], 'r') != NULL;
}

Test(distribution, each_strategy_keeps_its_promise)
{
    for (size_t i = 0; i < SAMPLED_COUNT; i++) {
        for (size_t j = 0; j < PROGRAM_COUNT; j++) {
            if (is_promised(&sampled[i], lists[j])) {
                double p = sample(strategy_find(sampled[i].name), &sampled[i], lists[j]);
                cr_expect_gt(p, CHI_SQUARE_P, "%s, %s: p = %g", sampled[i].name, programs[j].name,
                             p);
            }
        }
    }
}

/* Does it fail to keep what it claims, on one of the programs? */
static bool
is_rejected(const struct strategy *strategy, const struct sampled *claim)
{
    for (size_t i = 0; i < PROGRAM_COUNT; i++) {
        if (is_promised(claim, lists[i]) && sample(strategy, claim, lists[i]) < CHI_SQUARE_P) {
            return true;
        }
    }
    return false;
}

Test(distribution, each_wrong_twin_is_rejected)
{
    const struct twin *twin;
    uint32_t twins[SAMPLED_COUNT] = {0};
    for (size_t i = 0; (twin = twin_at(i)) != NULL; i++) {
        const struct sampled *claim = find_sampled(twin->of);
        cr_expect(is_rejected(&twin->strategy, claim), "%s where %s", twin->of, twin->error);
        twins[claim - sampled]++;
    }
    for (size_t i = 0; i < SAMPLED_COUNT; i++) {
        cr_expect_gt(twins[i], 0, "%s has no twin", sampled[i].name);
    }
}

/* That a strategy silently behaves as another is a known failure of such tools. */
Test(distribution, no_strategy_passes_for_another)
{
    for (size_t i = 0; i < SAMPLED_COUNT; i++) {
        for (size_t j = 0; j < SAMPLED_COUNT; j++) {
            cr_expect(i == j || is_rejected(strategy_find(sampled[i].name), &sampled[j]),
                      "%s passes for %s", sampled[i].name, sampled[j].name);
        }
    }
}

/* --- the other choices --------------------------------------------------------------------------- */

#define ALTERNATIVES 5u

static uint32_t chosen;

static void
choose_once(void *unused)
{
    (void)unused;
    chosen = heddle_choose(ALTERNATIVES);
}

static double
sample_choice(const struct strategy *strategy)
{
    uint32_t counts[ALTERNATIVES] = {0};
    double probabilities[ALTERNATIVES];
    if (strategy->forget != NULL) {
        strategy->forget();
    }
    for (uint32_t i = 0; i < ALTERNATIVES; i++) {
        probabilities[i] = 1.0 / ALTERNATIVES;
    }
    /* The first is the one that counts, in those that do. */
    for (uint32_t i = 0; i <= EXECUTIONS; i++) {
        struct heddle_run run = {.body = choose_once,
                                 .schedule = {.strategy = strategy, .seed = sample_seed(i)}};
        heddle_execute(&run, harness_log());
        counts[chosen] += i > 0;
    }
    return chi_square_test(probabilities, counts, ALTERNATIVES, EXECUTIONS);
}

static uint32_t
choose_biased(const struct strategy_view *view, enum heddle_choice_kind kind, uint32_t count)
{
    return strategy_choose_uniform(view, kind, count + 1) % count;
}

Test(distribution, what_a_body_chooses_is_uniform_but_where_it_is_always_the_first)
{
    const struct strategy *strategy;
    for (size_t i = 0; (strategy = strategy_at(i)) != NULL; i++) {
        bool is_fixed = strategy == &strategy_fixed || strategy == &strategy_round_robin;
        double p = sample_choice(strategy);
        if (is_fixed) {
            cr_expect_eq(p, 0, "%s", strategy->name);
            cr_expect_eq(chosen, 0, "%s", strategy->name);
        } else {
            cr_expect_gt(p, CHI_SQUARE_P, "%s: p = %g", strategy->name, p);
        }
    }
    struct strategy twin = strategy_random;
    twin.choose = choose_biased;
    cr_assert_lt(sample_choice(&twin), CHI_SQUARE_P);
}

/* p that a choice of two is 1 this often. */
static double
sample_kind(enum heddle_choice_kind kind, double probability)
{
    uint32_t counts[2] = {0};
    for (uint32_t i = 0; i < EXECUTIONS; i++) {
        struct strategy_view view = {.seed = sample_seed(i)};
        counts[strategy_choose_uniform(&view, kind, 2)]++;
    }
    return chi_square_test((double[]){1 - probability, probability}, counts, 2, EXECUTIONS);
}

Test(distribution, timeouts_are_one_in_four_and_spurious_wakeups_one_in_32)
{
    cr_assert_gt(sample_kind(HEDDLE_CHOICE_TIMEOUT, 1.0 / 4), CHI_SQUARE_P);
    cr_assert_gt(sample_kind(HEDDLE_CHOICE_SPURIOUS, 1.0 / 32), CHI_SQUARE_P);
    cr_assert_gt(sample_kind(HEDDLE_CHOICE_WAKE, 1.0 / 2), CHI_SQUARE_P);
    cr_assert_lt(sample_kind(HEDDLE_CHOICE_TIMEOUT, 1.0 / 3), CHI_SQUARE_P);
    cr_assert_lt(sample_kind(HEDDLE_CHOICE_SPURIOUS, 1.0 / 16), CHI_SQUARE_P);
}
