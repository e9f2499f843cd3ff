/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Turns, and one module's callbacks on one stack within a turn. Which modules and stacks, the
 * callers know: stack.c (birth), attach.c (zone shutdown), reap.c, registry.c.
 *
 * The state of (stack, module) is nms_flags, written in a turn under netstack_lock:
 *
 *   0 -> CREATE NEEDED -> CREATE INPROGRESS -> CREATE COMPLETED   create returned NULL: 0
 *   CREATE COMPLETED + SHUTDOWN NEEDED, INPROGRESS, COMPLETED     no shutdown callback: none
 *   ... + DESTROY NEEDED, INPROGRESS, COMPLETED                   unregister: 0
 *
 *   1. A turn is taken under netstack_lock when nobody has it (turn_take), and ended by its owner. So turns
 *      of one stack do not overlap, nor do callbacks on it. Each turn ends when its callbacks
 *      have returned: its owner waits for nothing else in it, but for the lock of the table of
 *      ids when the stack goes live, closes or is unlinked, and that is nobody's for long
 *      (table_lock.c, 4).
 *   2. A callback runs only where the flags say that it is due, and the flags change before it
 *      starts, under the lock: each phase happens at most once, in its order, whoever wants it.
 *      A reap does not shut down again what an unregister has, nor the other way round.
 *   3. Teardown keeps its order beside an unregister: order is promised within a turn, and by (1)
 *      an unregister is wholly before or wholly after a pass over all modules. Before: the pass
 *      finds the module's phase completed and goes on, descending. After: it finds nothing due.
 *   4. Nobody waits for a turn in a turn or in a callback (callbacks get EDEADLK), under another
 *      lock, or holding what the owner of a turn waits for: no cycle, and every wait ends.
 *   5. A slot's callbacks are read here without the service lock. They are written before the
 *      first instance can exist, and again only after unregister visited every stack in a turn:
 *      the hand-over of turns, by netstack_lock, orders the reads between.
 *   6. A callback is called without locks; what keeps the stack meanwhile is stack.c, 4.
 */
#include <stdatomic.h>

#include "netstack_impl.h"

#define service netstack__service

/* --- turns -------------------------------------------------------------------------------- */

void
netstack__turn_wait(struct netstack__stack *stack)
{
    netstack_t *ns = &stack->shown;
    if (stack->turn == NETSTACK__TURN_MODULE) {
        kernel_probe(KERNEL_PROBE_netstack__wait__nms__inprogress, ns,
                     &ns->netstack_m_state[stack->turn_module]);
    } else {
        kernel_probe(KERNEL_PROBE_netstack__wait__zone__inprogress, ns, 0);
    }
    kernel_mutex_enter(&service.lock);
    service.waits++;
    kernel_mutex_exit(&service.lock);
    kernel_cv_wait(&stack->changed, &ns->netstack_lock);
}

void
netstack__turn_take(struct netstack__stack *stack, enum netstack__turn turn, int module)
{
    VERIFY(stack->turn == NETSTACK__TURN_NONE);
    stack->turn = (uint8_t)turn;
    stack->turn_module = (uint8_t)module;
}

void
netstack__turn_begin(struct netstack__stack *stack, enum netstack__turn turn, int module)
{
    kernel_mutex_enter(&stack->shown.netstack_lock);
    while (stack->turn != NETSTACK__TURN_NONE) {
        netstack__turn_wait(stack);
    }
    netstack__turn_take(stack, turn, module);
}

bool
netstack__turn_begin_live(struct netstack__stack *stack, int module)
{
    kernel_mutex_enter(&stack->shown.netstack_lock);
    while (stack->turn != NETSTACK__TURN_NONE && stack->stage <= NETSTACK__LIVE) {
        netstack__turn_wait(stack);
    }
    if (stack->stage != NETSTACK__LIVE) {
        kernel_mutex_exit(&stack->shown.netstack_lock);
        return false;
    }
    netstack__turn_take(stack, NETSTACK__TURN_MODULE, module);
    return true;
}

bool
netstack__turn_begin_ending(struct netstack__stack *stack)
{
    kernel_mutex_enter(&stack->shown.netstack_lock);
    while (stack->turn != NETSTACK__TURN_NONE && stack->shown.netstack_numzones == 1) {
        netstack__turn_wait(stack);
    }
    if (stack->shown.netstack_numzones > 1 || stack->stage != NETSTACK__LIVE) {
        kernel_mutex_exit(&stack->shown.netstack_lock);
        return false;
    }
    netstack__turn_take(stack, NETSTACK__TURN_SHUTDOWN, 0);
    netstack__set_stage(stack, NETSTACK__ENDING);
    return true;
}

void
netstack__turn_end(struct netstack__stack *stack)
{
    VERIFY(stack->turn != NETSTACK__TURN_NONE);
    stack->turn = NETSTACK__TURN_NONE;
    kernel_cv_broadcast(&stack->changed);
    kernel_mutex_exit(&stack->shown.netstack_lock);
}

/* --- callbacks ---------------------------------------------------------------------------- */

/* The mark of a callback on its thread: (E) calls are refused, netstack_current answers. */
static void *
callback_begin(netstack_t *ns)
{
    kernel_mutex_exit(&ns->netstack_lock);
    void *outer = kernel_slot_get(KERNEL_SLOT_NETSTACK);
    kernel_slot_set(KERNEL_SLOT_NETSTACK, ns);
    zone_callback_enter();
    return outer;
}

static void
callback_end(netstack_t *ns, void *outer)
{
    zone_callback_exit();
    kernel_slot_set(KERNEL_SLOT_NETSTACK, outer);
    kernel_mutex_enter(&ns->netstack_lock);
}

netstack_t *
netstack_current(void)
{
    return kernel_slot_get(KERNEL_SLOT_NETSTACK);
}

/* Replaces the flag of a phase, and announces the new one. Requires: the turn, netstack_lock. */
static void
set_flag(netstack_t *ns, int module, unsigned phase, unsigned flag, enum kernel_probe probe)
{
    uint16_t *flags = &ns->netstack_m_state[module].nms_flags;
    *flags = (uint16_t)((*flags & ~phase) | flag);
    kernel_probe(probe, ns, module);
}

bool
netstack__create(struct netstack__stack *stack, int module)
{
    netstack_t *ns = &stack->shown;
    VERIFY(ns->netstack_m_state[module].nms_flags == 0);
    set_flag(ns, module, NSS_CREATE_ALL, NSS_CREATE_NEEDED, KERNEL_PROBE_netstack__create__needed);
    set_flag(ns, module, NSS_CREATE_ALL, NSS_CREATE_INPROGRESS,
             KERNEL_PROBE_netstack__create__inprogress);

    void *outer = callback_begin(ns);
    kernel_probe(KERNEL_PROBE_netstack__create__start, ns->netstack_stackid, ns);
    void *instance = service.slots[module].create(ns->netstack_stackid, ns);
    kernel_probe(KERNEL_PROBE_netstack__create__end, instance, ns);
    callback_end(ns, outer);

    if (instance == NULL) {
        ns->netstack_m_state[module].nms_flags = 0;
        return false;
    }
    atomic_store_explicit(&ns->netstack_modules[module], instance, memory_order_release);
    set_flag(ns, module, NSS_CREATE_ALL, NSS_CREATE_COMPLETED,
             KERNEL_PROBE_netstack__create__completed);
    return true;
}

void
netstack__shutdown(struct netstack__stack *stack, int module)
{
    netstack_t *ns = &stack->shown;
    unsigned flags = ns->netstack_m_state[module].nms_flags;
    if ((flags & NSS_CREATE_COMPLETED) == 0 || (flags & NSS_SHUTDOWN_ALL) != 0 ||
        (flags & NSS_DESTROY_ALL) != 0 || service.slots[module].shutdown == NULL) {
        return;
    }
    set_flag(ns, module, NSS_SHUTDOWN_ALL, NSS_SHUTDOWN_NEEDED,
             KERNEL_PROBE_netstack__shutdown__needed);
    set_flag(ns, module, NSS_SHUTDOWN_ALL, NSS_SHUTDOWN_INPROGRESS,
             KERNEL_PROBE_netstack__shutdown__inprogress);
    void *instance = atomic_load_explicit(&ns->netstack_modules[module], memory_order_acquire);

    void *outer = callback_begin(ns);
    kernel_probe(KERNEL_PROBE_netstack__shutdown__start, ns->netstack_stackid, instance);
    service.slots[module].shutdown(ns->netstack_stackid, instance);
    kernel_probe(KERNEL_PROBE_netstack__shutdown__end, ns, 0);
    callback_end(ns, outer);

    set_flag(ns, module, NSS_SHUTDOWN_ALL, NSS_SHUTDOWN_COMPLETED,
             KERNEL_PROBE_netstack__shutdown__completed);
}

void
netstack__destroy(struct netstack__stack *stack, int module)
{
    netstack_t *ns = &stack->shown;
    unsigned flags = ns->netstack_m_state[module].nms_flags;
    if ((flags & NSS_CREATE_COMPLETED) == 0 || (flags & NSS_DESTROY_ALL) != 0) {
        return;
    }
    set_flag(ns, module, NSS_DESTROY_ALL, NSS_DESTROY_NEEDED,
             KERNEL_PROBE_netstack__destroy__needed);
    set_flag(ns, module, NSS_DESTROY_ALL, NSS_DESTROY_INPROGRESS,
             KERNEL_PROBE_netstack__destroy__inprogress);
    void *instance =
        atomic_exchange_explicit(&ns->netstack_modules[module], NULL, memory_order_acq_rel);

    void *outer = callback_begin(ns);
    kernel_probe(KERNEL_PROBE_netstack__destroy__start, ns->netstack_stackid, instance);
    service.slots[module].destroy(ns->netstack_stackid, instance);
    kernel_probe(KERNEL_PROBE_netstack__destroy__end, ns, 0);
    callback_end(ns, outer);

    set_flag(ns, module, NSS_DESTROY_ALL, NSS_DESTROY_COMPLETED,
             KERNEL_PROBE_netstack__destroy__completed);
}

void
netstack__forget(struct netstack__stack *stack, int module)
{
    nm_state_t *state = &stack->shown.netstack_m_state[module];
    VERIFY(state->nms_flags == 0 || (state->nms_flags & NSS_DESTROY_COMPLETED) != 0);
    if (state->nms_flags != 0) {
        state->nms_flags = 0;
        kernel_probe(KERNEL_PROBE_netstack__destroy__done, &stack->shown, module);
    }
}

void
netstack__shutdown_all(struct netstack__stack *stack)
{
    for (int module = NS_MAX - 1; module >= 0; module--) {
        netstack__shutdown(stack, module);
    }
}

void
netstack__destroy_all(struct netstack__stack *stack)
{
    for (int module = NS_MAX - 1; module >= 0; module--) {
        netstack__destroy(stack, module);
    }
}
