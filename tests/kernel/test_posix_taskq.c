/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Task queues of the posix backend.
 */
#include <criterion/criterion.h>
#include <signal.h>

#include "kernel/kernel.h"

#define TASKS 200

static kernel_atomic_t done;
static kernel_sema_t meeting, parting;

static void
make(void)
{
    kernel_atomic_init(&done, 0, "test");
    kernel_sema_init(&meeting, 0, "test");
    kernel_sema_init(&parting, 0, "test");
}

TestSuite(posix_taskq, .init = make);

static uint64_t order[TASKS];

static void
note_order(void *number)
{
    order[kernel_atomic_fetch_add(&done, 1)] = (uintptr_t)number;
}

Test(posix_taskq, a_queue_of_width_one_runs_tasks_in_order_of_dispatch)
{
    kernel_taskq_t *queue = kernel_taskq_create("test", 1);

    for (uintptr_t i = 0; i < TASKS; i++) {
        cr_assert(kernel_taskq_dispatch(queue, note_order, (void *)i, KERNEL_SLEEP));
    }
    kernel_taskq_destroy(queue);
    for (uintptr_t i = 0; i < TASKS; i++) {
        cr_assert_eq(order[i], i);
    }
}

static void
count(void *unused)
{
    (void)unused;
    kernel_atomic_fetch_add(&done, 1);
}

Test(posix_taskq, destroy_waits_for_all_tasks)
{
    kernel_taskq_t *queue = kernel_taskq_create("test", 3);

    for (int i = 0; i < TASKS; i++) {
        cr_assert(kernel_taskq_dispatch(queue, count, NULL, KERNEL_NOSLEEP));
    }
    kernel_taskq_destroy(queue);
    cr_assert_eq(kernel_atomic_load(&done), TASKS);
}

static kernel_taskq_t *chained;

static void
dispatch_more(void *left)
{
    kernel_atomic_fetch_add(&done, 1);
    if ((uintptr_t)left > 0) {
        cr_assert(kernel_taskq_dispatch(chained, dispatch_more, (void *)((uintptr_t)left - 1),
                                        KERNEL_SLEEP));
    }
}

Test(posix_taskq, destroy_waits_for_tasks_that_tasks_dispatch)
{
    chained = kernel_taskq_create("test", 4);
    kernel_taskq_dispatch(chained, dispatch_more, (void *)(uintptr_t)20, KERNEL_SLEEP);
    kernel_taskq_destroy(chained);
    cr_assert_eq(kernel_atomic_load(&done), 21);
}

static void
meet(void *unused)
{
    (void)unused;
    kernel_sema_post(&meeting);
    kernel_sema_wait(&parting);
}

Test(posix_taskq, as_many_tasks_run_at_once_as_it_is_wide)
{
    kernel_taskq_t *queue = kernel_taskq_create("test", 3);

    for (int i = 0; i < 3; i++) {
        kernel_taskq_dispatch(queue, meet, NULL, KERNEL_SLEEP);
    }
    for (int i = 0; i < 3; i++) {
        kernel_sema_wait(&meeting);
    }
    /* All three are in the middle; a fourth must wait for one of them. */
    kernel_taskq_dispatch(queue, count, NULL, KERNEL_SLEEP);
    cr_assert_eq(kernel_atomic_load(&done), 0);
    for (int i = 0; i < 3; i++) {
        kernel_sema_post(&parting);
    }
    kernel_taskq_destroy(queue);
    cr_assert_eq(kernel_atomic_load(&done), 1);
}

static void
litter(void *unused)
{
    (void)unused;
    for (int slot = 0; slot < KERNEL_SLOT_COUNT; slot++) {
        if (kernel_slot_get((enum kernel_slot)slot) != NULL) {
            kernel_atomic_fetch_add(&done, 1);
        }
        kernel_slot_set((enum kernel_slot)slot, &done);
    }
}

Test(posix_taskq, a_task_starts_with_empty_slots)
{
    kernel_taskq_t *queue = kernel_taskq_create("test", 1);

    kernel_slot_set(KERNEL_SLOT_ZONE, &done);
    kernel_taskq_dispatch(queue, litter, NULL, KERNEL_SLEEP);
    kernel_taskq_dispatch(queue, litter, NULL, KERNEL_SLEEP);
    kernel_taskq_destroy(queue);
    cr_assert_eq(kernel_atomic_load(&done), 0);
}

Test(posix_taskq, the_system_s_queue_is_always_the_same)
{
    kernel_taskq_t *queue = kernel_taskq_system();

    cr_assert_not_null(queue);
    cr_assert_eq(kernel_taskq_system(), queue);
    kernel_taskq_dispatch(queue, meet, NULL, KERNEL_SLEEP);
    kernel_sema_wait(&meeting);
    kernel_sema_post(&parting);
}

Test(posix_taskq, a_queue_without_width_is_fatal, .signal = SIGABRT)
{
    kernel_taskq_create("test", 0);
}
