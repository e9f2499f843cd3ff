/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A slow reaper. Destroy callbacks take their time and few reaps may be outstanding, so births wait for
 * admission. A barrier returns when the reaps that were outstanding have ended; wait_gone when the stack is torn
 * down and unlinked, for many waiters at once; both for stacks that others halted.
 */
#include <stdio.h>

#include "stress.h"

#define HALTED_COUNT 16u

/* Uids of stacks whose zones were destroyed: anybody may wait for them. */
static _Atomic uint64_t halted[HALTED_COUNT];

static void
boot_and_halt(void)
{
    struct stress_zone zone;
    if (stress_boot(true, &zone)) {
        stress_halt(&zone);
        atomic_store_explicit(&halted[stress_deed(HALTED_COUNT)], zone.uid, memory_order_relaxed);
    }
}

static void
wait_for_all(void)
{
    struct netstack_figures before, after;
    netstack_read_figures(&before);
    STRESS_CHECK(STRESS_ERROR(netstack_barrier, netstack_barrier()) == 0);
    netstack_read_figures(&after);
    STRESS_CHECK(after.reaps_done >= before.reaps_done + before.reaps_outstanding);
}

static void
wait_for_one(void)
{
    uint64_t uid = atomic_load_explicit(&halted[stress_deed(HALTED_COUNT)], memory_order_relaxed);
    stress_let_go();
    int error = STRESS_ERROR(netstack_wait_gone, netstack_wait_gone(uid));
    STRESS_CHECK((error == ENOENT) == (uid == 0));
    STRESS_CHECK(STRESS_ERROR(netstack_wait_gone, netstack_wait_gone(UINT64_MAX)) == ENOENT);
}

static void
report(void)
{
    FILE *nowhere = fopen("/dev/null", "w");
    if (nowhere != NULL) {
        STRESS_VOID(netstack_report, netstack_report(nowhere, stress_deed(2) == 0));
        fclose(nowhere);
    }
}

static void
wait_for_reaps(void)
{
    switch (stress_deed(8)) {
    case 0:
        report();
        break;
    case 1:
    case 2:
        wait_for_all();
        break;
    default:
        wait_for_one();
        break;
    }
}

/* Nobody waits for a stack of the round before. */
static void
prepare(void)
{
    for (unsigned i = 0; i < HALTED_COUNT; i++) {
        atomic_store_explicit(&halted[i], 0, memory_order_relaxed);
    }
}

const struct stress_program stress_reaper = {
    .name = "stress_reaper",
    .property = "destroy callbacks are slow and few reaps may be outstanding. Births wait and go "
                "on; barriers "
                "and waits for stacks return exactly when those are gone.",
    .roles = {{boot_and_halt, NULL},
              {stress_zones_step, stress_zones_finish},
              {wait_for_reaps, NULL}},
    .threads = 6,
    .stable_modules = 1u << NS_STR | 1u << NS_IP | 1u << NS_ILB,
    .reaps_max = 2,
    .ids_max = 300,
    .destroy_ns = 300000,
    .prepare = prepare,
    .needs = {STRESS_zone_create_exclusive, STRESS_netstack_barrier, STRESS_netstack_wait_gone,
              STRESS_netstack_report, STRESS_module_destroy},
};
