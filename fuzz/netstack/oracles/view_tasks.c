/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The view's part that knows what each task is doing: calls and callbacks nest, so each task has a
 * stack of frames. From it come the call under which a callback runs and whether a task is the
 * service's.
 */
#include "netstack/oracles/view_parts.h"

#include <string.h>

struct view_task {
    uint64_t execution; /* for which the rest holds */
    uint32_t depth;
    bool of_program;
    uint32_t worked_on; /* the last stack of a probe "in progress", and its module */
    uint8_t worked_module;
    struct view_frame frames[VIEW_FRAMES_MAX];
};

static uint64_t execution;
static struct view_task tasks[HEDDLE_TASKS_MAX];
static uint32_t call_count;

void
view__begin_tasks(void)
{
    execution++;
    call_count = 0;
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

struct view_frame *
view__take_call(const struct observation *what)
{
    struct view_task *task = task_of(what->task);
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
    return frame;
}

void
view__take_return(const struct observation *what)
{
    struct view_task *task = task_of(what->task);
    const struct view_frame *frame = frame_top(task);
    if (task->depth == 0 || (frame != NULL && (frame->is_callback || frame->verb != what->verb))) {
        view__refuse(what, "a call returns that was not made");
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
    /* Once born, a stack is torn down in the same call if another key's create fails the zone. */
    bool in_birth = what->phase == PHASE_CREATE || stack->birth_failed;
    if (frame != NULL && in_birth && call == VIEW_CALL_ZONE_CREATE &&
        view.call->serial == stack->born_call) {
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

void
view__take_callback_start(const struct observation *what)
{
    struct view_task *task = task_of(what->task);
    view.stack = callback_stack(task, what);
    struct view_frame *caller = frame_top(task);
    view.call = frame_call(caller);
    if (view.call != NULL) {
        caller->epoch_seen = what->epoch;
    }
    struct view_frame *frame = frame_push(task, what);
    if (frame != NULL) {
        frame->is_callback = true;
        frame->stack = view.stack == NULL ? 0 : view.stack->number;
    }

    struct view_instance *instance = view.instance = view__instance_of(view.stack, what);
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

void
view__take_callback_end(const struct observation *what)
{
    struct view_task *task = task_of(what->task);
    const struct view_frame *frame = frame_top(task);
    if (task->depth == 0 || (frame != NULL && !frame->is_callback)) {
        view__refuse(what, "a callback ends that did not start");
    }
    task->depth--;
    view.call = frame_call(frame_top(task));
    struct view_stack *stack = view.stack =
        frame == NULL || frame->stack == 0 ? view.stack : view_stack_find(frame->stack);

    struct view_instance *instance = view.instance = view__instance_of(stack, what);
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
            stack->birth_failed |= what->phase == PHASE_CREATE && what->instance == 0;
        }
    }
}

void
view__take_inside(const struct observation *what)
{
    struct view_task *task = task_of(what->task);
    view.call = frame_call(frame_top(task));
    if (what->kind == OBSERVE_PROBE && view.stack != NULL &&
        (what->probe == KERNEL_PROBE_netstack__shutdown__inprogress ||
         what->probe == KERNEL_PROBE_netstack__destroy__inprogress)) {
        task->worked_on = view.stack->number;
        task->worked_module = what->module;
    }
}
