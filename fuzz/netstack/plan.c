/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The fault plan: what goes wrong, where, at the how manyth time. Here is the counting, and what each
 * action does; which are legal where, faults.c says. One that is not does nothing where a plan puts it.
 */
#include "netstack/adapter.h"

#include <string.h>

static struct {
    uint32_t points_used; /* bits: the program has faults there */
    uint32_t overtakable; /* by the work that is being dispatched */
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

/* Of those, what callbacks do goes on; what is withheld from them and from others does not. */
static bool
withholds(enum fault_kind kind)
{
    return kind == FAULT_FAIL || kind == FAULT_LATE || kind == FAULT_FIRST ||
           kind == FAULT_SPURIOUS || kind == FAULT_JUMP || kind == FAULT_KEEP;
}

/* Once the threads have ended, what fails for ever stops: then everything must come to rest. */
static bool
is_due(const struct program_fault *fault, enum fault_point point, uint16_t selector, uint16_t nth)
{
    if (adapter.now.threads_done && fault->onwards && withholds(fault_kind(fault->action))) {
        return false;
    }
    return fault->point == point && fault->selectors[0] == selector &&
           (fault->nth == nth || (fault->onwards && nth > fault->nth));
}

/* What the actions at a point want of whoever reached it. */
struct effects {
    bool fails, first, spurious, kept;
    uint64_t late_ns, jump_ns;
};

static void
note_fault(const struct program_fault *fault, uint16_t nth, uint32_t stack)
{
    heddle_note(EVENT_FAULT, fault->point, fault->action, KERNEL_HERE);
    heddle_remark((uint32_t)(fault - adapter.program->faults) << 16 | nth);
    adapter.totals->faults[fault->point]++;
    fault_states_count(fault->point, fault_kind(fault->action), stack);
}

/* The arguments of a call with what is the callback's own; of zones, adapter_own says which. */
static void
choose_own(enum netstack_verb verb, uint16_t to, uint16_t *arguments)
{
    const struct program_verb *words = &operations_vocabulary()->verbs[verb];
    const struct callback *callback = adapter_callback();
    for (uint32_t i = 0; i < words->parameter_count; i++) {
        const struct program_parameter *parameter = &words->parameters[i];
        bool is_which =
            strcmp(parameter->name, "module") == 0 || strcmp(parameter->name, "key") == 0;
        arguments[i] = (uint16_t)((is_which ? callback->which : to) % parameter->limit);
    }
}

static void
call_own(const struct program_fault *fault)
{
    struct task_record *task = adapter_task();
    enum netstack_verb verb = fault_own_verb(fault->arguments[0]);
    uint16_t arguments[PROGRAM_ARGUMENTS_MAX] = {0};
    uint32_t outer = task->own_depth;
    choose_own(verb, fault->arguments[1], arguments);
    task->own_depth = task->depth;
    adapter.now.own_calls++;
    (void)operation_run(verb, arguments);
    adapter.now.own_calls--;
    task->own_depth = outer;
}

static bool
is_possible(enum fault_kind kind)
{
    switch (kind) {
    case FAULT_CALL:
    case FAULT_CALL_OWN:
    case FAULT_LIMIT:
        return adapter_task()->depth <= CALL_DEPTH_MAX;
    case FAULT_FIRST:
        return plan.overtakable > 0;
    default:
        return true;
    }
}

static void
act(const struct program_fault *fault, uint16_t nth, uint32_t stack, struct effects *effects)
{
    enum fault_kind kind = fault_kind(fault->action);
    if (fault_objection(fault->point, kind) != NULL || !is_possible(kind)) {
        return;
    }
    note_fault(fault, nth, stack);
    switch (kind) {
    case FAULT_FAIL:
        effects->fails = true;
        break;
    case FAULT_CALL_OWN:
        call_own(fault);
        break;
    case FAULT_STUCK:
        kernel_sleep_ns(fault_stuck_ns(fault->arguments[0]));
        break;
    case FAULT_LATE:
        effects->late_ns += fault_time_ns(fault->arguments[0]);
        break;
    case FAULT_FIRST:
        effects->first = true;
        break;
    case FAULT_SPURIOUS:
        effects->spurious = true;
        break;
    case FAULT_JUMP:
        effects->jump_ns += fault_time_ns(fault->arguments[0]);
        break;
    case FAULT_KEEP:
        effects->kept = true;
        break;
    default:
        (void)operation_run(fault_verb(fault->action), fault->arguments);
        break;
    }
}

/* stack: which it concerns, by number; 0: none. */
static void
plan_at(enum fault_point point, uint16_t selector, uint16_t nth, uint32_t stack,
        struct effects *effects)
{
    for (uint32_t i = 0; i < adapter.program->fault_count; i++) {
        const struct program_fault *fault = &adapter.program->faults[i];
        if (is_due(fault, point, selector, nth)) {
            act(fault, nth, stack, effects);
        }
    }
}

static bool
is_used(enum fault_point point)
{
    return adapter.now.started && (plan.points_used & 1u << point) != 0;
}

/* --- at callbacks ------------------------------------------------------------------------------- */

bool
plan_at_callback(enum callback_phase phase, bool of_key, uint32_t which)
{
    if (plan.points_used == 0 || !adapter.now.started) {
        return false;
    }
    bool may_fail = of_key || !adapter_differs(CONTRACT_CREATE_CANNOT_FAIL);
    const struct callback *callback = adapter_callback();
    uint32_t stack = callback != NULL ? callback->stack_number : 0;
    struct effects effects = {0};
    enum fault_point first = of_key ? POINT_KEY_CREATE : POINT_CREATE;
    enum fault_point point = (enum fault_point)((unsigned int)first + (unsigned int)phase);
    if (is_used(point)) {
        plan_at(point, 0, plan.reached[point]++, stack, &effects);
    }
    point = (enum fault_point)((unsigned int)POINT_CREATE_OF + (unsigned int)phase);
    if (!of_key && is_used(point)) {
        plan_at(point, (uint16_t)which, plan.reached_of[phase][which]++, stack, &effects);
    }
    return effects.fails && may_fail;
}

/* --- at primitives ------------------------------------------------------------------------------ */

/* That it is counted is seen, for who is the how manyth depends on the order: a search must know. */
static struct effects
count_at(enum fault_point point, uint32_t stack)
{
    struct effects effects = {0};
    uint16_t nth = plan.reached[point]++;
    heddle_note(EVENT_REACHED, (uint32_t)point, nth, KERNEL_HERE);
    plan_at(point, 0, nth, stack, &effects);
    return effects;
}

enum heddle_allocation
plan_at_allocation(enum kernel_wait wait, kernel_site_t site)
{
    struct effects effects = {0};
    enum fault_point point = wait == KERNEL_SLEEP ? POINT_ALLOC_SLEEP : POINT_ALLOC;
    /* An allocation is seen as such: nothing need be noted. */
    if (is_used(point)) {
        plan_at(point, 0, plan.reached[point]++, fault_states_stack(), &effects);
    }
    if (is_used(POINT_KSTAT_ADD) && strcmp(site->function, "kstat_zone_add") == 0) {
        plan_at(POINT_KSTAT_ADD, 0, plan.reached[POINT_KSTAT_ADD]++, fault_states_stack(),
                &effects);
    }
    if (effects.late_ns > 0) {
        adapter_task()->is_delayed = true;
        kernel_sleep_ns(effects.late_ns);
        adapter_task()->is_delayed = false;
    }
    return effects.fails         ? HEDDLE_ALLOCATION_FAILS
           : effects.late_ns > 0 ? HEDDLE_ALLOCATION_LATE
                                 : HEDDLE_ALLOCATION_GIVEN;
}

void
plan_at_dispatch(struct heddle_dispatch *dispatch)
{
    if (is_used(POINT_DISPATCH)) {
        plan.overtakable = dispatch->overtakable;
        struct effects effects = count_at(POINT_DISPATCH, fault_states_stack());
        dispatch->overtakes = effects.first;
        dispatch->delay_ns = effects.late_ns;
    }
}

bool
plan_at_wait(void)
{
    return is_used(POINT_WAIT) && count_at(POINT_WAIT, fault_states_stack()).spurious;
}

uint64_t
plan_at_work(void)
{
    return is_used(POINT_WORK) ? count_at(POINT_WORK, fault_states_stack()).late_ns : 0;
}

uint64_t
plan_at_clock(void)
{
    return is_used(POINT_CLOCK) ? count_at(POINT_CLOCK, fault_states_stack()).jump_ns : 0;
}

bool
plan_at_reference(uint32_t stack)
{
    return is_used(POINT_REFERENCE) && !adapter.now.threads_done &&
           count_at(POINT_REFERENCE, stack).kept;
}

unsigned int
plan_at_start(enum netstack_verb verb, unsigned int otherwise)
{
    for (uint32_t i = 0;
         (plan.points_used & 1u << POINT_START) != 0 && i < adapter.program->fault_count; i++) {
        const struct program_fault *fault = &adapter.program->faults[i];
        if (fault->point == POINT_START && fault->nth == 0 && fault_verb(fault->action) == verb) {
            note_fault(fault, 0, 0);
            return fault->arguments[0] + 1u;
        }
    }
    return otherwise;
}
