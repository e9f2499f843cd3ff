/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Invariant 17: in netstack_m_state at most one of needed, in progress and completed a phase, at
 * most one phase in progress a module, and flags of shutdown or destroy only where create began.
 * Of a stack, closing is never cleared, and uninitialised once: what was cleared is not set again.
 * Judged whenever a stack's lock is about to be released, for the modules that a register was
 * called for.
 */
#include "netstack/netstack.h"
#include "netstack/oracles/view.h"

extern const struct oracle oracle_module_flags;

/* By the index of a stack. */
static struct {
    uint32_t number; /* of which the rest is; 0: of none */
    bool was_closing, was_initialised;
} life[VIEW_STACKS_MAX];

static void
begin(const struct subject *subject)
{
    (void)subject;
    for (uint32_t i = 0; i < VIEW_STACKS_MAX; i++) {
        life[i].number = 0;
    }
}

static bool
has_at_most_one(unsigned flags, unsigned of)
{
    unsigned set = flags & of;
    return (set & (set - 1)) == 0;
}

static _Noreturn void
fail(const struct observation *what, const char *promise, uint8_t module, unsigned flags)
{
    struct observation of_module = *what;
    of_module.module = module;
    view_break(HEDDLE_INVARIANT, &oracle_module_flags, promise, &of_module, view.stack->number,
               "Task %u (%s) unlocks stack %u (id %d), where the flags of %s are 0x%03x.",
               (unsigned)what->task, view_call_name(view.call), view.stack->number, view.stack->id,
               view_module_name(module), flags);
}

static void
check_flags(const struct observation *what, uint8_t module)
{
    unsigned flags = view.subject->stack_module_flags(view.stack->address, module);
    if (flags == 0) {
        return;
    }
    if (!has_at_most_one(flags, NSS_CREATE_ALL) || !has_at_most_one(flags, NSS_SHUTDOWN_ALL) ||
        !has_at_most_one(flags, NSS_DESTROY_ALL)) {
        fail(what, "17. Flags: at most one of needed, in progress and completed a phase", module,
             flags);
    }
    if (!has_at_most_one(flags, NSS_ALL_INPROGRESS)) {
        fail(what, "17. Flags: at most one phase of a module is in progress", module, flags);
    }
    if ((flags & (NSS_SHUTDOWN_ALL | NSS_DESTROY_ALL)) != 0 &&
        (flags & (NSS_CREATE_INPROGRESS | NSS_CREATE_COMPLETED)) == 0) {
        fail(what, "17. Flags: shutdown's and destroy's only where create began", module, flags);
    }
}

static _Noreturn void
fail_life(const struct observation *what, const char *promise, unsigned flags)
{
    view_break(HEDDLE_INVARIANT, &oracle_module_flags, promise, what, view.stack->number,
               "Task %u (%s) unlocks stack %u (id %d), whose flags are 0x%02x.",
               (unsigned)what->task, view_call_name(view.call), view.stack->number, view.stack->id,
               flags);
}

static void
check_life(const struct observation *what)
{
    unsigned flags = view.subject->stack_flags(view.stack->address);
    bool is_closing = (flags & NSF_CLOSING) != 0, is_initialised = (flags & NSF_UNINIT) == 0;
    uint16_t index = view.stack->index;
    if (life[index].number != view.stack->number) {
        life[index].number = view.stack->number;
        life[index].was_closing = life[index].was_initialised = false;
    }
    if (life[index].was_closing && !is_closing) {
        fail_life(what, "17. Flags: closing is never cleared", flags);
    }
    if (life[index].was_initialised && !is_initialised) {
        fail_life(what, "17. Flags: uninitialised is cleared once", flags);
    }
    life[index].was_closing = is_closing;
    life[index].was_initialised = is_initialised;
}

static void
observe(const struct observation *what)
{
    if (view.stack == NULL || view.stack->address == NULL) {
        return;
    }
    if (view.subject->stack_flags != NULL) {
        check_life(what);
    }
    for (uint32_t left = view.modules; left != 0; left &= left - 1) {
        check_flags(what, (uint8_t)__builtin_ctz(left));
    }
}

const struct oracle oracle_module_flags = {
    .name = "module_flags",
    .promise = "17. Flags: of a phase one at most, of a module one in progress, none before create",
    .begin = begin,
    .observe = observe,
    .kinds = 1u << OBSERVE_UNLOCK,
};
