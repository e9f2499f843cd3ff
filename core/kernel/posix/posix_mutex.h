/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The mutex as the condition variables need to see it: a wait gives it up and takes it again.
 */
#ifndef POSIX_POSIX_MUTEX_H
#define POSIX_POSIX_MUTEX_H

#include <pthread.h>
#include <stdatomic.h>

#include "kernel/posix/posix_backend.h"

struct posix_mutex {
    pthread_mutex_t mutex;
    _Atomic uint64_t owner; /* kernel_thread_id; 0: nobody; written under mutex */
};
_Static_assert(sizeof(struct posix_mutex) <= sizeof(kernel_mutex_t), "kernel_mutex_t is too small");
_Static_assert(_Alignof(struct posix_mutex) <= _Alignof(kernel_mutex_t),
               "kernel_mutex_t's alignment");

/* Ownership alone; the pthread mutex is the caller's business. give: the end if it is not ours. */
void posix_mutex_take(struct posix_mutex *mutex);
void posix_mutex_give(struct posix_mutex *mutex, const char *complaint, kernel_site_t site);

#endif
