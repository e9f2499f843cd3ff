/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The end of memory is a write to all of it: who uses it must come before.
 */
#include "litmus.h"

static void
use(void *argument)
{
    struct box *box = argument;
    litmus_need(box->reached->one);
}

static void
use_and_post(void *argument)
{
    struct box *box = argument;
    litmus_need(box->reached->one);
    kernel_sema_post(&box->empty);
}

static void
drop(void *argument)
{
    struct box *box = argument;
    kernel_free(box->reached, sizeof *box->reached);
}

static void
drop_when_told(void *argument)
{
    struct box *box = argument;
    kernel_sema_wait(&box->empty);
    kernel_free(box->reached, sizeof *box->reached);
}

/* Each adds to its own part: what they have in common is the end. */
static inline void
write_and_release(struct box *box, memory_order order)
{
    struct pair *pair = box->reached;
    if (heddle_self() % 2 == 0) {
        pair->one = 1;
    } else {
        pair->other = 1;
    }
    if (atomic_fetch_sub_explicit(&box->flag, 1, order) == 1) {
        kernel_free(pair, sizeof *pair);
    }
}

static void
release_acq_rel(void *box)
{
    write_and_release(box, memory_order_acq_rel);
}

static void
release_relaxed(void *box)
{
    write_and_release(box, memory_order_relaxed);
}

static struct box *
box_with_pair(void)
{
    struct box *box = litmus_box();
    box->reached = kernel_zalloc("pair", sizeof *box->reached, KERNEL_SLEEP);
    atomic_store(&box->flag, 2);
    return box;
}

static void
free_while_used(void *unused)
{
    (void)unused;
    litmus_run(box_with_pair(), use, drop);
}

static void
free_when_told(void *unused)
{
    (void)unused;
    litmus_run(box_with_pair(), use_and_post, drop_when_told);
}

static void
free_after_join(void *unused)
{
    struct box *box = box_with_pair();
    (void)unused;
    litmus_run(box, use, use);
    drop(box);
}

static void
free_by_last(void *unused)
{
    (void)unused;
    litmus_run(box_with_pair(), release_acq_rel, release_acq_rel);
}

static void
free_by_last_relaxed(void *unused)
{
    (void)unused;
    litmus_run(box_with_pair(), release_relaxed, release_relaxed);
}

const struct litmus litmus_free[] = {
    {.name = "free_while_used", .body = free_while_used, .races = true},
    {.name = "free_when_told", .body = free_when_told},
    {.name = "free_after_join", .body = free_after_join},
    {.name = "free_by_last", .body = free_by_last},
    {.name = "free_by_last_relaxed", .body = free_by_last_relaxed, .races = true, .always = true},
    {0},
};
