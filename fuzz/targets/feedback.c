/* SPDX-License-Identifier: BSD-2-Clause
 *
 * libFuzzer takes counters from a section of that name, as further features, and clears them before each input.
 * AFL++ has one map, and gives each guard of trace-pc-guard a place in it: so many guards more than the
 * code has are ours, and stand for pairs. Where neither is linked, there is nobody to tell.
 */
#include "targets/feedback.h"

#include "tool/incidence.h"

#define COUNTERS ((size_t)1 << 14)

__attribute__((section("__libfuzzer_extra_counters"), used)) static uint8_t counters[COUNTERS];

extern uint8_t *__afl_area_ptr __attribute__((weak));
void __sanitizer_cov_trace_pc_guard_init(uint32_t *start, uint32_t *stop) __attribute__((weak));
static uint32_t guards[COUNTERS];

static struct coverage *coverage;
static struct incidence *seen;

/* AFL++ fixes the size of its map before main is done with its arguments. */
__attribute__((constructor)) static void
ask_for_places(void)
{
    if (&__afl_area_ptr != NULL && __sanitizer_cov_trace_pc_guard_init != NULL) {
        __sanitizer_cov_trace_pc_guard_init(guards, guards + COUNTERS);
    }
}

bool
feedback_init(void)
{
    coverage = coverage_create();
    seen = incidence_create();
    return coverage != NULL && seen != NULL;
}

static void
add_to_map(uint8_t *map)
{
    uint32_t count = coverage_pair_count(coverage);
    for (uint32_t i = 0; i < count; i++) {
        uint8_t *counter = &map[guards[coverage_pair_at(coverage, i)->identity % COUNTERS]];
        *counter = (uint8_t)(*counter + (*counter < 255));
    }
}

void
feedback_add(const struct heddle_log *log, uint64_t run)
{
    coverage_look(coverage, log);
    incidence_add(seen, coverage, run, run);
    if (&__afl_area_ptr != NULL) {
        add_to_map(__afl_area_ptr);
    } else {
        coverage_count(coverage, counters, COUNTERS);
    }
}

uint64_t
feedback_pairs(void)
{
    struct incidence_figures figures;
    if (seen == NULL) {
        return 0;
    }
    incidence_read_figures(seen, 1, &figures);
    return figures.pairs;
}
