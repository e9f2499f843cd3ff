/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Fences (C11, 7.17.4): relaxed operations that are ordered by what stands between them and the data.
 */
#include "litmus.h"

#include <stdbool.h>

/* The fence's order, or relaxed: no fence. */
static inline void
tell(struct box *box, memory_order fence, memory_order store)
{
    box->x = 1;
    if (fence != memory_order_relaxed) {
        atomic_thread_fence(fence);
    }
    atomic_store_explicit(&box->flag, 1, store);
}

static inline void
hear(struct box *box, memory_order load, memory_order fence)
{
    bool told = atomic_load_explicit(&box->flag, load) == 1;
    if (fence != memory_order_relaxed) {
        atomic_thread_fence(fence);
    }
    if (told) {
        litmus_need(box->x);
    }
}

static void
tell_release_fence(void *box)
{
    tell(box, memory_order_release, memory_order_relaxed);
}

static void
tell_acquire_fence(void *box)
{
    tell(box, memory_order_acquire, memory_order_relaxed);
}

static void
tell_full_fence(void *box)
{
    tell(box, memory_order_seq_cst, memory_order_relaxed);
}

static void
tell_release(void *box)
{
    tell(box, memory_order_relaxed, memory_order_release);
}

static void
hear_acquire_fence(void *box)
{
    hear(box, memory_order_relaxed, memory_order_acquire);
}

static void
hear_release_fence(void *box)
{
    hear(box, memory_order_relaxed, memory_order_release);
}

static void
hear_full_fence(void *box)
{
    hear(box, memory_order_relaxed, memory_order_seq_cst);
}

static void
hear_acquire(void *box)
{
    hear(box, memory_order_acquire, memory_order_relaxed);
}

static void
hear_relaxed(void *box)
{
    hear(box, memory_order_relaxed, memory_order_relaxed);
}

/* The fence comes too early for what is written behind it. */
static void
fence_then_write(void *argument)
{
    struct box *box = argument;
    atomic_thread_fence(memory_order_release);
    box->x = 1;
    atomic_store_explicit(&box->flag, 1, memory_order_relaxed);
}

static void
fence_then_load(void *argument)
{
    struct box *box = argument;
    atomic_thread_fence(memory_order_acquire);
    if (atomic_load_explicit(&box->flag, memory_order_relaxed) == 1) {
        litmus_need(box->x);
    }
}

/* The fence of a reference count: what the last one frees was let go by all. */
static void
drop_reference(void *argument)
{
    struct box *box = argument;
    box->pairs[heddle_self() % 8].one = 1;
    if (atomic_fetch_add_explicit(&box->flag, 1, memory_order_release) == 1) {
        atomic_thread_fence(memory_order_acquire);
        for (int i = 0; i < 8; i++) {
            box->pairs[i].one = 2;
        }
    }
}

static void
drop_reference_unfenced(void *argument)
{
    struct box *box = argument;
    box->pairs[heddle_self() % 8].one = 1;
    if (atomic_fetch_add_explicit(&box->flag, 1, memory_order_release) == 1) {
        for (int i = 0; i < 8; i++) {
            box->pairs[i].one = 2;
        }
    }
}

/* A compiler's barrier orders nothing between tasks. */
static void
tell_signal_fence(void *argument)
{
    struct box *box = argument;
    box->x = 1;
    atomic_signal_fence(memory_order_seq_cst);
    atomic_store_explicit(&box->flag, 1, memory_order_relaxed);
}

LITMUS_PAIR(fence_fence, tell_release_fence, hear_acquire_fence)
LITMUS_PAIR(fence_load, tell_release_fence, hear_acquire)
LITMUS_PAIR(store_fence, tell_release, hear_acquire_fence)
LITMUS_PAIR(full_full, tell_full_fence, hear_full_fence)
LITMUS_PAIR(fence_nothing, tell_release_fence, hear_relaxed)
LITMUS_PAIR(wrong_teller, tell_acquire_fence, hear_acquire_fence)
LITMUS_PAIR(wrong_hearer, tell_release_fence, hear_release_fence)
LITMUS_PAIR(early_teller, fence_then_write, hear_acquire_fence)
LITMUS_PAIR(early_hearer, tell_release_fence, fence_then_load)
LITMUS_PAIR(signal_fence, tell_signal_fence, hear_acquire)
LITMUS_PAIR(reference_count, drop_reference, drop_reference)
LITMUS_PAIR(reference_count_unfenced, drop_reference_unfenced, drop_reference_unfenced)

static const char ignored[] = "it does not know fences, and accuses the innocent";

const struct litmus litmus_fence[] = {
    {.name = "fence_fence", .body = fence_fence, .tsan_differs = ignored},
    {.name = "fence_load", .body = fence_load, .tsan_differs = ignored},
    {.name = "store_fence", .body = store_fence, .tsan_differs = ignored},
    {.name = "full_fences", .body = full_full, .tsan_differs = ignored},
    {.name = "fence_nothing", .body = fence_nothing, .races = true},
    {.name = "fence_wrong_teller", .body = wrong_teller, .races = true},
    {.name = "fence_wrong_hearer", .body = wrong_hearer, .races = true},
    {.name = "fence_early_teller", .body = early_teller, .races = true},
    {.name = "fence_early_hearer", .body = early_hearer, .races = true},
    {.name = "signal_fence", .body = signal_fence, .races = true},
    {.name = "reference_count", .body = reference_count, .tsan_differs = ignored},
    {.name = "reference_count_unfenced",
     .body = reference_count_unfenced,
     .races = true,
     .always = true},
    {0},
};
