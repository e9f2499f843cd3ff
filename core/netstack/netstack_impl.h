/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the files of the netstack share: a stack's private half, the state of the service, and the
 * locks with their order. The arguments why it all holds stand at the top of the files that own
 * them: apply.c (turns), stack.c (pins), refs.c (references), registry.c (register and unregister).
 *
 * Locks, outermost first; nothing else is taken under a later one:
 *
 *   the lock of the table of ids   which stack an id is (table_lock.c, lookup.c)
 *   netstack_lock of one stack     turn, stage, zones attached, flags of the modules
 *   netstack__service.lock         list, pins, queue of reaps, registry, figures; stage too
 *   the lock of the records        who holds what, in tracking builds (refs_tracked.c)
 *
 * The lock of the shared kstats (shared_kstats.c) is taken under none of these; the kstats'
 * own lock is the only one taken under it. No callback, no sleeping allocation and no call into the
 * zones is made under any of them, and a wait sleeps on the condition variable of the one lock
 * that the sleeper holds.
 */
#ifndef NETSTACK_NETSTACK_IMPL_H
#define NETSTACK_NETSTACK_IMPL_H

#include "kernel/hash_table.h"
#include "netstack/netstack.h"

/* --- a stack ------------------------------------------------------------------------------ */

/* The life of a stack. It only ever goes down this list, and may skip. */
enum netstack__stage {
    NETSTACK__UNINITIALISED, /* its creates run */
    NETSTACK__LIVE,
    NETSTACK__ENDING,  /* active, but its zone's shutdown pass has begun */
    NETSTACK__CLOSING, /* its last zone is detached, or its birth failed */
    NETSTACK__GONE,    /* unlinked; in memory for pins alone */
    NETSTACK__STAGE_COUNT
};

/* Whose turn it is on a stack. */
enum netstack__turn {
    NETSTACK__TURN_NONE,
    NETSTACK__TURN_BIRTH,
    NETSTACK__TURN_SHUTDOWN, /* of the zone */
    NETSTACK__TURN_CLOSE,    /* the last zone's, going: no callback */
    NETSTACK__TURN_REAP,
    NETSTACK__TURN_MODULE, /* register or unregister of turn_module */
};

/*
 * The word: one atomic, because who adds to it must see both halves at one instant.
 *   bits 0..31  references. The zones attached have one together.
 *   UNINIT      set at birth; cleared once, under netstack_lock, when all creates have ended.
 *               Illegal to clear when the birth failed.
 *   CLOSED      set once, under netstack_lock, never cleared. Illegal to set while a zone is
 *               attached; illegal for the references to reach zero without it.
 * A reference is added only to a word with neither bit, or to one with references.
 */
#define NETSTACK__REFS   UINT64_C(0xffffffff)
#define NETSTACK__UNINIT (UINT64_C(1) << 32)
#define NETSTACK__CLOSED (UINT64_C(1) << 33)

/*
 * The key: what lookups compare, the id in bits 0..31, unsigned.
 *   HIDDEN      set exactly while the word has UNINIT or CLOSED. Lookups pass it over.
 * Written with the lock of the table and netstack_lock, read with either.
 */
#define NETSTACK__HIDDEN (UINT64_C(1) << 32)

struct netstack__tracking;

struct netstack__stack {
    netstack_t shown; /* first: a netstack_t is a struct netstack__stack */
    uint64_t key;     /* table, netstack_lock */
    kernel_atomic_t word;
    struct netstack__stack *id_next; /* lock of the table */
    struct kernel_table_node by_uid; /* service */
    uint64_t uid;                    /* constant */
    kernel_cv_t changed;             /* netstack_lock: a turn ended, or the stack is gone */
    uint32_t modules;                /* constant: bit set of what its birth creates */
    uint8_t turn;                    /* netstack_lock */
    uint8_t turn_module;             /* netstack_lock */
    uint8_t stage; /* written with netstack_lock and the service's, read with either */
    uint32_t pins; /* service: being listed is one */
    uint32_t lost; /* lock of the records: references without one */
    struct netstack__stack *next, *previous; /* service: in order of birth, while pinned */
    struct netstack__stack *reap_next;       /* service: queue of the reaper */
    uint64_t closed_ns;                      /* netstack_lock: when it became closing */
    uint64_t dropped_ns;                     /* service: when its references reached zero */
    struct netstack__tracking *tracking;     /* lock of the records; NULL in untracked builds */
};

static inline struct netstack__stack *
netstack__of(const netstack_t *ns)
{
    return (struct netstack__stack *)(uintptr_t)ns;
}

/* --- the service -------------------------------------------------------------------------- */

enum netstack__phase {
    NETSTACK__OFF,
    NETSTACK__STARTING, /* zones may attach, nothing else */
    NETSTACK__RUNNING,
    NETSTACK__STOPPING,        /* a fini, or an init that failed, is at work */
    NETSTACK__STOPPED_HALFWAY, /* references remain: rele and fini only */
};

enum netstack__slot_state {
    NETSTACK__SLOT_FREE,
    NETSTACK__SLOT_REGISTERING,
    NETSTACK__SLOT_REGISTERED,
    NETSTACK__SLOT_UNREGISTERING, /* by unregister, or by register's rollback */
};

/* Service lock; the callbacks are constant while an instance exists (apply.c, 5). */
struct netstack__slot {
    enum netstack__slot_state state;
    void *(*create)(netstackid_t, netstack_t *);
    void (*shutdown)(netstackid_t, void *);
    void (*destroy)(netstackid_t, void *);
};

/*
 * One a process, in static storage. Its lock and condition variables, and those of the other
 * files, are made by the first netstack_init and stay: a call that meets netstack_fini finds an
 * empty service, never a destroyed lock.
 */
struct netstack__service {
    kernel_mutex_t lock;
    kernel_cv_t work;     /* the reaper: there is a reap, or stop */
    kernel_cv_t reaped;   /* a reap ended */
    kernel_cv_t admitted; /* reaps fell below the limit */

    enum netstack__phase phase;
    uint64_t next_uid;                      /* never set back; 0 before the first init */
    struct netstack__stack *head, *tail;    /* in order of birth; those gone too, while pinned */
    struct kernel_table by_uid;             /* every listed stack */
    struct netstack__stack *global;         /* stack 0 while listed */
    uint64_t zones;                         /* attached or attaching, zone 0 apart */
    uint64_t stages[NETSTACK__STAGE_COUNT]; /* how many stacks are in each */

    struct netstack__slot slots[NS_MAX];
    uint32_t modules; /* bit set: what a birth listed now creates */

    struct netstack__stack *reap_first, *reap_last;
    uint64_t reaps_begun, reaps_done, reap_longest_ns;
    uint64_t reaps_max;
    uint64_t waits;
    bool stop;
    kernel_thread_t *reaper; /* the thread of init or fini */
    zone_key_t key;          /* the same */
};
extern struct netstack__service netstack__service;

/* May an (E) call go on? Returns: 0; EDEADLK (in a callback); ENXIO (init was never called). */
int netstack__check_context(void);

/* --- stack.c ------------------------------------------------------------------------------ */

/*
 * Makes the stack of a zone and runs the creates of the modules on it. Waits for admission.
 * Returns: 0 with *out, active; ENOMEM: nothing is left but what references keep.
 */
int netstack__birth(netstackid_t id, struct netstack__stack **out);

/* Moves a stack on. Requires: its netstack_lock is held. Locks: the service's; _locked: held. */
void netstack__set_stage(struct netstack__stack *stack, enum netstack__stage stage);
void netstack__set_stage_locked(struct netstack__stack *stack, enum netstack__stage stage);

/*
 * Marks a stack closing, for the word and for the stage. Requires: its netstack_lock is held; it is
 * hidden from lookups.
 */
void netstack__close(struct netstack__stack *stack);

/*
 * Takes a stack off the list and the table, ends the caller's turn and drops the list's pin.
 * Requires: the caller's turn; references zero for good; no lock held.
 */
void netstack__unlink(struct netstack__stack *stack, bool reaped);

/*
 * Drops a pin; the last one frees the stack. Locks: the service's.
 * _locked, with that lock held, returns true if the caller must netstack__free after releasing it.
 */
void netstack__unpin(struct netstack__stack *stack);
bool netstack__unpin_locked(struct netstack__stack *stack);
void netstack__free(struct netstack__stack *stack);

/* --- apply.c ------------------------------------------------------------------------------ */

/*
 * Turns. begin: waits for the turn in progress, takes the next, and returns with netstack_lock
 * held. begin_live does so only for a stack that is live then, begin_ending only for a live one
 * whose last zone it is, which ceases to be live with it; false, without the lock, if it will not
 * be so. end: releases netstack_lock. Requires: the stack is pinned or held by the caller.
 */
void netstack__turn_begin(struct netstack__stack *stack, enum netstack__turn turn, int module);
bool netstack__turn_begin_live(struct netstack__stack *stack, int module);
bool netstack__turn_begin_ending(struct netstack__stack *stack);
void netstack__turn_end(struct netstack__stack *stack);

/* Takes the turn that nobody has. Requires: netstack_lock, or that nobody else sees the stack yet. */
void netstack__turn_take(struct netstack__stack *stack, enum netstack__turn turn, int module);

/* Waits once for the turn in progress, or less. Requires: netstack_lock; released while waiting. */
void netstack__turn_wait(struct netstack__stack *stack);

/*
 * One module's callback on a stack, where its flags say that it is due. create: false if it
 * returned NULL. Requires: the caller's turn, netstack_lock held: released around the callback.
 */
bool netstack__create(struct netstack__stack *stack, int module);
void netstack__shutdown(struct netstack__stack *stack, int module);
void netstack__destroy(struct netstack__stack *stack, int module);

/* Forgets a destroyed instance: flags 0. Requires: as above. */
void netstack__forget(struct netstack__stack *stack, int module);

/* Those of all modules, descending. */
void netstack__shutdown_all(struct netstack__stack *stack);
void netstack__destroy_all(struct netstack__stack *stack);

/* --- id_table.c --------------------------------------------------------------------------- */

#define NETSTACK__ID_BITS_MIN 3u

/* The heads of chains, as many as a power of two: a stack is in that of its hash's first bits. */
struct netstack__id_heads {
    struct netstack__stack **chains; /* by id_next; NULL: there are no such heads */
    unsigned shift;                  /* 64 less the number of bits */
};

/* The caller's lock guards all of it. */
struct netstack__id_table {
    struct netstack__id_heads heads;
    struct netstack__id_heads next; /* what the stacks move to, while the table grows or shrinks */
    uint64_t moved;                 /* chains of `heads` below this are in `next` */
    uint64_t count;                 /* stacks */
    struct netstack__stack *base[1u << NETSTACK__ID_BITS_MIN]; /* heads without an allocation */
};

/* Fatal: an id that is there already, to insert; a stack that is not there, to remove. */
void netstack__id_table_init(struct netstack__id_table *table);
void netstack__id_insert(struct netstack__id_table *table, struct netstack__stack *stack);
void netstack__id_remove(struct netstack__id_table *table, struct netstack__stack *stack);

/* The head of the chain that an id belongs to. */
static inline struct netstack__stack **
netstack__id_chain(struct netstack__id_table *table, netstackid_t id)
{
    /* Multiplicative hashing (Knuth, TAOCP 6.4): ids in a row lie as far apart as can be. */
    uint64_t hash = (uint32_t)id * UINT64_C(0x9e3779b97f4a7c15);
    uint64_t at = hash >> table->heads.shift;
    if (__builtin_expect(at < table->moved, 0)) {
        return &table->next.chains[hash >> table->next.shift];
    }
    return &table->heads.chains[at];
}

/* The stack of an id, hidden or not. */
struct netstack__stack *netstack__id_find(struct netstack__id_table *table, netstackid_t id);

/* The same, but not if it is hidden. */
static inline struct netstack__stack *
netstack__id_find_shown(struct netstack__id_table *table, netstackid_t id)
{
    struct netstack__stack *stack = *netstack__id_chain(table, id);
    while (stack != NULL && stack->key != (uint32_t)id) {
        stack = stack->id_next;
    }
    return stack;
}

/* Are there records of references? The linker's choice: false, and netstack__track_* do nothing. */
extern const bool netstack__tracked;

/* --- refs.c ------------------------------------------------------------------------------- */

/* Adds a reference to an active stack; false if it is not active. Tells nobody. */
static inline bool
netstack__ref_if_active(struct netstack__stack *stack)
{
    return kernel_atomic_add_if(&stack->word, 1, NETSTACK__UNINIT | NETSTACK__CLOSED, 0, 0);
}

/* Does anybody want to know of references? */
static inline bool
netstack__is_watched(void)
{
    return netstack__tracked || kernel_probes_wanted != 0;
}

/* Tells probe and records of a reference just taken. */
void netstack__tell_taken(struct netstack__stack *stack, const char *tag, kernel_site_t site);
static inline void
netstack__ref_taken(struct netstack__stack *stack, const char *tag, kernel_site_t site)
{
    if (__builtin_expect(netstack__is_watched(), 0)) {
        netstack__tell_taken(stack, tag, site);
    }
}

/*
 * Drops a reference. True if that was the last: then nobody else has to do with the stack any more,
 * but for its pins, and the caller sees to its reap.
 */
bool netstack__unref(struct netstack__stack *stack, const char *tag, kernel_site_t site);

/* --- refs_tracked.c or refs_untracked.c: chosen by the linker ------------------------------- */

#define NETSTACK__HOLDERS_MAX 16u
struct netstack__holder {
    const char *tag;    /* NULL: none */
    kernel_site_t site; /* where it was taken; in `strays`, where it was given back */
    uint64_t thread;
    uint64_t since_ns;
    uint64_t count; /* strays only */
};
struct netstack__holders {
    bool tracked;
    uint64_t count; /* holders, more than fit too */
    uint64_t lost;  /* references without a record: there was no memory for one */
    uint64_t stray_count, strays_elsewhere;
    struct netstack__holder newest[NETSTACK__HOLDERS_MAX];
    struct netstack__holder strays[NETSTACK__HOLDERS_MAX]; /* untagged, by another thread */
};
void netstack__track_start(void);
void netstack__track_hold(struct netstack__stack *stack, const char *tag, kernel_site_t site);
void netstack__track_rele(struct netstack__stack *stack, const char *tag, kernel_site_t site);
void netstack__track_forget(struct netstack__stack *stack);
void netstack__track_read(struct netstack__stack *stack, struct netstack__holders *holders);

/* --- reap.c ------------------------------------------------------------------------------- */

void netstack__reaper_run(void *unused);

/*
 * Queues a stack whose references reached zero; counts one whose reap has unlinked it.
 * Requires: the service lock is held.
 */
void netstack__reap_begun(struct netstack__stack *stack);
void netstack__reap_ended(struct netstack__stack *stack);

/*
 * Waits until a birth may start. Requires: the service lock is held; released while waiting.
 * Returns: nanoseconds waited, 0 if it did not wait.
 */
uint64_t netstack__reap_admission(void);

static inline uint64_t
netstack__reaps_outstanding(void)
{
    return netstack__service.reaps_begun - netstack__service.reaps_done;
}

/* --- table_lock.c ------------------------------------------------------------------------- */

struct netstack__table_lock {
    struct {
        _Alignas(64) kernel_atomic_t taken; /* 1: by a reader or by the writer; else 0 */
    } lines[KERNEL_STRIPES_MAX];            /* as many as kernel_stripes says */
    _Alignas(64) kernel_mutex_t mutex;
    kernel_cv_t left; /* mutex: a writer left */
    bool writing;     /* mutex */
};
void netstack__table_lock_init(struct netstack__table_lock *lock);

/* For a reader that found its line taken. */
kernel_atomic_t *netstack__read_enter_slowly(struct netstack__table_lock *lock);

/*
 * A reader's section; exit gets what enter answered: a line, or NULL for the mutex. Between them it
 * takes no lock and waits not.
 */
static inline kernel_atomic_t *
netstack__read_enter(struct netstack__table_lock *lock)
{
    kernel_atomic_t *line = &lock->lines[kernel_thread_id() & (kernel_stripes - 1)].taken;
    uint64_t expected = 0;
    if (__builtin_expect(kernel_atomic_compare_exchange(line, &expected, 1), 1)) {
        return line;
    }
    return netstack__read_enter_slowly(lock);
}

static inline void
netstack__read_exit(struct netstack__table_lock *lock, kernel_atomic_t *line)
{
    if (__builtin_expect(line != NULL, 1)) {
        kernel_atomic_store(line, 0);
    } else {
        kernel_mutex_exit(&lock->mutex);
    }
}

/* A writer's, alone. enter waits for the readers: Requires: no lock of the core is held. */
void netstack__write_enter(struct netstack__table_lock *lock);
void netstack__write_exit(struct netstack__table_lock *lock);

/* --- lookup.c ----------------------------------------------------------------------------- */

/*
 * The table of ids, for those who change it. What is done between begin and end is one step for
 * every lookup; begin waits for those in progress. Requires: begin: no lock of the core is held; the
 * others: between begin and end. show, hide: netstack_lock is held too.
 */
void netstack__lookup_start(void);
void netstack__lookup_begin(void);
void netstack__lookup_end(void);
void netstack__lookup_insert(struct netstack__stack *stack);
void netstack__lookup_show(struct netstack__stack *stack);
void netstack__lookup_hide(struct netstack__stack *stack);
void netstack__lookup_remove(struct netstack__stack *stack);

/* --- walk.c ------------------------------------------------------------------------------- */

/*
 * A cursor visits every listed stack of a uid below `limit`, each pinned while it is there: in
 * order of birth, or backward. Locks: the service's.
 */
struct netstack__cursor {
    struct netstack__stack *at;
    uint64_t limit;
    bool backward, ended;
};
void netstack__cursor_init(struct netstack__cursor *cursor, uint64_t limit, bool backward);
struct netstack__stack *netstack__cursor_next(struct netstack__cursor *cursor);
void netstack__cursor_fini(struct netstack__cursor *cursor);

/* --- shared_kstats.c ---------------------------------------------------------------------- */

void netstack__shared_start(void);

/* Makes all shared kstats visible in a zone. Returns: 0; ENOMEM, undone. */
int netstack__shared_attach(zoneid_t zone);
void netstack__shared_detach(zoneid_t zone);
bool netstack__shared_is_attached(zoneid_t zone);

/* --- attach.c ----------------------------------------------------------------------------- */

/* The key that makes zones attach to stacks. Returns: as zone_key_create. */
int netstack__attach_start(zone_key_t *key);

/* The id of the stack that a zone uses. */
netstackid_t netstack__stackid_of(const zone_t *zone);

#endif
