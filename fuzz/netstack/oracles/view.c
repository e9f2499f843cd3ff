/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Keeps what the oracles know together (view.h). Nothing is judged here but the observations
 * themselves: calls and callbacks nest on a task, and what is given back was held before. If they
 * do not, the adapter is wrong, and that is an internal error, never a finding.
 *
 * What is certain, and why:
 *   attached   from zone_create's return to zone_destroy's call; again when all of those failed;
 *              not while an init is under way that may fail
 *   active     while a zone is attached: births end before zone_create returns, and only the last
 *              zone's detaching closes
 *   held       from a hold's return to the release's call
 *   closing    since the probe dec__numzones (it fires for the last zone only, when closing is
 *              set), or since zone_destroy of a stack's own zone returned 0, or since its reap runs
 *   shut down  since the first shutdown callback that is not register's or unregister's, or since
 *              zone_shutdown of a stack's own zone returned 0
 */
#include "netstack/oracles/view_parts.h"

#include <string.h>

struct view view;

#define EVENTS_KEPT 65536u /* a power of two; of older observations the event is forgotten */

static uint32_t events[EVENTS_KEPT]; /* how many there were, by observation */
static uint32_t stack_numbers[VIEW_STACKS_MAX];
static struct view_stack stacks[VIEW_STACKS_MAX];
static struct view_instance instances[VIEW_INSTANCES_MAX];

void
view_begin(const struct subject *subject)
{
    memset(&view, 0, sizeof(view));
    view.subject = subject;
    view__begin_tasks();
    view__begin_registrations();
    view__begin_zones();
    story_begin();
}

void
view__refuse(const struct observation *what, const char *why)
{
    heddle_fail(HEDDLE_INTERNAL, "view", "observations make sense",
                what->site != NULL ? what->site : KERNEL_HERE, NULL, NULL,
                "The adapter tells what cannot be: task %u, observation %u of kind %d: %s.",
                (unsigned)what->task, view.now, (int)what->kind, why);
}

/* --- stacks and instances ----------------------------------------------------------------- */

/* Where a number was found last: right if that slot has it. Nearly every observation asks. */
#define FOUND 256u
static uint16_t found[FOUND];

struct view_stack *
view_stack_find(uint32_t number)
{
    uint16_t *lately = &found[number % FOUND];
    if (*lately < view.stack_count && stack_numbers[*lately] == number) {
        return &stacks[*lately];
    }
    for (uint32_t i = view.stack_count; i > 0; i--) {
        if (stack_numbers[i - 1] == number) {
            *lately = (uint16_t)(i - 1);
            return &stacks[i - 1];
        }
    }
    return NULL;
}

struct view_stack *
view_stack_at(uint32_t index)
{
    return &stacks[index];
}

static struct view_stack *
stack_of(const struct observation *what)
{
    if (what->stack == 0) {
        return NULL;
    }
    struct view_stack *stack = view_stack_find(what->stack);
    if (stack == NULL) {
        if (view.stack_count == VIEW_STACKS_MAX) {
            return NULL;
        }
        uint32_t index = view.stack_count++;
        stack_numbers[index] = what->stack;
        stack = &stacks[index];
        memset(stack, 0, sizeof(*stack));
        stack->number = what->stack;
        stack->index = (uint16_t)index;
        stack->id = -1;
        stack->count = 1; /* the zone's: no probe tells of it */
        memset(stack->instances, 0xff, sizeof(stack->instances));
    }
    if (what->address != NULL) {
        stack->address = what->address;
    }
    return stack;
}

static struct view_instance *
instance_find(const struct view_stack *stack, uint8_t module, uint32_t epoch)
{
    uint16_t index = stack->instances[module];
    while (index != VIEW_NONE) {
        if (instances[index].epoch == epoch) {
            return &instances[index];
        }
        index = instances[index].next;
    }
    return NULL;
}

struct view_instance *
view_instance_find(uint32_t number, uint8_t module, uint32_t epoch)
{
    const struct view_stack *stack = view_stack_find(number);
    return stack == NULL || module >= NS_MAX ? NULL : instance_find(stack, module, epoch);
}

struct view_instance *
view_instance_at(uint32_t index)
{
    return &instances[index];
}

struct view_instance *
view__instance_of(struct view_stack *stack, const struct observation *what)
{
    if (stack == NULL || what->module >= NS_MAX) {
        return NULL;
    }
    struct view_instance *instance = instance_find(stack, what->module, what->epoch);
    if (instance == NULL && view.instance_count < VIEW_INSTANCES_MAX) {
        uint32_t index = view.instance_count++;
        instance = &instances[index];
        memset(instance, 0, sizeof(*instance));
        instance->stack = stack->number;
        instance->module = what->module;
        instance->epoch = what->epoch;
        instance->next = stack->instances[what->module];
        stack->instances[what->module] = (uint16_t)index;
    }
    return instance;
}

bool
view_stack_has_instances(const struct view_stack *stack)
{
    for (uint8_t module = 0; module < NS_MAX; module++) {
        for (uint16_t i = stack->instances[module]; i != VIEW_NONE; i = instances[i].next) {
            if (instances[i].created && instances[i].ended[PHASE_DESTROY] == 0) {
                return true;
            }
        }
    }
    return false;
}

/* --- when the count is zero for good ---------------------------------------------------------- */

/*
 * The probe comes before the reference goes, and a lookup's after it came. So the count is surely zero once whoever
 * brought it to zero has returned, at an instant when nobody else is in such a call.
 */
static void
take_drop(struct view_stack *stack)
{
    if (stack->count == 0 && stack->closing_since != 0 && stack->dropped_by == 0 &&
        view.call != NULL) {
        stack->dropped_by = view.call->serial;
        view.drops++;
    }
}

static void
forget_drop(struct view_stack *stack)
{
    if (stack->dropped_by != 0 && stack->zero_since == 0) {
        view.drops--;
    }
    stack->dropped_by = stack->zero_since = 0;
}

/* After the return of a call. */
static void
settle_drops(const struct view_frame *frame)
{
    for (uint32_t i = 0; i < view.stack_count && view.drops > 0; i++) {
        struct view_stack *stack = &stacks[i];
        if (frame != NULL && stack->dropped_by == frame->serial) {
            stack->dropped_by = VIEW_RETURNED;
        }
        if (stack->dropped_by == VIEW_RETURNED && stack->zero_since == 0 && view.movers == 0) {
            stack->zero_since = view.now;
            view.drops--;
        }
    }
}

/* --- taking in ------------------------------------------------------------------------------ */

/* Those of a class that are under way. A call that is too deep to be followed may be any. */
static void
count_call(const struct view_frame *frame, uint32_t change)
{
    switch (frame == NULL ? VIEW_CALL_INIT : frame->call) {
    case VIEW_CALL_INIT:
    case VIEW_CALL_FINI:
        view.zones_unsure = true;
        view.movers += change;
        break;
    case VIEW_CALL_ZONE_CREATE:
        view.zones_since = view.now;
        view.zone_calls += change;
        view.movers += change; /* one that fails gives back what it had */
        break;
    case VIEW_CALL_ZONE_DESTROY:
        view.zone_calls += change;
        view.movers += change;
        break;
    case VIEW_CALL_LOOKUP:
    case VIEW_CALL_WALK:
    case VIEW_CALL_RELEASE:
        view.movers += change;
        break;
    default:
        break;
    }
}

static void
take_call_effects(const struct observation *what, struct view_frame *frame)
{
    count_call(frame, 1);
    switch (frame == NULL ? VIEW_CALL_NONE : frame->call) {
    case VIEW_CALL_REGISTER:
        view__take_register_call(what);
        break;
    case VIEW_CALL_UNREGISTER:
        view__take_unregister_call(what);
        break;
    case VIEW_CALL_ZONE_SHUTDOWN:
    case VIEW_CALL_ZONE_DESTROY:
    case VIEW_CALL_FINI:
        view__take_ending_call(frame);
        break;
    case VIEW_CALL_INIT:
        view__take_start_call(frame);
        break;
    default:
        break;
    }
}

static void
take_return_effects(const struct observation *what)
{
    count_call(view.call, UINT32_MAX);
    if (view.drops > 0) {
        settle_drops(view.call);
    }
    switch (view.call == NULL ? VIEW_CALL_NONE : view.call->call) {
    case VIEW_CALL_REGISTER:
        view__take_register_return(what);
        break;
    case VIEW_CALL_UNREGISTER:
        view__take_unregister_return(what);
        break;
    case VIEW_CALL_ZONE_SHUTDOWN:
    case VIEW_CALL_ZONE_DESTROY:
    case VIEW_CALL_FINI:
        view__take_ending_return(view.call, what->result);
        break;
    case VIEW_CALL_INIT:
        view__take_start_return(view.call, what->result);
        break;
    default:
        break;
    }
}

static void
take_probe(struct view_stack *stack, enum kernel_probe probe)
{
    if (stack == NULL) {
        return;
    }
    if (probe == KERNEL_PROBE_netstack__inc__ref) {
        stack->count++;
        forget_drop(stack);
    } else if (probe == KERNEL_PROBE_netstack__dec__ref) {
        stack->count--;
        take_drop(stack);
    } else if (probe == KERNEL_PROBE_netstack__dec__numzones && stack->closing_since == 0) {
        stack->closing_since = view.now;
        enum view_call call = view.call == NULL ? VIEW_CALL_NONE : view.call->call;
        if (call == VIEW_CALL_INIT || call == VIEW_CALL_FINI) {
            view__detach_all(stack);
        }
    }
}

static void
take_of_stack(const struct observation *what)
{
    struct view_stack *stack = view.stack;
    if (stack == NULL) {
        return;
    }
    switch (what->kind) {
    case OBSERVE_STACK_BORN:
        stack->born_call =
            view.call != NULL && view.call->call == VIEW_CALL_ZONE_CREATE ? view.call->serial : 0;
        stack->born_since = view.now;
        break;
    case OBSERVE_STACK_FREED:
        stack->freed_since = view.now;
        break;
    case OBSERVE_HOLD:
        if (stack->references++ == 0) {
            stack->held_since = view.now;
        }
        if (view.call != NULL && stack->given_since == 0 &&
            (view.call->call == VIEW_CALL_LOOKUP || view.call->call == VIEW_CALL_WALK)) {
            stack->given_since = view.now;
        }
        break;
    case OBSERVE_RELE:
        if (stack->references == 0) {
            view__refuse(what, "a reference is given back that was not held");
        }
        if (--stack->references == 0) {
            stack->held_since = 0;
        }
        break;
    default:
        break;
    }
}

uint32_t
view_event_of(uint32_t now)
{
    uint32_t count = view.now - now < EVENTS_KEPT ? events[now % EVENTS_KEPT] : 0;
    return count > 0 ? count - 1 : 0;
}

void
view_observe(const struct observation *what)
{
    view.now++;
    events[view.now % EVENTS_KEPT] = heddle_event_count();
    view.stack = stack_of(what);
    view.instance = NULL;
    view.registration = NULL;
    view.outer = NULL;
    view.cursor = NULL;
    story_keep(what);

    switch (what->kind) {
    case OBSERVE_CALL:
        take_call_effects(what, view__take_call(what));
        return;
    case OBSERVE_RETURN:
        view__take_return(what);
        take_return_effects(what);
        return;
    case OBSERVE_CALLBACK_START:
        view__take_callback_start(what);
        view.registration = view_registration_find(what->epoch);
        return;
    case OBSERVE_CALLBACK_END:
        view__take_callback_end(what);
        view.registration = view_registration_find(what->epoch);
        return;
    default:
        view__take_inside(what);
        break;
    }
    switch (what->kind) {
    case OBSERVE_PROBE:
        take_probe(view.stack, what->probe);
        break;
    case OBSERVE_ZONE_ATTACHED:
        view__take_attached(what);
        break;
    case OBSERVE_ZONE_DETACHING:
        view__take_detaching(what);
        break;
    case OBSERVE_WALK_INIT:
    case OBSERVE_WALK_NEXT:
    case OBSERVE_WALK_FINI:
        view__take_walk(what);
        break;
    default:
        take_of_stack(what);
        break;
    }
}
