/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Invariant 3: create ends before shutdown starts, shutdown before destroy; callbacks of one
 * instance never overlap; none comes after destroy, and none but create where create failed. Judged
 * when a callback starts, by what of that instance has started and ended until then. That one is
 * left out is not a matter of order: completeness.
 */
#include "netstack/oracles/view.h"

extern const struct oracle oracle_phase_order;

static enum callback_phase
running_phase(const struct view_instance *instance, enum callback_phase starting)
{
    for (int phase = PHASE_CREATE; phase < PHASE_COUNT; phase++) {
        int running = instance->begun[phase] - instance->ended[phase] - (phase == (int)starting);
        if (running > 0) {
            return (enum callback_phase)phase;
        }
    }
    return starting;
}

static _Noreturn void
fail(const struct observation *what, const char *promise, const char *why)
{
    view_break(HEDDLE_INVARIANT, &oracle_phase_order, promise, what, view.instance->stack,
               "Task %u (%s) starts %s of %s, registration %u, on stack %u (id %d), %s.",
               (unsigned)what->task, view_call_name(view.call), view_phase_name(what->phase),
               view_module_name(what->module), what->epoch, view.instance->stack, view.stack->id,
               why);
}

static void
observe(const struct observation *what)
{
    const struct view_instance *instance = view.instance;
    if (instance == NULL) {
        return;
    }
    if (instance->running > 1) {
        static const char *const whys[PHASE_COUNT] = {
            "while its create is running",
            "while its shutdown is running",
            "while its destroy is running",
        };
        fail(what, "3. Phase order: callbacks of one instance never overlap",
             whys[running_phase(instance, what->phase)]);
    }
    if (what->phase == PHASE_CREATE) {
        return;
    }
    if (instance->begun[PHASE_CREATE] == 0) {
        fail(what, "3. Phase order: create ends before shutdown and destroy start",
             "which was never created there");
    }
    if (!instance->created) {
        fail(what, "3. Phase order: an instance whose create failed gets no further callback",
             "whose create failed");
    }
    if (what->phase == PHASE_SHUTDOWN && instance->begun[PHASE_DESTROY] > 0) {
        fail(what, "3. Phase order: no callback of an instance comes after its destroy",
             "which was destroyed before");
    }
}

const struct oracle oracle_phase_order = {
    .name = "phase_order",
    .promise = "3. Phase order: create, shutdown, destroy, one after the other, then nothing",
    .observe = observe,
    .kinds = 1u << OBSERVE_CALLBACK_START,
};
