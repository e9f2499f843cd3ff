/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A message by a flag, for each memory order of C11; and release sequences (C11, 5.1.2.4, 10): what a reader of
 * the flag knows if others have written it since.
 */
#include "litmus.h"

static inline void
tell(struct box *box, int value, memory_order order)
{
    box->x = 1;
    atomic_store_explicit(&box->flag, value, order);
}

static inline void
hear(struct box *box, int value, memory_order order)
{
    if (atomic_load_explicit(&box->flag, order) == value) {
        litmus_need(box->x);
    }
}

static void
tell_relaxed(void *box)
{
    tell(box, 1, memory_order_relaxed);
}

static void
tell_release(void *box)
{
    tell(box, 1, memory_order_release);
}

static void
tell_seq_cst(void *box)
{
    tell(box, 1, memory_order_seq_cst);
}

static void
hear_relaxed(void *box)
{
    hear(box, 1, memory_order_relaxed);
}

static void
hear_acquire(void *box)
{
    hear(box, 1, memory_order_acquire);
}

static void
hear_consume(void *box)
{
    hear(box, 1, memory_order_consume);
}

static void
hear_seq_cst(void *box)
{
    hear(box, 1, memory_order_seq_cst);
}

static void
hear_two(void *box)
{
    hear(box, 2, memory_order_acquire);
}

static void
hear_three(void *box)
{
    hear(box, 3, memory_order_acquire);
}

/* --- others write between ----------------------------------------------------------------------- */

static void
add_relaxed(void *argument)
{
    struct box *box = argument;
    atomic_fetch_add_explicit(&box->flag, 1, memory_order_relaxed);
}

static void
replace_if_told(void *argument)
{
    struct box *box = argument;
    int one = 1;
    atomic_compare_exchange_strong_explicit(&box->flag, &one, 2, memory_order_relaxed,
                                            memory_order_relaxed);
}

static void
exchange_relaxed(void *argument)
{
    struct box *box = argument;
    if (atomic_exchange_explicit(&box->flag, 3, memory_order_relaxed) == 1) {
        atomic_store_explicit(&box->turn, 1, memory_order_relaxed);
    }
}

/* Who reads 3 behind it knows that it took the place of 1. */
static void
hear_exchanged(void *argument)
{
    struct box *box = argument;
    if (atomic_load_explicit(&box->turn, memory_order_relaxed) == 1 &&
        atomic_load_explicit(&box->flag, memory_order_acquire) == 3) {
        litmus_need(box->x);
    }
}

static void
store_if_told(void *argument)
{
    struct box *box = argument;
    if (atomic_load_explicit(&box->flag, memory_order_relaxed) == 1) {
        atomic_store_explicit(&box->flag, 2, memory_order_relaxed);
    }
}

static void
store_two_release(void *argument)
{
    struct box *box = argument;
    atomic_store_explicit(&box->flag, 2, memory_order_release);
}

/* C11 counts a task's own later stores in; C++20 does not any more. */
static void
tell_and_go_on(void *argument)
{
    struct box *box = argument;
    tell(box, 1, memory_order_release);
    atomic_store_explicit(&box->flag, 2, memory_order_relaxed);
}

static void
tell_then_write(void *argument)
{
    struct box *box = argument;
    atomic_store_explicit(&box->flag, 1, memory_order_release);
    box->x = 1;
    atomic_store_explicit(&box->flag, 2, memory_order_relaxed);
}

/* --- chains ---------------------------------------------------------------------------------------- */

static void
pass_on(void *argument)
{
    struct box *box = argument;
    if (atomic_load_explicit(&box->flag, memory_order_acquire) == 1) {
        atomic_store_explicit(&box->turn, 1, memory_order_release);
    }
}

static void
pass_on_relaxed(void *argument)
{
    struct box *box = argument;
    if (atomic_load_explicit(&box->flag, memory_order_relaxed) == 1) {
        atomic_store_explicit(&box->turn, 1, memory_order_release);
    }
}

static void
hear_passed_on(void *argument)
{
    struct box *box = argument;
    if (atomic_load_explicit(&box->turn, memory_order_acquire) == 1) {
        litmus_need(box->x);
    }
}

LITMUS_PAIR(release_acquire, tell_release, hear_acquire)
LITMUS_PAIR(release_consume, tell_release, hear_consume)
LITMUS_PAIR(seq_cst_seq_cst, tell_seq_cst, hear_seq_cst)
LITMUS_PAIR(relaxed_relaxed, tell_relaxed, hear_relaxed)
LITMUS_PAIR(release_relaxed, tell_release, hear_relaxed)
LITMUS_PAIR(relaxed_acquire, tell_relaxed, hear_acquire)
LITMUS_THREE(added_between, tell_release, add_relaxed, hear_two)
LITMUS_THREE(replaced_between, tell_release, replace_if_told, hear_two)
LITMUS_THREE(exchanged_between, tell_release, exchange_relaxed, hear_exchanged)
LITMUS_THREE(stored_between, tell_release, store_if_told, hear_two)
LITMUS_THREE(released_between, tell_release, store_two_release, hear_two)
LITMUS_PAIR(own_store, tell_and_go_on, hear_two)
LITMUS_PAIR(own_store_after_write, tell_then_write, hear_two)
LITMUS_THREE(passed_on, tell_release, pass_on, hear_passed_on)
LITMUS_THREE(passed_on_relaxed, tell_release, pass_on_relaxed, hear_passed_on)
LITMUS_THREE(added_to_two, tell_and_go_on, add_relaxed, hear_three)

const struct litmus litmus_order[] = {
    {.name = "release_acquire", .body = release_acquire},
    {.name = "release_consume", .body = release_consume},
    {.name = "seq_cst_seq_cst", .body = seq_cst_seq_cst},
    {.name = "relaxed_relaxed", .body = relaxed_relaxed, .races = true},
    {.name = "release_relaxed", .body = release_relaxed, .races = true},
    {.name = "relaxed_acquire", .body = relaxed_acquire, .races = true},
    {.name = "added_between", .body = added_between},
    {.name = "replaced_between", .body = replaced_between},
    {.name = "exchanged_between", .body = exchanged_between},
    {.name = "stored_between",
     .body = stored_between,
     .races = true,
     .tsan_differs = "a store without release ends no release sequence there: it is silent"},
    {.name = "released_between", .body = released_between, .races = true},
    {.name = "own_store", .body = own_store},
    {.name = "own_store_after_write", .body = own_store_after_write, .races = true},
    {.name = "passed_on", .body = passed_on},
    {.name = "passed_on_relaxed", .body = passed_on_relaxed, .races = true},
    {.name = "added_to_two", .body = added_to_two},
    {0},
};
