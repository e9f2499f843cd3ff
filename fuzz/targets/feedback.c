/* SPDX-License-Identifier: BSD-2-Clause
 *
 * libFuzzer takes counters from a section of that name, as further features, and clears them before each input.
 * AFL++ has one map, and gives each guard of trace-pc-guard a place in it: so many guards more than the
 * code has are ours, and stand for pairs and faults. Where neither is linked, there is nobody to tell.
 */
#include "targets/feedback.h"

#include <string.h>

#include "tool/incidence.h"

#define PAIRS  ((size_t)1 << 14) /* by their hash */
#define FAULTS ((size_t)LABORATORY_POINTS_MAX * LABORATORY_KINDS_MAX * LABORATORY_STATES_MAX)

__attribute__((section("__libfuzzer_extra_counters"),
               used)) static uint8_t counters[PAIRS + FAULTS];

extern uint8_t *__afl_area_ptr __attribute__((weak));
void __sanitizer_cov_trace_pc_guard_init(uint32_t *start, uint32_t *stop) __attribute__((weak));
static uint32_t guards[PAIRS + FAULTS];

static struct {
    unsigned int which;
    struct coverage *coverage;
    struct incidence *seen;
    const struct laboratory_totals
        *totals; /* where faults of this execution are counted; NULL: there are none */
    struct laboratory_fault_count before[FAULTS];
} feedback;

/* AFL++ fixes the size of its map before main is done with its arguments. */
__attribute__((constructor)) static void
ask_for_places(void)
{
    if (&__afl_area_ptr != NULL && __sanitizer_cov_trace_pc_guard_init != NULL) {
        __sanitizer_cov_trace_pc_guard_init(guards, guards + PAIRS + FAULTS);
    }
}

bool
feedback_init(unsigned int which)
{
    feedback.which = which;
    feedback.coverage = coverage_create();
    feedback.seen = incidence_create();
    return feedback.coverage != NULL && feedback.seen != NULL;
}

static void
add_one(size_t place)
{
    uint8_t *counter = &__afl_area_ptr != NULL ? &__afl_area_ptr[guards[place]] : &counters[place];
    *counter = (uint8_t)(*counter + (*counter < 255));
}

/* --- faults -------------------------------------------------------------------------------------- */

void
feedback_expect(const struct laboratory_totals *totals, bool faults)
{
    feedback.totals = faults && (feedback.which & FEEDBACK_FAULTS) != 0 ? totals : NULL;
    if (feedback.totals != NULL) {
        memcpy(feedback.before, totals->fault_table, sizeof(feedback.before));
    }
}

/* Once, however often it struck: as with pairs, how often says little. */
static void
add_faults(void)
{
    const struct laboratory_fault_count *now = &feedback.totals->fault_table[0][0][0];
    for (size_t i = 0; i < FAULTS; i++) {
        if (now[i].times != feedback.before[i].times) {
            add_one(PAIRS + i);
        }
    }
}

/* --- pairs --------------------------------------------------------------------------------------- */

static void
add_pairs(void)
{
    if (&__afl_area_ptr == NULL) {
        coverage_count(feedback.coverage, counters, PAIRS);
        return;
    }
    uint32_t count = coverage_pair_count(feedback.coverage);
    for (uint32_t i = 0; i < count; i++) {
        add_one(coverage_pair_at(feedback.coverage, i)->identity % PAIRS);
    }
}

void
feedback_add(const struct heddle_log *log, uint64_t run)
{
    coverage_look(feedback.coverage, log);
    incidence_add(feedback.seen, feedback.coverage, run, run);
    if ((feedback.which & FEEDBACK_PAIRS) != 0) {
        add_pairs();
    }
    if (feedback.totals != NULL) {
        add_faults();
    }
}

uint64_t
feedback_pairs(void)
{
    struct incidence_figures figures;
    if (feedback.seen == NULL) {
        return 0;
    }
    incidence_read_figures(feedback.seen, 1, &figures);
    return figures.pairs;
}
