/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The fault plan: what goes wrong, where, at the how manyth time. Here are the vocabulary's tables
 * of points and actions, what is legal at each point, and the counting. An action that is not legal
 * where a plan puts it does nothing.
 */
#include "netstack/adapter.h"

#include <string.h>

static const struct program_verb points[POINT_COUNT] = {
    [POINT_CREATE] = {"create", 12, 0, {{0}}},
    [POINT_SHUTDOWN] = {"shutdown", 8, 0, {{0}}},
    [POINT_DESTROY] = {"destroy", 8, 0, {{0}}},
    [POINT_CREATE_OF] = {"create_of", 3, 1, {{"module", MODULES, module_names}}},
    [POINT_SHUTDOWN_OF] = {"shutdown_of", 2, 1, {{"module", MODULES, module_names}}},
    [POINT_DESTROY_OF] = {"destroy_of", 2, 1, {{"module", MODULES, module_names}}},
    [POINT_KEY_CREATE] = {"key_create", 3, 0, {{0}}},
    [POINT_KEY_SHUTDOWN] = {"key_shutdown", 2, 0, {{0}}},
    [POINT_KEY_DESTROY] = {"key_destroy", 2, 0, {{0}}},
    [POINT_ALLOC] = {"alloc", 6, 0, {{0}}},
};

/* What may happen at each point; MAY_CALL stands for all verbs. */
enum { MAY_FAIL = 1, MAY_CALL = 2 };

static const uint8_t legal[POINT_COUNT] = {
    [POINT_CREATE] = MAY_FAIL | MAY_CALL,
    [POINT_SHUTDOWN] = MAY_CALL,
    [POINT_DESTROY] = MAY_CALL,
    [POINT_CREATE_OF] = MAY_FAIL | MAY_CALL,
    [POINT_SHUTDOWN_OF] = MAY_CALL,
    [POINT_DESTROY_OF] = MAY_CALL,
    [POINT_KEY_CREATE] = MAY_FAIL | MAY_CALL,
    [POINT_KEY_SHUTDOWN] = MAY_CALL,
    [POINT_KEY_DESTROY] = MAY_CALL,
    [POINT_ALLOC] = MAY_FAIL,
};

/* As often as all the calls together, a callback fails, and as often again it dawdles. */
#define WEIGHT_FAIL   120
#define WEIGHT_DAWDLE 60

static struct program_verb actions[ACTION_COUNT] = {
    [ACTION_FAIL] = {"fail", WEIGHT_FAIL, 0, {{0}}},
};

void
plan_vocabulary(struct program_vocabulary *vocabulary)
{
    memcpy(&actions[ACTION_CALL], vocabulary->verbs, VERB_COUNT * sizeof(actions[0]));
    actions[ACTION_CALL + VERB_SLEEP].weight = WEIGHT_DAWDLE;
    actions[ACTION_CALL + VERB_YIELD].weight = WEIGHT_DAWDLE;
    vocabulary->fault_points = points;
    vocabulary->fault_point_count = POINT_COUNT;
    vocabulary->fault_actions = actions;
    vocabulary->fault_action_count = ACTION_COUNT;
}

static struct {
    uint32_t points_used; /* bits: the program has faults there */
    uint16_t reached[POINT_COUNT];
    uint16_t reached_of[PHASE_COUNT][MODULES]; /* by module, of the points that select one */
} plan;

void
plan_begin(void)
{
    memset(&plan, 0, sizeof(plan));
    /* Where a fault strikes depends on what a subject allocates: those that are compared have none. */
    if (adapter.peer != NULL) {
        return;
    }
    for (uint32_t i = 0; i < adapter.program->fault_count; i++) {
        plan.points_used |= 1u << adapter.program->faults[i].point;
    }
}

/* Once the threads have ended, what fails for ever stops: then everything must come to rest. */
static bool
is_due(const struct program_fault *fault, enum fault_point point, uint16_t selector, uint16_t nth)
{
    if (adapter.now.threads_done && fault->onwards && fault->action == ACTION_FAIL) {
        return false;
    }
    return fault->point == point && fault->selectors[0] == selector &&
           (fault->nth == nth || (fault->onwards && nth > fault->nth));
}

static void
note_fault(const struct program_fault *fault)
{
    heddle_note(EVENT_FAULT, fault->point, fault->action, KERNEL_HERE);
    adapter.totals->faults[fault->point]++;
}

bool
laboratory_fault_is_legal(uint32_t point, uint32_t action)
{
    return (legal[point] & (action == ACTION_FAIL ? MAY_FAIL : MAY_CALL)) != 0;
}

/* Says whether what was reached is to fail. */
static bool
act(const struct program_fault *fault)
{
    if (!laboratory_fault_is_legal(fault->point, fault->action)) {
        return false;
    }
    if (fault->action == ACTION_FAIL) {
        note_fault(fault);
        return true;
    }
    enum netstack_verb verb = (enum netstack_verb)(fault->action - ACTION_CALL);
    bool is_call = verb != VERB_SLEEP && verb != VERB_YIELD;
    if (!is_call || adapter_task()->depth <= CALL_DEPTH_MAX) {
        note_fault(fault);
        (void)operation_run(verb, fault->arguments);
    }
    return false;
}

static bool
plan_at(enum fault_point point, uint16_t selector, uint16_t nth)
{
    bool fails = false;
    for (uint32_t i = 0; i < adapter.program->fault_count; i++) {
        const struct program_fault *fault = &adapter.program->faults[i];
        if (is_due(fault, point, selector, nth)) {
            fails |= act(fault);
        }
    }
    return fails;
}

bool
plan_at_callback(enum callback_phase phase, bool of_key, uint32_t which)
{
    if (plan.points_used == 0 || !adapter.now.started) {
        return false;
    }
    bool may_fail = of_key || !adapter_differs(CONTRACT_CREATE_CANNOT_FAIL);
    bool fails = false;
    enum fault_point first = of_key ? POINT_KEY_CREATE : POINT_CREATE;
    enum fault_point point = (enum fault_point)((unsigned int)first + (unsigned int)phase);
    if ((plan.points_used & 1u << point) != 0) {
        fails |= plan_at(point, 0, plan.reached[point]++);
    }
    point = (enum fault_point)((unsigned int)POINT_CREATE_OF + (unsigned int)phase);
    if (!of_key && (plan.points_used & 1u << point) != 0) {
        fails |= plan_at(point, (uint16_t)which, plan.reached_of[phase][which]++);
    }
    return fails && may_fail;
}

bool
plan_at_allocation(void)
{
    if ((plan.points_used & 1u << POINT_ALLOC) == 0 || !adapter.now.started) {
        return false;
    }
    return plan_at(POINT_ALLOC, 0, plan.reached[POINT_ALLOC]++);
}
