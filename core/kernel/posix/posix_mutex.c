/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Mutexes: a pthread mutex and the number of the thread that owns it, 0 for none.
 * The owner's number is written by the owner alone, while it holds the pthread mutex, so a
 * thread finds its own number there exactly if it owns the mutex: relaxed order is enough.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "kernel/posix/posix_mutex.h"

static inline struct posix_mutex *
of(kernel_mutex_t *mutex)
{
    return (struct posix_mutex *)mutex;
}

void
kernel_mutex_init_at(kernel_mutex_t *mutex, const char *name, kernel_site_t site)
{
    (void)name;
    posix_check(pthread_mutex_init(&of(mutex)->mutex, NULL), "pthread_mutex_init", site);
    atomic_init(&of(mutex)->owner, 0);
}

void
kernel_mutex_destroy_at(kernel_mutex_t *mutex, kernel_site_t site)
{
    if (atomic_load_explicit(&of(mutex)->owner, memory_order_relaxed) != 0) {
        kernel_panic_at(site, "destroy of a mutex that is held");
    }
    posix_check(pthread_mutex_destroy(&of(mutex)->mutex), "pthread_mutex_destroy", site);
}

void
kernel_mutex_enter_at(kernel_mutex_t *mutex, kernel_site_t site)
{
    if (kernel_mutex_is_held(mutex)) {
        kernel_panic_at(site, "enter of a mutex by its owner");
    }
    posix_check(pthread_mutex_lock(&of(mutex)->mutex), "pthread_mutex_lock", site);
    posix_mutex_take(of(mutex));
}

bool
kernel_mutex_tryenter_at(kernel_mutex_t *mutex, kernel_site_t site)
{
    (void)site;
    if (pthread_mutex_trylock(&of(mutex)->mutex) != 0) {
        return false;
    }
    posix_mutex_take(of(mutex));
    return true;
}

void
kernel_mutex_exit_at(kernel_mutex_t *mutex, kernel_site_t site)
{
    posix_mutex_give(of(mutex), "exit of a mutex by a thread that does not own it", site);
    posix_check(pthread_mutex_unlock(&of(mutex)->mutex), "pthread_mutex_unlock", site);
}

bool
kernel_mutex_is_held(const kernel_mutex_t *mutex)
{
    const struct posix_mutex *self = (const struct posix_mutex *)mutex;

    return atomic_load_explicit(&self->owner, memory_order_relaxed) == kernel_thread_id();
}

void
posix_mutex_take(struct posix_mutex *mutex)
{
    atomic_store_explicit(&mutex->owner, kernel_thread_id(), memory_order_relaxed);
}

void
posix_mutex_give(struct posix_mutex *mutex, const char *complaint, kernel_site_t site)
{
    if (atomic_load_explicit(&mutex->owner, memory_order_relaxed) != kernel_thread_id()) {
        kernel_panic_at(site, "%s", complaint);
    }
    atomic_store_explicit(&mutex->owner, 0, memory_order_relaxed);
}
