/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A subject: one implementation of the netstack with the zones, kstats and credentials that it
 * runs on, closed over its own globals. The adapter reaches it through this table alone, so many
 * subjects live in one program. The struct is the subject's only symbol (HeddleSubject.cmake).
 */
#ifndef NETSTACK_SUBJECT_H
#define NETSTACK_SUBJECT_H

#include <stdio.h>

#include "engine/heddle.h"
#include "kernel/zone.h"
#include "kernel/kstat.h"
#include "kernel/cred.h"

typedef struct netstack subject_stack_t; /* of that subject; the adapter never looks inside */
typedef struct {
    uint64_t opaque[8];
} subject_cursor_t; /* room for a netstack_handle_t */

typedef void *(*subject_create_fn)(int stackid, subject_stack_t *stack);
typedef void (*subject_callback_fn)(int stackid, void *instance);

struct subject {
    const char *name;
    const char *summary; /* one line for `heddle list subjects` */
    struct heddle_globals globals;

    /*
     * Where its contract differs from the core's (contract.h: a bit and a reason a row): what the
     * adapter must not do to it, or an oracle must not ask of it.
     */
    uint64_t differences;

    /*
     * The kind of allocation that is a stack, as kernel_zalloc names it, and what of it is public.
     */
    const char *stack_kind;
    size_t stack_lock_offset;
    uint16_t (*stack_module_flags)(const subject_stack_t *stack, int module);
    void *(*stack_module_instance)(const subject_stack_t *stack, int module);
    int (*stack_id)(const subject_stack_t *stack);
    uint32_t (*stack_zones)(const subject_stack_t *stack);
    uint32_t (*stack_flags)(const subject_stack_t *stack); /* NSF_*; with the stack's lock held */

    /*
     * The whole service: zones, kstats, netstack. stop: netstack_fini, kstat_fini, zone_fini; 0 or
     * errno.
     */
    int (*start)(unsigned int reaps_max,
                 unsigned int id_max); /* netstack_outstanding_reaps, zone_id_max */
    int (*stop)(void);

    /* netstack.h, by the same names without the prefix; a subject's void function answers 0. */
    int (*register_module)(int module, subject_create_fn create, subject_callback_fn shutdown,
                           subject_callback_fn destroy);
    int (*unregister_module)(int module);
    void (*hold)(subject_stack_t *stack);
    void (*rele)(subject_stack_t *stack);
    subject_stack_t *(*hold_if_active)(subject_stack_t *stack);
    subject_stack_t *(*get_current)(void);
    subject_stack_t *(*find_by_cred)(const cred_t *cred);
    subject_stack_t *(*find_by_zoneid)(zoneid_t zone);
    subject_stack_t *(*find_by_zoneid_nolock)(zoneid_t zone);
    subject_stack_t *(*find_by_stackid)(int stackid);
    bool (*inuse_by_stackid)(int stackid);
    void (*next_init)(subject_cursor_t *cursor);
    subject_stack_t *(*next)(subject_cursor_t *cursor);
    void (*next_fini)(subject_cursor_t *cursor);
    zoneid_t (*stackid_to_zoneid)(int stackid);
    int (*zoneid_to_stackid)(zoneid_t zone);
    zoneid_t (*get_zoneid)(subject_stack_t *stack);
    kstat_t *(*kstat_create)(const char *name, int instance, int stackid);
    int (*kstat_delete)(kstat_t *ks, int stackid);

    /* What only some subjects have; NULL elsewhere. */
    int (*barrier)(void);
    int (*wait_gone)(uint64_t uid);
    uint64_t (*get_uid)(const subject_stack_t *stack);
    subject_stack_t *(*current)(void);
    void (*hold_tag)(subject_stack_t *stack, const char *tag);
    void (*rele_tag)(subject_stack_t *stack, const char *tag);
    void (*read_figures)(void);
    void (*report)(FILE *out, bool as_json);
    bool (*is_valid)(const subject_stack_t *stack);
    bool (*all_valid)(void);
    int (*init)(void); /* netstack_init and netstack_fini, as operations */
    int (*fini)(void);

    /* kernel/zone.h, kstat.h, cred.h: the subject's own copies. */
    int (*zone_create)(uint32_t flags, zoneid_t *id);
    int (*zone_shutdown)(zoneid_t id);
    int (*zone_destroy)(zoneid_t id);
    zone_t *(*zone_find_by_id)(zoneid_t id);
    zone_t *(*zone_find_by_id_nolock)(zoneid_t id);
    void (*zone_hold)(zone_t *zone);
    void (*zone_rele)(zone_t *zone);
    zone_status_t (*zone_status)(zone_t *zone);
    int (*zone_key_create)(zone_key_t *key, zone_create_fn create, zone_callback_fn shutdown,
                           zone_callback_fn destroy);
    int (*zone_key_delete)(zone_key_t key);
    void *(*zone_getspecific)(zone_key_t key, zone_t *zone);
    int (*zone_enter)(zone_t *zone);
    zone_t *(*zone_current)(void);
    bool (*zone_is_valid)(void);
    kstat_t *(*kstat_create_zone)(const char *name, int instance, zoneid_t zone);
    void (*kstat_delete_zone)(kstat_t *ks);
    int (*kstat_zone_add)(kstat_t *ks, zoneid_t zone);
    void (*kstat_zone_remove)(kstat_t *ks, zoneid_t zone);
    bool (*kstat_zone_find)(kstat_t *ks, zoneid_t zone);
    bool (*kstat_exists)(const kstat_t *ks);
    bool (*kstat_is_valid)(void);
    cred_t *(*cred_create)(zoneid_t zone);
    void (*cred_hold)(cred_t *cred);
    void (*cred_rele)(cred_t *cred);
    zoneid_t (*cred_zoneid)(const cred_t *cred);
};

#endif
