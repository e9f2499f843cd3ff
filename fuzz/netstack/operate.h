/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The operations' bodies, one a verb, in the files operate_*.c; and the calls that the teardown
 * shares with them. What a body returns is 0, an errno or OPERATION_SKIPPED. Each call on the
 * subject is told to the oracles; where the contract forbids it, the answer is given here and
 * nothing is told.
 */
#ifndef NETSTACK_OPERATE_H
#define NETSTACK_OPERATE_H

#include <errno.h>

#include "netstack/slots.h"

struct operation {
    const uint16_t *arguments;
    uint32_t gave; /* number of the stack that it gave; 0 none */
    int32_t value; /* what else it answered, where subjects are compared */
};

/*
 * What a call gave must be so, whatever else happens; else the execution ends as a model mismatch.
 */
#define MUST(claim, promise)                                                                       \
    ((claim) ? (void)0                                                                             \
             : heddle_fail(HEDDLE_MODEL_MISMATCH, "operations", (promise), KERNEL_HERE, NULL,      \
                           NULL, "This does not hold: %s", #claim))

/* operate_module.c */
int operate_register(struct operation *op);
int operate_unregister(struct operation *op);
int operate_register_bad(struct operation *op);
int operate_unregister_bad(struct operation *op);
int operate_unregister_module(uint8_t module);

/* operate_stack.c */
int operate_find_by_stackid(struct operation *op);
int operate_find_by_zoneid(struct operation *op);
int operate_find_by_zoneid_nolock(struct operation *op);
int operate_find_by_cred(struct operation *op);
int operate_get_current(struct operation *op);
int operate_inuse_by_stackid(struct operation *op);
int operate_stackid_to_zoneid(struct operation *op);
int operate_zoneid_to_stackid(struct operation *op);
int operate_get_zoneid(struct operation *op);
int operate_get_uid(struct operation *op);
int operate_is_valid(struct operation *op);

/* operate_reference.c */
int operate_hold(struct operation *op);
int operate_rele(struct operation *op);
int operate_hold_if_active(struct operation *op);
int operate_hold_tag(struct operation *op);
int operate_rele_tag(struct operation *op);
void reference_keep(uint16_t slot, subject_stack_t *stack, uint32_t number, enum slot_sort sort);
void reference_rele(const struct slot *held);
void reference_let_go(uint32_t number); /* what holders kept of that stack; 0: of all */
void
reference_return(struct slot *held); /* borrowed; released if somebody waits for its stack's end */

/* operate_walk.c */
int operate_walk_init(struct operation *op);
int operate_walk_next(struct operation *op);
int operate_walk_fini(struct operation *op);
int operate_walk(struct operation *op);

/* operate_zone.c */
int operate_zone_create(struct operation *op);
int operate_zone_shutdown(struct operation *op);
int operate_zone_destroy(struct operation *op);
int operate_zone_shutdown_global(struct operation *op);
int operate_zone_destroy_global(struct operation *op);
int operate_zone_create_bad(struct operation *op);
int operate_zone_find(struct operation *op);
int operate_zone_find_nolock(struct operation *op);
int operate_zone_hold(struct operation *op);
int operate_zone_rele(struct operation *op);
int operate_zone_status(struct operation *op);
int operate_zone_enter(struct operation *op);
int operate_zone_leave(struct operation *op);
int operate_zone_current(struct operation *op);
int operate_zone_is_valid(struct operation *op);
int operate_zone_destroy_id(zoneid_t id, enum netstack_verb verb);
void zone_observe_attached(const struct zone_record *record);
void zone_observe_detaching(const struct zone_record *record);
int operate_zone_go_home(void); /* leaves the zone that the thread entered, if any */

/* operate_key.c */
int operate_zone_key_create(struct operation *op);
int operate_zone_key_create_bad(struct operation *op);
int operate_zone_key_delete(struct operation *op);
int operate_zone_getspecific(struct operation *op);

/* operate_kstat.c */
int operate_kstat_create_stack(struct operation *op);
int operate_kstat_delete_stack(struct operation *op);
int operate_kstat_delete_stale(struct operation *op);
int operate_kstat_create_zone(struct operation *op);
int operate_kstat_delete_zone(struct operation *op);
int operate_kstat_zone_add(struct operation *op);
int operate_kstat_zone_remove(struct operation *op);
int operate_kstat_zone_find(struct operation *op);
int operate_kstat_is_valid(struct operation *op);

/* operate_cred.c */
int operate_cred_create(struct operation *op);
int operate_cred_hold(struct operation *op);
int operate_cred_rele(struct operation *op);
int operate_cred_zoneid(struct operation *op);

/* operate_service.c */
int operate_barrier(struct operation *op);
int operate_wait_gone(struct operation *op);
int operate_wait_gone_bad(struct operation *op);
int operate_current(struct operation *op);
int operate_figures(struct operation *op);
int operate_report(struct operation *op);
int operate_all_valid(struct operation *op);
int operate_init(struct operation *op);
int operate_fini(struct operation *op);
int operate_sleep(struct operation *op);
int operate_yield(struct operation *op);
int operate_reap_limit(struct operation *op);
int operate_zone_ids(struct operation *op);

#endif
