/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Keeps what the oracles know together (view.h). Nothing is judged here but the observations
 * themselves: calls and callbacks nest on a task, and what is given back was held before. If they
 * do not, the adapter is wrong, and that is an internal error, never a finding.
 *
 * What is certain, and why:
 *   attached   from zone_create's return to zone_destroy's call; again when all destroys of it
 * failed active     while a zone is attached: births end before zone_create returns, and only the
 * last zone's detaching closes held       from a hold's return to the release's call closing since
 * the probe dec__numzones (it fires for the last zone only, once closing is set), or since
 * zone_destroy of a stack's own zone returned 0, or since its reap runs shut down  since the first
 * shutdown callback that is not register's or unregister's, or since zone_shutdown of a stack's own
 * zone returned 0
 */
#include "netstack/oracles/view.h"

#include <string.h>

struct view_task {
    uint64_t execution; /* for which the rest holds */
    uint32_t depth;
    bool of_program;
    uint32_t worked_on; /* the last stack of a probe "in progress", and its module */
    uint8_t worked_module;
    struct view_frame frames[VIEW_FRAMES_MAX];
};

struct view view;

static uint64_t execution;
static struct view_task tasks[HEDDLE_TASKS_MAX];
static uint32_t stack_numbers[VIEW_STACKS_MAX];
static struct view_stack stacks[VIEW_STACKS_MAX];
static struct view_instance instances[VIEW_INSTANCES_MAX];
static struct view_registration registrations[VIEW_REGISTRATIONS_MAX]; /* by epoch, from 1 */
static uint32_t registrations_end; /* the highest epoch seen, and one */
static struct view_zone zones[VIEW_ZONES_MAX];
static uint32_t zones_end;
static struct view_cursor cursors[VIEW_CURSORS_MAX];
static uint32_t cursors_end;
static uint32_t call_count;
static uint16_t unregisters_running[NS_MAX];
static bool unregisters_met[NS_MAX]; /* two of them ran at once, and one still does */

void
view_begin(const struct subject *subject)
{
    execution++;
    memset(&view, 0, sizeof(view));
    view.subject = subject;
    memset(registrations, 0, registrations_end * sizeof(registrations[0]));
    registrations_end = 0;
    zones_end = 0;
    cursors_end = 0;
    call_count = 0;
    memset(unregisters_running, 0, sizeof(unregisters_running));
    memset(unregisters_met, 0, sizeof(unregisters_met));
    story_begin();
}

/* --- finding ------------------------------------------------------------------------------ */

struct view_stack *
view_stack_find(uint32_t number)
{
    for (uint32_t i = view.stack_count; i > 0; i--) {
        if (stack_numbers[i - 1] == number) {
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

static struct view_instance *
instance_of(struct view_stack *stack, const struct observation *what)
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

struct view_registration *
view_registration_find(uint32_t epoch)
{
    if (epoch >= registrations_end || registrations[epoch].epoch == 0) {
        return NULL;
    }
    return &registrations[epoch];
}

static struct view_zone *
zone_find(int id)
{
    for (uint32_t i = 0; i < zones_end; i++) {
        if (zones[i].id == id) {
            return &zones[i];
        }
    }
    return NULL;
}

static struct view_task *
task_of(uint16_t number)
{
    struct view_task *task = &tasks[number % HEDDLE_TASKS_MAX];
    if (task->execution != execution) {
        task->execution = execution;
        task->depth = 0;
        task->of_program = number == 0;
        task->worked_on = 0;
    }
    return task;
}

bool
view_task_is_of_service(uint16_t task)
{
    return !task_of(task)->of_program;
}

/* --- what each task is doing --------------------------------------------------------------- */

static _Noreturn void
refuse(const struct observation *what, const char *why)
{
    heddle_fail(HEDDLE_INTERNAL, "view", "observations make sense",
                what->site != NULL ? what->site : KERNEL_HERE, NULL, NULL,
                "The adapter tells what cannot be: task %u, observation %u of kind %d: %s.",
                (unsigned)what->task, view.now, (int)what->kind, why);
}

static struct view_frame *
frame_top(struct view_task *task)
{
    if (task->depth == 0 || task->depth > VIEW_FRAMES_MAX) {
        return NULL;
    }
    return &task->frames[task->depth - 1];
}

static struct view_frame *
frame_push(struct view_task *task, const struct observation *what)
{
    task->depth++;
    struct view_frame *frame = frame_top(task);
    if (frame != NULL) {
        memset(frame, 0, sizeof(*frame));
        frame->verb = what->verb;
        frame->module = what->module;
        frame->since = view.now;
        frame->stack = what->stack;
        frame->epoch = what->epoch;
        frame->zone = what->zone;
    }
    return frame;
}

static const struct view_frame *
frame_call(const struct view_frame *frame)
{
    return frame != NULL && !frame->is_callback ? frame : NULL;
}

static void
take_call(struct view_task *task, const struct observation *what)
{
    if (task->depth == 0) {
        task->of_program = true;
    }
    view.outer = frame_top(task);
    struct view_frame *frame = frame_push(task, what);
    if (frame != NULL) {
        frame->call = view_call_of(what->verb);
        frame->serial = ++call_count;
    }
    view.call = frame;
}

static void
take_return(struct view_task *task, const struct observation *what)
{
    const struct view_frame *frame = frame_top(task);
    if (task->depth == 0 || (frame != NULL && (frame->is_callback || frame->verb != what->verb))) {
        refuse(what, "a call returns that was not made");
    }
    task->depth--;
    view.call = frame;
    view.outer = frame_top(task);
}

/*
 * A callback whose argument is not an instance cannot say which stack it is for; the probe before
 * it, of the same task, can.
 */
static struct view_stack *
callback_stack(const struct view_task *task, const struct observation *what)
{
    if (view.stack != NULL || what->stack != 0 || task->worked_on == 0 ||
        task->worked_module != what->module) {
        return view.stack;
    }
    return view_stack_find(task->worked_on);
}

static void
mark_callback_start(struct view_stack *stack, const struct observation *what,
                    const struct view_task *task, struct view_frame *frame)
{
    enum view_call call = view.call == NULL ? VIEW_CALL_NONE : view.call->call;
    bool by_registration = call == VIEW_CALL_REGISTER || call == VIEW_CALL_UNREGISTER;

    stack->callbacks++;
    if (frame != NULL && call == VIEW_CALL_ZONE_CREATE && view.call->serial == stack->born_call) {
        frame->of_birth = true;
        stack->birth_callbacks++;
    }
    if (what->phase == PHASE_CREATE) {
        if (stack->id == -1) {
            stack->id = what->zone;
        }
        if (call == VIEW_CALL_REGISTER && stack->register_since == 0) {
            stack->register_since = view.now;
        }
        return;
    }
    if (what->phase == PHASE_SHUTDOWN && !by_registration && stack->shutdown_since == 0) {
        stack->shutdown_since = view.now;
    }
    if (call == VIEW_CALL_NONE && !task->of_program && stack->reap_since == 0) {
        stack->reap_since = view.now;
        stack->reap_task = what->task;
        if (stack->closing_since == 0) {
            stack->closing_since = view.now;
        }
    }
}

static void
take_callback_start(struct view_task *task, const struct observation *what)
{
    view.stack = callback_stack(task, what);
    view.call = frame_call(frame_top(task));
    struct view_frame *frame = frame_push(task, what);
    if (frame != NULL) {
        frame->is_callback = true;
        frame->stack = view.stack == NULL ? 0 : view.stack->number;
    }

    struct view_instance *instance = view.instance = instance_of(view.stack, what);
    if (instance != NULL) {
        instance->begun[what->phase]++;
        instance->running++;
        instance->task[what->phase] = what->task;
        instance->call[what->phase] = view.call == NULL ? VIEW_CALL_NONE : view.call->call;
    }
    if (view.stack != NULL) {
        mark_callback_start(view.stack, what, task, frame);
    }
}

static void
take_callback_end(struct view_task *task, const struct observation *what)
{
    const struct view_frame *frame = frame_top(task);
    if (task->depth == 0 || (frame != NULL && !frame->is_callback)) {
        refuse(what, "a callback ends that did not start");
    }
    task->depth--;
    view.call = frame_call(frame_top(task));
    struct view_stack *stack = view.stack =
        frame == NULL || frame->stack == 0 ? view.stack : view_stack_find(frame->stack);

    struct view_instance *instance = view.instance = instance_of(stack, what);
    if (instance != NULL) {
        instance->ended[what->phase]++;
        if (instance->running > 0) {
            instance->running--;
        }
        if (what->phase == PHASE_CREATE && what->instance != 0) {
            instance->created = true;
            instance->value = what->instance;
        }
    }
    if (stack != NULL && stack->callbacks > 0) {
        stack->callbacks--;
        if (frame != NULL && frame->of_birth) {
            stack->birth_callbacks--;
        }
    }
}

/* --- registrations -------------------------------------------------------------------------- */

static void
take_register_call(const struct observation *what)
{
    if (what->epoch == 0 || what->epoch >= VIEW_REGISTRATIONS_MAX || what->module >= NS_MAX) {
        return;
    }
    struct view_registration *registration = &registrations[what->epoch];
    registration->epoch = what->epoch;
    registration->module = what->module;
    registration->shutdown_given = what->shutdown_given;
    registration->unregister_called = unregisters_running[what->module] > 0;
    registration->state = REGISTRATION_CALLED;
    if (what->epoch >= registrations_end) {
        registrations_end = what->epoch + 1;
    }
}

static void
take_register_return(const struct observation *what)
{
    struct view_registration *registration = view_registration_find(what->epoch);
    view.registration = registration;
    if (registration == NULL) {
        return;
    }
    if (what->result != 0) {
        registration->state = REGISTRATION_REFUSED;
    } else if (registration->state == REGISTRATION_CALLED) {
        registration->state = REGISTRATION_STANDS;
        registration->stands_since = view.now;
    }
}

static void
take_unregister_call(const struct observation *what)
{
    if (what->module >= NS_MAX) {
        return;
    }
    if (++unregisters_running[what->module] > 1) {
        unregisters_met[what->module] = true;
    }
    for (uint32_t epoch = 1; epoch < registrations_end; epoch++) {
        if (registrations[epoch].epoch != 0 && registrations[epoch].module == what->module) {
            registrations[epoch].unregister_called = true;
        }
    }
}

/* Might this registration of the module hold the slot, for all that is known? */
static bool
may_stand(const struct view_registration *registration, uint8_t module)
{
    return registration->epoch != 0 && registration->module == module &&
           registration->state <= REGISTRATION_STANDS;
}

/*
 * Which registration an unregister was of, its return does not say: others may have come and gone.
 * (a) If no other unregister of the module ran beside it, it was of the one that stood when it was
 * called, for nobody else could end that. (b) If only one can be meant, it is that one. Else NULL.
 */
static struct view_registration *
unregistered_by(const struct view_frame *frame, uint8_t module, bool met)
{
    struct view_registration *only = NULL;
    uint32_t possible = 0;
    for (uint32_t epoch = 1; epoch < registrations_end; epoch++) {
        struct view_registration *registration = &registrations[epoch];
        if (!may_stand(registration, module)) {
            continue;
        }
        if (!met && registration->state == REGISTRATION_STANDS &&
            registration->stands_since < frame->since) {
            return registration;
        }
        only = registration;
        possible++;
    }
    return possible == 1 ? only : NULL;
}

static void
take_unregister_return(const struct observation *what)
{
    uint8_t module = what->module;
    if (module >= NS_MAX) {
        return;
    }
    bool met = unregisters_met[module];
    if (unregisters_running[module] > 0 && --unregisters_running[module] == 0) {
        unregisters_met[module] = false;
    }
    if (what->result != 0) {
        return;
    }
    view.registration = unregistered_by(view.call, module, met);
    if (view.registration != NULL) {
        view.registration->state = REGISTRATION_GONE;
        return;
    }
    for (uint32_t epoch = 1; epoch < registrations_end; epoch++) {
        if (may_stand(&registrations[epoch], module)) {
            registrations[epoch].state = REGISTRATION_UNCLEAR;
        }
    }
}

/* --- zones ---------------------------------------------------------------------------------- */

static void
attach(struct view_zone *zone, struct view_stack *stack)
{
    zone->attached = true;
    stack->zones++;
    if (stack->active_since == 0) {
        stack->active_since = view.now;
    }
}

static void
take_attached(const struct observation *what)
{
    struct view_zone *zone = zone_find(what->zone);
    if (zone == NULL) {
        if (zones_end == VIEW_ZONES_MAX) {
            return;
        }
        zone = &zones[zones_end++];
        memset(zone, 0, sizeof(*zone));
        zone->id = what->zone;
    }
    zone->stack = what->stack;
    zone->attached = false;
    zone->destroyed = false;
    if (view.stack == NULL) {
        return;
    }
    if (view.stack->id == -1) {
        view.stack->id = what->zone;
    }
    /* Somebody may have destroyed the zone before its creator came to say that it is there. */
    if (zone->destroys_pending == 0 && view.stack->closing_since == 0 &&
        view.stack->freed_since == 0) {
        attach(zone, view.stack);
    }
}

static void
take_detaching(const struct observation *what)
{
    struct view_zone *zone = zone_find(what->zone);
    if (zone == NULL || !zone->attached) {
        return;
    }
    zone->attached = false;
    struct view_stack *stack = view_stack_find(zone->stack);
    if (stack != NULL && stack->zones > 0) {
        stack->zones--;
        if (stack->zones == 0) {
            stack->active_since = 0;
        }
    }
}

/* Is it the zone that the stack was born for, and no other ever attaches to? */
static bool
is_own_zone(const struct view_zone *zone, const struct view_stack *stack)
{
    return stack != NULL && stack->born_call != 0 && stack->id == zone->id &&
           zone->id != GLOBAL_ZONEID;
}

static int
zone_destroyed_by(const struct view_frame *frame)
{
    return frame->call == VIEW_CALL_FINI ? GLOBAL_ZONEID : frame->zone;
}

static void
take_destroy_call(const struct view_frame *frame)
{
    struct view_zone *zone = zone_find(zone_destroyed_by(frame));
    if (zone != NULL) {
        zone->destroys_pending++;
    }
}

static void
take_destroy_return(const struct view_frame *frame, int result)
{
    struct view_zone *zone = zone_find(zone_destroyed_by(frame));
    if (zone == NULL) {
        return;
    }
    struct view_stack *stack = view_stack_find(zone->stack);
    if (zone->destroys_pending > 0) {
        zone->destroys_pending--;
    }
    if (result == 0) {
        zone->destroyed = true;
        if (is_own_zone(zone, stack) && stack->closing_since == 0) {
            stack->closing_since = view.now;
        }
        return;
    }
    /* Nobody destroyed it, nobody is about to: it was there all the time. */
    if (!zone->destroyed && !zone->attached && zone->destroys_pending == 0 && stack != NULL &&
        stack->closing_since == 0) {
        attach(zone, stack);
    }
}

static void
take_shutdown_return(const struct view_frame *frame, int result)
{
    const struct view_zone *zone = zone_find(frame->zone);
    struct view_stack *stack = zone == NULL ? NULL : view_stack_find(zone->stack);
    if (result == 0 && zone != NULL && is_own_zone(zone, stack) && stack->shutdown_since == 0) {
        stack->shutdown_since = view.now;
    }
}

/* --- walks ---------------------------------------------------------------------------------- */

static void
take_walk(const struct observation *what)
{
    uint32_t called = view.call == NULL ? 0 : view.call->since;
    for (uint32_t i = cursors_end; i > 0; i--) {
        if (cursors[i - 1].number == what->cursor) {
            view.cursor = &cursors[i - 1];
            break;
        }
    }
    if (what->kind == OBSERVE_WALK_INIT && cursors_end < VIEW_CURSORS_MAX) {
        view.cursor = &cursors[cursors_end];
        memset(view.cursor, 0, sizeof(*view.cursor));
        view.cursor->index = (uint16_t)cursors_end++;
        view.cursor->number = what->cursor;
        view.cursor->since = called;
        view.cursors_open++;
    } else if (what->kind == OBSERVE_WALK_FINI && view.cursor != NULL && view.cursors_open > 0) {
        view.cursors_open--;
    }
    if (view.cursor != NULL) {
        view.cursor->stepping_since = called > view.cursor->stepped ? called : view.cursor->stepped;
        view.cursor->stepped = view.now;
    }
}

/* --- taking in ------------------------------------------------------------------------------ */

static void
take_call_effects(const struct observation *what)
{
    switch (view.call == NULL ? VIEW_CALL_NONE : view.call->call) {
    case VIEW_CALL_REGISTER:
        take_register_call(what);
        break;
    case VIEW_CALL_UNREGISTER:
        take_unregister_call(what);
        break;
    case VIEW_CALL_ZONE_DESTROY:
    case VIEW_CALL_FINI:
        take_destroy_call(view.call);
        break;
    default:
        break;
    }
}

static void
take_return_effects(const struct observation *what)
{
    switch (view.call == NULL ? VIEW_CALL_NONE : view.call->call) {
    case VIEW_CALL_REGISTER:
        take_register_return(what);
        break;
    case VIEW_CALL_UNREGISTER:
        take_unregister_return(what);
        break;
    case VIEW_CALL_ZONE_SHUTDOWN:
        take_shutdown_return(view.call, what->result);
        break;
    case VIEW_CALL_ZONE_DESTROY:
    case VIEW_CALL_FINI:
        take_destroy_return(view.call, what->result);
        break;
    default:
        break;
    }
}

static void
take_probe(struct view_task *task, const struct observation *what)
{
    struct view_stack *stack = view.stack;
    enum kernel_probe probe = what->probe;
    if (stack == NULL) {
        return;
    }
    if (probe == KERNEL_PROBE_netstack__shutdown__inprogress ||
        probe == KERNEL_PROBE_netstack__destroy__inprogress) {
        task->worked_on = stack->number;
        task->worked_module = what->module;
    } else if (probe == KERNEL_PROBE_netstack__inc__ref) {
        stack->count++;
    } else if (probe == KERNEL_PROBE_netstack__dec__ref) {
        stack->count--;
    } else if (probe == KERNEL_PROBE_netstack__dec__numzones && stack->closing_since == 0) {
        stack->closing_since = view.now;
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
        break;
    case OBSERVE_STACK_FREED:
        stack->freed_since = view.now;
        break;
    case OBSERVE_HOLD:
        stack->references++;
        break;
    case OBSERVE_RELE:
        if (stack->references == 0) {
            refuse(what, "a reference is given back that was not held");
        }
        stack->references--;
        break;
    default:
        break;
    }
}

void
view_observe(const struct observation *what)
{
    struct view_task *task = task_of(what->task);
    view.now++;
    view.stack = stack_of(what);
    view.instance = NULL;
    view.registration = NULL;
    view.outer = NULL;
    view.cursor = NULL;
    story_keep(what);

    switch (what->kind) {
    case OBSERVE_CALL:
        take_call(task, what);
        take_call_effects(what);
        return;
    case OBSERVE_RETURN:
        take_return(task, what);
        take_return_effects(what);
        return;
    case OBSERVE_CALLBACK_START:
        take_callback_start(task, what);
        view.registration = view_registration_find(what->epoch);
        return;
    case OBSERVE_CALLBACK_END:
        take_callback_end(task, what);
        view.registration = view_registration_find(what->epoch);
        return;
    default:
        view.call = frame_call(frame_top(task));
        break;
    }
    switch (what->kind) {
    case OBSERVE_PROBE:
        take_probe(task, what);
        break;
    case OBSERVE_ZONE_ATTACHED:
        take_attached(what);
        break;
    case OBSERVE_ZONE_DETACHING:
        take_detaching(what);
        break;
    case OBSERVE_WALK_INIT:
    case OBSERVE_WALK_NEXT:
    case OBSERVE_WALK_FINI:
        take_walk(what);
        break;
    default:
        take_of_stack(what);
        break;
    }
}
