/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the oracles take of an execution: all together, what all of them share (the observations, and
 * the view that is kept of them), and each one alone on top of that. Measured on programs as `heddle run` makes them, the
 * same ones for each row, in turn.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "netstack/laboratory.h"

#define ROUNDS      15
#define PROGRAMS    400u
#define ORACLES_MAX 64u
#define SHARE_MAX   50.0 /* of an execution's time, in the release build */

static struct program programs[PROGRAMS];
static struct heddle_log *run_log;

/* Which oracles are asked: a bit each, and whether there is anybody to ask. */
struct asked {
    bool oracles;
    uint64_t which;
};

static void
make_programs(const struct laboratory_target *target)
{
    for (uint32_t i = 0; i < PROGRAMS; i++) {
        uint64_t state = i;
        program_init(&programs[i]);
        program_generate(&programs[i], target->vocabulary, &target->generation, &state);
        programs[i].strategy.strategy = (uint8_t)(1 + i % 2); /* random and pct */
        programs[i].strategy.depth = 3;
        programs[i].strategy.length = 300;
    }
}

static uint64_t
run_all(void *argument)
{
    const struct asked *asked = argument;
    const struct laboratory_target *target = laboratory_target_find("lifecycle");
    const struct subject *subject = laboratory_subject_find("core");
    const struct laboratory_options options = {.oracles = asked->oracles};
    laboratory_choose_oracles(asked->which);
    for (uint32_t i = 0; i < PROGRAMS; i++) {
        programs[i].strategy.seed = i;
        laboratory_execute(&programs[i], target, subject, &options, run_log, NULL);
        if (run_log->result.verdict != HEDDLE_OK) {
            fprintf(stderr, "heddle-bench: the core fails: %s\n", run_log->result.message);
            exit(1);
        }
    }
    laboratory_choose_oracles(LABORATORY_ORACLES_ALL);
    return PROGRAMS;
}

static double
share(double more, double less, double whole)
{
    return more > less ? 100 * (more - less) / whole : 0;
}

/* Cases: nothing asked, the view alone, all, then each one alone. */
static void
measure(void)
{
    enum { NOBODY, VIEW, ALL, FIRST };
    static struct asked asked[FIRST + ORACLES_MAX];
    static struct bench_case cases[FIRST + ORACLES_MAX];
    const char *name, *promise;
    size_t count = FIRST;
    asked[VIEW] = (struct asked){.oracles = true};
    asked[ALL] = (struct asked){.oracles = true, .which = LABORATORY_ORACLES_ALL};
    while (count < FIRST + ORACLES_MAX && laboratory_oracle_at(count - FIRST, &name, &promise)) {
        asked[count] = (struct asked){.oracles = true, .which = UINT64_C(1) << (count - FIRST)};
        count++;
    }
    for (size_t i = 0; i < count; i++) {
        cases[i] = (struct bench_case){.work = run_all, .argument = &asked[i]};
    }
    bench_measure(cases, count, ROUNDS);

    double all = cases[ALL].ns_per_unit, view = cases[VIEW].ns_per_unit;
    bench_row("an execution without oracles", cases[NOBODY].ns_per_unit, "ns", BENCH_NO_BOUND, 0);
    bench_row("an execution with all of them", all, "ns", BENCH_NO_BOUND, 0);
    bench_row("all oracles, of an execution with them", share(all, cases[NOBODY].ns_per_unit, all),
              "%", BENCH_AT_MOST, SHARE_MAX);
    bench_row("what they share: observations, the view, lock order",
              share(view, cases[NOBODY].ns_per_unit, all), "%", BENCH_NO_BOUND, 0);
    for (size_t i = FIRST; i < count; i++) {
        char row[96];
        (void)laboratory_oracle_at(i - FIRST, &name, &promise);
        snprintf(row, sizeof row, "%s, alone", name);
        bench_row(row, share(cases[i].ns_per_unit, view, all), "%", BENCH_NO_BOUND, 0);
    }
}

int
bench_oracles(const char *corpus)
{
    (void)corpus;
    run_log = heddle_log_create();
    if (run_log == NULL) {
        perror("heddle-bench: cannot map the log");
        return 4;
    }
    make_programs(laboratory_target_find("lifecycle"));
    measure();
    for (uint32_t i = 0; i < PROGRAMS; i++) {
        program_fini(&programs[i]);
    }
    heddle_log_destroy(run_log);
    return 0;
}
