/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What is said of the unseen, where it is known: programs whose pairs are drawn with planted chances.
 */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "tool/incidence.h"

#define PAIRS_ALL  (7 * COVERAGE_PAIRS_MAX)
#define PAIRS_DRAW 1000

static struct heddle_log *events; /* made up: as many meetings as wanted, each of its own pair */
static struct coverage *coverage;
static struct kernel_site *places;
static uint64_t random_state;

static void
make(void)
{
    events = heddle_log_create();
    coverage = coverage_create();
    places = calloc(PAIRS_ALL, sizeof(*places));
    cr_assert(events != NULL && coverage != NULL && places != NULL);
    for (uint32_t i = 0; i < PAIRS_ALL; i++) {
        places[i] = (struct kernel_site){"place.c", "meet", (int)i};
    }
    random_state = 1;
}

static void
unmake(void)
{
    heddle_log_destroy(events);
    coverage_destroy(coverage);
    free(places);
}

TestSuite(incidence, .init = make, .fini = unmake);

static void
begin_run(void)
{
    events->event_count = 0;
}

static void
show(uint32_t pair)
{
    for (uint16_t task = 0; task < 2; task++) {
        uint32_t index = events->event_count++;
        uint32_t object = index / 2 + 1;
        events->events[index] = (struct heddle_event){
            .task = task, .kind = HEDDLE_EVENT_ATOMIC_STORE, .object = object};
        events->sites[index] = &places[pair];
        events->object_kinds[object] = 0;
    }
}

static void
end_run(struct incidence *incidence, uint64_t run, uint64_t program)
{
    coverage_look(coverage, events);
    incidence_add(incidence, coverage, run, program);
}

static void
run(struct incidence *incidence, uint64_t number, uint64_t program, const uint32_t *pairs)
{
    begin_run();
    for (; *pairs != UINT32_MAX; pairs++) {
        show(*pairs);
    }
    end_run(incidence, number, program);
}
#define RUN(incidence, number, program, ...)                                                       \
    run(incidence, number, program, (const uint32_t[]){__VA_ARGS__, UINT32_MAX})

static struct incidence_figures
figures_of(struct incidence *incidence, uint64_t runs)
{
    struct incidence_figures figures;
    incidence_read_figures(incidence, runs, &figures);
    return figures;
}

/* --- by hand ------------------------------------------------------------------------------- */

Test(incidence, nothing_is_known_of_nothing)
{
    struct incidence *incidence = incidence_create();
    struct incidence_figures figures = figures_of(incidence, 0);
    cr_expect_eq(figures.programs, 0);
    cr_expect_eq(figures.pairs, 0);
    cr_expect_eq(figures.unseen, 0);
    cr_expect_eq(figures.next_is_new, 0);
    cr_expect_eq(figures.curve_length, 1);
    incidence_destroy(incidence);
}

/*
 * Four programs of two runs. Pair 1 is in all, 2 and 3 in two; 4, 5, 6 in the third alone, though 4 in both of
 * its runs, and 7 in the fourth alone. Two of four programs were discoverers; Chao2: 3/4 * 4*3 / (2*3).
 */
static void
add_by_hand(struct incidence *even, struct incidence *odd)
{
    RUN(even, 0, 10, 1, 1, 1);
    RUN(even, 1, 10, 1, 2);
    RUN(odd, 2, 11, 1, 2, 3);
    RUN(odd, 3, 11, 1);
    RUN(even, 4, 12, 4, 5);
    RUN(even, 5, 12, 4, 6, 1);
    RUN(odd, 6, 13, 3, 1);
    RUN(odd, 7, 13, 7, 3);
}

static void
check_by_hand(struct incidence *incidence)
{
    struct incidence_figures figures = figures_of(incidence, 8);
    cr_expect_eq(figures.programs, 4);
    cr_expect_eq(figures.pairs, 7);
    cr_expect_eq(figures.once, 4);
    cr_expect_eq(figures.twice, 2);
    cr_expect_eq(figures.next_is_new, 0.5);
    cr_expect_float_eq(figures.unseen, 1.5, 1e-9);
    cr_expect_not(figures.full);
    static const uint64_t curve[4][2] = {{1, 1}, {2, 2}, {4, 3}, {8, 7}};
    cr_assert_eq(figures.curve_length, 4);
    for (int i = 0; i < 4; i++) {
        cr_expect_eq(figures.curve[i].runs, curve[i][0]);
        cr_expect_eq(figures.curve[i].pairs, curve[i][1]);
    }
}

Test(incidence, a_pair_counts_once_a_program)
{
    struct incidence *incidence = incidence_create();
    add_by_hand(incidence, incidence);
    check_by_hand(incidence);
    incidence_destroy(incidence);
}

Test(incidence, a_run_that_is_repeated_counts_once)
{
    struct incidence *incidence = incidence_create();
    add_by_hand(incidence, incidence);
    RUN(incidence, 7, 13, 7);
    RUN(incidence, 7, 13, 7, 3);
    check_by_hand(incidence);
    incidence_destroy(incidence);
}

Test(incidence, tables_add_up_in_any_order)
{
    struct incidence *even = incidence_create(), *odd = incidence_create();
    struct incidence *one = incidence_create(), *other = incidence_create();
    add_by_hand(even, odd);
    incidence_merge(one, even);
    incidence_merge(one, odd);
    incidence_merge(other, odd);
    incidence_merge(other, even);
    check_by_hand(one);
    check_by_hand(other);
    incidence_destroy(even);
    incidence_destroy(odd);
    incidence_destroy(one);
    incidence_destroy(other);
}

Test(incidence, a_table_that_is_full_says_so)
{
    struct incidence *incidence = incidence_create(), *sum = incidence_create();
    for (uint32_t number = 0; number < 7; number++) {
        begin_run();
        for (uint32_t i = 0; i < COVERAGE_PAIRS_MAX; i++) {
            show(number * COVERAGE_PAIRS_MAX + i);
        }
        end_run(incidence, number, number);
        if (number < 5) {
            cr_expect_eq(figures_of(incidence, 8).pairs, (number + 1) * COVERAGE_PAIRS_MAX);
            cr_expect_not(figures_of(incidence, 8).full);
        }
    }
    cr_expect(figures_of(incidence, 8).full);
    cr_expect_geq(figures_of(incidence, 8).pairs, 5 * COVERAGE_PAIRS_MAX);
    incidence_merge(sum, incidence);
    cr_expect(figures_of(sum, 8).full);
    incidence_destroy(incidence);
    incidence_destroy(sum);
}

/* --- planted chances ------------------------------------------------------------------------- */

static double
draw(void)
{
    uint64_t x = random_state += 0x9e3779b97f4a7c15u; /* splitmix64 */
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return (double)((x ^ (x >> 31)) >> 11) * 0x1p-53;
}

struct means {
    double estimate, truth; /* that the next program shows something new */
    double unseen, missing;
};

/*
 * `campaigns` times so many programs of `runs` runs: a program holds pair i with chance[i], and then each of
 * its runs shows it with chance `shown`.
 */
static struct means
campaign(const double *chance, uint32_t pairs, uint32_t programs, uint32_t runs, double shown,
         uint32_t campaigns)
{
    struct means sum = {0};
    for (uint32_t c = 0; c < campaigns; c++) {
        struct incidence *incidence = incidence_create();
        bool seen[PAIRS_DRAW] = {false};
        for (uint32_t program = 0; program < programs; program++) {
            bool holds[PAIRS_DRAW];
            for (uint32_t i = 0; i < pairs; i++) {
                holds[i] = draw() < chance[i];
            }
            for (uint32_t number = 0; number < runs; number++) {
                begin_run();
                for (uint32_t i = 0; i < pairs; i++) {
                    if (holds[i] && draw() < shown) {
                        show(i);
                        seen[i] = true;
                    }
                }
                end_run(incidence, program * runs + number, program);
            }
        }
        double nothing = 1;
        for (uint32_t i = 0; i < pairs; i++) {
            nothing *= seen[i] ? 1 : 1 - chance[i] * (1 - pow(1 - shown, runs));
            sum.missing += !seen[i];
        }
        struct incidence_figures figures = figures_of(incidence, programs * runs);
        sum.truth += 1 - nothing;
        sum.estimate += figures.next_is_new;
        sum.unseen += figures.unseen;
        incidence_destroy(incidence);
    }
    double count = campaigns;
    return (struct means){sum.estimate / count, sum.truth / count, sum.unseen / count,
                          sum.missing / count};
}

static void
expect_near(double got, double wanted, double part, const char *what)
{
    cr_expect(fabs(got - wanted) <= part * wanted, "%s: %f instead of %f", what, got, wanted);
}

Test(incidence, where_all_pairs_are_alike_both_estimates_are_right)
{
    double chance[PAIRS_DRAW];
    for (int i = 0; i < 300; i++) {
        chance[i] = 0.01;
    }
    struct means means = campaign(chance, 300, 300, 1, 1, 100);
    expect_near(means.estimate, means.truth, 0.05, "the chance of something new");
    expect_near(means.unseen, means.missing, 0.05, "pairs not seen");
}

/* Chances fall as one over the rank: many pairs are rare, as those of schedules are. */
Test(incidence, where_many_are_rare_the_chance_is_right_and_the_number_a_lower_bound)
{
    double chance[PAIRS_DRAW];
    for (int i = 0; i < PAIRS_DRAW; i++) {
        chance[i] = 0.5 / (i + 1);
    }
    struct means means = campaign(chance, PAIRS_DRAW, 300, 1, 1, 100);
    expect_near(means.estimate, means.truth, 0.05, "the chance of something new");
    cr_expect_leq(means.unseen, means.missing);
    cr_expect_geq(means.unseen, 0.5 * means.missing, "%f of %f", means.unseen, means.missing);
}

/* Eight runs of a program show nearly the same: eight times as many runs say no more. */
Test(incidence, runs_of_one_program_are_no_independent_witnesses)
{
    double chance[PAIRS_DRAW];
    for (int i = 0; i < 300; i++) {
        chance[i] = 0.01;
    }
    struct means means = campaign(chance, 300, 200, 8, 0.7, 50);
    expect_near(means.estimate, means.truth, 0.05, "the chance of something new");
    expect_near(means.unseen, means.missing, 0.05, "pairs not seen");
}
