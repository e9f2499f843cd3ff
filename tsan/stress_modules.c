/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Nineteen modules and what their callbacks check. Callbacks are not told their module, so each has its own;
 * nor their registration, so each module has them once for each variant, and a registration uses the
 * variant of the thread that makes it.
 *
 *   Order    a callback knows in whose call it runs (the thread says so), and what a call may run is a
 *            sequence of (phase, key) that only ascends: a birth's creates by module, its undo and every
 *            teardown by module downwards, register's and unregister's by the stack's uid. One that
 *            comes in nobody's call must be the reaper's.
 *   Once     a cell for each (id, module) is empty, created or shut down; it holds what create returned,
 *            for which uid and which registration.
 *   Turns    the record of an id is plain memory, marked busy while a callback runs: two callbacks on one
 *            stack at a time, or not ordered by the core, are seen by the mark or by ThreadSanitizer.
 *   Whole    a stack's cells are empty when the next one of its id begins, and at rest.
 */
#include "stress_registrations.h"

enum { EMPTY, CREATED, SHUT_DOWN };

#define PAUSE_ONE_IN 16
#define PAUSE_NS_MAX 20000
/* Sleeps take longer than this anyway. */
#define SLEEP_NS_MIN 50000
/* Looks that synchronise with others are rare. */
#define LOOK_ONE_IN 4

/* What a create returns. */
struct instance {
    uint64_t uid;
    int module;
};

/* A turn of the core's alone touches it. */
static struct record {
    uint64_t uid; /* of the stack that has the id now, or had it last */
    bool busy;
    bool is_going; /* a zone's shutdown pass was here */
    struct cell {
        struct instance *instance;
        uint64_t serial;
        uint8_t variant;
        uint8_t state;
    } cells[NS_MAX];
} records[STRESS_IDS];

/* The uid of the last stack of that id whose reap ran the destroy of the lowest stable module. */
static _Atomic uint64_t reaped[STRESS_IDS];

struct stress_registration stress_registrations[NS_MAX][STRESS_VARIANTS];
_Thread_local struct stress_turn stress_turn;

void
stress_turn_begin(enum stress_turn_kind kind, int module_or_zone)
{
    stress_turn = (struct stress_turn){.kind = kind, .subject = module_or_zone};
}

void
stress_turn_end(void)
{
    stress_turn = (struct stress_turn){.kind = STRESS_TURN_REAP};
}

/* --- what every callback checks ------------------------------------------------------------------ */

static void
advance(int phase, int64_t key)
{
    STRESS_CHECK(phase > stress_turn.phase ||
                 (phase == stress_turn.phase && key > stress_turn.key));
    stress_turn.phase = phase;
    stress_turn.key = key;
}

/* The place of a callback in the turn that runs it. */
static void
check_order(int phase, int module, const netstack_t *ns)
{
    int64_t uid = (int64_t)netstack_get_uid(ns);
    switch (stress_turn.kind) {
    case STRESS_TURN_REAP:
        STRESS_CHECK(stress_self()->index == STRESS_INDEX_OF_REAPER);
        STRESS_CHECK(phase != STRESS_PHASE_CREATE);
        if (stress_turn.reaping != uid) {
            stress_turn = (struct stress_turn){.kind = STRESS_TURN_REAP, .reaping = uid};
            stress_turn.key = INT64_MIN;
        }
        advance(phase, -module);
        break;
    case STRESS_TURN_BIRTH:
        advance(phase, phase == STRESS_PHASE_CREATE ? module + 1 : -module);
        break;
    case STRESS_TURN_ZONE:
        STRESS_CHECK(phase == STRESS_PHASE_SHUTDOWN && ns->netstack_stackid == stress_turn.subject);
        advance(phase, -module);
        break;
    case STRESS_TURN_REGISTER:
        STRESS_CHECK(module == stress_turn.subject);
        advance(phase, phase == STRESS_PHASE_CREATE ? uid : -uid);
        break;
    case STRESS_TURN_UNREGISTER:
        STRESS_CHECK(phase != STRESS_PHASE_CREATE && module == stress_turn.subject);
        advance(phase, uid);
        break;
    }
}

static struct record *
enter(int phase, int module, netstackid_t id, netstack_t *ns)
{
    STRESS_CHECK(ns != NULL && netstack_current() == ns && zone_in_callback());
    STRESS_CHECK(ns->netstack_stackid == id && id >= 0 && id < STRESS_IDS);
    struct record *record = &records[id];
    STRESS_CHECK(!record->busy);
    record->busy = true;
    check_order(phase, module, ns);
    return record;
}

static void
leave(struct record *record)
{
    STRESS_CHECK(record->busy);
    record->busy = false;
}

/* The middle of a callback: takes its time, calls the core. */
static void
linger(netstackid_t id, netstack_t *ns)
{
    if (stress_program.in_callback != NULL) {
        stress_program.in_callback(id, ns);
    }
    if (stress_chance(PAUSE_ONE_IN) == 0) {
        kernel_sleep_ns(stress_chance(PAUSE_NS_MAX));
    }
}

/* Relaxed: a pointer that is read with acquire would order what the core's locks must. */
static const void *
pointer_of(const netstack_t *ns, int module)
{
    return atomic_load_explicit(&ns->netstack_modules[module], memory_order_relaxed);
}

static bool
is_active(netstack_t *ns)
{
    netstack_t *held = netstack_hold_if_active(ns);
    if (held != NULL) {
        netstack_rele(held);
    }
    return held != NULL;
}

/* --- create ------------------------------------------------------------------------------------- */

/* The first callback on a stack finds what the last one of its id left. */
static void
note_stack(struct record *record, netstack_t *ns)
{
    uint64_t uid = netstack_get_uid(ns);
    if (record->uid == uid) {
        return;
    }
    STRESS_CHECK(uid > record->uid);
    for (int module = 0; module < NS_MAX; module++) {
        STRESS_CHECK(record->cells[module].state == EMPTY);
    }
    record->uid = uid;
    record->is_going = false;
}

static void *
make_instance(struct cell *cell, int module, int variant, uint64_t uid)
{
    uint32_t fault_one_in = stress_self()->fault_one_in;
    if (fault_one_in > 0 && stress_chance(fault_one_in) == 0) {
        return NULL;
    }
    struct instance *instance = kernel_zalloc("stress_instance", sizeof(*instance), KERNEL_NOSLEEP);
    if (instance == NULL) {
        return NULL;
    }
    *instance = (struct instance){.uid = uid, .module = module};
    struct stress_registration *registration = &stress_registrations[module][variant];
    *cell = (struct cell){.instance = instance,
                          .serial = registration->serial,
                          .variant = (uint8_t)variant,
                          .state = CREATED};
    atomic_fetch_add_explicit(&registration->live, 1, memory_order_relaxed);
    return instance;
}

static void *
on_create(int module, int variant, netstackid_t id, netstack_t *ns)
{
    stress_begin(STRESS_module_create);
    struct record *record = enter(STRESS_PHASE_CREATE, module, id, ns);
    note_stack(record, ns);
    if (stress_chance(LOOK_ONE_IN) == 0) {
        /* Of births the stacks are not active yet; register creates on live ones. */
        STRESS_CHECK(is_active(ns) == (stress_turn.kind == STRESS_TURN_REGISTER));
    }
    STRESS_CHECK(!record->is_going);
    struct cell *cell = &record->cells[module];
    STRESS_CHECK(cell->state == EMPTY && pointer_of(ns, module) == NULL);
    linger(id, ns);
    void *instance = make_instance(cell, module, variant, netstack_get_uid(ns));
    leave(record);
    stress_end_outcome(STRESS_module_create, instance != NULL ? STRESS_OK : STRESS_NULL);
    return instance;
}

/* --- shutdown and destroy ------------------------------------------------------------------------ */

/* The cell of an instance that is torn down by the call of that variant. */
static struct cell *
find_cell(struct record *record, int module, int variant, const netstack_t *ns, const void *data)
{
    struct cell *cell = &record->cells[module];
    STRESS_CHECK(record->uid == netstack_get_uid(ns));
    STRESS_CHECK(cell->state != EMPTY && cell->instance == data && cell->variant == variant);
    STRESS_CHECK(cell->instance->uid == record->uid && cell->instance->module == module);
    if (stress_turn.kind == STRESS_TURN_UNREGISTER) {
        /* All instances that an unregister tears down are of one registration. */
        STRESS_CHECK(
            stress_turn.removed_serial == 0 ||
            (stress_turn.removed_serial == cell->serial && stress_turn.removed_variant == variant));
        stress_turn.removed_serial = cell->serial;
        stress_turn.removed_variant = variant;
    }
    return cell;
}

static void
on_shutdown(int module, int variant, netstackid_t id, void *data)
{
    stress_begin(STRESS_module_shutdown);
    netstack_t *ns = netstack_current();
    struct record *record = enter(STRESS_PHASE_SHUTDOWN, module, id, ns);
    struct cell *cell = find_cell(record, module, variant, ns, data);
    STRESS_CHECK(cell->state == CREATED && pointer_of(ns, module) == data);
    record->is_going |= stress_turn.kind == STRESS_TURN_ZONE;
    linger(id, ns);
    STRESS_CHECK(pointer_of(ns, module) == data);
    cell->state = SHUT_DOWN;
    leave(record);
    stress_end_outcome(STRESS_module_shutdown, STRESS_OK);
}

static void
on_destroy(int module, int variant, netstackid_t id, void *data)
{
    stress_begin(STRESS_module_destroy);
    netstack_t *ns = netstack_current();
    struct record *record = enter(STRESS_PHASE_DESTROY, module, id, ns);
    struct cell *cell = find_cell(record, module, variant, ns, data);
    STRESS_CHECK(cell->state == (stress_variant_shuts_down(variant) ? SHUT_DOWN : CREATED));
    STRESS_CHECK(pointer_of(ns, module) == NULL);
    if (stress_turn.kind == STRESS_TURN_REAP && stress_chance(LOOK_ONE_IN) == 0) {
        STRESS_CHECK(!is_active(ns) && netstack_inuse_by_stackid(id));
    }
    linger(id, ns);
    uint64_t delay_ns = stress_chance(stress_program.destroy_ns);
    if (delay_ns >= SLEEP_NS_MIN) {
        kernel_sleep_ns(delay_ns);
    }
    kernel_free(cell->instance, sizeof(*cell->instance));
    *cell = (struct cell){.state = EMPTY};
    atomic_fetch_sub_explicit(&stress_registrations[module][variant].live, 1, memory_order_relaxed);
    if (stress_turn.kind == STRESS_TURN_REAP &&
        module == __builtin_ctz(stress_program.stable_modules | 1u << NS_MAX)) {
        atomic_store_explicit(&reaped[id], record->uid, memory_order_relaxed);
    }
    leave(record);
    stress_end_outcome(STRESS_module_destroy, STRESS_OK);
}

/* --- the table of callbacks ---------------------------------------------------------------------- */

#define MODULES(X, v)                                                                              \
    X(0, v)                                                                                        \
    X(1, v)                                                                                        \
    X(2, v)                                                                                        \
    X(3, v)                                                                                        \
    X(4, v)                                                                                        \
    X(5, v)                                                                                        \
    X(6, v)                                                                                        \
    X(7, v)                                                                                        \
    X(8, v) X(9, v) X(10, v) X(11, v) X(12, v) X(13, v) X(14, v) X(15, v) X(16, v) X(17, v) X(18, v)

#define DEFINE(m, v)                                                                               \
    static void *create_##m##_##v(netstackid_t id, netstack_t *ns)                                 \
    {                                                                                              \
        return on_create(m, v, id, ns);                                                            \
    }                                                                                              \
    static void shutdown_##m##_##v(netstackid_t id, void *data)                                    \
    {                                                                                              \
        on_shutdown(m, v, id, data);                                                               \
    }                                                                                              \
    static void destroy_##m##_##v(netstackid_t id, void *data)                                     \
    {                                                                                              \
        on_destroy(m, v, id, data);                                                                \
    }
MODULES(DEFINE, 0)
MODULES(DEFINE, 1)
MODULES(DEFINE, 2)
MODULES(DEFINE, 3)
MODULES(DEFINE, 4)

#define ROW(m, v) {create_##m##_##v, shutdown_##m##_##v, destroy_##m##_##v},
const struct stress_module_callbacks stress_module_callbacks[STRESS_VARIANTS][NS_MAX] = {
    {MODULES(ROW, 0)}, {MODULES(ROW, 1)}, {MODULES(ROW, 2)}, {MODULES(ROW, 3)}, {MODULES(ROW, 4)}};

/* --- at rest ------------------------------------------------------------------------------------ */

bool
stress_is_reaped(const struct stress_zone *zone)
{
    /* Without a stable module nobody says so. */
    return stress_program.stable_modules == 0 ||
           atomic_load_explicit(&reaped[zone->id], memory_order_relaxed) >= zone->uid;
}

void
stress_modules_check_at_rest(unsigned stacks)
{
    for (int module = 0; module < NS_MAX; module++) {
        bool is_stable = (stress_program.stable_modules & (1u << module)) != 0;
        unsigned created = 0;
        for (int id = 0; id < STRESS_IDS; id++) {
            STRESS_CHECK(!records[id].busy && records[id].cells[module].state != SHUT_DOWN);
            created += records[id].cells[module].state == CREATED ? 1 : 0;
        }
        STRESS_CHECK(created == (is_stable ? stacks : 0));
    }
}
