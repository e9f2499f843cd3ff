/* SPDX-License-Identifier: BSD-2-Clause
 *
 * An illumos netstack.c as a subject: the table of its calls. Repaired copies of it are built from
 * this file too, under other names. Void functions answer 0.
 */
#include <sys/netstack.h>

#include "netstack/subject_services.h"

#ifndef SUBJECT_NAME
#define SUBJECT_NAME reference
#endif
#ifndef SUBJECT_SUMMARY
#define SUBJECT_SUMMARY "an illumos netstack.c, built unmodified (HEDDLE_KERNEL_SOURCE)"
#endif

/* illumos' zones never give an id to a zone while a stack with it lingers. */
static bool
subject_claims_id(zoneid_t id)
{
    return netstack_inuse_by_stackid(id) == B_TRUE;
}

static int
subject_start(unsigned int reaps_max, unsigned int id_max)
{
    zone_id_max = id_max;
    zone_init();
    kstat_init();
    netstack_outstanding_reaps = reaps_max;
    netstack_init();
    zone_set_id_filter(subject_claims_id);
    return 0;
}

/* It has no end: stack 0, its zone key and its locks stay. */
static int
subject_stop(void)
{
    return 0;
}

SUBJECT_UNWATCHED static uint32_t
subject_stack_flags(const subject_stack_t *stack)
{
    return (uint32_t)stack->netstack_flags;
}

static int
subject_register(int module, subject_create_fn create, subject_callback_fn shutdown,
                 subject_callback_fn destroy)
{
    netstack_register(module, create, shutdown, destroy);
    return 0;
}

static int
subject_unregister(int module)
{
    netstack_unregister(module);
    return 0;
}

static int
subject_kstat_delete(kstat_t *ks, int stackid)
{
    kstat_delete_netstack(ks, stackid);
    return 0;
}

const struct subject SUBJECT_SYMBOL = {
    SUBJECT_COMMON,
    .stack_kind = "netstack_t",
    .summary = SUBJECT_SUMMARY,
    .differences = CONTRACT_OF_ILLUMOS,
    .stack_flags = subject_stack_flags,
    .start = subject_start,
    .stop = subject_stop,
    .register_module = subject_register,
    .unregister_module = subject_unregister,
    .kstat_delete = subject_kstat_delete,
};
