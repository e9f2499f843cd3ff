/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Condition variables on the monotonic clock. A wait hands ownership of the mutex over and back,
 * so that the mutex knows its owner throughout.
 */
#include <errno.h>
#include <pthread.h>

#include "kernel/posix/posix_mutex.h"

struct posix_cv {
    pthread_cond_t condition;
};
_Static_assert(sizeof(struct posix_cv) <= sizeof(kernel_cv_t), "kernel_cv_t is too small");
_Static_assert(_Alignof(struct posix_cv) <= _Alignof(kernel_cv_t), "kernel_cv_t's alignment");

static inline pthread_cond_t *
of(kernel_cv_t *cv)
{
    return &((struct posix_cv *)cv)->condition;
}

/* Waits, until the deadline if there is one; says whether it was not that which ended it. */
static bool
wait_until(kernel_cv_t *cv, kernel_mutex_t *kernel_mutex, const struct timespec *deadline,
           kernel_site_t site)
{
    struct posix_mutex *mutex = (struct posix_mutex *)kernel_mutex;
    int error;

    posix_mutex_give(mutex, "wait on a condition variable without its mutex", site);
    error = deadline == NULL ? pthread_cond_wait(of(cv), &mutex->mutex)
                             : pthread_cond_timedwait(of(cv), &mutex->mutex, deadline);
    posix_mutex_take(mutex);
    if (error == ETIMEDOUT) {
        return false;
    }
    posix_check(error, "pthread_cond_wait", site);
    return true;
}

void
kernel_cv_init_at(kernel_cv_t *cv, const char *name, kernel_site_t site)
{
    pthread_condattr_t attributes;

    (void)name;
    posix_check(pthread_condattr_init(&attributes), "pthread_condattr_init", site);
    posix_check(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC),
                "pthread_condattr_setclock", site);
    posix_check(pthread_cond_init(of(cv), &attributes), "pthread_cond_init", site);
    posix_check(pthread_condattr_destroy(&attributes), "pthread_condattr_destroy", site);
}

void
kernel_cv_destroy_at(kernel_cv_t *cv, kernel_site_t site)
{
    posix_check(pthread_cond_destroy(of(cv)), "pthread_cond_destroy", site);
}

void
kernel_cv_wait_at(kernel_cv_t *cv, kernel_mutex_t *mutex, kernel_site_t site)
{
    wait_until(cv, mutex, NULL, site);
}

void
kernel_cv_wait_for_work_at(kernel_cv_t *cv, kernel_mutex_t *mutex, kernel_site_t site)
{
    wait_until(cv, mutex, NULL, site);
}

bool
kernel_cv_timedwait_at(kernel_cv_t *cv, kernel_mutex_t *mutex, uint64_t deadline_ns,
                       kernel_site_t site)
{
    struct timespec deadline = posix_timespec(deadline_ns);

    return wait_until(cv, mutex, &deadline, site);
}

void
kernel_cv_signal_at(kernel_cv_t *cv, kernel_site_t site)
{
    posix_check(pthread_cond_signal(of(cv)), "pthread_cond_signal", site);
}

void
kernel_cv_broadcast_at(kernel_cv_t *cv, kernel_site_t site)
{
    posix_check(pthread_cond_broadcast(of(cv)), "pthread_cond_broadcast", site);
}
