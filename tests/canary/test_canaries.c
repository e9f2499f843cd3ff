/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Each error of the canary is caught, and named by the one who keeps the promise; the correct twin
 * is accused by nobody. Who keeps a promise without an error that he alone sees fails here, too.
 */
#include <stdlib.h>

#include "canaries.h"
#include "netstack/lab_harness.h"

#define SEEDS_MAX  20000 /* until an error shows */
#define SEEDS_TWIN 1000
#define INVARIANTS 27 /* core-spec.md, 3 */
#define GENERATED  20000

static bool
is_as_promised(const struct canary_row *row, const char *promise)
{
    const struct heddle_result *result = &lab_log()->result;
    return promise != NULL && strcmp(result->oracle, row->oracle) == 0 &&
           strstr(result->promise, promise) != NULL;
}

/* Under the fixed policy first, then under random schedules until it shows. */
static bool
is_caught(const struct canary_row *row)
{
    const struct subject *subject = &canary_subjects[row->broken];
    const struct heddle_result *result = lab_run(subject, row->program);
    struct program program;
    lab_parse(&program, "random", row->program);
    for (uint64_t seed = 1; seed <= SEEDS_MAX && !is_as_promised(row, row->promise); seed++) {
        cr_assert(result->verdict == HEDDLE_OK || is_as_promised(row, row->otherwise),
                  "%s: %s says: %s\n%s", subject->name, result->oracle, result->promise,
                  result->message);
        program.strategy.seed = seed;
        result = lab_run_program(subject, &program);
    }
    program_fini(&program);
    return is_as_promised(row, row->promise);
}

Test(canaries, each_error_is_caught_and_named)
{
    for (const struct canary_row *row = canary_rows; row->program != NULL; row++) {
        cr_expect(is_caught(row), "%s is not caught by %s: %s", canary_subjects[row->broken].name,
                  row->oracle, row->promise);
    }
}

Test(canaries, the_correct_twin_is_not_accused)
{
    for (const struct canary_row *row = canary_rows; row->program != NULL; row++) {
        lab_run_seeds(&canary_subjects[CANARY_NONE], row->program, SEEDS_TWIN);
    }
}

Test(canaries, nor_is_it_by_programs_of_all_kinds)
{
    static const char *const strategies[] = {"random", "pct", "pos", "fixed"};
    const struct laboratory_target *target = laboratory_target_find("lifecycle");
    const struct laboratory_options options = {.oracles = true};
    struct program program;
    program_init(&program);
    uint64_t state = 1;
    for (uint32_t i = 0; i < GENERATED; i++) {
        program_generate(&program, target->vocabulary, &target->generation, &state);
        const struct strategy *strategy = strategy_find(strategies[i % 4]);
        program.strategy = (struct program_strategy){.seed = i, .depth = 3};
        while (strategy_at(program.strategy.strategy) != strategy) {
            program.strategy.strategy++;
        }
        laboratory_execute(&program, target, &canary_subjects[CANARY_NONE], &options, lab_log(),
                           &lab_totals);
        const struct heddle_result *result = &lab_log()->result;
        cr_assert_eq(result->verdict, HEDDLE_OK, "program %u: %s: %s\n%s", i, result->oracle,
                     result->promise, result->message);
    }
    program_fini(&program);
}

/* --- nobody without one ----------------------------------------------------------------------- */

static bool
has_row(const char *oracle, int invariant)
{
    for (const struct canary_row *row = canary_rows; row->program != NULL; row++) {
        if (strcmp(row->oracle, oracle) == 0 && (invariant == 0 || row->invariant == invariant)) {
            return true;
        }
    }
    return false;
}

Test(canaries, every_oracle_has_one)
{
    for (size_t i = 0; netstack_oracles[i] != NULL; i++) {
        cr_expect(has_row(netstack_oracles[i]->name, 0), "%s has no canary",
                  netstack_oracles[i]->name);
    }
}

/* The number of the invariant that a promise begins with. */
static int
number_of(const char *promise)
{
    return (int)strtol(promise, NULL, 10);
}

Test(canaries, every_check_of_the_engine_has_one)
{
    for (size_t i = 0; engine_checks[i].name != NULL; i++) {
        int invariant = number_of(engine_checks[i].promise);
        cr_expect(has_row("engine", invariant), "%s: %s", engine_checks[i].name,
                  engine_checks[i].promise);
    }
}

static void
note_kept(bool is_kept[INVARIANTS + 1], const char *promise)
{
    int invariant = number_of(promise);
    cr_assert(invariant >= 1 && invariant <= INVARIANTS, "%s", promise);
    is_kept[invariant] = true;
}

Test(canaries, every_invariant_is_kept_by_somebody)
{
    const char *name, *promise;
    bool is_kept[INVARIANTS + 1] = {false};
    for (size_t i = 0; laboratory_oracle_at(i, &name, &promise); i++) {
        note_kept(is_kept, promise);
    }
    for (size_t i = 0; laboratory_check_at(i, &name, &promise); i++) {
        note_kept(is_kept, promise);
    }
    for (int invariant = 1; invariant <= INVARIANTS; invariant++) {
        cr_expect(is_kept[invariant], "nobody keeps invariant %d", invariant);
    }
}

Test(canaries, every_error_has_a_program)
{
    for (int error = CANARY_NONE + 1; error < CANARY_COUNT; error++) {
        bool found = false;
        for (const struct canary_row *row = canary_rows; row->program != NULL; row++) {
            found |= row->broken == (enum canary_error)error;
        }
        cr_expect(found, "%s", canary_subjects[error].name);
    }
}
