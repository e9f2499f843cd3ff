/* SPDX-License-Identifier: BSD-2-Clause
 *
 * All oracles, and who is told of what. The order of the table is the order in which they are
 * asked: where one mistake breaks several promises, the first of them gives it its name.
 */
#include "netstack/oracles/view.h"

#include <string.h>

extern const struct oracle oracle_lifetime, oracle_exactly_once, oracle_phase_order,
    oracle_argument, oracle_module_pointers, oracle_late_create, oracle_create_order,
    oracle_teardown_order, oracle_completeness, oracle_last_callback, oracle_all_or_nothing,
    oracle_reference_count, oracle_single_reap, oracle_lookup_answers, oracle_walk_completeness,
    oracle_unique_ids, oracle_module_flags, oracle_resting_state, oracle_held_locks,
    oracle_prompt_release, oracle_admission, oracle_bounded_visits, oracle_end_of_stack,
    oracle_shared_stack, oracle_linearizable;

const struct oracle *const netstack_oracles[] = {
    &oracle_lifetime,          &oracle_exactly_once,
    &oracle_phase_order,       &oracle_argument,
    &oracle_module_pointers,   &oracle_late_create,
    &oracle_create_order,      &oracle_teardown_order,
    &oracle_completeness,      &oracle_last_callback,
    &oracle_reference_count,   &oracle_single_reap,
    &oracle_all_or_nothing,    &oracle_lookup_answers,
    &oracle_walk_completeness, &oracle_unique_ids,
    &oracle_module_flags,      &oracle_shared_stack,
    &oracle_held_locks,        &oracle_admission,
    &oracle_end_of_stack,      &oracle_prompt_release,
    &oracle_bounded_visits,    &oracle_resting_state,
    &oracle_linearizable,      NULL,
};

struct oracle_histories oracles_histories;

#define ORACLES_MAX (sizeof(netstack_oracles) / sizeof(netstack_oracles[0]))
_Static_assert(ORACLES_MAX <= 64, "each has a bit");

typedef void (*observe_fn)(const struct observation *what);

static observe_fn interested[OBSERVE_KIND_COUNT][ORACLES_MAX]; /* each ended by NULL */
static bool is_prepared;
static uint64_t chosen = UINT64_MAX;
static bool is_off;

static void
prepare(void)
{
    for (uint32_t kind = 0; kind < OBSERVE_KIND_COUNT; kind++) {
        size_t count = 0;
        for (size_t i = 0; netstack_oracles[i] != NULL; i++) {
            bool is_chosen = (chosen >> i & 1) != 0;
            if (is_chosen && (netstack_oracles[i]->kinds & (1u << kind)) != 0) {
                interested[kind][count++] = netstack_oracles[i]->observe;
            }
        }
        interested[kind][count] = NULL;
    }
    is_prepared = true;
}

void
oracles_choose(uint64_t indexes)
{
    is_prepared = false;
    chosen = indexes;
}

void
oracles_begin(const struct subject *subject, bool off)
{
    if (!is_prepared) {
        prepare();
    }
    is_off = off;
    if (off) {
        return;
    }
    view_begin(subject);
    for (size_t i = 0; netstack_oracles[i] != NULL; i++) {
        if (netstack_oracles[i]->begin != NULL) {
            netstack_oracles[i]->begin(subject);
        }
    }
}

void
oracle_observe(const struct observation *what)
{
    if (is_off || !is_prepared) {
        return;
    }
    view_observe(what);
    for (const observe_fn *observe = interested[what->kind]; *observe != NULL; observe++) {
        (*observe)(what);
    }
}
