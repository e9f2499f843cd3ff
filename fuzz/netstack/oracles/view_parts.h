/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Between the parts of the view, and for nobody else: view.c takes an observation in and lets each
 * part take what concerns it. view.stack and view.now are set by then.
 */
#ifndef NETSTACK_ORACLES_VIEW_PARTS_H
#define NETSTACK_ORACLES_VIEW_PARTS_H

#include "netstack/oracles/view.h"

/* Ends the execution: the adapter told what cannot be. */
_Noreturn void view__refuse(const struct observation *what, const char *why);

/* The instance that a callback is of; made if it was not known. NULL: no stack, or too many. */
struct view_instance *view__instance_of(struct view_stack *stack, const struct observation *what);

/* view_tasks.c: calls, callbacks and the probes between them, as they nest on a task. */
void view__begin_tasks(void);
struct view_frame *view__take_call(const struct observation *what); /* NULL: too deep */
void view__take_return(const struct observation *what);
void view__take_callback_start(const struct observation *what);
void view__take_callback_end(const struct observation *what);
void view__take_inside(const struct observation *what); /* anything else: within which call */

/* view_registrations.c */
void view__begin_registrations(void);
void view__take_register_call(const struct observation *what);
void view__take_register_return(const struct observation *what);
void view__take_unregister_call(const struct observation *what);
void view__take_unregister_return(const struct observation *what);

/* view_zones.c: zones and walks. */
void view__begin_zones(void);
void view__take_attached(const struct observation *what);
void view__take_detaching(const struct observation *what);
void view__detach_all(struct view_stack *stack); /* by the service: a fini, an init that fails */
void view__take_ending_call(struct view_frame *frame);
void view__take_ending_return(const struct view_frame *frame, int result);
void view__take_start_call(struct view_frame *frame); /* an init */
void view__take_start_return(const struct view_frame *frame, int result);
void view__take_walk(const struct observation *what);

#endif
