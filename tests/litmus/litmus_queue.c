/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Work in task queues, threads of the seam, and rest.
 */
#include "litmus.h"

static void
write_x(void *argument)
{
    struct box *box = argument;
    box->x++;
}

static void
write_y(void *argument)
{
    struct box *box = argument;
    box->y++;
}

static void
dispatch(kernel_taskq_t *queue, void (*run)(void *), struct box *box)
{
    VERIFY(kernel_taskq_dispatch(queue, run, box, KERNEL_SLEEP));
}

static void
before_and_after(void *unused)
{
    struct box *box = litmus_box();
    (void)unused;
    kernel_taskq_t *queue = kernel_taskq_create("queue", 1);
    box->x = 1;
    dispatch(queue, write_x, box);
    kernel_taskq_destroy(queue);
    litmus_need(box->x);
}

static void
while_it_runs(void *unused)
{
    struct box *box = litmus_box();
    (void)unused;
    kernel_taskq_t *queue = kernel_taskq_create("queue", 1);
    dispatch(queue, write_x, box);
    box->x = 1;
    kernel_taskq_destroy(queue);
}

static void
one_wide(void *unused)
{
    struct box *box = litmus_box();
    (void)unused;
    kernel_taskq_t *queue = kernel_taskq_create("queue", 1);
    dispatch(queue, write_x, box);
    dispatch(queue, write_x, box);
    kernel_taskq_destroy(queue);
}

static void
two_wide(void *unused)
{
    struct box *box = litmus_box();
    (void)unused;
    kernel_taskq_t *queue = kernel_taskq_create("queue", 2);
    dispatch(queue, write_x, box);
    dispatch(queue, write_x, box);
    kernel_taskq_destroy(queue);
}

static void
two_wide_apart(void *unused)
{
    struct box *box = litmus_box();
    (void)unused;
    kernel_taskq_t *queue = kernel_taskq_create("queue", 2);
    dispatch(queue, write_x, box);
    dispatch(queue, write_y, box);
    kernel_taskq_destroy(queue);
    litmus_need(box->x + box->y);
}

static void
settled(void *unused)
{
    struct box *box = litmus_box();
    (void)unused;
    heddle_spawn("one", write_x, box);
    heddle_spawn("other", write_y, box);
    heddle_settle();
    litmus_need(box->x + box->y);
}

static void
threads(void *unused)
{
    struct box *box = litmus_box();
    (void)unused;
    box->x = 1;
    kernel_thread_t *thread = kernel_thread_create("thread", write_x, box);
    kernel_thread_join(thread);
    litmus_need(box->x);
}

static void
thread_not_joined(void *unused)
{
    struct box *box = litmus_box();
    (void)unused;
    kernel_thread_t *thread = kernel_thread_create("thread", write_x, box);
    litmus_need(box->x);
    kernel_thread_join(thread);
}

const struct litmus litmus_queue[] = {
    {.name = "queue_before_and_after", .body = before_and_after},
    {.name = "queue_while_it_runs", .body = while_it_runs, .races = true, .always = true},
    {.name = "queue_one_wide", .body = one_wide},
    {.name = "queue_two_wide", .body = two_wide, .races = true},
    {.name = "queue_two_wide_apart", .body = two_wide_apart},
    {.name = "settled", .body = settled},
    {.name = "threads", .body = threads},
    {.name = "thread_not_joined", .body = thread_not_joined, .races = true, .always = true},
    {0},
};
