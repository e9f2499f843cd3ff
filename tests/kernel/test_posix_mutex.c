/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Mutexes of the posix backend: ownership, and the end for who misuses them.
 */
#include <criterion/criterion.h>
#include <signal.h>

#include "kernel/kernel.h"

static kernel_mutex_t mutex;

static void
make_mutex(void)
{
    kernel_mutex_init(&mutex, "test");
}

TestSuite(posix_mutex, .init = make_mutex);

Test(posix_mutex, it_knows_its_owner)
{
    cr_assert_not(kernel_mutex_is_held(&mutex));
    kernel_mutex_enter(&mutex);
    cr_assert(kernel_mutex_is_held(&mutex));
    kernel_mutex_exit(&mutex);
    cr_assert_not(kernel_mutex_is_held(&mutex));
    kernel_mutex_destroy(&mutex);
}

static void
look_at_it(void *is_held)
{
    *(bool *)is_held = kernel_mutex_is_held(&mutex);
}

Test(posix_mutex, another_thread_s_is_not_held_by_the_caller)
{
    bool is_held = true;
    kernel_thread_t *thread;

    kernel_mutex_enter(&mutex);
    thread = kernel_thread_create("test", look_at_it, &is_held);
    kernel_thread_join(thread);
    cr_assert_not(is_held);
    kernel_mutex_exit(&mutex);
}

static void
try_it(void *got)
{
    *(bool *)got = kernel_mutex_tryenter(&mutex);
    if (*(bool *)got) {
        kernel_mutex_exit(&mutex);
    }
}

Test(posix_mutex, tryenter_gets_a_free_one_only)
{
    bool got = true;
    kernel_thread_t *thread;

    cr_assert(kernel_mutex_tryenter(&mutex));
    cr_assert(kernel_mutex_is_held(&mutex));
    thread = kernel_thread_create("test", try_it, &got);
    kernel_thread_join(thread);
    cr_assert_not(got);
    kernel_mutex_exit(&mutex);

    thread = kernel_thread_create("test", try_it, &got);
    kernel_thread_join(thread);
    cr_assert(got);
}

#define WORKERS 4
#define ROUNDS  5000

static int counter;

static void
count_under_lock(void *unused)
{
    (void)unused;
    for (int i = 0; i < ROUNDS; i++) {
        kernel_mutex_enter(&mutex);
        counter++;
        kernel_mutex_exit(&mutex);
    }
}

Test(posix_mutex, it_excludes)
{
    kernel_thread_t *threads[WORKERS];

    for (int i = 0; i < WORKERS; i++) {
        threads[i] = kernel_thread_create("test", count_under_lock, NULL);
    }
    for (int i = 0; i < WORKERS; i++) {
        kernel_thread_join(threads[i]);
    }
    cr_assert_eq(counter, WORKERS * ROUNDS);
}

Test(posix_mutex, enter_by_its_owner_is_fatal, .signal = SIGABRT)
{
    kernel_mutex_enter(&mutex);
    kernel_mutex_enter(&mutex);
}

Test(posix_mutex, exit_of_a_free_one_is_fatal, .signal = SIGABRT)
{
    kernel_mutex_exit(&mutex);
}

static void
exit_it(void *unused)
{
    (void)unused;
    kernel_mutex_exit(&mutex);
}

Test(posix_mutex, exit_by_a_stranger_is_fatal, .signal = SIGABRT)
{
    kernel_mutex_enter(&mutex);
    kernel_thread_join(kernel_thread_create("test", exit_it, NULL));
}

Test(posix_mutex, destroy_while_held_is_fatal, .signal = SIGABRT)
{
    kernel_mutex_enter(&mutex);
    kernel_mutex_destroy(&mutex);
}
