/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the run and the watchdog (stress_main.c) share: the threads, whose counts the watchdog reads.
 */
#ifndef STRESS_STRESS_WATCH_H
#define STRESS_STRESS_WATCH_H

#include "stress.h"

#define STRESS_THREADS_MAX 64u

/* The i-th thread of a round, fresh, its numbers from the seed; join makes it the calling thread's. */
struct stress_thread *stress_watch_thread(unsigned i, unsigned round);
void stress_watch_join(struct stress_thread *thread);

/* stress_run.c: the service with pillars and stable modules. end: with all that is checked then. */
void stress_start(void);
void stress_end_all(void);

/* Everything that was halted is gone: waits for that, and that so many stacks are live then. */
void stress_settle(uint64_t live);

/* stress_volume.c: a run of that kind. */
void stress_run_volume(void);

/* Adds all counts to the totals and forgets them. Requires: the threads were joined. */
void stress_watch_collect(void);

#endif
