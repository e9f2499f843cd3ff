/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One lock and one condition variable for all probes: tests are in no hurry.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "seen_probes.h"

void __real_kernel_probe_at(enum kernel_probe probe, uintptr_t arg0, uintptr_t arg1,
                            kernel_site_t site);
void __wrap_kernel_probe_at(enum kernel_probe probe, uintptr_t arg0, uintptr_t arg1,
                            kernel_site_t site);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t counted = PTHREAD_COND_INITIALIZER;
static uint64_t counts[KERNEL_PROBE_COUNT]; /* lock */
static void (*_Atomic listener)(enum kernel_probe, uintptr_t, uintptr_t);

uint64_t
probe_count(enum kernel_probe probe)
{
    pthread_mutex_lock(&lock);
    uint64_t count = counts[probe];
    pthread_mutex_unlock(&lock);
    return count;
}

void
probe_await(enum kernel_probe probe, uint64_t count)
{
    pthread_mutex_lock(&lock);
    while (counts[probe] < count) {
        pthread_cond_wait(&counted, &lock);
    }
    pthread_mutex_unlock(&lock);
}

void
probe_listen(void (*to)(enum kernel_probe, uintptr_t, uintptr_t))
{
    listener = to;
}

void
__wrap_kernel_probe_at(enum kernel_probe probe, uintptr_t arg0, uintptr_t arg1, kernel_site_t site)
{
    __real_kernel_probe_at(probe, arg0, arg1, site);
    void (*to)(enum kernel_probe, uintptr_t, uintptr_t) = listener;
    if (to != NULL) {
        to(probe, arg0, arg1);
    }
    pthread_mutex_lock(&lock);
    counts[probe]++;
    pthread_cond_broadcast(&counted);
    pthread_mutex_unlock(&lock);
}
