/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Mutexes: held by both, by one, by each its own; and who looks before it locks.
 */
#include "litmus.h"

static void
write_locked(void *argument)
{
    struct box *box = argument;
    kernel_mutex_enter(&box->lock);
    box->x++;
    kernel_mutex_exit(&box->lock);
}

static void
write_unlocked(void *argument)
{
    struct box *box = argument;
    box->x++;
}

static void
write_otherwise_locked(void *argument)
{
    struct box *box = argument;
    kernel_mutex_enter(&box->other_lock);
    box->x++;
    kernel_mutex_exit(&box->other_lock);
}

static void
write_if_free(void *argument)
{
    struct box *box = argument;
    if (kernel_mutex_tryenter(&box->lock)) {
        box->x++;
        kernel_mutex_exit(&box->lock);
    }
}

static void
write_anyway(void *argument)
{
    struct box *box = argument;
    bool entered = kernel_mutex_tryenter(&box->lock);
    litmus_need(kernel_atomic_load(&box->word)); /* a point, where loads and stores are none */
    box->x++;
    if (entered) {
        kernel_mutex_exit(&box->lock);
    }
}

static void
read_behind_lock(void *argument)
{
    struct box *box = argument;
    kernel_mutex_enter(&box->lock);
    kernel_mutex_exit(&box->lock);
    litmus_need(box->x);
}

/* What is told under the lock orders what comes before and behind it. */
static void
tell_locked(void *argument)
{
    struct box *box = argument;
    box->x = 1;
    kernel_mutex_enter(&box->lock);
    box->y = 1;
    kernel_mutex_exit(&box->lock);
}

static void
hear_locked(void *argument)
{
    struct box *box = argument;
    kernel_mutex_enter(&box->lock);
    bool told = box->y == 1;
    kernel_mutex_exit(&box->lock);
    if (told) {
        litmus_need(box->x);
    }
}

/* --- looking before locking ---------------------------------------------------------------------- */

static void
make_plain(void *argument)
{
    struct box *box = argument;
    if (box->reached == NULL) {
        kernel_mutex_enter(&box->lock);
        if (box->reached == NULL) {
            box->pair.one = 1;
            box->reached = &box->pair;
        }
        kernel_mutex_exit(&box->lock);
    }
    litmus_need(box->reached->one);
}

static void
make_in_order(struct box *box, memory_order look, memory_order publish)
{
    struct pair *pair = atomic_load_explicit(&box->head, look);
    if (pair == NULL) {
        kernel_mutex_enter(&box->lock);
        pair = atomic_load_explicit(&box->head, memory_order_relaxed);
        if (pair == NULL) {
            pair = &box->pair;
            pair->one = 1;
            atomic_store_explicit(&box->head, pair, publish);
        }
        kernel_mutex_exit(&box->lock);
    }
    litmus_need(pair->one);
}

static void
make_acquiring(void *argument)
{
    make_in_order(argument, memory_order_acquire, memory_order_release);
}

static void
make_relaxed(void *argument)
{
    make_in_order(argument, memory_order_relaxed, memory_order_release);
}

LITMUS_PAIR(both_locked, write_locked, write_locked)
LITMUS_PAIR(one_locked, write_locked, write_unlocked)
LITMUS_PAIR(two_locks, write_locked, write_otherwise_locked)
LITMUS_PAIR(tryenter_heeded, write_if_free, write_locked)
LITMUS_PAIR(tryenter_ignored, write_anyway, write_anyway)
LITMUS_PAIR(read_after_exit, write_locked, read_behind_lock)
LITMUS_PAIR(told_under_lock, tell_locked, hear_locked)
LITMUS_PAIR(double_checked_plain, make_plain, make_plain)
LITMUS_PAIR(double_checked_acquire, make_acquiring, make_acquiring)
LITMUS_PAIR(double_checked_relaxed, make_relaxed, make_relaxed)

const struct litmus litmus_lock[] = {
    {.name = "lock_both", .body = both_locked},
    {.name = "lock_one_side", .body = one_locked, .races = true, .always = true},
    {.name = "lock_two_locks", .body = two_locks, .races = true, .always = true},
    {.name = "lock_tryenter_heeded", .body = tryenter_heeded},
    {.name = "lock_tryenter_ignored", .body = tryenter_ignored, .races = true},
    {.name = "lock_read_after_exit", .body = read_after_exit, .races = true},
    {.name = "lock_told_under_lock", .body = told_under_lock},
    {.name = "double_checked_plain", .body = double_checked_plain, .races = true, .always = true},
    {.name = "double_checked_acquire", .body = double_checked_acquire},
    {.name = "double_checked_relaxed", .body = double_checked_relaxed, .races = true},
    {0},
};
