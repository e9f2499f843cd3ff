/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Lock order, in a run with `lock_order`: a cycle in the order in which tasks take mutexes is a deadlock that only needs
 * another schedule, and is reported though it did not happen. Havelund, "Using Runtime Analysis to Guide Model
 * Checking of Java Programs" (SPIN 2000; Goodlock), with the refinements of Bensalem and Havelund (2005): no report where the tasks
 * hold a common mutex (a gate), and none where one took its mutexes before the other could have begun.
 *
 * What counts as before: creating and joining, dispatching and running, posting and waiting, waking, settling; not the
 * taking of mutexes, which is what another schedule changes. So a hand-over by accident hides a cycle from
 * that execution. An order that only a value keeps, an atomic or a flag under a mutex for which nobody had to wait, cannot
 * be seen, and is accused.
 */
#ifndef ENGINE_LOCK_ORDER_H
#define ENGINE_LOCK_ORDER_H

#include "engine/seam.h"

/*
 * All of these only in a run with `lock_order`. A segment: what a task does between two such
 * points; its number, from 1; 0: none.
 */
void lock_order_begin(void);
void lock_order_spawned(uint16_t task);

/* What that task has done, and what the earlier segment knows, as a segment; the task goes on in another. */
uint32_t lock_order_publish(uint16_t task, uint32_t earlier);
void lock_order_observe(uint16_t task, uint32_t segment);

/* The running task is about to wait for the mutex, and then to hold it: does not return if that closes a cycle. */
void lock_order_want(const struct seam_mutex *mutex, kernel_site_t site);
void lock_order_take(const struct seam_mutex *mutex, kernel_site_t site);
void lock_order_drop(const struct seam_mutex *mutex);

#endif
