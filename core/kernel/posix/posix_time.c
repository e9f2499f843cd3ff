/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Time: the monotonic clock, in nanoseconds.
 */
#include <errno.h>
#include <time.h>

#include "kernel/posix/posix_backend.h"

#define NS_PER_S 1000000000u

uint64_t
kernel_time_ns(void)
{
    struct timespec now;

    posix_check(clock_gettime(CLOCK_MONOTONIC, &now), "clock_gettime", KERNEL_HERE);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

struct timespec
posix_timespec(uint64_t time_ns)
{
    struct timespec time = {
        .tv_sec = (time_t)(time_ns / NS_PER_S),
        .tv_nsec = (long)(time_ns % NS_PER_S),
    };

    return time;
}

void
kernel_sleep_ns_at(uint64_t delay_ns, kernel_site_t site)
{
    /* To a point in time, so that signals do not lengthen it. */
    struct timespec until = posix_timespec(kernel_time_ns() + delay_ns);
    int error;

    do {
        error = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
    } while (error == EINTR);
    posix_check(error, "clock_nanosleep", site);
}
