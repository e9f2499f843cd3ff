/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The primitives under the engine: what they do, and every misuse with its verdict.
 */
#include "engine_harness.h"

static kernel_mutex_t lock, other_lock;
static kernel_cv_t cv;
static kernel_sema_t sema;

static void
init_all(void)
{
    kernel_mutex_init(&lock, "lock");
    kernel_mutex_init(&other_lock, "other_lock");
    kernel_cv_init(&cv, "cv");
    kernel_sema_init(&sema, 0, "sema");
}

/* --- mutexes ----------------------------------------------------------------------------- */

static int inside;

static void
enter_alone(void *unused)
{
    (void)unused;
    for (int i = 0; i < 3; i++) {
        kernel_mutex_enter(&lock);
        VERIFY(++inside == 1);
        kernel_sleep_ns(10);
        inside--;
        kernel_mutex_exit(&lock);
    }
}

static void
exclusion(void *unused)
{
    (void)unused;
    init_all();
    inside = 0;
    uint16_t tasks[3];
    for (int i = 0; i < 3; i++) {
        tasks[i] = heddle_spawn("enterer", enter_alone, NULL);
    }
    for (int i = 0; i < 3; i++) {
        heddle_join(tasks[i]);
    }
}

Test(seam_mutex, excludes)
{
    for (uint64_t seed = 0; seed < 200; seed++) {
        expect_verdict(harness_run_seed(exclusion, "random", seed), "ok");
    }
}

static void
recursion(void *unused)
{
    (void)unused;
    init_all();
    kernel_mutex_enter(&lock);
    kernel_mutex_enter(&lock);
}

static void
stranger(void *unused)
{
    (void)unused;
    init_all();
    kernel_mutex_exit(&lock);
}

static void
destroy_held(void *unused)
{
    (void)unused;
    init_all();
    kernel_mutex_enter(&lock);
    kernel_mutex_destroy(&lock);
}

static void
use_destroyed(void *unused)
{
    (void)unused;
    init_all();
    kernel_mutex_destroy(&lock);
    kernel_mutex_enter(&lock);
}

static void
use_uninitialised(void *unused)
{
    (void)unused;
    kernel_mutex_t *mutex = kernel_zalloc("thing", sizeof *mutex, KERNEL_SLEEP);
    kernel_mutex_enter(mutex);
}

Test(seam_mutex, misuse_is_told)
{
    void (*const bodies[])(void *) = {recursion, stranger, destroy_held, use_destroyed,
                                      use_uninitialised};
    uint64_t signatures[5];
    for (int i = 0; i < 5; i++) {
        expect_verdict(harness_run(bodies[i]), "lock-misuse");
        signatures[i] = harness_log()->result.signature;
        for (int j = 0; j < i; j++) {
            cr_assert_neq(signatures[i], signatures[j]);
        }
    }
}

/* --- deadlocks --------------------------------------------------------------------------- */

static void
take_ab(void *unused)
{
    (void)unused;
    kernel_mutex_enter(&lock);
    kernel_mutex_enter(&other_lock);
    kernel_mutex_exit(&other_lock);
    kernel_mutex_exit(&lock);
}

static void
take_ba(void *unused)
{
    (void)unused;
    kernel_mutex_enter(&other_lock);
    kernel_mutex_enter(&lock);
    kernel_mutex_exit(&lock);
    kernel_mutex_exit(&other_lock);
}

static void
abba(void *unused)
{
    (void)unused;
    init_all();
    uint16_t one = heddle_spawn("ab", take_ab, NULL);
    uint16_t other = heddle_spawn("ba", take_ba, NULL);
    heddle_join(one);
    heddle_join(other);
}

Test(deadlock, a_cycle_is_found_and_told)
{
    const struct heddle_result *result = harness_find(abba, HEDDLE_DEADLOCK, 100);
    cr_assert_str_eq(result->promise, "the wait-for graph has no cycle");
    cr_assert_str_eq(result->function, "take_ab");
    cr_assert_not_null(strstr(result->message, "take_ba"));
}

static bool ready;

static void
wait_carelessly(void *unused)
{
    (void)unused;
    kernel_mutex_enter(&lock);
    bool must_wait = !ready;
    kernel_mutex_exit(&lock);
    if (must_wait) {
        /* Between the test and the wait the signal can be lost. */
        kernel_mutex_enter(&lock);
        kernel_cv_wait(&cv, &lock);
        kernel_mutex_exit(&lock);
    }
}

static void
wake_once(void *unused)
{
    (void)unused;
    kernel_mutex_enter(&lock);
    ready = true;
    kernel_cv_signal(&cv);
    kernel_mutex_exit(&lock);
}

static void
lost_wakeup(void *unused)
{
    (void)unused;
    init_all();
    ready = false;
    uint16_t one = heddle_spawn("waiter", wait_carelessly, NULL);
    uint16_t other = heddle_spawn("waker", wake_once, NULL);
    heddle_join(one);
    heddle_join(other);
}

Test(deadlock, a_lost_wakeup_is_found_and_told)
{
    const struct heddle_result *result = harness_find(lost_wakeup, HEDDLE_DEADLOCK, 200);
    cr_assert_str_eq(result->promise, "whoever waits is woken by somebody alive");
    cr_assert_str_eq(result->function, "wait_carelessly");
}

/* --- condition variables ----------------------------------------------------------------- */

static int spurious;

static void
wait_once(void *unused)
{
    (void)unused;
    kernel_mutex_enter(&lock);
    if (!ready) {
        kernel_cv_wait(&cv, &lock);
        spurious += !ready;
    }
    kernel_mutex_exit(&lock);
}

static void
handshake(void *unused)
{
    (void)unused;
    init_all();
    ready = false;
    uint16_t one = heddle_spawn("waiter", wait_once, NULL);
    uint16_t other = heddle_spawn("waker", wake_once, NULL);
    heddle_join(one);
    heddle_join(other);
}

Test(seam_cv, a_wait_can_end_spuriously_and_replays)
{
    spurious = 0;
    for (uint64_t seed = 0; seed < 2000 && spurious == 0; seed++) {
        expect_verdict(harness_run_seed(handshake, "random", seed), "ok");
    }
    cr_assert_eq(spurious, 1);
    uint64_t hash = harness_log()->result.hash;
    cr_assert_eq(harness_replay(handshake)->hash, hash);
    cr_assert_eq(spurious, 2);
}

static void
destroy_slept_on(void *unused)
{
    (void)unused;
    init_all();
    ready = false;
    (void)heddle_spawn("waiter", wait_once, NULL);
    kernel_sleep_ns(1000000);
    kernel_cv_destroy(&cv);
}

Test(seam_cv, destroying_it_under_a_sleeper_is_told)
{
    expect_verdict(harness_run(destroy_slept_on), "lock-misuse");
}

static int timeouts;

static void
timed_wait(void *unused)
{
    (void)unused;
    init_all();
    kernel_mutex_enter(&lock);
    uint64_t deadline = kernel_time_ns() + 1000000;
    if (!kernel_cv_timedwait(&cv, &lock, deadline)) {
        timeouts++;
    }
    VERIFY(kernel_mutex_is_held(&lock));
    kernel_mutex_exit(&lock);
}

Test(seam_cv, a_timed_wait_ends_by_itself)
{
    timeouts = 0;
    expect_verdict(harness_run(timed_wait), "ok");
    cr_assert_eq(timeouts, 1);
}

/* --- semaphores, task queues ------------------------------------------------------------- */

static kernel_atomic_t permits_taken;

static void
take_permit(void *unused)
{
    (void)unused;
    kernel_sema_wait(&sema);
    (void)kernel_atomic_fetch_add(&permits_taken, 1);
}

static void
permits(void *unused)
{
    (void)unused;
    init_all();
    kernel_atomic_init(&permits_taken, 0, "permits_taken");
    for (int i = 0; i < 3; i++) {
        (void)heddle_spawn("taker", take_permit, NULL);
    }
    kernel_sema_post(&sema);
    kernel_sema_post(&sema);
    kernel_sema_post(&sema);
    heddle_settle();
    VERIFY(kernel_atomic_load(&permits_taken) == 3);
    VERIFY(!kernel_sema_trywait(&sema));
}

Test(seam_sema, each_permit_is_taken_once)
{
    for (uint64_t seed = 0; seed < 200; seed++) {
        expect_verdict(harness_run_seed(permits, "random", seed), "ok");
    }
}

/* --- atomic words ------------------------------------------------------------------------- */

static kernel_atomic_t places; /* two may be taken; a flag above, that nothing touches */
static uint64_t got_one;

static void
take_place(void *unused)
{
    (void)unused;
    got_one += kernel_atomic_add_if(&places, 1, 0xff, 0, 1);
}

static void
few_places(void *unused)
{
    (void)unused;
    got_one = 0;
    kernel_atomic_init(&places, 0x100, "places");
    for (int i = 0; i < 4; i++) {
        (void)heddle_spawn("taker", take_place, NULL);
    }
    heddle_settle();
    VERIFY(got_one == 2);
    VERIFY(kernel_atomic_load(&places) == 0x102);
}

Test(seam_atomic, add_if_looks_and_adds_in_one_step)
{
    for (uint64_t seed = 0; seed < 200; seed++) {
        expect_verdict(harness_run_seed(few_places, "random", seed), "ok");
    }
}

static int ran[8];
static int ran_count;

static void
run_item(void *number)
{
    ran[ran_count++] = (int)(intptr_t)number;
}

static void
queue_in_order(void *unused)
{
    (void)unused;
    ran_count = 0;
    kernel_taskq_t *queue = kernel_taskq_create("queue", 1);
    for (intptr_t i = 0; i < 8; i++) {
        VERIFY(kernel_taskq_dispatch(queue, run_item, (void *)i, KERNEL_SLEEP));
    }
    kernel_taskq_destroy(queue);
    for (int i = 0; i < 8; i++) {
        VERIFY(ran[i] == i);
    }
}

Test(seam_taskq, starts_in_order_and_destroy_waits_for_all)
{
    for (uint64_t seed = 0; seed < 200; seed++) {
        expect_verdict(harness_run_seed(queue_in_order, "random", seed), "ok");
    }
}

static int started[2], workers_seen;

static void
note_start(void *number)
{
    started[ran_count++] = (int)(intptr_t)number;
    workers_seen |= 1 << heddle_self();
}

static void
queue_of_the_system(void *unused)
{
    (void)unused;
    ran_count = workers_seen = 0;
    for (intptr_t i = 0; i < 2; i++) {
        VERIFY(kernel_taskq_dispatch(kernel_taskq_system(), note_start, (void *)i, KERNEL_SLEEP));
    }
    heddle_settle();
    VERIFY(ran_count == 2);
}

/* Both orders, with one worker and with two; the fixed policy keeps the order. */
Test(seam_taskq, the_systems_queue_promises_neither_order_nor_width)
{
    int seen = 0;
    for (uint64_t seed = 0; seed < 200; seed++) {
        expect_verdict(harness_run_seed(queue_of_the_system, "random", seed), "ok");
        int workers = __builtin_popcount((unsigned int)workers_seen);
        seen |= 1 << (2 * (workers - 1) + started[0]);
    }
    cr_assert_eq(seen, 15, "%d", seen);
    expect_verdict(harness_run(queue_of_the_system), "ok");
    cr_assert_eq(started[0], 0);
}
