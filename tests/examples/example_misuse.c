/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Locks taken twice, or let go by somebody else, on paths that few schedules take.
 */
#include "example.h"

/* --- recursive-lock: a full cache is flushed by a function that takes the lock --------------------- */

#define CAPACITY 1

static struct {
    kernel_mutex_t lock;
    kernel_atomic_t entries;
} cache;

static void
flush(void)
{
    kernel_mutex_enter(&cache.lock);
    set(&cache.entries, 0);
    kernel_mutex_exit(&cache.lock);
}

static void
insert(void *unused)
{
    (void)unused;
    kernel_mutex_enter(&cache.lock);
    if (get(&cache.entries) == CAPACITY) {
        exit_if(mended(), &cache.lock);
        flush();
        enter_if(mended(), &cache.lock);
    }
    set(&cache.entries, get(&cache.entries) + 1);
    kernel_mutex_exit(&cache.lock);
}

static void
flush_often(void *unused)
{
    (void)unused;
    flush();
    flush();
}

static void
recursive_lock(void)
{
    kernel_mutex_init(&cache.lock, "cache");
    kernel_atomic_init(&cache.entries, 0, "entries");
    run_all(insert, flush_often, insert);
}

/* --- unlock-by-stranger ------------------------------------------------------------------------------ */

static struct {
    kernel_mutex_t lock;
    kernel_atomic_t samples;
} statistics;

static void
sample(void *unused)
{
    (void)unused;
    /* Busy: this sample is left out. */
    bool entered = kernel_mutex_tryenter(&statistics.lock);
    if (entered) {
        set(&statistics.samples, get(&statistics.samples) + 1);
    }
    exit_if(entered || !mended(), &statistics.lock);
}

static void
unlock_by_stranger(void)
{
    kernel_mutex_init(&statistics.lock, "statistics");
    kernel_atomic_init(&statistics.samples, 0, "samples");
    run_all(sample, sample);
}

const struct example examples_misuse[] = {
    {.name = "recursive-lock",
     .family = "recursive lock misuse",
     .bug = "a full cache is flushed under its lock by a function that takes it",
     .verdicts = VERDICT(LOCK_MISUSE),
     .threads = 3,
     .body = recursive_lock},
    {.name = "unlock-by-stranger",
     .family = "unlock by a stranger",
     .bug = "a lock is let go even where trying to take it failed",
     .verdicts = VERDICT(LOCK_MISUSE),
     .threads = 2,
     .body = unlock_by_stranger},
    {0},
};
