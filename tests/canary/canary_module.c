/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The canary's modules: callbacks in a turn, register and unregister.
 */
#include <errno.h>

#include "canary.h"

/* --- callbacks -------------------------------------------------------------------------------- */

static void
set_flags(struct stack *stack, int module, unsigned phase, unsigned flag, enum kernel_probe probe)
{
    uint16_t *flags = &stack->shown.netstack_m_state[module].nms_flags;
    kernel_mutex_enter(&stack->shown.netstack_lock);
    if (!breaks(flags_together)) {
        *flags = (uint16_t)(*flags & ~phase);
    }
    *flags = (uint16_t)(*flags | flag);
    kernel_probe(probe, &stack->shown, module);
    if (breaks(closing_cleared) && phase == NSS_DESTROY_ALL) {
        stack->is_closing = false;
    }
    kernel_mutex_exit(&stack->shown.netstack_lock);
}

static void *
callback_enter(struct stack *stack)
{
    void *outer = kernel_slot_get(KERNEL_SLOT_NETSTACK);
    if (breaks(callback_under_lock)) {
        kernel_mutex_enter(&stack->shown.netstack_lock);
    }
    kernel_mutex_exit(&canary.lock);
    kernel_slot_set(KERNEL_SLOT_NETSTACK, &stack->shown);
    zone_callback_enter();
    return outer;
}

static void
callback_exit(struct stack *stack, void *outer)
{
    zone_callback_exit();
    kernel_slot_set(KERNEL_SLOT_NETSTACK, outer);
    if (breaks(callback_under_lock)) {
        kernel_mutex_exit(&stack->shown.netstack_lock);
    }
    kernel_mutex_enter(&canary.lock);
}

bool
create_module(struct stack *stack, int module)
{
    netstack_t *ns = &stack->shown;
    struct module_slot slot = canary.slots[module];
    set_flags(stack, module, NSS_CREATE_ALL, NSS_CREATE_NEEDED,
              KERNEL_PROBE_netstack__create__needed);
    set_flags(stack, module, NSS_CREATE_ALL, NSS_CREATE_INPROGRESS,
              KERNEL_PROBE_netstack__create__inprogress);
    void *outer = callback_enter(stack);
    kernel_probe(KERNEL_PROBE_netstack__create__start, ns->netstack_stackid, ns);
    void *instance = slot.create(ns->netstack_stackid, ns);
    kernel_probe(KERNEL_PROBE_netstack__create__end, instance, ns);
    callback_exit(stack, outer);
    if (instance == NULL && !breaks(failed_is_shut_down)) {
        ns->netstack_m_state[module].nms_flags = 0;
        return false;
    }
    ns->netstack_modules[module] = instance;
    set_flags(stack, module, NSS_CREATE_ALL, NSS_CREATE_COMPLETED,
              KERNEL_PROBE_netstack__create__completed);
    return instance != NULL;
}

static void
shut_down_module(struct stack *stack, int module)
{
    netstack_t *ns = &stack->shown;
    struct module_slot slot = canary.slots[module];
    unsigned flags = ns->netstack_m_state[module].nms_flags;
    if ((flags & NSS_CREATE_COMPLETED) == 0 || (flags & NSS_DESTROY_ALL) != 0 ||
        slot.shutdown == NULL || ((flags & NSS_SHUTDOWN_ALL) != 0 && !breaks(shut_down_twice))) {
        return;
    }
    set_flags(stack, module, NSS_SHUTDOWN_ALL, NSS_SHUTDOWN_NEEDED,
              KERNEL_PROBE_netstack__shutdown__needed);
    set_flags(stack, module, NSS_SHUTDOWN_ALL, NSS_SHUTDOWN_INPROGRESS,
              KERNEL_PROBE_netstack__shutdown__inprogress);
    void *instance = ns->netstack_modules[module];
    if (breaks(others_instance) && module > 0 && ns->netstack_modules[module - 1] != NULL) {
        instance = ns->netstack_modules[module - 1];
    }
    void *outer = callback_enter(stack);
    kernel_probe(KERNEL_PROBE_netstack__shutdown__start, ns->netstack_stackid, instance);
    slot.shutdown(ns->netstack_stackid, instance);
    kernel_probe(KERNEL_PROBE_netstack__shutdown__end, ns, 0);
    callback_exit(stack, outer);
    set_flags(stack, module, NSS_SHUTDOWN_ALL, NSS_SHUTDOWN_COMPLETED,
              KERNEL_PROBE_netstack__shutdown__completed);
}

static void
destroy_module(struct stack *stack, int module)
{
    netstack_t *ns = &stack->shown;
    struct module_slot slot = canary.slots[module];
    unsigned flags = ns->netstack_m_state[module].nms_flags;
    if ((flags & NSS_CREATE_COMPLETED) == 0 || (flags & NSS_DESTROY_ALL) != 0) {
        return;
    }
    set_flags(stack, module, NSS_DESTROY_ALL, NSS_DESTROY_NEEDED,
              KERNEL_PROBE_netstack__destroy__needed);
    set_flags(stack, module, NSS_DESTROY_ALL, NSS_DESTROY_INPROGRESS,
              KERNEL_PROBE_netstack__destroy__inprogress);
    void *instance = ns->netstack_modules[module];
    if (!breaks(pointer_stays)) {
        ns->netstack_modules[module] = NULL;
    }
    void *outer = callback_enter(stack);
    kernel_probe(KERNEL_PROBE_netstack__destroy__start, ns->netstack_stackid, instance);
    slot.destroy(ns->netstack_stackid, instance);
    kernel_probe(KERNEL_PROBE_netstack__destroy__end, ns, 0);
    callback_exit(stack, outer);
    ns->netstack_modules[module] = NULL;
    set_flags(stack, module, NSS_DESTROY_ALL, NSS_DESTROY_COMPLETED,
              KERNEL_PROBE_netstack__destroy__completed);
}

void
shut_down_all(struct stack *stack)
{
    for (int module = NS_MAX - 1; module >= 0; module--) {
        shut_down_module(stack, module);
    }
}

void
destroy_all(struct stack *stack)
{
    for (int i = NS_MAX - 1; i >= 0; i--) {
        destroy_module(stack, breaks(destroys_ascend) ? NS_MAX - 1 - i : i);
    }
}

/* --- passes over the stacks ------------------------------------------------------------------- */

static bool
visit_create(struct stack *stack, int module)
{
    bool is_due = is_live(stack) && stack->shown.netstack_m_state[module].nms_flags == 0 &&
                  !(breaks(register_leaves_out) && stack != canary.global);
    return !is_due || create_module(stack, module);
}

static bool
visit_shut_down(struct stack *stack, int module)
{
    if (!breaks(shutdown_left_out)) {
        shut_down_module(stack, module);
    }
    return true;
}

static bool
visit_destroy(struct stack *stack, int module)
{
    destroy_module(stack, module);
    if (stack->shown.netstack_m_state[module].nms_flags != 0 && !breaks(flags_left)) {
        stack->shown.netstack_m_state[module].nms_flags = 0;
        kernel_probe(KERNEL_PROBE_netstack__destroy__done, &stack->shown, module);
    }
    return true;
}

static struct stack *
step(const struct stack *at, bool backward, uint64_t last)
{
    struct stack *next = backward ? (at == NULL ? canary.tail : at->previous)
                                  : (at == NULL ? canary.head : at->next);
    while (backward && next != NULL && next->uid > last) {
        next = next->previous;
    }
    return next == NULL || next->uid > last ? NULL : next;
}

static bool
looks_listed(struct stack *stack)
{
    kernel_mutex_enter(&stack->shown.netstack_lock);
    bool is_listed = !stack->is_gone;
    kernel_mutex_exit(&stack->shown.netstack_lock);
    return is_listed;
}

/* Visits the stacks up to a uid, until a visit fails. Each is pinned while it is visited. */
static bool
visit_all(bool (*visit)(struct stack *, int), int module, uint64_t last, bool backward)
{
    bool went_well = true;
    struct stack *at = step(NULL, backward, last);
    if (at != NULL) {
        pin(at);
    }
    while (at != NULL) {
        uint64_t born = canary.next_uid;
        turn_enter(at);
        if (went_well && looks_listed(at)) {
            went_well = visit(at, module);
        }
        turn_exit(at);
        bool begins_anew = breaks(begins_anew) && born != canary.next_uid;
        last = breaks(begins_anew) ? canary.next_uid : last;
        struct stack *next = step(begins_anew ? NULL : at, backward, last);
        if (next != NULL) {
            pin(next);
        }
        unpin(at);
        at = next;
    }
    return went_well;
}

static void
clear_slot(int module, bool backward)
{
    canary.slots[module].state = SLOT_BUSY;
    canary.modules &= ~(1u << module);
    uint64_t last = canary.next_uid;
    (void)visit_all(visit_shut_down, module, last, backward);
    (void)visit_all(visit_destroy, module, last, backward);
    bool stays = breaks(slot_stays_taken) && !backward;
    canary.slots[module] = (struct module_slot){.state = stays ? SLOT_BUSY : SLOT_FREE};
}

int
netstack_register(int module, void *(*create)(netstackid_t, netstack_t *),
                  void (*shutdown)(netstackid_t, void *), void (*destroy)(netstackid_t, void *))
{
    if (zone_in_callback()) {
        return EDEADLK;
    }
    if (module < 0 || module >= NS_MAX || create == NULL || destroy == NULL) {
        return EINVAL;
    }
    int error = 0;
    kernel_mutex_enter(&canary.lock);
    if (canary.slots[module].state != SLOT_FREE) {
        error = EEXIST;
    } else {
        canary.slots[module] = (struct module_slot){SLOT_BUSY, create, shutdown, destroy};
        canary.modules |= 1u << module;
        if (visit_all(visit_create, module, canary.next_uid, false)) {
            canary.slots[module].state = SLOT_REGISTERED;
        } else {
            clear_slot(module, true);
            error = ENOMEM;
        }
    }
    kernel_mutex_exit(&canary.lock);
    return error;
}

int
netstack_unregister(int module)
{
    if (zone_in_callback()) {
        return EDEADLK;
    }
    if (module < 0 || module >= NS_MAX) {
        return EINVAL;
    }
    int error = 0;
    kernel_mutex_enter(&canary.lock);
    if (canary.slots[module].state == SLOT_REGISTERED) {
        clear_slot(module, false);
    } else {
        error = canary.slots[module].state == SLOT_FREE ? ENOENT : EBUSY;
    }
    kernel_mutex_exit(&canary.lock);
    return error;
}
