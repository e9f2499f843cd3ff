/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Invariant 27: a module's pointer in a stack is NULL until its create returned, what create
 * returned until destroy is about to be called, and NULL from before destroy is entered. Judged at
 * the start and the end of each callback, by what the subject says at that instant. The pointer
 * may be of another registration only if callbacks of two overlap, which is for others to say.
 */
#include "netstack/contract.h"
#include "netstack/oracles/view.h"

extern const struct oracle oracle_module_pointers;

static void
expect(const struct observation *what, uintptr_t value, const char *promise)
{
    const void *pointer =
        view.subject->stack_module_instance(view.stack->address, (int)what->module);
    if ((uintptr_t)pointer == value) {
        return;
    }
    view_break(
        HEDDLE_INVARIANT, &oracle_module_pointers, promise, what, view.stack->number,
        "Task %u (%s): %s of %s, registration %u, %s on stack %u (id %d), where the module's "
        "pointer %s.",
        (unsigned)what->task, view_call_name(view.call), view_phase_name(what->phase),
        view_module_name(what->module), what->epoch,
        what->kind == OBSERVE_CALLBACK_START ? "starts" : "ends", view.stack->number,
        view.stack->id,
        pointer == NULL ? "is NULL"
        : value == 0    ? "is not NULL"
                        : "is not what create returned");
}

static void
observe(const struct observation *what)
{
    const struct view_instance *instance = view.instance;
    bool cleared_after = view.subject->differences & CONTRACT_POINTER_AFTER_DESTROY;
    if (instance == NULL || view.stack->address == NULL || view.stack->freed_since != 0) {
        return;
    }
    if (what->phase == PHASE_CREATE) {
        expect(what, 0, "27. Module pointers: NULL until create returned");
    } else if (what->phase == PHASE_DESTROY && !cleared_after) {
        expect(what, 0, "27. Module pointers: NULL from before destroy is entered");
    } else if (instance->created) {
        expect(what, instance->value, "27. Module pointers: what create returned, until destroy");
    }
}

const struct oracle oracle_module_pointers = {
    .name = "module_pointers",
    .promise = "27. Module pointers: what create returned from its return until destroy, else NULL",
    .observe = observe,
    .kinds = 1u << OBSERVE_CALLBACK_START | 1u << OBSERVE_CALLBACK_END,
};
