/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the files of the posix backend share. Nobody else includes it.
 */
#ifndef POSIX_POSIX_BACKEND_H
#define POSIX_POSIX_BACKEND_H

#include <time.h>

#include "kernel/kernel.h"

/* The end if a call of the C library that cannot fail has failed. */
void posix_check(int error, const char *call, kernel_site_t site);

/* A kernel_time_ns() as the C library wants it. */
struct timespec posix_timespec(uint64_t time_ns);

/* All slots of the calling thread become NULL: what a task starts with. */
void posix_slots_clear(void);

/* Names the calling thread for debuggers, as far as the name fits. */
void posix_thread_set_name(const char *name);

#endif
