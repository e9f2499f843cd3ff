/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Variables on a task's stack that another task reaches: by the argument that it starts with, or by a pointer
 * in memory.
 */
#include "litmus.h"

struct frame {
    int x;
    kernel_sema_t done;
};

static void
write_frame(void *argument)
{
    struct frame *frame = argument;
    frame->x = 1;
}

static void
shared_by_argument(void *unused)
{
    struct frame frame = {0};
    (void)unused;
    uint16_t one = heddle_spawn("one", write_frame, &frame);
    uint16_t other = heddle_spawn("other", write_frame, &frame);
    heddle_join(one);
    heddle_join(other);
}

static void
owner_goes_on(void *unused)
{
    struct frame frame = {0};
    (void)unused;
    uint16_t one = heddle_spawn("one", write_frame, &frame);
    frame.x = 2;
    heddle_join(one);
}

static void
owner_waits(void *unused)
{
    struct frame frame = {0};
    (void)unused;
    uint16_t one = heddle_spawn("one", write_frame, &frame);
    heddle_join(one);
    frame.x = 2;
    litmus_need(frame.x);
}

/* Tells the other where its own variable is; it must live until the other has looked. */
static void
publish_local(struct box *box, bool ordered)
{
    struct pair local = {1, 2};
    if (ordered) {
        atomic_store_explicit(&box->head, &local, memory_order_release);
    } else {
        atomic_store_explicit(&box->head, &local, memory_order_relaxed);
    }
    kernel_sema_wait(&box->empty);
}

static void
publish_ordered(void *argument)
{
    publish_local(argument, true);
}

static void
publish_unordered(void *argument)
{
    publish_local(argument, false);
}

static void
look(void *argument)
{
    struct box *box = argument;
    const struct pair *pair = atomic_load_explicit(&box->head, memory_order_acquire);
    if (pair != NULL) {
        litmus_need(pair->one);
    }
    kernel_sema_post(&box->empty);
}

LITMUS_PAIR(shared_by_pointer, publish_ordered, look)
LITMUS_PAIR(shared_by_pointer_unordered, publish_unordered, look)

const struct litmus litmus_stack[] = {
    {.name = "stack_shared_by_argument", .body = shared_by_argument, .races = true, .always = true},
    {.name = "stack_owner_goes_on", .body = owner_goes_on, .races = true, .always = true},
    {.name = "stack_owner_waits", .body = owner_waits},
    {.name = "stack_shared_by_pointer", .body = shared_by_pointer},
    {.name = "stack_shared_by_pointer_unordered",
     .body = shared_by_pointer_unordered,
     .races = true},
    {0},
};
