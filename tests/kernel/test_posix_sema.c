/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Semaphores of the posix backend.
 */
#include <criterion/criterion.h>
#include <limits.h>
#include <signal.h>

#include "kernel/kernel.h"

Test(posix_sema, it_gives_as_many_permits_as_it_has)
{
    kernel_sema_t sema;

    kernel_sema_init(&sema, 2, "test");
    kernel_sema_wait(&sema);
    cr_assert(kernel_sema_trywait(&sema));
    cr_assert_not(kernel_sema_trywait(&sema));
    kernel_sema_post(&sema);
    cr_assert(kernel_sema_trywait(&sema));
    kernel_sema_destroy(&sema);
}

static void
post(void *sema)
{
    kernel_sema_post(sema);
}

Test(posix_sema, a_wait_ends_with_another_thread_s_post)
{
    kernel_sema_t sema;
    kernel_thread_t *thread;

    kernel_sema_init(&sema, 0, "test");
    thread = kernel_thread_create("poster", post, &sema);
    kernel_sema_wait(&sema);
    kernel_thread_join(thread);
    kernel_sema_destroy(&sema);
}

Test(posix_sema, more_permits_than_there_can_be_are_fatal, .signal = SIGABRT)
{
    kernel_sema_t sema;

    kernel_sema_init(&sema, INT_MAX, "test");
    kernel_sema_post(&sema);
}
