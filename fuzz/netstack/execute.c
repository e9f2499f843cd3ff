/* SPDX-License-Identifier: BSD-2-Clause
 *
 * An execution, as task 0 leads it: the service starts, the program's threads run to their ends,
 * all comes to rest; then everything that the program left is given back, in the order in which a
 * correct client would, the service comes to rest again, and stops.
 */
#include "netstack/operate.h"

#include <string.h>

static const char *const thread_names[PROGRAM_THREADS_MAX] = {"t0", "t1", "t2", "t3",
                                                              "t4", "t5", "t6", "t7"};

#define REAPS_MAX   1024u
#define ZONE_ID_MAX 100000u

static void
note_stage(enum stage stage)
{
    heddle_note(EVENT_STAGE, 0, (uint32_t)stage, KERNEL_HERE);
}

static void
observe(enum observation_kind kind)
{
    if (adapter.oracles) {
        struct observation see = observation_of(kind, KERNEL_HERE);
        oracle_observe(&see);
    }
}

/* --- start ------------------------------------------------------------------------------------ */

/*
 * The argument of the first operation of that verb, wherever it stands, plus one; else the default.
 */
static unsigned int
setting(enum netstack_verb verb, unsigned int otherwise)
{
    for (uint32_t i = 0; i < adapter.program->operation_count; i++) {
        if (adapter.program->operations[i].verb == verb) {
            return adapter.program->operations[i].arguments[0] + 1u;
        }
    }
    return otherwise;
}

static void
start(void)
{
    unsigned int reaps = plan_at_start(VERB_REAP_LIMIT, setting(VERB_REAP_LIMIT, REAPS_MAX));
    unsigned int ids = plan_at_start(VERB_ZONE_IDS, setting(VERB_ZONE_IDS, ZONE_ID_MAX));
    int error = adapter.subject->start(reaps, ids);
    if (error != 0) {
        heddle_fail(HEDDLE_INVARIANT, "adapter", "the service starts", KERNEL_HERE, NULL, NULL,
                    "Starting the subject failed with %d.", error);
    }
    adapter.now.started = true;
    note_stage(STAGE_STARTED);
    if (adapter.oracles) {
        struct observation see = observation_of(OBSERVE_STARTED, KERNEL_HERE);
        see.result = (int)reaps;
        oracle_observe(&see);
    }
    zone_observe_attached(zone_record_add(GLOBAL_ZONEID, false, adapter.now.global_stack));
}

/* --- threads ---------------------------------------------------------------------------------- */

static void
run_thread(void *argument)
{
    const struct program_operation *operation = argument;
    const struct program_operation *end =
        &adapter.program->operations[adapter.program->operation_count];
    uint8_t thread = operation->thread;
    for (; operation < end && operation->thread == thread; operation++) {
        (void)operation_run((enum netstack_verb)operation->verb, operation->arguments);
    }
    (void)operate_zone_go_home();
}

static void
run_at_once(void)
{
    uint16_t tasks[PROGRAM_THREADS_MAX];
    uint32_t count = 0;
    const struct program *program = adapter.program;
    for (uint32_t i = 0; i < program->operation_count; i++) {
        if (i == 0 || program->operations[i].thread != program->operations[i - 1].thread) {
            tasks[count] = heddle_spawn(thread_names[program->operations[i].thread], run_thread,
                                        (void *)(uintptr_t)&program->operations[i]);
            count++;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        heddle_join(tasks[i]);
    }
}

/* --- teardown --------------------------------------------------------------------------------- */

/* Where a subject is compared, what one call set off is over before the next. */
static void
rest_between(void)
{
    if (adapter.peer != NULL) {
        heddle_settle();
    }
}

/* Runs an operation that consumes from slots until there is nothing left for it. */
static void
exhaust(int (*operate)(struct operation *op))
{
    static const uint16_t arguments[PROGRAM_ARGUMENTS_MAX];
    struct operation op = {.arguments = arguments};
    while (operate(&op) != OPERATION_SKIPPED) {
        rest_between();
    }
}

static void
give_back(void)
{
    exhaust(operate_walk_fini);
    reference_let_go(0);
    exhaust(operate_rele);
    exhaust(operate_rele_tag);
    exhaust(operate_kstat_delete_stack);
    exhaust(operate_kstat_delete_zone);
    exhaust(operate_cred_rele);
    exhaust(operate_zone_rele);
}

static void
destroy_zones(void)
{
    /* Those of the start and of later inits are zone 0, which goes with the service. */
    for (uint32_t i = 0; i < adapter.now.zone_count; i++) {
        const struct zone_record *record = &adapter.zones[i];
        if (record->id != GLOBAL_ZONEID && !record->destroyed) {
            (void)operate_zone_destroy_id(record->id, VERB_ZONE_DESTROY);
            rest_between();
        }
    }
}

static void
unregister_modules(void)
{
    for (uint8_t module = 0; module < MODULES; module++) {
        bool used = false;
        for (uint32_t i = 0; i < VARIANTS; i++) {
            used |= adapter.now.variants[module][i].state != VARIANT_FREE;
        }
        if (used) {
            (void)operate_unregister_module(module);
        }
    }
}

static void
delete_keys(void)
{
    for (uint16_t key = 0; key < SLOTS_KEY; key++) {
        struct operation op = {.arguments = &key};
        if (slots.keys[key].state == KEY_STANDS) {
            (void)operate_zone_key_delete(&op);
        }
    }
}

static void
tear_down(void)
{
    give_back();
    destroy_zones();
    unregister_modules();
    delete_keys();
    heddle_settle();
    /* Callbacks of the teardown may have put into slots what came up there. */
    give_back();
    struct operation barrier = {0};
    (void)operate_barrier(&barrier);
    heddle_settle();
    note_stage(STAGE_REST);
    observe(OBSERVE_REST);
}

/* before: the allocations that there were before the start. */
static void
stop(size_t before)
{
    bool has_end = (adapter.subject->differences & CONTRACT_NO_END) == 0;
    adapter.now.started = false;
    struct zone_record *global = zone_record_find(GLOBAL_ZONEID);
    if (has_end && !global->destroyed) {
        zone_observe_detaching(global);
    }
    int error = adapter.subject->stop();
    if (error != 0) {
        /* The threads are done now as before, and zone 0 is gone too: an oracle may know why. */
        observe(OBSERVE_THREADS_DONE);
        heddle_fail(HEDDLE_INVARIANT, "adapter", "the service stops once everything is given back",
                    KERNEL_HERE, NULL, NULL, "Stopping the subject failed with %d.", error);
    }
    size_t left = heddle_live_allocations(NULL, NULL) - before;
    if (left > 0 && has_end) {
        heddle_fail(HEDDLE_LEAK, "adapter", "a stopped service has no memory", KERNEL_HERE, NULL,
                    NULL, "%zu allocations are left after the end.", left);
    }
    note_stage(STAGE_STOPPED);
}

void
execute_subject(void (*run_threads)(void))
{
    size_t before = heddle_live_allocations(NULL, NULL);
    adapter_begin();
    slots_begin();
    plan_begin();
    oracles_begin(adapter.subject, !adapter.oracles);
    start();
    run_threads();
    heddle_settle();
    adapter.now.threads_done = true;
    note_stage(STAGE_THREADS_DONE);
    observe(OBSERVE_THREADS_DONE);
    tear_down();
    stop(before);
}

void
execute_body(void *argument)
{
    (void)argument;
    adapter.differences = adapter.subject->differences;
    execute_subject(run_at_once);
}
