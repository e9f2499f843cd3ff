/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Zones over the seam: their life cycle, the data that keys attach to them, and the
 * current zone of a thread. Zone 0, the global zone, exists from zone_init to zone_fini.
 *
 *   initialised -> ready -> running -> shutting down -> down -> dead -> freed
 *
 * zone_create leaves a zone running; zone_shutdown leaves it down; zone_destroy makes it
 * dead (no longer found), runs the destroy callbacks, and frees it at the last zone_rele.
 */
#ifndef KERNEL_ZONE_H
#define KERNEL_ZONE_H

#include "kernel/kernel.h"

typedef int zoneid_t;
#define GLOBAL_ZONEID 0
#define ZONEID_NONE   (-1)

/* zone_create's flags: the zone has a network stack of its own. */
#define ZF_NET_EXCL 0x01u

typedef enum {
    ZONE_IS_INITIALIZED, /* create callbacks run; only zone_find_by_id_nolock finds it */
    ZONE_IS_READY,
    ZONE_IS_RUNNING,
    ZONE_IS_SHUTTING_DOWN,
    ZONE_IS_DOWN,
    ZONE_IS_DEAD,
} zone_status_t;

struct netstack;

/* The first fields are for the owner of the network-stack key; the rest is in zone.c. */
typedef struct zone {
    zoneid_t zone_id;               /* constant */
    uint32_t zone_flags;            /* constant */
    struct netstack *zone_netstack; /* set once by the stack's create callback */
    int zone_create_error;          /* see zone_create_fn; written in create callbacks alone */
} zone_t;

typedef uint32_t zone_key_t;
#define ZONE_KEY_NONE 0u

/*
 * What a key does for each zone. create: NULL is failure, ENOMEM unless the callback left another
 * error in its zone's zone_create_error. shutdown and destroy may be NULL.
 */
typedef void *(*zone_create_fn)(zoneid_t id);
typedef void (*zone_callback_fn)(zoneid_t id, void *data);

/* The highest id given out; read by zone_init. A small one makes ids come round soon, in tests. */
extern unsigned int zone_id_max;

/* Starts the zone service with zone 0 alone, running. Requires: not started. */
void zone_init(void);

/*
 * Ends it, freeing everything.
 * Returns: 0; EBUSY, nothing changed, if a zone other than 0, a key or a hold on zone 0 is left.
 */
int zone_fini(void);

/*
 * Boots a zone: takes an id (as long unused as possible, never one that the filter claims),
 * runs the create callbacks of the keys in order of registration, then makes it running.
 * Returns: 0 with *id; ENOMEM without memory, or the error of the create callback that failed
 * (those done are shut down and destroyed in reverse); EAGAIN if no id is free; EINVAL for unknown
 * flags; EDEADLK in a callback.
 */
int zone_create(uint32_t flags, zoneid_t *id);

/*
 * Halts a zone: runs the shutdown callbacks, once. Waits for a create of a key on it.
 * Returns: 0; ENOENT (no zone to find); EBUSY (already shutting down, down or dead, or zone 0
 * while others exist: from birth until their destroy callbacks ended); EDEADLK in a callback.
 */
int zone_shutdown(zoneid_t id);

/*
 * Ends a zone, shutting it down first if nobody did; waits for a shutdown in progress.
 * Returns: 0; ENOENT; EBUSY (another destroy is in progress, or zone 0 while others exist);
 * EDEADLK in a callback.
 */
int zone_destroy(zoneid_t id);

/* The zone, held, if it is ready to down; else NULL. */
zone_t *zone_find_by_id(zoneid_t id);

/* The zone, not held, in any state but freed. Requires: something else keeps it, as in callbacks. */
zone_t *zone_find_by_id_nolock(zoneid_t id);

void zone_hold(zone_t *zone);
void zone_rele(zone_t *zone); /* waits for nothing; the last one frees a dead zone */
zone_status_t zone_status(zone_t *zone);

/*
 * Registers a key and runs create on every zone that exists, before it returns.
 * Returns: 0 with *key; ENOMEM, or the error of the create that failed (undone in reverse);
 * EINVAL without create; EDEADLK in a callback.
 */
int zone_key_create(zone_key_t *key, zone_create_fn create, zone_callback_fn shutdown,
                    zone_callback_fn destroy);

/*
 * Unregisters it: shutdown on every zone that has not had it, then destroy on every zone.
 * When it returns 0 no callback of the key runs or will run.
 * Returns: 0; ENOENT (no such key); EBUSY (another delete, or its create, is running);
 * EDEADLK in a callback.
 */
int zone_key_delete(zone_key_t key);

/* What create returned for this zone, or NULL. Requires: zone held or pinned by a callback. */
void *zone_getspecific(zone_key_t key, zone_t *zone);

/*
 * The zone of the calling thread (zone 0 unless it entered another), not held: entering holds.
 * zone_enter(NULL) goes back to zone 0. zone_enter: ENOENT if the zone is not ready to down.
 */
zone_t *zone_current(void);
int zone_enter(zone_t *zone);

/*
 * An id for which `claims` says true is not given out. NULL: no filter; returns when no call of the
 * last one is in progress. One filter at a time. The filter is called as a callback, with no lock.
 * Locks: the caller holds none that the filter takes.
 */
void zone_set_id_filter(bool (*claims)(zoneid_t id));

/*
 * Is the caller in a callback? The zones mark theirs, the netstack its own; blocking calls of both
 * answer EDEADLK there. enter and exit nest.
 */
bool zone_in_callback(void);
void zone_callback_enter(void);
void zone_callback_exit(void);

/* Executable invariants of the zone list; true, or the end with what is wrong. */
bool zone_is_valid(void);

/*
 * For reports and tests. count: zones from birth until their destroy callbacks ended. lingering:
 * those dead and not freed, and those down that somebody holds.
 */
size_t zone_count(void);
size_t zone_lingering_count(void);

#endif
