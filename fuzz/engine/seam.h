/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What lies in the seam's opaque storage under the engine, and what its files ask of each other.
 * Every primitive begins with a magic number: freed memory has the pattern there instead, so each
 * use tells whether its object is alive, in plain builds too.
 */
#ifndef ENGINE_SEAM_H
#define ENGINE_SEAM_H

#include "engine/execution.h"

#define MUTEX_MAGIC     0x6d757478u
#define MUTEX_DESTROYED 0x6d757444u
#define CV_MAGIC        0x63766172u
#define CV_DESTROYED    0x63766144u
#define SEMA_MAGIC      0x73656d61u
#define SEMA_DESTROYED  0x73656d44u

struct seam_mutex {
    uint32_t magic, number;
    uint32_t owner; /* task, or HEDDLE_TASK_NONE */
    struct taskset waiters;
    const char *name;
};

struct seam_cv {
    uint32_t magic, number;
    struct taskset waiters;
    const char *name;
};

struct seam_sema {
    uint32_t magic, number, count;
    uint32_t posted; /* segment of the lock order */
    struct taskset waiters;
    const char *name;
};

struct seam_atomic {
    uint64_t value;
    uint64_t number;
};

_Static_assert(sizeof(struct seam_mutex) <= sizeof(kernel_mutex_t), "a mutex fits");
_Static_assert(sizeof(struct seam_cv) <= sizeof(kernel_cv_t), "a condition variable fits");
_Static_assert(sizeof(struct seam_sema) <= sizeof(kernel_sema_t), "a semaphore fits");
_Static_assert(sizeof(struct seam_atomic) <= sizeof(kernel_atomic_t), "an atomic fits");

/* Taking and releasing without a point or an event, for waits that drop the mutex. */
void seam_mutex_lock(kernel_mutex_t *mutex, const char *what, kernel_site_t site);
void seam_mutex_unlock(kernel_mutex_t *mutex);
void seam_mutex_contend(struct task *task, kernel_mutex_t *mutex);

/* The timed wait of this task is over: it leaves the condition variable and wants the mutex. */
void seam_cv_expire(struct task *waiter);

/* memory.c: tells the observer which allocation the mutex lies in. */
void memory_observe_unlock(const kernel_mutex_t *mutex);

#endif
