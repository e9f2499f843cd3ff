/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What each event was, in words, and what of it lasts: who waits for what, who owns which lock, which operations are
 * under way.
 */
#include "tool/explain/explain_reader.h"

#include <stdarg.h>
#include <string.h>

static const char *
task_name(const struct explanation *explanation, uint32_t task)
{
    return task < explanation->task_count ? explanation->tasks[task].name : "?";
}

void
explanation_say(struct explanation_moment *moment, enum explanation_sort sort, const char *format,
                ...)
{
    va_list arguments;
    va_start(arguments, format);
    moment->sort = (uint8_t)sort;
    vsnprintf(moment->text, sizeof(moment->text), format, arguments);
    va_end(arguments);
}

void
reader_ask_room(const struct reader *reader, uint32_t moment, struct laboratory_telling *telling)
{
    const struct explanation *to = reader->to;
    laboratory_tell(reader->log, moment, &to->outcome->program, to->input->target,
                    to->input->subject, telling);
}

/* --- tasks ---------------------------------------------------------------------------------- */

static void
set_state(struct explanation_task *task, enum explanation_state state, uint32_t moment,
          uint32_t object)
{
    task->state = state;
    task->since = moment;
    task->object = object;
    task->woken = EXPLANATION_NONE;
}

static void
begin_wait(struct reader *reader, uint32_t moment, enum explanation_state state)
{
    struct explanation_moment *here = &reader->to->moments[moment];
    here->waits = true;
    set_state(&reader->to->tasks[here->task], state, moment, reader->log->events[moment].object);
}

/* What ended the task's wait, if it was in one. */
void
reader_end_wait(struct reader *reader, uint32_t moment)
{
    struct explanation_moment *here = &reader->to->moments[moment];
    struct explanation_task *task = &reader->to->tasks[here->task];
    if (task->state != EXPLANATION_RUNS && task->state != EXPLANATION_ENDED &&
        task->since != EXPLANATION_NONE) {
        here->mate = task->since;
        reader->to->moments[task->since].mate = moment;
    }
    set_state(task, EXPLANATION_RUNS, moment, 0);
}

static void
open_deed(struct explanation_task *task, uint32_t moment)
{
    if (task->depth < EXPLANATION_OPEN_MAX) {
        task->open[task->depth] = moment;
    }
    task->depth++;
}

static void
close_deed(struct explanation *to, struct explanation_task *task, uint32_t moment)
{
    if (task->depth == 0) {
        return;
    }
    task->depth--;
    to->moments[moment].depth = (uint8_t)task->depth;
    if (task->depth < EXPLANATION_OPEN_MAX) {
        to->moments[moment].mate = task->open[task->depth];
        to->moments[task->open[task->depth]].mate = moment;
    }
}

/* --- what each event was ---------------------------------------------------------------------- */

static void
read_lock(struct reader *reader, uint32_t moment)
{
    struct explanation *to = reader->to;
    const struct heddle_event *event = &reader->log->events[moment];
    struct explanation_moment *here = &to->moments[moment];
    struct explanation_object *object = &to->objects[event->object];
    const char *name = explanation_object_name(to, event->object);
    if (event->kind == HEDDLE_EVENT_MUTEX_ENTER && event->result != 0) {
        explanation_say(here, EXPLANATION_WAIT, "waits for %s, which %s has", name,
                        task_name(to, object->owner));
        begin_wait(reader, moment, EXPLANATION_AWAITS_LOCK);
        return;
    }
    if (event->kind == HEDDLE_EVENT_MUTEX_EXIT) {
        explanation_say(here, EXPLANATION_UNLOCK, "drops %s", name);
        here->mate = object->taken;
        if (object->taken != EXPLANATION_NONE) {
            to->moments[object->taken].mate = moment;
        }
        object->owner = HEDDLE_TASK_NONE;
        return;
    }
    if (event->kind == HEDDLE_EVENT_MUTEX_TRYENTER && event->result == 0) {
        explanation_say(here, EXPLANATION_OTHER, "tries for %s in vain", name);
        return;
    }
    explanation_say(here, EXPLANATION_LOCK, "takes %s", name);
    reader_end_wait(reader, moment);
    object->owner = event->task;
    object->taken = moment;
}

/* Whom a signal wakes: all that sleep there and are not woken yet. */
static void
read_signal(struct reader *reader, uint32_t moment)
{
    struct explanation *to = reader->to;
    const struct heddle_event *event = &reader->log->events[moment];
    struct explanation_moment *here = &to->moments[moment];
    const char *name = explanation_object_name(to, event->object);
    char whom[64] = "";
    size_t used = 0;
    for (uint32_t i = 0; event->result > 0 && i < to->task_count; i++) {
        struct explanation_task *task = &to->tasks[i];
        if (task->state == EXPLANATION_SLEEPS && task->object == event->object &&
            task->woken == EXPLANATION_NONE && used < sizeof(whom)) {
            int length = snprintf(whom + used, sizeof(whom) - used, "%s%s", used > 0 ? ", " : "",
                                  task->name);
            used += length > 0 ? (size_t)length : 0;
            if (event->kind == HEDDLE_EVENT_CV_BROADCAST || event->result == 1) {
                task->woken = moment;
            }
        }
    }
    if (event->result == 0) {
        explanation_say(here, EXPLANATION_OTHER, "wakes nobody on %s", name);
    } else if (event->kind == HEDDLE_EVENT_CV_SIGNAL && event->result > 1) {
        explanation_say(here, EXPLANATION_SIGNAL, "wakes one of %s on %s", whom, name);
    } else {
        explanation_say(here, EXPLANATION_SIGNAL, "wakes %s on %s", used > 0 ? whom : "somebody",
                        name);
    }
}

static void
read_cv(struct reader *reader, uint32_t moment)
{
    static const char *const reasons[] = {"", ": its time is up", ": spurious, nobody woke it"};
    struct explanation *to = reader->to;
    const struct heddle_event *event = &reader->log->events[moment];
    struct explanation_moment *here = &to->moments[moment];
    const char *name = explanation_object_name(to, event->object);
    switch (event->kind) {
    case HEDDLE_EVENT_CV_WAIT:
        explanation_say(here, EXPLANATION_WAIT, "sleeps on %s", name);
        begin_wait(reader, moment, EXPLANATION_SLEEPS);
        break;
    case HEDDLE_EVENT_CV_WAKE: {
        uint32_t mutex = to->tasks[event->task].mutex;
        explanation_say(here, EXPLANATION_WAKE, "wakes on %s%s", name,
                        event->result < 3 ? reasons[event->result] : "");
        reader_end_wait(reader, moment);
        if (mutex != 0 && mutex < to->object_count) {
            to->objects[mutex].owner = event->task;
            to->objects[mutex].taken = moment;
        }
        break;
    }
    default:
        read_signal(reader, moment);
        break;
    }
}

static void
read_sema(struct reader *reader, uint32_t moment)
{
    struct explanation *to = reader->to;
    const struct heddle_event *event = &reader->log->events[moment];
    struct explanation_moment *here = &to->moments[moment];
    const char *name = explanation_object_name(to, event->object);
    if (event->kind == HEDDLE_EVENT_SEMA_POST) {
        explanation_say(here, EXPLANATION_SIGNAL, "gives a permit of %s", name);
    } else if (event->kind == HEDDLE_EVENT_SEMA_WAIT && event->result != 0) {
        explanation_say(here, EXPLANATION_WAIT, "waits for a permit of %s", name);
        begin_wait(reader, moment, EXPLANATION_AWAITS_PERMIT);
    } else if (event->kind == HEDDLE_EVENT_SEMA_TRYWAIT && event->result == 0) {
        explanation_say(here, EXPLANATION_OTHER, "tries for a permit of %s in vain", name);
    } else {
        explanation_say(here, EXPLANATION_LOCK, "takes a permit of %s", name);
        reader_end_wait(reader, moment);
        to->objects[event->object].taken = moment;
    }
}

static void
read_task(struct reader *reader, uint32_t moment)
{
    struct explanation *to = reader->to;
    const struct heddle_event *event = &reader->log->events[moment];
    struct explanation_moment *here = &to->moments[moment];
    struct explanation_task *task = &to->tasks[event->task];
    switch (event->kind) {
    case HEDDLE_EVENT_SPAWN:
        explanation_say(here, EXPLANATION_TASK, "starts %s", task_name(to, event->object));
        break;
    case HEDDLE_EVENT_EXIT:
        explanation_say(here, EXPLANATION_TASK, "ends");
        here->waits = true;
        set_state(task, EXPLANATION_ENDED, moment, 0);
        break;
    case HEDDLE_EVENT_JOIN:
        if (event->object < to->task_count && to->tasks[event->object].state == EXPLANATION_ENDED) {
            explanation_say(here, EXPLANATION_TASK, "%s has ended", task_name(to, event->object));
            break;
        }
        explanation_say(here, EXPLANATION_WAIT, "waits for the end of %s",
                        task_name(to, event->object));
        begin_wait(reader, moment, EXPLANATION_AWAITS_TASK);
        break;
    case HEDDLE_EVENT_SLEEP:
        explanation_say(here, EXPLANATION_WAIT, "waits for time to pass");
        begin_wait(reader, moment, EXPLANATION_AWAITS_TIME);
        break;
    default:
        break;
    }
}

static void
read_taskq(struct reader *reader, uint32_t moment)
{
    struct explanation *to = reader->to;
    const struct heddle_event *event = &reader->log->events[moment];
    struct explanation_moment *here = &to->moments[moment];
    const char *name = reader->log->object_names[event->object];
    switch (event->kind) {
    case HEDDLE_EVENT_TASKQ_DISPATCH:
        explanation_say(here, EXPLANATION_SIGNAL, "hands work to %s", name);
        break;
    case HEDDLE_EVENT_TASKQ_RUN:
        explanation_say(here, EXPLANATION_TASK, "begins a piece of work");
        reader_end_wait(reader, moment);
        break;
    case HEDDLE_EVENT_TASKQ_DONE:
        explanation_say(here, EXPLANATION_TASK, "has done its work");
        here->waits = true;
        set_state(&to->tasks[event->task], EXPLANATION_RESTS, moment, event->object);
        break;
    default:
        explanation_say(here, EXPLANATION_OTHER, "%s queue %s",
                        event->kind == HEDDLE_EVENT_TASKQ_CREATE ? "makes" : "destroys", name);
        break;
    }
}

/* Making and ending things; and atomic words, whose names people know. */
static void
read_object(struct reader *reader, uint32_t moment)
{
    struct explanation *to = reader->to;
    const struct heddle_event *event = &reader->log->events[moment];
    struct explanation_moment *here = &to->moments[moment];
    struct explanation_object *object = &to->objects[event->object];
    const char *name = explanation_object_name(to, event->object);
    switch (event->kind) {
    case HEDDLE_EVENT_ALLOC:
        if (event->object == 0) {
            explanation_say(here, EXPLANATION_OTHER, "allocates nothing: no memory");
        } else {
            explanation_say(here, EXPLANATION_MAKE, "allocates %s", name);
        }
        break;
    case HEDDLE_EVENT_FREE:
        explanation_say(here, EXPLANATION_FREE, "frees %s", name);
        object->gone = moment;
        break;
    case HEDDLE_EVENT_MUTEX_DESTROY:
    case HEDDLE_EVENT_CV_DESTROY:
    case HEDDLE_EVENT_SEMA_DESTROY:
        explanation_say(here, EXPLANATION_DESTROY, "destroys %s", name);
        object->gone = moment;
        break;
    case HEDDLE_EVENT_ATOMIC_LOAD:
    case HEDDLE_EVENT_ATOMIC_STORE:
    case HEDDLE_EVENT_ATOMIC_ADD:
    case HEDDLE_EVENT_ATOMIC_COMPARE_EXCHANGE:
        explanation_say(here, EXPLANATION_OTHER, "%s %s: %u",
                        heddle_event_kind_name(event->kind) + strlen("atomic_"), name,
                        event->result);
        break;
    default:
        explanation_say(here, EXPLANATION_MAKE, "makes %s", name);
        break;
    }
}

/* What the room tells, and the engine does not know. */
static void
read_telling(struct reader *reader, uint32_t moment)
{
    static const uint8_t sorts[] = {
        [LABORATORY_DEED_NONE] = EXPLANATION_OTHER,
        [LABORATORY_DEED_OPERATION] = EXPLANATION_OPERATION,
        [LABORATORY_DEED_RETURN] = EXPLANATION_RETURN,
        [LABORATORY_DEED_CALLBACK] = EXPLANATION_CALLBACK,
        [LABORATORY_DEED_CALLBACK_END] = EXPLANATION_CALLBACK_END,
        [LABORATORY_DEED_FAULT] = EXPLANATION_FAULT,
        [LABORATORY_DEED_STAGE] = EXPLANATION_STAGE,
        [LABORATORY_DEED_HOLD] = EXPLANATION_HOLD,
        [LABORATORY_DEED_RELE] = EXPLANATION_RELE,
    };
    struct explanation *to = reader->to;
    struct laboratory_telling telling;
    reader_ask_room(reader, moment, &telling);
    struct explanation_moment *here = &to->moments[moment];
    struct explanation_task *task = &to->tasks[here->task];
    here->object = telling.object < to->object_count ? telling.object : 0;
    const char *name = explanation_object_name(to, here->object);
    enum explanation_sort sort = (enum explanation_sort)sorts[telling.deed];
    switch (sort) {
    case EXPLANATION_OPERATION:
    case EXPLANATION_CALLBACK:
        explanation_say(here, sort, "%s%s%s", telling.text, here->object != 0 ? " on " : "",
                        here->object != 0 ? name : "");
        open_deed(task, moment);
        break;
    case EXPLANATION_RETURN:
    case EXPLANATION_CALLBACK_END:
        close_deed(to, task, moment);
        explanation_say(here, sort, sort == EXPLANATION_RETURN ? "→ %s%s%s" : "%s%s%s ends",
                        telling.text,
                        here->object == 0            ? ""
                        : sort == EXPLANATION_RETURN ? ", "
                                                     : " on ",
                        here->object != 0 ? name : "");
        break;
    case EXPLANATION_HOLD:
    case EXPLANATION_RELE:
        explanation_say(here, sort, "%s a reference to %s",
                        sort == EXPLANATION_HOLD ? "takes" : "gives back", name);
        break;
    case EXPLANATION_FAULT:
        explanation_say(here, sort, "fault injected: %s", telling.text);
        break;
    default:
        explanation_say(here, sort, "%s", telling.text);
        break;
    }
    if (sort == EXPLANATION_OTHER && here->object != 0) {
        size_t length = strlen(here->text);
        snprintf(here->text + length, sizeof(here->text) - length, ", %s", name);
    }
}

void
reader_tell_event(struct reader *reader, uint32_t moment)
{
    const struct heddle_event *event = &reader->log->events[moment];
    switch (event->kind) {
    case HEDDLE_EVENT_MUTEX_ENTER:
    case HEDDLE_EVENT_MUTEX_TRYENTER:
    case HEDDLE_EVENT_MUTEX_EXIT:
        read_lock(reader, moment);
        break;
    case HEDDLE_EVENT_CV_WAIT:
    case HEDDLE_EVENT_CV_WAKE:
    case HEDDLE_EVENT_CV_SIGNAL:
    case HEDDLE_EVENT_CV_BROADCAST:
        read_cv(reader, moment);
        break;
    case HEDDLE_EVENT_SEMA_WAIT:
    case HEDDLE_EVENT_SEMA_TRYWAIT:
    case HEDDLE_EVENT_SEMA_POST:
        read_sema(reader, moment);
        break;
    case HEDDLE_EVENT_SPAWN:
    case HEDDLE_EVENT_EXIT:
    case HEDDLE_EVENT_SLEEP:
    case HEDDLE_EVENT_JOIN:
        read_task(reader, moment);
        break;
    case HEDDLE_EVENT_TASKQ_CREATE:
    case HEDDLE_EVENT_TASKQ_DESTROY:
    case HEDDLE_EVENT_TASKQ_DISPATCH:
    case HEDDLE_EVENT_TASKQ_RUN:
    case HEDDLE_EVENT_TASKQ_DONE:
        read_taskq(reader, moment);
        break;
    case HEDDLE_EVENT_CHOOSE:
        explanation_say(&reader->to->moments[moment], EXPLANATION_OTHER, "chooses %u",
                        event->choice);
        break;
    default:
        if (event->kind == HEDDLE_EVENT_PROBE || event->kind >= HEDDLE_EVENT_SUBJECT) {
            read_telling(reader, moment);
        } else {
            read_object(reader, moment);
        }
        break;
    }
}
