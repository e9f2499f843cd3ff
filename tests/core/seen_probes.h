/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Probes as a test sees them: counted, waited for, listened to. The linker puts this before the
 * backend's kernel_probe_at.
 */
#ifndef CORE_SEEN_PROBES_H
#define CORE_SEEN_PROBES_H

#include "kernel/kernel.h"

/* Requires: nobody is counted yet. Without it nothing is counted. */
void probes_start(void);

uint64_t probe_count(enum kernel_probe probe); /* so far */

/* Waits until a probe was reached that often. */
void probe_await(enum kernel_probe probe, uint64_t count);

/* Called at every probe, by the thread that reaches it; NULL: nobody. */
void probe_listen(void (*listener)(enum kernel_probe probe, uintptr_t arg0, uintptr_t arg1));

#endif
