/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What an observer is told of waits, each before it happens, and which lock is held meanwhile.
 */
#include "engine_harness.h"

static struct {
    kernel_mutex_t outer, inner;
    kernel_cv_t cv;
    kernel_sema_t permits;
} world;

#define SEEN_MAX 8
static struct seen {
    enum heddle_wait what;
    bool may_sleep;
    const char *lock;
} seen[SEEN_MAX];
static size_t seen_count;

static void
on_wait(enum heddle_wait what, bool may_sleep, const kernel_mutex_t *released)
{
    cr_assert_lt(seen_count, (size_t)SEEN_MAX);
    seen[seen_count++] = (struct seen){what, may_sleep, heddle_lock_held(released)};
}

static const struct heddle_result *
run_watched(void (*body)(void *), bool lock_order)
{
    static const struct heddle_observer watching = {.on_wait = on_wait};
    const struct heddle_run run = {.body = body, .observer = &watching, .lock_order = lock_order};
    seen_count = 0;
    heddle_execute(&run, harness_log());
    return &harness_log()->result;
}

static void
expect_seen(size_t index, enum heddle_wait what, bool may_sleep, const char *lock)
{
    cr_assert_lt(index, seen_count);
    cr_assert_eq(seen[index].what, what, "%zu: %d", index, (int)seen[index].what);
    cr_assert_eq(seen[index].may_sleep, may_sleep, "%zu", index);
    cr_assert((lock == NULL) == (seen[index].lock == NULL), "%zu", index);
    cr_assert(lock == NULL || strcmp(seen[index].lock, lock) == 0, "%zu", index);
}

static void
nothing(void *unused)
{
    (void)unused;
}

static void
wait_in_every_way(void *unused)
{
    (void)unused;
    kernel_mutex_init(&world.outer, "outer");
    kernel_mutex_init(&world.inner, "inner");
    kernel_cv_init(&world.cv, "cv");
    kernel_sema_init(&world.permits, 1, "permits");

    kernel_sema_wait(&world.permits);
    kernel_mutex_enter(&world.outer);
    (void)kernel_zalloc("block", 8, KERNEL_NOSLEEP);
    kernel_mutex_enter(&world.inner);
    (void)kernel_zalloc("block", 8, KERNEL_SLEEP);
    (void)kernel_cv_timedwait(&world.cv, &world.inner, kernel_time_ns() + 1);
    kernel_mutex_exit(&world.inner);
    (void)kernel_cv_timedwait(&world.cv, &world.outer, kernel_time_ns() + 1);
    (void)kernel_taskq_dispatch(kernel_taskq_system(), nothing, NULL, KERNEL_NOSLEEP);
    kernel_mutex_exit(&world.outer);
    kernel_sleep_ns(1);
    kernel_thread_join(kernel_thread_create("other", nothing, NULL));
}

Test(waits, each_is_told_with_the_lock_that_stays_held)
{
    expect_verdict(run_watched(wait_in_every_way, true), "ok");
    expect_seen(0, HEDDLE_WAIT_SEMAPHORE, true, NULL);
    expect_seen(1, HEDDLE_WAIT_MEMORY, false, "outer");
    expect_seen(2, HEDDLE_WAIT_MEMORY, true, "inner");
    expect_seen(3, HEDDLE_WAIT_CONDITION, true, "outer");
    expect_seen(4, HEDDLE_WAIT_CONDITION, true, NULL);
    expect_seen(5, HEDDLE_WAIT_DISPATCH, false, "outer");
    expect_seen(6, HEDDLE_WAIT_TIME, true, NULL);
    expect_seen(7, HEDDLE_WAIT_END, true, NULL);
}

Test(waits, no_lock_is_known_in_a_run_that_keeps_none)
{
    expect_verdict(run_watched(wait_in_every_way, false), "ok");
    for (size_t i = 0; i < seen_count; i++) {
        cr_assert_null(seen[i].lock);
    }
}
