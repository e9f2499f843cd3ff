/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Keys of zones, made and deleted while zones boot and halt, with creates that fail. A zone that stands has data of
 * every key whose zone_key_create returned, and that is what create returned. Each zone gets one create, one
 * shutdown, one destroy of a key, in that order. When zone_key_delete returns, all of it is over.
 */
#include "stress.h"

#define SLOTS        4
#define ROUNDS_LOOKS 4u

enum { EMPTY, CREATED, SHUT_DOWN };

/* What a slot's key has in the zone of an id. Turns of the zone alone touch it, and so the order of these alone keeps
 * threads apart here. */
static struct cell {
    zoneid_t id;
    int state;
} cells[SLOTS][STRESS_IDS];

/* A slot is of one thread: the first ones have one each. */
static _Thread_local zone_key_t key = ZONE_KEY_NONE;

/* --- callbacks: they are not told their key, so each slot has its own ----------------------------------- */

static void *
on_create(int slot, zoneid_t id)
{
    stress_begin(STRESS_key_create);
    STRESS_CHECK(id >= 0 && id < STRESS_IDS && zone_in_callback());
    struct cell *cell = &cells[slot][id];
    STRESS_CHECK(cell->state == EMPTY);
    uint32_t fault_one_in = stress_self()->fault_one_in;
    bool fails = fault_one_in > 0 && stress_chance(fault_one_in) == 0;
    if (!fails) {
        *cell = (struct cell){.id = id, .state = CREATED};
    }
    stress_end_outcome(STRESS_key_create, fails ? STRESS_NULL : STRESS_OK);
    return fails ? NULL : cell;
}

static void
on_shutdown(int slot, zoneid_t id, void *data)
{
    stress_begin(STRESS_key_shutdown);
    struct cell *cell = &cells[slot][id];
    STRESS_CHECK(data == cell && cell->id == id && cell->state == CREATED);
    cell->state = SHUT_DOWN;
    stress_end_outcome(STRESS_key_shutdown, STRESS_OK);
}

static void
on_destroy(int slot, zoneid_t id, void *data)
{
    stress_begin(STRESS_key_destroy);
    struct cell *cell = &cells[slot][id];
    STRESS_CHECK(data == cell && cell->id == id && cell->state == SHUT_DOWN);
    cell->state = EMPTY;
    stress_end_outcome(STRESS_key_destroy, STRESS_OK);
}

#define DEFINE(slot)                                                                               \
    static void *create_##slot(zoneid_t id)                                                        \
    {                                                                                              \
        return on_create(slot, id);                                                                \
    }                                                                                              \
    static void shutdown_##slot(zoneid_t id, void *data)                                           \
    {                                                                                              \
        on_shutdown(slot, id, data);                                                               \
    }                                                                                              \
    static void destroy_##slot(zoneid_t id, void *data)                                            \
    {                                                                                              \
        on_destroy(slot, id, data);                                                                \
    }
DEFINE(0)
DEFINE(1)
DEFINE(2)
DEFINE(3)

static const struct {
    zone_create_fn create;
    zone_callback_fn shutdown, destroy;
} callbacks[SLOTS] = {{create_0, shutdown_0, destroy_0},
                      {create_1, shutdown_1, destroy_1},
                      {create_2, shutdown_2, destroy_2},
                      {create_3, shutdown_3, destroy_3}};

/* --- the role ------------------------------------------------------------------------------------------ */

/* The data of the thread's key in a zone that stands. */
static void
check_data(int slot, zoneid_t id)
{
    zone_t *zone = zone_find_by_id(id);
    STRESS_CHECK(zone != NULL);
    const struct cell *data = STRESS_POINTER(zone_getspecific, zone_getspecific(key, zone));
    STRESS_CHECK(data == (key != ZONE_KEY_NONE ? &cells[slot][id] : NULL));
    zone_rele(zone);
}

static void
check_standing(int slot)
{
    const struct stress_zone *own;
    unsigned count = stress_own_all(&own);
    for (unsigned i = 0; i < count; i++) {
        check_data(slot, own[i].id);
    }
    for (unsigned i = 0; i < STRESS_PILLARS; i++) {
        check_data(slot, stress_pillars[i].id);
        check_data(slot, stress_shared_pillars[i].id);
    }
    check_data(slot, GLOBAL_ZONEID);
}

static void
make(int slot)
{
    int error = STRESS_ERROR(zone_key_create,
                             zone_key_create(&key, callbacks[slot].create, callbacks[slot].shutdown,
                                             callbacks[slot].destroy));
    STRESS_CHECK((error == 0) == (key != ZONE_KEY_NONE));
}

/* No callback of it runs, or ever will: the cells may be read. */
static void
check_gone(int slot)
{
    for (zoneid_t id = 0; id < STRESS_IDS; id++) {
        STRESS_CHECK(cells[slot][id].state == EMPTY);
    }
}

static void
unmake(int slot)
{
    STRESS_CHECK(STRESS_ERROR(zone_key_delete, zone_key_delete(key)) == 0);
    key = ZONE_KEY_NONE;
    check_gone(slot);
}

static void
step(void)
{
    if (stress_self()->index < SLOTS) {
        int slot = (int)stress_self()->index;
        check_standing(slot);
        if (key == ZONE_KEY_NONE) {
            make(slot);
            if (key == ZONE_KEY_NONE) {
                check_gone(slot);
            }
        } else if (stress_deed(ROUNDS_LOOKS) == 0) {
            unmake(slot);
        }
    }
    stress_zones_step();
}

static void
finish(void)
{
    if (key != ZONE_KEY_NONE) {
        unmake((int)stress_self()->index);
    }
    stress_zones_finish();
}

const struct stress_program stress_keys = {
    .name = "stress_keys",
    .property = "keys are made and deleted while zones boot and halt. Zones that stand have their "
                "data; callbacks "
                "come once, in order; when zone_key_delete returns, all of them are over.",
    .roles = {{step, finish}},
    .threads = 6,
    .stable_modules = 1u << NS_STR,
    .reaps_max = 64,
    .ids_max = 300,
    .fault_one_in = 400,
    .undoes_births = true,
    .needs = {STRESS_zone_key_create, STRESS_zone_key_delete, STRESS_zone_getspecific,
              STRESS_zone_create_exclusive, STRESS_zone_create_shared, STRESS_key_destroy},
};
