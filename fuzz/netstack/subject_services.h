/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What all subjects have in common: the zones, kstats and credentials under them, and the calls of
 * the netstack whose shape is the same everywhere. Each subject's file includes this once, after
 * the header of its netstack, and puts SUBJECT_COMMON into its table.
 */
#ifndef NETSTACK_SUBJECT_SERVICES_H
#define NETSTACK_SUBJECT_SERVICES_H

#include "netstack/contract.h"
#include "netstack/subject.h"

/*
 * The subject's symbol, subject_<name>, and the sections that closing it made
 * (HeddleSubject.cmake).
 */
#define SUBJECT_PASTE_(a, b, c) a##b##c
#define SUBJECT_PASTE(a, b, c)  SUBJECT_PASTE_(a, b, c)
#define SUBJECT_TEXT_(name)     #name
#define SUBJECT_TEXT(name)      SUBJECT_TEXT_(name)
#define SUBJECT_SYMBOL          SUBJECT_PASTE(subject_, SUBJECT_NAME, )
#define SUBJECT_DATA_START      SUBJECT_PASTE(__start_subject_, SUBJECT_NAME, _data)
#define SUBJECT_DATA_END        SUBJECT_PASTE(__stop_subject_, SUBJECT_NAME, _data)

extern char SUBJECT_DATA_START[] __attribute__((visibility("hidden")));
extern char SUBJECT_DATA_END[] __attribute__((visibility("hidden")));
extern const struct subject SUBJECT_SYMBOL;

/* Oracles look at a stack when they like: that is no access of the subject's, and no race. */
#define SUBJECT_UNWATCHED __attribute__((no_sanitize("thread")))

SUBJECT_UNWATCHED static uint16_t
subject_module_flags(const subject_stack_t *stack, int module)
{
    return stack->netstack_m_state[module].nms_flags;
}

SUBJECT_UNWATCHED static void *
subject_module_instance(const subject_stack_t *stack, int module)
{
    /* Where the subject has it atomic: not so here, for atomic accesses are watched all the same. */
    return *(void *const volatile *)(const volatile void *)&stack->netstack_modules[module];
}

SUBJECT_UNWATCHED static int
subject_stack_id(const subject_stack_t *stack)
{
    return stack->netstack_stackid;
}

SUBJECT_UNWATCHED static uint32_t
subject_stack_zones(const subject_stack_t *stack)
{
    return (uint32_t)stack->netstack_numzones;
}

static bool
subject_inuse_by_stackid(int stackid)
{
    return netstack_inuse_by_stackid(stackid);
}

_Static_assert(sizeof(netstack_handle_t) <= sizeof(subject_cursor_t), "a cursor has room");

static void
subject_next_init(subject_cursor_t *cursor)
{
    netstack_next_init((netstack_handle_t *)cursor);
}

static subject_stack_t *
subject_next(subject_cursor_t *cursor)
{
    return netstack_next((netstack_handle_t *)cursor);
}

static void
subject_next_fini(subject_cursor_t *cursor)
{
    netstack_next_fini((netstack_handle_t *)cursor);
}

/* Modules' and zones' kstats have module names of their own, so the two never clash. */
static kstat_t *
subject_kstat_create(const char *name, int instance, int stackid)
{
    return kstat_create_netstack((char *)"stack", instance, (char *)name, (char *)"net", 0, 1, 0,
                                 stackid);
}

static kstat_t *
subject_kstat_create_zone(const char *name, int instance, zoneid_t zone)
{
    return kstat_create_zone("zone", instance, name, "misc", 0, 1, 0, zone);
}

#define SUBJECT_COMMON                                                                             \
    .name = SUBJECT_TEXT(SUBJECT_NAME), .globals = {SUBJECT_DATA_START, SUBJECT_DATA_END},         \
    .stack_lock_offset = offsetof(netstack_t, netstack_lock),                                      \
    .stack_module_flags = subject_module_flags, .stack_module_instance = subject_module_instance,  \
    .stack_id = subject_stack_id, .stack_zones = subject_stack_zones, .hold = netstack_hold,       \
    .rele = netstack_rele, .hold_if_active = netstack_hold_if_active,                              \
    .get_current = netstack_get_current, .find_by_cred = netstack_find_by_cred,                    \
    .find_by_zoneid = netstack_find_by_zoneid,                                                     \
    .find_by_zoneid_nolock = netstack_find_by_zoneid_nolock,                                       \
    .find_by_stackid = netstack_find_by_stackid, .inuse_by_stackid = subject_inuse_by_stackid,     \
    .next_init = subject_next_init, .next = subject_next, .next_fini = subject_next_fini,          \
    .stackid_to_zoneid = netstackid_to_zoneid, .zoneid_to_stackid = zoneid_to_netstackid,          \
    .get_zoneid = netstack_get_zoneid, .kstat_create = subject_kstat_create,                       \
    .zone_create = zone_create, .zone_shutdown = zone_shutdown, .zone_destroy = zone_destroy,      \
    .zone_find_by_id = zone_find_by_id, .zone_find_by_id_nolock = zone_find_by_id_nolock,          \
    .zone_hold = zone_hold, .zone_rele = zone_rele, .zone_status = zone_status,                    \
    .zone_key_create = zone_key_create, .zone_key_delete = zone_key_delete,                        \
    .zone_getspecific = zone_getspecific, .zone_enter = zone_enter, .zone_current = zone_current,  \
    .zone_is_valid = zone_is_valid, .kstat_create_zone = subject_kstat_create_zone,                \
    .kstat_delete_zone = kstat_delete, .kstat_zone_add = kstat_zone_add,                           \
    .kstat_zone_remove = kstat_zone_remove, .kstat_zone_find = kstat_zone_find,                    \
    .kstat_exists = kstat_exists, .kstat_is_valid = kstat_is_valid, .cred_create = cred_create,    \
    .cred_hold = cred_hold, .cred_rele = cred_rele, .cred_zoneid = crgetzoneid

#endif
