/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Everything at once: each thread does what the threads of the other programs do, in random turns, with half
 * of the modules coming and going, few reaps outstanding, slow destroys, callbacks that call back, and
 * memory that fails. (Not the zones of nobody of stress_registry.c: the others' zones are their own.)
 */
#include "stress.h"

extern const struct stress_program stress_refs, stress_lookup, stress_kstats, stress_reaper,
    stress_keys, stress_callbacks;

static const struct stress_program modules_part = {
    .roles = {{stress_modules_step, stress_modules_finish}},
};

static const struct stress_program *const parts[] = {
    &modules_part,  &stress_refs, &stress_lookup,    &stress_kstats,
    &stress_reaper, &stress_keys, &stress_callbacks, NULL};

static void
call_back(netstackid_t id, netstack_t *ns)
{
    stress_callbacks.in_callback(id, ns);
}

const struct stress_program stress_everything = {
    .name = "stress_everything",
    .property = "all that the other programs do, by every thread, in random turns.",
    .parts = parts,
    .threads = 6,
    .stable_modules = 0x2aaaa,
    .reaps_max = 6,
    .ids_max = 300,
    .fault_one_in = 1000,
    .destroy_ns = 60000,
    .undoes_births = true,
    .in_callback = call_back,
    .needs = {STRESS_netstack_register, STRESS_netstack_unregister, STRESS_netstack_hold_tag,
              STRESS_netstack_next, STRESS_kstat_create_netstack, STRESS_netstack_barrier,
              STRESS_netstack_wait_gone, STRESS_zone_create_exclusive, STRESS_zone_create_shared,
              STRESS_netstack_get_current},
};
