/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The memory and the life of one stack: birth, stages, pins, unlink, free. Who calls what on it in
 * between is in apply.c, who holds it in refs.c.
 *
 * Why nobody sees freed memory. A stack is freed where its pins become zero (1), and:
 *   1. Pins change under the service lock alone. Being listed is one pin, dropped by unlink.
 *   2. A stack is unlinked once, in a turn, at references zero and closing. Zero is final
 *      (refs.c, 2). So a reference keeps the list's pin, and with it the memory.
 *   3. Who reaches a stack without a reference reaches it over the list, service.global, the
 *      table of uids or the table of ids. The first three are read under the service lock: a
 *      stack that is not gone is listed, and the reader adds its pin before it lets the lock go.
 *      The table of ids is read as a reader of its lock, until the lookup has its reference; unlink
 *      takes the stack out of it, as a writer, before it drops the list's pin.
 *   4. Whoever sleeps on a stack's condition variable, or waits for its lock, has a pin or a
 *      reference that it took before, and drops it after it released the lock:
 *        register, unregister, walks        the pin of their cursor (walk.c)
 *        birth, attach, wait_gone           a pin of their own
 *        zone shutdown and destroy          the reference of the attached zone
 *        the reaper                         the list's pin, which only it will drop
 *   5. A pinned stack keeps its place in the list although it is gone, so a cursor goes on from
 *      it; everybody passes over those that are gone. Pins hold up nothing else.
 *   6. So at the last unpin nobody sleeps on the stack, owns its lock or has a cursor there, and
 *      the one who dropped it frees it after releasing the service lock.
 */
#include <errno.h>

#include "netstack_impl.h"

#define service netstack__service

/* The table of ids has at most five heads a stack, and half as many again while it shrinks. */
_Static_assert(sizeof(struct netstack__stack) + 8 * sizeof(void *) <= 512,
               "a stack is at most 512 bytes, its share of the table of ids included");

/* --- stages ------------------------------------------------------------------------------- */

void
netstack__set_stage_locked(struct netstack__stack *stack, enum netstack__stage stage)
{
    VERIFY(kernel_mutex_is_held(&stack->shown.netstack_lock));
    VERIFY(stack->stage < stage);
    service.stages[stack->stage]--;
    service.stages[stage]++;
    stack->stage = (uint8_t)stage;
}

void
netstack__set_stage(struct netstack__stack *stack, enum netstack__stage stage)
{
    kernel_mutex_enter(&service.lock);
    netstack__set_stage_locked(stack, stage);
    kernel_mutex_exit(&service.lock);
}

void
netstack__close(struct netstack__stack *stack)
{
    VERIFY(stack->shown.netstack_numzones == 0);
    stack->closed_ns = kernel_time_ns();
    uint64_t word = kernel_atomic_fetch_add(&stack->word, NETSTACK__CLOSED);
    VERIFY((word & NETSTACK__CLOSED) == 0);
    netstack__set_stage(stack, NETSTACK__CLOSING);
}

/* --- list and pins ------------------------------------------------------------------------ */

/* Puts a stack at the tail, pinned by the list and by its birth. Requires: the service lock. */
static void
list(struct netstack__stack *stack)
{
    stack->uid = service.next_uid++;
    stack->pins = 2;
    stack->previous = service.tail;
    if (service.tail != NULL) {
        service.tail->next = stack;
    } else {
        service.head = stack;
    }
    service.tail = stack;
    service.stages[NETSTACK__UNINITIALISED]++;
    kernel_table_insert(&service.by_uid, &stack->by_uid, kernel_hash_number(stack->uid));
    if (stack->shown.netstack_stackid == GLOBAL_NETSTACKID) {
        service.global = stack;
    }
}

bool
netstack__unpin_locked(struct netstack__stack *stack)
{
    VERIFY(stack->pins > 0);
    if (--stack->pins > 0) {
        return false;
    }
    VERIFY(stack->stage == NETSTACK__GONE);
    if (stack->previous != NULL) {
        stack->previous->next = stack->next;
    } else {
        service.head = stack->next;
    }
    if (stack->next != NULL) {
        stack->next->previous = stack->previous;
    } else {
        service.tail = stack->previous;
    }
    service.stages[NETSTACK__GONE]--;
    return true;
}

void
netstack__unpin(struct netstack__stack *stack)
{
    kernel_mutex_enter(&service.lock);
    bool last = netstack__unpin_locked(stack);
    kernel_mutex_exit(&service.lock);
    if (last) {
        netstack__free(stack);
    }
}

void
netstack__free(struct netstack__stack *stack)
{
    VERIFY(stack->turn == NETSTACK__TURN_NONE);
    netstack__track_forget(stack);
    kernel_cv_destroy(&stack->changed);
    kernel_mutex_destroy(&stack->shown.netstack_lock);
    kernel_free(stack, sizeof(*stack));
}

void
netstack__unlink(struct netstack__stack *stack, bool reaped)
{
    netstack__lookup_begin();
    netstack__lookup_remove(stack);
    kernel_mutex_enter(&stack->shown.netstack_lock);
    VERIFY(stack->shown.netstack_numzones == 0);

    kernel_mutex_enter(&service.lock);
    netstack__set_stage_locked(stack, NETSTACK__GONE);
    kernel_table_remove(&service.by_uid, &stack->by_uid);
    if (service.global == stack) {
        service.global = NULL;
    }
    if (reaped) {
        netstack__reap_ended(stack);
    }
    kernel_mutex_exit(&service.lock);

    netstack__turn_end(stack);
    netstack__lookup_end();
    netstack__unpin(stack);
}

/* --- birth -------------------------------------------------------------------------------- */

/* A stack in its birth's turn, not listed; NULL without memory. Requires: the service lock. */
static struct netstack__stack *
allocate(netstackid_t id)
{
    struct netstack__stack *stack = kernel_zalloc("netstack", sizeof(*stack), KERNEL_NOSLEEP);
    if (stack == NULL) {
        return NULL;
    }
    stack->shown.netstack_stackid = id;
    stack->key = (uint32_t)id | NETSTACK__HIDDEN;
    kernel_mutex_init(&stack->shown.netstack_lock, "netstack");
    kernel_cv_init(&stack->changed, "netstack_changed");
    kernel_atomic_init(&stack->word, NETSTACK__UNINIT | 1, "netstack_word");
    stack->shown.netstack_numzones = 1;
    netstack__turn_take(stack, NETSTACK__TURN_BIRTH, 0);
    stack->modules = service.modules;
    return stack;
}

/*
 * Admission, memory and list in one critical section: so a birth starts while there are fewer reaps
 * than the limit, one that waits for that has nothing, and what it will create is exactly what is
 * registered at the place that it has in the order of birth (registry.c, 1). Nobody misses it in
 * the table of ids until it is there: it is not active, and its id is its zone's.
 */
static struct netstack__stack *
conceive(netstackid_t id)
{
    uint64_t limited_ns = 0;
    kernel_mutex_enter(&service.lock);
    if (id != GLOBAL_NETSTACKID) {
        limited_ns = netstack__reap_admission();
    }
    struct netstack__stack *stack = allocate(id);
    if (stack != NULL) {
        list(stack);
    }
    kernel_mutex_exit(&service.lock);

    if (stack != NULL) {
        netstack__lookup_begin();
        netstack__lookup_insert(stack);
        netstack__lookup_end();
    }
    if (limited_ns > 0) {
        kernel_probe(KERNEL_PROBE_netstack__reap__rate__limited, limited_ns, 0);
    }
    return stack;
}

/* Runs the creates, ascending, up to the first that fails. Requires: the turn, netstack_lock. */
static bool
create_all(struct netstack__stack *stack)
{
    for (int module = 0; module < NS_MAX; module++) {
        if ((stack->modules & (1u << module)) != 0 && !netstack__create(stack, module)) {
            return false;
        }
    }
    return true;
}

/* Ends the turn of a birth: the stack is active, in one step. Requires: netstack_lock. */
static void
go_live(struct netstack__stack *stack)
{
    kernel_mutex_exit(&stack->shown.netstack_lock);
    netstack__lookup_begin();
    kernel_mutex_enter(&stack->shown.netstack_lock);
    netstack__set_stage(stack, NETSTACK__LIVE);
    uint64_t word = kernel_atomic_fetch_add(&stack->word, -NETSTACK__UNINIT);
    VERIFY((word & NETSTACK__UNINIT) != 0 && (word & NETSTACK__CLOSED) == 0);
    netstack__lookup_show(stack);
    netstack__lookup_end();
    netstack__turn_end(stack);
}

/* Ends the turn of a birth that failed, and the stack with it. Requires: netstack_lock. */
static void
abandon(struct netstack__stack *stack)
{
    netstack__shutdown_all(stack);
    netstack__destroy_all(stack);
    stack->shown.netstack_numzones = 0;
    netstack__close(stack);
    if (netstack__unref(stack, "zone", KERNEL_HERE)) {
        kernel_mutex_exit(&stack->shown.netstack_lock);
        netstack__unlink(stack, false);
    } else {
        /* A create left a reference; the reaper unlinks when it goes. */
        netstack__turn_end(stack);
    }
}

int
netstack__birth(netstackid_t id, struct netstack__stack **out)
{
    struct netstack__stack *stack = conceive(id);
    if (stack == NULL) {
        return ENOMEM;
    }
    netstack__track_hold(stack, "zone", KERNEL_HERE);

    int error = 0;
    kernel_mutex_enter(&stack->shown.netstack_lock);
    if (create_all(stack)) {
        go_live(stack);
        *out = stack;
    } else {
        abandon(stack);
        error = ENOMEM;
    }
    netstack__unpin(stack);
    return error;
}

/* --- what a stack says of itself ------------------------------------------------------------ */

uint64_t
netstack_get_uid(const netstack_t *ns)
{
    return netstack__of(ns)->uid;
}

zoneid_t
netstack_get_zoneid(netstack_t *ns)
{
    return netstackid_to_zoneid(ns->netstack_stackid);
}
