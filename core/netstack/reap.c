/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reaps: the queue, the thread that takes it, the limit that births keep, and who waits for reaps.
 * The work item is in the stack (reap_next), so that the last release allocates and waits for
 * nothing. First in, first out, by one thread: the n-th reap begun is the n-th that ends, so
 * netstack_barrier waits for a number.
 */
#include <errno.h>

#include "kernel/list.h"
#include "netstack_impl.h"

#define service netstack__service

/* --- queue -------------------------------------------------------------------------------- */

void
netstack__reap_begun(struct netstack__stack *stack)
{
    VERIFY(kernel_mutex_is_held(&service.lock));
    stack->dropped_ns = kernel_time_ns();
    stack->reap_next = NULL;
    service.reaps_begun++;
    if (service.reap_first == NULL) {
        service.reap_first = stack;
        kernel_cv_signal(&service.work);
    } else {
        service.reap_last->reap_next = stack;
    }
    service.reap_last = stack;
}

void
netstack__reap_ended(struct netstack__stack *stack)
{
    uint64_t took_ns = kernel_time_ns() - stack->dropped_ns;
    bool limiting = netstack__reaps_outstanding() >= service.reaps_max;
    service.reaps_done++;
    if (took_ns > service.reap_longest_ns) {
        service.reap_longest_ns = took_ns;
    }
    kernel_cv_broadcast(&service.reaped);
    if (limiting && netstack__reaps_outstanding() < service.reaps_max) {
        kernel_cv_broadcast(&service.admitted);
    }
}

/* --- the thread --------------------------------------------------------------------------- */

static void
reap(struct netstack__stack *stack)
{
    netstack__turn_begin(stack, NETSTACK__TURN_REAP, 0);
    netstack__shutdown_all(stack);
    netstack__destroy_all(stack);
    kernel_mutex_exit(&stack->shown.netstack_lock);
    netstack__unlink(stack, true);
}

void
netstack__reaper_run(void *unused)
{
    (void)unused;
    kernel_mutex_enter(&service.lock);
    for (;;) {
        while (service.reap_first == NULL && !service.stop) {
            /* Nothing queued, and what this thread took is done: each reap that began has ended. */
            VERIFY(netstack__reaps_outstanding() == 0);
            kernel_cv_wait_for_work(&service.work, &service.lock);
        }
        if (service.reap_first == NULL) {
            break;
        }
        struct netstack__stack *batch = service.reap_first;
        service.reap_first = NULL;
        service.reap_last = NULL;
        kernel_mutex_exit(&service.lock);

        while (batch != NULL) {
            struct netstack__stack *next = batch->reap_next;
            reap(batch);
            batch = next;
        }
        kernel_mutex_enter(&service.lock);
    }
    kernel_mutex_exit(&service.lock);
}

/* --- who waits ---------------------------------------------------------------------------- */

uint64_t
netstack__reap_admission(void)
{
    if (netstack__reaps_outstanding() < service.reaps_max) {
        return 0;
    }
    uint64_t start_ns = kernel_time_ns();
    service.waits++;
    do {
        kernel_cv_wait(&service.admitted, &service.lock);
    } while (netstack__reaps_outstanding() >= service.reaps_max);

    /* Virtual time may stand still; that it waited must be seen all the same. */
    uint64_t waited_ns = kernel_time_ns() - start_ns;
    return waited_ns > 0 ? waited_ns : 1;
}

int
netstack_barrier(void)
{
    int error = netstack__check_context();
    if (error != 0) {
        return error;
    }
    kernel_mutex_enter(&service.lock);
    if (service.phase != NETSTACK__RUNNING) {
        error = ENXIO;
    } else if (netstack__reaps_outstanding() > 0) {
        uint64_t last = service.reaps_begun;
        service.waits++;
        while (service.reaps_done < last) {
            kernel_cv_wait(&service.reaped, &service.lock);
        }
    }
    kernel_mutex_exit(&service.lock);
    return error;
}

/* A listed stack, pinned, or NULL. Requires: the service lock. */
static struct netstack__stack *
pin_by_uid(uint64_t uid)
{
    /* The hash is one to one. */
    struct kernel_table_node *node = kernel_table_first(&service.by_uid, kernel_hash_number(uid));
    if (node == NULL) {
        return NULL;
    }
    struct netstack__stack *stack = KERNEL_CONTAINER_OF(node, struct netstack__stack, by_uid);
    stack->pins++;
    return stack;
}

/* Sleeps on the stack itself until it is unlinked. Requires: the caller's pin. */
static void
wait_until_gone(struct netstack__stack *stack)
{
    bool waited = false;
    kernel_mutex_enter(&stack->shown.netstack_lock);
    while (stack->stage != NETSTACK__GONE) {
        waited = true;
        kernel_cv_wait(&stack->changed, &stack->shown.netstack_lock);
    }
    kernel_mutex_exit(&stack->shown.netstack_lock);
    if (waited) {
        kernel_mutex_enter(&service.lock);
        service.waits++;
        kernel_mutex_exit(&service.lock);
    }
}

int
netstack_wait_gone(uint64_t uid)
{
    int error = netstack__check_context();
    if (error != 0) {
        return error;
    }
    struct netstack__stack *stack = NULL;
    kernel_mutex_enter(&service.lock);
    if (service.phase != NETSTACK__RUNNING) {
        error = ENXIO;
    } else if (uid == 0 || uid >= service.next_uid) {
        error = ENOENT;
    } else {
        stack = pin_by_uid(uid);
    }
    kernel_mutex_exit(&service.lock);
    if (stack != NULL) {
        wait_until_gone(stack);
        netstack__unpin(stack);
    }
    return error;
}
