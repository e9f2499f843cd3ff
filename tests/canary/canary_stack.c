/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The canary's stacks: turns and pins, birth, references, reaps.
 */
#include <errno.h>

#include "canary.h"

struct canary canary;

/* --- turns and pins --------------------------------------------------------------------------- */

void
pin(struct stack *stack)
{
    stack->pins++;
}

void
unpin(struct stack *stack)
{
    if (--stack->pins > 0) {
        return;
    }
    *(stack->previous != NULL ? &stack->previous->next : &canary.head) = stack->next;
    *(stack->next != NULL ? &stack->next->previous : &canary.tail) = stack->previous;
    kernel_cv_destroy(&stack->changed);
    kernel_mutex_destroy(&stack->shown.netstack_lock);
    kernel_free(stack, sizeof(*stack));
}

/* Waits for the turn in progress, or less. Requires: a pin, or a reference. */
void
wait_on(struct stack *stack)
{
    if (breaks(waits_under_lock)) {
        kernel_mutex_enter(&stack->shown.netstack_lock);
    }
    kernel_cv_wait(&stack->changed, &canary.lock);
    if (breaks(waits_under_lock)) {
        kernel_mutex_exit(&stack->shown.netstack_lock);
    }
}

void
turn_enter(struct stack *stack)
{
    pin(stack);
    while (stack->in_turn) {
        wait_on(stack);
    }
    stack->in_turn = true;
}

void
turn_exit(struct stack *stack)
{
    stack->in_turn = false;
    kernel_cv_broadcast(&stack->changed);
    unpin(stack);
}

/* --- references ------------------------------------------------------------------------------- */

bool
is_active(const struct stack *stack)
{
    return !stack->is_uninitialised && (!stack->is_closing || breaks(found_when_closing));
}

bool
is_live(const struct stack *stack)
{
    bool has_ended = stack->is_ending || stack->is_closing;
    return !stack->is_uninitialised &&
           (!has_ended || (stack->is_closing && breaks(create_on_closing)));
}

void
take_reference(struct stack *stack)
{
    VERIFY(stack->references++ > 0);
    kernel_probe(KERNEL_PROBE_netstack__inc__ref, &stack->shown, 0);
}

/* Ends a stack without references. Requires: its turn. */
static void
unlink_stack(struct stack *stack)
{
    stack->is_gone = true;
    if (canary.global == stack) {
        canary.global = NULL;
    }
    turn_exit(stack);
    if (!breaks(pin_leaked)) {
        unpin(stack);
    }
}

static void
reap(struct stack *stack)
{
    turn_enter(stack);
    shut_down_all(stack);
    destroy_all(stack);
    canary.reaps_done++;
    kernel_cv_broadcast(&canary.reaped);
    unlink_stack(stack);
    if (breaks(locked_after_free)) {
        kernel_mutex_enter(&stack->shown.netstack_lock);
    }
}

static void
queue_reap(struct stack *stack)
{
    canary.reaps_begun++;
    stack->reap_next = NULL;
    *(canary.reap_last != NULL ? &canary.reap_last->reap_next : &canary.reap_first) = stack;
    canary.reap_last = stack;
    kernel_cv_signal(&canary.work);
}

void
drop_reference(struct stack *stack)
{
    kernel_probe(KERNEL_PROBE_netstack__dec__ref, &stack->shown, 0);
    VERIFY(stack->references > 0);
    stack->references--;
    if (breaks(freed_while_held) && stack->is_closing && stack->references > 0) {
        stack->references = 0;
    }
    if (stack->references > 0) {
        return;
    }
    if (breaks(reaped_by_release)) {
        canary.reaps_begun++;
        reap(stack);
        return;
    }
    queue_reap(stack);
}

void
reaper_run(void *unused)
{
    (void)unused;
    kernel_mutex_enter(&canary.lock);
    for (;;) {
        while (canary.reap_first == NULL && !canary.stops) {
            kernel_cv_wait_for_work(&canary.work, &canary.lock);
        }
        struct stack *stack = canary.reap_first;
        if (stack == NULL) {
            break;
        }
        canary.reap_first = stack->reap_next;
        if (canary.reap_first == NULL) {
            canary.reap_last = NULL;
        }
        reap(stack);
    }
    kernel_mutex_exit(&canary.lock);
}

/* --- birth ------------------------------------------------------------------------------------ */

static struct stack *
conceive(netstackid_t id)
{
    while (id != GLOBAL_NETSTACKID && !breaks(limit_ignored) &&
           canary.reaps_begun - canary.reaps_done >= netstack_outstanding_reaps) {
        kernel_cv_wait(&canary.reaped, &canary.lock);
    }
    struct stack *stack =
        kernel_zalloc("canary_stack", sizeof(*stack),
                      breaks(allocates_under_lock) ? KERNEL_SLEEP : KERNEL_NOSLEEP);
    if (stack == NULL) {
        return NULL;
    }
    stack->shown.netstack_stackid = id;
    stack->shown.netstack_numzones = 1;
    kernel_mutex_init(&stack->shown.netstack_lock, "canary_stack");
    kernel_cv_init(&stack->changed, "canary_changed");
    stack->references = 1;
    stack->pins = 1;
    stack->is_uninitialised = true;
    stack->uid = ++canary.next_uid;
    stack->modules = canary.modules;
    stack->previous = canary.tail;
    *(canary.tail != NULL ? &canary.tail->next : &canary.head) = stack;
    canary.tail = stack;
    if (id == GLOBAL_NETSTACKID) {
        canary.global = stack;
    }
    turn_enter(stack);
    return stack;
}

static bool
create_all(struct stack *stack)
{
    for (int i = 0; i < NS_MAX; i++) {
        int module = breaks(creates_descend) ? NS_MAX - 1 - i : i;
        if ((stack->modules & 1u << module) != 0 && !create_module(stack, module)) {
            return false;
        }
    }
    return true;
}

void
close_stack(struct stack *stack)
{
    kernel_mutex_enter(&stack->shown.netstack_lock);
    stack->shown.netstack_numzones = 0;
    stack->is_closing = true;
    kernel_mutex_exit(&stack->shown.netstack_lock);
}

static void
abandon(struct stack *stack)
{
    shut_down_all(stack);
    destroy_all(stack);
    close_stack(stack);
    kernel_probe(KERNEL_PROBE_netstack__dec__ref, &stack->shown, 0);
    if (--stack->references == 0) {
        unlink_stack(stack);
    } else {
        turn_exit(stack);
    }
}

int
birth(netstackid_t id, struct stack **out)
{
    struct stack *stack = conceive(id);
    if (stack == NULL) {
        return ENOMEM;
    }
    if (!create_all(stack)) {
        abandon(stack);
        return ENOMEM;
    }
    kernel_mutex_enter(&stack->shown.netstack_lock);
    stack->is_uninitialised = false;
    kernel_mutex_exit(&stack->shown.netstack_lock);
    turn_exit(stack);
    *out = stack;
    return 0;
}
