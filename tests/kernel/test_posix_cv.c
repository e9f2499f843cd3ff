/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Condition variables of the posix backend.
 */
#include <criterion/criterion.h>
#include <signal.h>

#include "kernel/kernel.h"

#define WAITERS 3

static kernel_mutex_t mutex;
static kernel_cv_t cv;
static int waiting, woken;
static bool go;

static void
make(void)
{
    kernel_mutex_init(&mutex, "test");
    kernel_cv_init(&cv, "test");
}

static void
destroy(void)
{
    kernel_cv_destroy(&cv);
    kernel_mutex_destroy(&mutex);
}

TestSuite(posix_cv, .init = make, .fini = destroy);

static void
wait_for_go(void *for_work)
{
    kernel_mutex_enter(&mutex);
    waiting++;
    while (!go) {
        if (for_work != NULL) {
            kernel_cv_wait_for_work(&cv, &mutex);
        } else {
            kernel_cv_wait(&cv, &mutex);
        }
        cr_assert(kernel_mutex_is_held(&mutex));
    }
    woken++;
    kernel_mutex_exit(&mutex);
}

/* Lets them wait, then wakes them by this. */
static void
wake_all_by(void (*wake)(void))
{
    kernel_thread_t *threads[WAITERS];
    int started = 0;

    for (int i = 0; i < WAITERS; i++) {
        threads[i] = kernel_thread_create("waiter", wait_for_go, i % 2 == 0 ? NULL : &mutex);
    }
    while (started < WAITERS) {
        kernel_mutex_enter(&mutex);
        started = waiting;
        kernel_mutex_exit(&mutex);
    }
    kernel_mutex_enter(&mutex);
    go = true;
    wake();
    kernel_mutex_exit(&mutex);
    for (int i = 0; i < WAITERS; i++) {
        kernel_thread_join(threads[i]);
    }
    cr_assert_eq(woken, WAITERS);
}

static void
broadcast(void)
{
    kernel_cv_broadcast(&cv);
}

Test(posix_cv, broadcast_wakes_all_waiters)
{
    wake_all_by(broadcast);
}

static void
signal_each(void)
{
    for (int i = 0; i < WAITERS; i++) {
        kernel_cv_signal(&cv);
    }
}

Test(posix_cv, as_many_signals_as_waiters_wake_them_all)
{
    wake_all_by(signal_each);
}

Test(posix_cv, a_timed_wait_that_nobody_ends_reaches_its_deadline)
{
    uint64_t deadline_ns = kernel_time_ns() + 1000000;

    kernel_mutex_enter(&mutex);
    while (kernel_cv_timedwait(&cv, &mutex, deadline_ns)) {}
    cr_assert(kernel_mutex_is_held(&mutex));
    kernel_mutex_exit(&mutex);
    cr_assert_geq(kernel_time_ns(), deadline_ns);
}

Test(posix_cv, a_deadline_in_the_past_has_passed)
{
    kernel_mutex_enter(&mutex);
    cr_assert_not(kernel_cv_timedwait(&cv, &mutex, 1));
    kernel_mutex_exit(&mutex);
}

static void
signal_it(void *unused)
{
    (void)unused;
    kernel_mutex_enter(&mutex);
    go = true;
    kernel_cv_signal(&cv);
    kernel_mutex_exit(&mutex);
}

Test(posix_cv, a_signal_ends_a_timed_wait_before_its_deadline)
{
    kernel_thread_t *thread;

    kernel_mutex_enter(&mutex);
    thread = kernel_thread_create("signaller", signal_it, NULL);
    while (!go) {
        cr_assert(kernel_cv_timedwait(&cv, &mutex, UINT64_MAX));
    }
    kernel_mutex_exit(&mutex);
    kernel_thread_join(thread);
}

Test(posix_cv, a_wait_without_the_mutex_is_fatal, .signal = SIGABRT)
{
    kernel_cv_wait(&cv, &mutex);
}
