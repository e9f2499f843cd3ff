/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A netstack for the oracles to be tested on: small, correct, and breaking one promise on demand. Not
 * the core's design: one mutex guards everything, `canary.lock`; inside it a stack's own lock is
 * taken where what others may look at changes (flags, zones attached, stages). Who sleeps on a stack
 * or works on it has a pin; a stack is freed with its last pin, under the lock.
 */
#ifndef TESTS_CANARY_H
#define TESTS_CANARY_H

#include "netstack/netstack.h"

/* What is broken; a promise may have several. Each is one line of the source, or a few. */
#define CANARIES(X)                                                                                \
    X(freed_while_held)                                                                            \
    X(locked_after_free)                                                                           \
    X(shut_down_twice)                                                                             \
    X(failed_is_shut_down)                                                                         \
    X(shutdown_left_out)                                                                           \
    X(others_instance)                                                                             \
    X(create_on_closing)                                                                           \
    X(creates_descend)                                                                             \
    X(destroys_ascend)                                                                             \
    X(register_leaves_out)                                                                         \
    X(flags_left)                                                                                  \
    X(found_when_closing)                                                                          \
    X(reaped_by_release)                                                                           \
    X(lookup_misses)                                                                               \
    X(walk_skips)                                                                                  \
    X(id_of_listed)                                                                                \
    X(zone_stays_counted)                                                                          \
    X(kstat_not_shown)                                                                             \
    X(flags_together)                                                                              \
    X(closing_cleared)                                                                             \
    X(callback_under_lock)                                                                         \
    X(waits_under_lock)                                                                            \
    X(allocates_under_lock)                                                                        \
    X(dispatches_under_lock)                                                                       \
    X(locks_crossed)                                                                               \
    X(limit_ignored)                                                                               \
    X(record_leaked)                                                                               \
    X(barrier_never_ends)                                                                          \
    X(barrier_spins)                                                                               \
    X(barrier_too_early)                                                                           \
    X(pin_leaked)                                                                                  \
    X(lock_entered_twice)                                                                          \
    X(release_allocates)                                                                           \
    X(begins_anew)                                                                                 \
    X(sleeper_without_pin)                                                                         \
    X(pointer_stays)                                                                               \
    X(slot_stays_taken)

enum canary_error {
    CANARY_NONE,
#define CANARY_ERROR(name) CANARY_##name,
    CANARIES(CANARY_ERROR)
#undef CANARY_ERROR
        CANARY_COUNT
};

/* Outside of the subject: an execution begins with the subject's own data put back. */
extern enum canary_error canary_broken;
#define breaks(name) (canary_broken == CANARY_##name)

struct stack {
    netstack_t shown;              /* first */
    struct stack *previous, *next; /* in order of birth, while pinned */
    struct stack *reap_next;
    uint64_t uid;
    uint32_t references, pins; /* being listed is a pin */
    uint32_t modules;          /* bit set: what its birth creates */
    kernel_cv_t changed;       /* of canary.lock: a turn ended */
    bool in_turn;
    bool is_uninitialised, is_ending, is_closing; /* with the stack's lock, too */
    bool is_gone;
};

enum slot_state { SLOT_FREE, SLOT_BUSY, SLOT_REGISTERED };
struct module_slot {
    enum slot_state state;
    void *(*create)(netstackid_t, netstack_t *);
    void (*shutdown)(netstackid_t, void *);
    void (*destroy)(netstackid_t, void *);
};

/* A zone of the shared stack, or a kstat of any. */
struct record {
    struct record *next;
    zoneid_t zone;
    kstat_t *ks;
    netstackid_t stackid;
};

struct canary {
    kernel_mutex_t lock;
    kernel_cv_t work, reaped;
    struct stack *head, *tail, *global;
    struct stack *reap_first, *reap_last;
    uint64_t next_uid, reaps_begun, reaps_done;
    struct module_slot slots[NS_MAX];
    uint32_t modules; /* bit set: what a birth listed now creates */
    struct record *zones, *kstats;
    kernel_thread_t *reaper;
    zone_key_t key;
    bool stops;
};
extern struct canary canary;

static inline struct stack *
stack_of(const netstack_t *ns)
{
    return (struct stack *)(uintptr_t)ns;
}

/* All of these need canary.lock, unless they say otherwise. --- canary_stack.c: */
void turn_enter(struct stack *stack); /* waits; pins */
void turn_exit(struct stack *stack);
void wait_on(struct stack *stack);
void pin(struct stack *stack);
void unpin(struct stack *stack); /* the last frees it */
bool is_active(const struct stack *stack);
bool is_live(const struct stack *stack);
void take_reference(struct stack *stack);
void drop_reference(struct stack *stack);
int birth(netstackid_t id, struct stack **out);
void close_stack(struct stack *stack);
void reaper_run(void *unused); /* without the lock */

/* canary_module.c; in a turn. */
bool create_module(struct stack *stack, int module);
void shut_down_all(struct stack *stack);
void destroy_all(struct stack *stack);

/* canary_zone.c: without the lock. */
int attach_start(void);

#endif
