/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One lock and one condition variable for all probes, of the seam: tests are in no hurry.
 */
#include <stdatomic.h>

#include "seen_probes.h"

void __real_kernel_probe_at(enum kernel_probe probe, uintptr_t arg0, uintptr_t arg1,
                            kernel_site_t site);
void __wrap_kernel_probe_at(enum kernel_probe probe, uintptr_t arg0, uintptr_t arg1,
                            kernel_site_t site);

static bool started; /* constant once there are threads */
static kernel_mutex_t lock;
static kernel_cv_t counted;
static uint64_t counts[KERNEL_PROBE_COUNT]; /* lock */
static void (*_Atomic listener)(enum kernel_probe, uintptr_t, uintptr_t);

void
probes_start(void)
{
    kernel_mutex_init(&lock, "seen_probes");
    kernel_cv_init(&counted, "seen_probes_counted");
    kernel_probes_wanted = 1;
    started = true;
}

uint64_t
probe_count(enum kernel_probe probe)
{
    kernel_mutex_enter(&lock);
    uint64_t count = counts[probe];
    kernel_mutex_exit(&lock);
    return count;
}

void
probe_await(enum kernel_probe probe, uint64_t count)
{
    kernel_mutex_enter(&lock);
    while (counts[probe] < count) {
        kernel_cv_wait(&counted, &lock);
    }
    kernel_mutex_exit(&lock);
}

void
probe_listen(void (*to)(enum kernel_probe, uintptr_t, uintptr_t))
{
    listener = to;
    if (to != NULL) {
        kernel_probes_wanted = 1;
    }
}

void
__wrap_kernel_probe_at(enum kernel_probe probe, uintptr_t arg0, uintptr_t arg1, kernel_site_t site)
{
    __real_kernel_probe_at(probe, arg0, arg1, site);
    void (*to)(enum kernel_probe, uintptr_t, uintptr_t) = listener;
    if (to != NULL) {
        to(probe, arg0, arg1);
    }
    if (!started) {
        return;
    }
    kernel_mutex_enter(&lock);
    counts[probe]++;
    kernel_cv_broadcast(&counted);
    kernel_mutex_exit(&lock);
}
