/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Invariant 8: within one turn shutdowns descend, every shutdown ends before the first destroy
 * starts, and destroys descend; turns of one stack do not overlap.
 *
 * What a turn is, seen from outside: the callbacks for one stack that run under the same call of
 * the same task. That call says which:
 *   zone_create              the birth, with its undo if one of its creates failed; the shutdowns
 *                            after a birth that went well are the zone's shutdown, another turn
 *   register, unregister     a turn a phase: between its shutdown and its destroy the stack may be
 *                            another's
 *   any other call           the zone's shutdown
 *   none, a service's task   the stack's one reap
 *   none, task 0             the end of the service: as a call
 * A turn has begun by its first callback and not ended before its last. So two turns surely overlap
 * if a callback of one starts while one of the other runs, or between two of the other's.
 */
#include "netstack/contract.h"
#include "netstack/oracles/view.h"

#include <string.h>

#define TURNS_MAX 1024

extern const struct oracle oracle_teardown_order;

enum turn_kind { TURN_BIRTH, TURN_MODULE, TURN_SHUTDOWN, TURN_REAP };
static const char *const turn_names[] = {"its birth", "a module's turn", "the zone's shutdown",
                                         "its reap"};

struct turn {
    enum turn_kind kind;
    uint32_t call;      /* serial; 0: none */
    uint8_t phase;      /* TURN_MODULE */
    bool create_failed; /* TURN_BIRTH: what follows is its undo */
    bool destroy_begun;
    uint8_t shutdown_last, destroy_last; /* module; NS_MAX: none yet */
    uint16_t running;
    uint16_t task;
    uint16_t next; /* of the same stack, VIEW_NONE ends */
    uint32_t last; /* its last observation */
};

static struct turn turns[TURNS_MAX];
static uint32_t turn_count;
static uint64_t execution;
static struct {
    uint64_t execution;
    uint16_t newest;
} of_stack[VIEW_STACKS_MAX];

static void
begin(const struct subject *subject)
{
    (void)subject;
    execution++;
    turn_count = 0;
}

static uint16_t *
newest_of(const struct view_stack *stack)
{
    if (of_stack[stack->index].execution != execution) {
        of_stack[stack->index].execution = execution;
        of_stack[stack->index].newest = VIEW_NONE;
    }
    return &of_stack[stack->index].newest;
}

static struct turn *
turn_find(const struct view_stack *stack, enum turn_kind kind, uint32_t call, uint8_t phase)
{
    for (uint16_t i = *newest_of(stack); i != VIEW_NONE; i = turns[i].next) {
        if (turns[i].kind == kind && turns[i].call == call && turns[i].phase == phase) {
            return &turns[i];
        }
    }
    return NULL;
}

/* The turn that the callback just told of belongs to; NULL: too many to follow. */
static struct turn *
turn_of(const struct view_stack *stack, const struct observation *what)
{
    enum view_call call = view.call == NULL ? VIEW_CALL_NONE : view.call->call;
    uint32_t serial = view.call == NULL ? 0 : view.call->serial;
    enum turn_kind kind = TURN_SHUTDOWN;
    uint8_t phase = 0;

    if (call == VIEW_CALL_NONE && view_task_is_of_service(what->task)) {
        kind = TURN_REAP;
    } else if (call == VIEW_CALL_REGISTER || call == VIEW_CALL_UNREGISTER) {
        kind = TURN_MODULE;
        phase = (uint8_t)what->phase;
    } else if (call == VIEW_CALL_ZONE_CREATE) {
        const struct turn *birth = turn_find(stack, TURN_BIRTH, serial, 0);
        bool undone = birth != NULL && birth->create_failed;
        kind = what->phase == PHASE_CREATE || undone ? TURN_BIRTH : TURN_SHUTDOWN;
    }
    struct turn *turn = turn_find(stack, kind, serial, phase);
    if (turn == NULL && turn_count < TURNS_MAX) {
        turn = &turns[turn_count];
        memset(turn, 0, sizeof(*turn));
        turn->kind = kind;
        turn->call = serial;
        turn->phase = phase;
        turn->shutdown_last = turn->destroy_last = NS_MAX;
        turn->task = what->task;
        turn->next = *newest_of(stack);
        *newest_of(stack) = (uint16_t)turn_count++;
    }
    return turn;
}

static void
check_overlap(const struct observation *what, const struct view_stack *stack,
              const struct turn *turn)
{
    for (uint16_t i = *newest_of(stack); i != VIEW_NONE; i = turns[i].next) {
        const struct turn *other = &turns[i];
        bool between = turn->last != 0 && other->last > turn->last;
        if (other == turn || (other->running == 0 && !between)) {
            continue;
        }
        /* Which callback it is that comes too early, the schedule says, not the bug. */
        struct observation nowhere = *what;
        nowhere.site = NULL;
        view_break(HEDDLE_INVARIANT, &oracle_teardown_order,
                   "8. Teardown order: turns of one stack do not overlap", &nowhere, stack->number,
                   "Task %u (%s) starts %s of %s on stack %u (id %d) in %s, %s %s, of task %u.",
                   (unsigned)what->task, view_call_name(view.call), view_phase_name(what->phase),
                   view_module_name(what->module), stack->number, stack->id, turn_names[turn->kind],
                   other->running > 0 ? "while a callback runs in" : "which was interrupted by",
                   turn_names[other->kind], (unsigned)other->task);
    }
}

static _Noreturn void
fail(const struct observation *what, const struct turn *turn, const char *promise, uint8_t before)
{
    view_break(
        HEDDLE_INVARIANT, &oracle_teardown_order, promise, what, view.stack->number,
        "Task %u (%s) starts %s of %s on stack %u (id %d) in %s, after %s of %s.",
        (unsigned)what->task, view_call_name(view.call), view_phase_name(what->phase),
        view_module_name(what->module), view.stack->number, view.stack->id, turn_names[turn->kind],
        what->phase == PHASE_SHUTDOWN && !turn->destroy_begun ? "the shutdown" : "the destroy",
        view_module_name(before));
}

static void
check_order(const struct observation *what, struct turn *turn)
{
    if (what->phase == PHASE_SHUTDOWN) {
        if (turn->destroy_begun) {
            fail(what, turn,
                 "8. Teardown order: every shutdown of a turn ends before its first destroy starts",
                 turn->destroy_last);
        }
        if (what->module > turn->shutdown_last) {
            fail(what, turn, "8. Teardown order: shutdowns of a turn descend", turn->shutdown_last);
        }
        turn->shutdown_last = what->module;
    } else if (what->phase == PHASE_DESTROY) {
        if (what->module > turn->destroy_last) {
            fail(what, turn, "8. Teardown order: destroys of a turn descend", turn->destroy_last);
        }
        turn->destroy_begun = true;
        turn->destroy_last = what->module;
    }
}

static void
observe(const struct observation *what)
{
    const struct view_stack *stack = view.stack;
    struct turn *turn = stack == NULL || what->module >= NS_MAX ? NULL : turn_of(stack, what);
    if (turn == NULL) {
        return;
    }
    if (what->kind == OBSERVE_CALLBACK_END) {
        if (turn->running > 0) {
            turn->running--;
        }
        turn->last = view.now;
        if (what->phase == PHASE_CREATE && what->instance == 0) {
            turn->create_failed = true;
        }
        return;
    }
    if (!(view.subject->differences & CONTRACT_TURNS_MAY_OVERLAP)) {
        check_overlap(what, stack, turn);
    }
    check_order(what, turn);
    turn->running++;
    turn->last = view.now;
}

const struct oracle oracle_teardown_order = {
    .name = "teardown_order",
    .promise = "8. Teardown order: in a turn shutdowns descend, then destroys; turns never overlap",
    .begin = begin,
    .observe = observe,
    .kinds = 1u << OBSERVE_CALLBACK_START | 1u << OBSERVE_CALLBACK_END,
};
