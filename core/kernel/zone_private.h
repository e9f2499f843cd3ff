/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the zones' files share: zone.c (life cycle), zone_entry.c (ids, lookups, holds, turns),
 * zone_key.c (keys and their callbacks), zone_current.c (the current zone, the mark of callbacks).
 * Nobody else includes it.
 *
 * Lock order: zone__all.lock, then the lock of one stripe. Callbacks, the filter of ids included,
 * are called with neither. A zone's callbacks run in a *turn* on it: turns of one zone never
 * overlap, and are given in the order in which they were asked for, so none is waited for in vain.
 * Who waits for a turn, or has one, holds the zone.
 */
#ifndef KERNEL_ZONE_PRIVATE_H
#define KERNEL_ZONE_PRIVATE_H

#include "kernel/hash_table.h"
#include "kernel/list.h"
#include "kernel/zone.h"

#define ZONE_STRIPES 8

/* A line, in which one comes after the other. */
struct zone_line {
    uint64_t last;    /* ticket given out; zone__all.lock */
    uint64_t current; /* ticket whose turn it is: none if above last; zone__all.lock */
    kernel_cv_t cv;   /* current moved on */
};

enum zone_key_state { ZONE_KEY_REGISTERING, ZONE_KEY_REGISTERED, ZONE_KEY_LEAVING };

struct zone_key {
    struct kernel_list link;            /* zone__all.keys, ascending number; zone__all.lock */
    zone_key_t number;                  /* constant; in order of registration */
    zone_create_fn create;              /* constant */
    zone_callback_fn shutdown, destroy; /* constant, or NULL */
    enum zone_key_state state;          /* zone__all.lock */
    size_t instance_count;              /* zone__all.lock; the key stays while there are any */
};

/* What one key has in one zone, from before its create is called until destroy returned. */
struct zone_instance {
    struct kernel_list link; /* its zone's instances; written in a turn, under zone__all.lock */
    struct zone_key *key;    /* constant */
    void *data;              /* zone__all.lock; NULL until create returned, and from destroy on */
    bool is_created;         /* in a turn, under zone__all.lock: create returned data */
    bool is_shut_down;       /* likewise: shutdown returned, or there was none to call */
};

/* A zone behind its public fields. */
struct zone_entry {
    zone_t zone;
    kernel_atomic_t holds;          /* one is the zone's own, until it has ended */
    struct kernel_table_node by_id; /* its stripe's table */
    struct kernel_list link;        /* zone__all.list, ascending serial; zone__all.lock */
    uint64_t serial;                /* constant once listed */
    zone_status_t status;           /* written under zone__all.lock and the stripe's lock */
    bool is_born;                   /* likewise; until then its id is only reserved */
    bool is_ending;                 /* zone__all.lock; a destroy has claimed it */
    bool has_ended;                 /* zone__all.lock; no turn on it will call anything any more */
    struct zone_line turns;
    struct kernel_list instances; /* ascending key number */
};

struct zone_stripe {
    kernel_mutex_t lock;
    struct kernel_table by_id; /* lock */
};

struct zone_service {
    kernel_mutex_t lock;
    struct kernel_list list;        /* lock; born and not freed, in order of birth */
    struct kernel_list keys;        /* lock; in order of registration */
    struct zone_line registrations; /* zone_key_create, one at a time: keys have one order */
    uint64_t last_serial;           /* lock */
    zone_key_t last_key;            /* lock */
    size_t reserved_count;          /* lock; zones that have an id */
    size_t existing_count;          /* lock; born and not ended */
    zoneid_t id_max;                /* constant between init and fini */
    zoneid_t last_id;               /* lock */
    bool (*id_filter)(zoneid_t);    /* lock */
    uint32_t id_filter_calls;       /* lock; in progress */
    kernel_cv_t id_filter_cv;       /* id_filter_calls became 0 */
    struct zone_entry *global;      /* constant between init and fini; holds it */
    struct zone_stripe stripes[ZONE_STRIPES];
};
extern struct zone_service zone__all;

static inline struct zone_entry *
zone__entry(zone_t *zone)
{
    return KERNEL_CONTAINER_OF(zone, struct zone_entry, zone);
}

/* --- zone_entry.c; those with _locked need zone__all.lock ---------------------------------- */

void zone__line_init(struct zone_line *line, const char *name);
void zone__line_fini(struct zone_line *line);
void zone__line_enter_locked(struct zone_line *line); /* waits until it is the caller's turn */
void zone__line_exit_locked(struct zone_line *line);

/* The memory of a zone, held once, and nothing more; NULL only where it may not sleep. */
struct zone_entry *zone__entry_create(uint32_t flags, enum kernel_wait wait);
void zone__entry_destroy(struct zone_entry *entry);

/* Puts it into the table: under this id, unless taken; or under one that neither zone nor filter
 * claims. */
bool zone__take_id_locked(struct zone_entry *entry, zoneid_t id);
bool zone__reserve_id_locked(struct zone_entry *entry);

/* Lists a zone that has an id: from now on others see it. */
void zone__give_birth_locked(struct zone_entry *entry);
void zone__set_status_locked(struct zone_entry *entry, zone_status_t status);
struct zone_entry *zone__find_born(zoneid_t id); /* NULL: none; not held */

void zone__hold(struct zone_entry *entry);
bool zone__unhold(struct zone_entry *entry); /* was it the last? Then it is to be buried */
void zone__bury_locked(struct zone_entry *entry);
bool zone__hold_if_found(struct zone_entry *entry); /* held, if it is ready to down */

/* A turn on a zone, which it holds. exit: the caller has no business with the zone any more. */
void zone__turn_enter_locked(struct zone_entry *entry);
void zone__turn_exit_locked(struct zone_entry *entry);

/* --- zone_key.c: callbacks, in a turn. All need zone__all.lock and drop it while they call. -----
 */

/* Creates what the keys lack, until no key does. Returns: 0; ENOMEM at the first that fails. */
int zone__create_all_locked(struct zone_entry *entry);

/* Shuts down, or destroys, what it has: in order of registration, or the other way round. */
void zone__shutdown_all_locked(struct zone_entry *entry, bool reverse);
void zone__destroy_all_locked(struct zone_entry *entry, bool reverse);

/* The end if what they know of this zone is inconsistent. */
void zone__check_instances_locked(const struct zone_entry *entry);
void zone__check_keys_locked(void);

#endif
