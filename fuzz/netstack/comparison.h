/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The comparison of two subjects, as the rest of the adapter sees it: an execution without faults in
 * which first the peer, then the subject runs the program, one operation at a time, each to rest
 * (serial.c); what they did is recorded and compared (comparison.c). Where nobody is compared the
 * calls below do nothing.
 */
#ifndef NETSTACK_COMPARISON_H
#define NETSTACK_COMPARISON_H

#include "netstack/adapter.h"

/* Task 0 of such an execution. */
void comparison_body(void *argument);

/* What was done in the operation under way, or after the last one in the teardown. */
void comparison_callback(const struct callback *callback);
void comparison_stack(uint32_t number); /* it was given out */
uint32_t comparison_step(void);         /* which is under way; 0: the start, or no comparison */
void comparison_answer(int result, int32_t value);

/*
 * The step under way is over and all is at rest: judges it, if the peer's is known.
 * Steps: 0 the start, from 1 the operations in their order, then the teardown.
 */
void comparison_step_done(void);

/* --- serial.c ------------------------------------------------------------------------------- */

/* Fixes in which order the threads' operations run: a recorded choice, in turn by default. */
void serial_choose_order(void);

/* The operations in that order, from 0; NULL: past the last. */
const struct program_operation *serial_operation(uint32_t index);

/* Runs all of them, each on its own thread, each to rest. */
void serial_run(void);

#endif
