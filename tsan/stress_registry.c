/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Register and unregister beside boot and halt. Half of the threads load and unload modules, each other's too; the
 * others boot zones that belong to nobody, and shut down and destroy whichever they see, so that many ask for
 * the same. Creates fail, and so does memory.
 */
#include "stress.h"

#define COMMON_COUNT 12u

/*
 * Zones of nobody: id, and above it a number that no other value has; 0: room for one. A value stays until a
 * destroy of its id answered 0 or ENOENT: then its zone is gone, though perhaps another of that id is
 * not, which has a value of its own. So at the end destroying what is here leaves nothing.
 */
static _Atomic uint64_t common[COMMON_COUNT];

static zoneid_t
id_of(uint64_t value)
{
    return (zoneid_t)(value & INT32_MAX);
}

static bool
replace(_Atomic uint64_t *place, uint64_t expected, uint64_t value)
{
    return atomic_compare_exchange_strong_explicit(place, &expected, value, memory_order_relaxed,
                                                   memory_order_relaxed);
}

static int
destroy(zoneid_t id)
{
    stress_turn_begin(STRESS_TURN_ZONE, id);
    int error = STRESS_ERROR(zone_destroy_by_many, zone_destroy(id));
    stress_turn_end();
    return error;
}

static void
boot_common(_Atomic uint64_t *place)
{
    bool exclusive = stress_deed(4) != 0;
    zoneid_t id = ZONEID_NONE;
    stress_turn_begin(STRESS_TURN_BIRTH, 0);
    int error = exclusive ? STRESS_ERROR(zone_create_exclusive, zone_create(ZF_NET_EXCL, &id))
                          : STRESS_ERROR(zone_create_shared, zone_create(0, &id));
    stress_turn_end();
    uint64_t value = stress_deed(INT32_MAX) << 32 | (uint32_t)id;
    if (error == 0 && !replace(place, 0, value)) {
        (void)destroy(id);
    }
}

static void
step(void)
{
    _Atomic uint64_t *place = &common[stress_deed(COMMON_COUNT)];
    uint64_t value = atomic_load_explicit(place, memory_order_relaxed);
    if (value == 0) {
        boot_common(place);
    } else if (stress_deed(3) == 0) {
        stress_turn_begin(STRESS_TURN_ZONE, id_of(value));
        (void)STRESS_ERROR(zone_shutdown_by_many, zone_shutdown(id_of(value)));
        stress_turn_end();
    } else if (stress_deed(3) == 0 && destroy(id_of(value)) != EBUSY) {
        (void)replace(place, value, 0);
    }
}

static void
destroy_all(void)
{
    for (unsigned i = 0; i < COMMON_COUNT; i++) {
        uint64_t value = atomic_load_explicit(&common[i], memory_order_relaxed);
        if (value != 0) {
            STRESS_CHECK(destroy(id_of(value)) != EBUSY);
            atomic_store_explicit(&common[i], 0, memory_order_relaxed);
        }
    }
}

const struct stress_program stress_registry = {
    .name = "stress_registry",
    .property =
        "modules are registered and unregistered, by many at once, while zones boot and halt. "
        "Callbacks come once, in order, with what create returned, and none after unregister.",
    .roles = {{step, NULL}, {stress_modules_step, stress_modules_finish}},
    .threads = 6,
    .reaps_max = 64,
    .ids_max = 500,
    .fault_one_in = 400,
    .before_rest = destroy_all,
    .needs = {STRESS_netstack_register, STRESS_netstack_unregister, STRESS_zone_create_exclusive,
              STRESS_zone_create_shared, STRESS_zone_shutdown_by_many, STRESS_zone_destroy_by_many,
              STRESS_module_shutdown},
};
