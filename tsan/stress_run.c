/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A run is rounds of a second or so: the service starts, the pillars and the stable modules come, threads
 * are let loose, give back what they have, and are joined. Then everything is at rest, and what must be
 * true then is looked at: executable invariants, figures, instances, and at the end the memory to the byte.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stress_watch.h"

#define ROUND_S_MAX 1.0
#define NS_PER_S    1e9
#define PAUSE_NS    100000

#define IDS_PER_THREAD 20u

struct stress_zone stress_pillars[STRESS_PILLARS];
struct stress_zone stress_shared_pillars[STRESS_PILLARS];

static _Atomic bool stopping;
static unsigned rounds;
static uint64_t reaps;

/* --- threads ------------------------------------------------------------------------------------ */

/* The programs that this one is made of: itself, if it has no parts. */
static const struct stress_program *const *
parts(void)
{
    static const struct stress_program *const alone[] = {&stress_program, NULL};
    return stress_program.parts != NULL ? stress_program.parts : alone;
}

/* Calls one function of each part that has it. */
#define CALL_PARTS(function)                                                                       \
    for (const struct stress_program *const *part = parts(); *part != NULL; part++) {              \
        if ((*part)->function != NULL) {                                                           \
            (*part)->function();                                                                   \
        }                                                                                          \
    }

void
stress_let_go(void)
{
    CALL_PARTS(let_go)
}

static void
step(void)
{
    unsigned count = 0;
    while (parts()[count] != NULL) {
        count++;
    }
    const struct stress_program *part = parts()[stress_deed(count)];
    unsigned roles = 0;
    while (roles < STRESS_ROLES_MAX && part->roles[roles].step != NULL) {
        roles++;
    }
    bool is_mixed = stress_program.parts != NULL;
    part->roles[is_mixed ? stress_deed(roles) : stress_self()->index % roles].step();
}

/* Of all roles that the thread may have had: a finish of one that it had not does nothing. */
static void
finish(void)
{
    for (unsigned i = 0; i < STRESS_ROLES_MAX; i++) {
        CALL_PARTS(roles[i].finish)
    }
    stress_let_go();
}

static void *
run_thread(void *argument)
{
    stress_watch_join(argument);
    stress_self()->fault_one_in = stress_program.fault_one_in;
    while (!atomic_load_explicit(&stopping, memory_order_relaxed)) {
        step();
    }
    stress_self()->fault_one_in = 0;
    finish();
    return NULL;
}

static void
let_loose(double seconds)
{
    pthread_t handles[STRESS_THREADS_MAX];
    atomic_store_explicit(&stopping, false, memory_order_relaxed);
    for (unsigned i = 0; i < stress_options.threads; i++) {
        struct stress_thread *thread = stress_watch_thread(i, rounds);
        STRESS_CHECK(pthread_create(&handles[i], NULL, run_thread, thread) == 0);
    }
    kernel_sleep_ns((uint64_t)(seconds * NS_PER_S));
    atomic_store_explicit(&stopping, true, memory_order_relaxed);
    for (unsigned i = 0; i < stress_options.threads; i++) {
        STRESS_CHECK(pthread_join(handles[i], NULL) == 0);
    }
}

/* --- rest ----------------------------------------------------------------------------------------- */

void
stress_settle(uint64_t live)
{
    STRESS_CHECK(STRESS_ERROR(netstack_barrier, netstack_barrier()) == 0);
    struct netstack_figures figures;
    netstack_read_figures(&figures);
    STRESS_CHECK(figures.live == live && figures.lingering == 0);
    /* The barrier is for reaps; the reaper's own pin may outlast the last one for a moment. */
    while (figures.closing > 0) {
        kernel_sleep_ns(PAUSE_NS);
        netstack_read_figures(&figures);
    }
    STRESS_CHECK(figures.reaps_outstanding == 0);
    reaps = figures.reaps_done;
}

/* Nobody calls anything, and nobody holds anything. */
static void
check_at_rest(void)
{
    CALL_PARTS(before_rest)
    stress_settle(1 + STRESS_PILLARS);
    STRESS_CHECK(STRESS_POINTER(netstack_all_valid, netstack_all_valid()));
    STRESS_CHECK(zone_is_valid() && kstat_is_valid());
    STRESS_CHECK(zone_count() == 1 + 2 * STRESS_PILLARS && zone_lingering_count() == 0);
    stress_modules_check_at_rest(1 + STRESS_PILLARS);
    for (unsigned i = 0; i < STRESS_PILLARS; i++) {
        netstack_t *ns = netstack_find_by_stackid(stress_pillars[i].id);
        STRESS_CHECK(ns != NULL && netstack_get_uid(ns) == stress_pillars[i].uid);
        STRESS_CHECK(netstack_is_valid(ns));
        netstack_rele(ns);
    }
    CALL_PARTS(at_rest)
}

/* --- start and end -------------------------------------------------------------------------------- */

void
stress_start(void)
{
    /* More than a thread has and holds, or zone_create finds none free. */
    unsigned ids = stress_program.reaps_max + IDS_PER_THREAD * stress_options.threads;
    zone_id_max = ids > stress_program.ids_max ? ids : stress_program.ids_max;
    netstack_outstanding_reaps = stress_program.reaps_max;
    zone_init();
    kstat_init();
    stress_turn_begin(STRESS_TURN_BIRTH, 0);
    STRESS_CHECK(STRESS_ERROR(netstack_init, netstack_init()) == 0);
    stress_turn_end();
    stress_modules_start();
    memset(stress_pillars, 0, sizeof(stress_pillars));
    memset(stress_shared_pillars, 0, sizeof(stress_shared_pillars));
    for (unsigned i = 0; i < STRESS_PILLARS; i++) {
        STRESS_CHECK(stress_boot(true, &stress_pillars[i]));
        STRESS_CHECK(stress_boot(false, &stress_shared_pillars[i]));
    }
    CALL_PARTS(prepare)
}

void
stress_end_all(void)
{
    for (unsigned i = 0; i < STRESS_PILLARS; i++) {
        stress_halt(&stress_pillars[i]);
        stress_halt(&stress_shared_pillars[i]);
    }
    stress_let_go();
    stress_settle(1);
    stress_modules_stop();
    stress_modules_check_at_rest(0);
    STRESS_CHECK(STRESS_POINTER(netstack_all_valid, netstack_all_valid()));
    STRESS_CHECK(STRESS_ERROR(netstack_fini, netstack_fini()) == 0);
    STRESS_CHECK(kstat_count() == 0 && kstat_fini() == 0);
    STRESS_CHECK(zone_fini() == 0);
}

static void
run_round(double seconds)
{
    struct stress_memory before = stress_memory_read();
    stress_start();
    let_loose(seconds);
    check_at_rest();
    stress_end_all();
    stress_watch_collect();
    struct stress_memory after = stress_memory_read();
    STRESS_CHECK(after.blocks == before.blocks && after.bytes == before.bytes);
    /* One for every birth, and for stack 0 of the rounds before. */
    uint64_t births = stress_total_done(STRESS_zone_create_exclusive) + rounds;
    STRESS_CHECK(reaps == births || (stress_program.undoes_births && reaps > births));
    rounds++;
}

static void
check_needs(void)
{
    for (unsigned i = 0; i < STRESS_NEEDS_MAX && stress_program.needs[i] != 0; i++) {
        if (stress_total_done(stress_program.needs[i]) == 0) {
            fprintf(stderr, "%s: never\n", stress_call_name(stress_program.needs[i]));
            stress_fail("the work was done", __FILE__, __LINE__);
        }
    }
}

void
stress_run(void)
{
    if (stress_program.volume != NULL) {
        stress_run_volume();
        check_needs();
        return;
    }
    double left = stress_options.seconds;
    while (left > 0) {
        double seconds = left < ROUND_S_MAX ? left : ROUND_S_MAX;
        run_round(seconds);
        left -= seconds;
    }
    struct stress_memory memory = stress_memory_read();
    printf("%s: seed %" PRIu64 ", %u threads, %.1f s in %u rounds, %" PRIu64 " calls\n",
           stress_program.name, stress_options.seed, stress_options.threads, stress_options.seconds,
           rounds, stress_total_calls());
    stress_totals_print();
    printf("  %-32s%" PRIu64 "\n", "reaps", reaps);
    printf("  %-32s%" PRIu64 " made, %" PRIu64 " failed, %" PRId64 " left\n", "allocations",
           memory.allocations, memory.failed, memory.blocks);
    check_needs();
}
