/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Objects' names: by the room's words for kinds and classes, by where a primitive lies, else by kind and number.
 */
#include "tool/explain/explain_reader.h"

#include <string.h>

#define LOOKED_AT_MAX 4096u /* of the objects before one: names must not take long */

const char *
explanation_object_name(const struct explanation *explanation, uint32_t object)
{
    const struct explanation_object *known =
        object < explanation->object_count ? &explanation->objects[object] : NULL;
    return known != NULL && known->name[0] != '\0' ? known->name : "something";
}

bool
reader_names_object(uint16_t kind)
{
    return kind < HEDDLE_EVENT_SUBJECT && kind != HEDDLE_EVENT_SPAWN && kind != HEDDLE_EVENT_EXIT &&
           kind != HEDDLE_EVENT_JOIN && kind != HEDDLE_EVENT_PROBE && kind != HEDDLE_EVENT_CHOOSE &&
           kind != HEDDLE_EVENT_SLEEP;
}

/* A name once used gets the number of its next bearer; where there are many objects, of every one. */
static void
make_unique(struct explanation *to, uint32_t number)
{
    struct explanation_object *object = &to->objects[number];
    bool is_used = number >= LOOKED_AT_MAX;
    for (uint32_t i = 1; i < number && !is_used; i++) {
        is_used = strcmp(to->objects[i].name, object->name) == 0;
    }
    if (is_used) {
        size_t length = strlen(object->name);
        snprintf(object->name + length, sizeof(object->name) - length, " (#%u)", number);
    }
}

static void
name_allocation(struct reader *reader, uint32_t number, const struct explanation_task *task)
{
    struct explanation *to = reader->to;
    struct explanation_object *object = &to->objects[number];
    const struct program_operation *operation = NULL;
    if (task->depth > 0) {
        struct laboratory_telling telling;
        reader_ask_room(reader, task->open[0], &telling);
        operation = telling.operation;
    }
    const char *kind = reader->log->object_names[number];
    if (laboratory_name_allocation(kind, number, to->input->target, operation, object->name,
                                   sizeof(object->name))) {
        make_unique(to, number);
    } else {
        snprintf(object->name, sizeof(object->name), "%s #%u", kind, number);
    }
}

/* How many of its class lie before it in the same allocation; they are made one after another. */
static uint32_t
find_ordinal(const struct reader *reader, uint32_t number, uint32_t container)
{
    uint32_t ordinal = 0;
    for (uint32_t i = number; i > container + 1 && number - i < LOOKED_AT_MAX; i--) {
        ordinal += reader->to->objects[i - 1].allocation == container &&
                   strcmp(reader->log->object_names[i - 1], reader->log->object_names[number]) == 0;
    }
    return ordinal;
}

static void
name_primitive(struct reader *reader, uint32_t number, enum explanation_thing thing)
{
    static const char *const nouns[] = {
        [EXPLANATION_MUTEX] = "lock",     [EXPLANATION_CV] = "cv",
        [EXPLANATION_SEMA] = "semaphore", [EXPLANATION_ATOMIC] = "atomic",
        [EXPLANATION_TASKQ] = "queue",
    };
    struct explanation *to = reader->to;
    struct explanation_object *object = &to->objects[number];
    const char *class_name = reader->log->object_names[number];
    uint32_t container = object->allocation;
    bool has_noun = strstr(class_name, nouns[thing]) != NULL || thing == EXPLANATION_SEMA;
    if (container != 0 && container < number) {
        const char *in = to->objects[container].name;
        uint32_t ordinal = find_ordinal(reader, number, container);
        if (laboratory_name_primitive(class_name, ordinal, in, object->name,
                                      sizeof(object->name))) {
            return;
        }
        snprintf(object->name, sizeof(object->name), "%s %.30s of %.60s", nouns[thing], class_name,
                 in);
    } else {
        snprintf(object->name, sizeof(object->name), "%s%s%s", has_noun ? "" : nouns[thing],
                 has_noun ? "" : " ", class_name);
    }
    make_unique(to, number);
}

static void
make_object(struct reader *reader, uint32_t moment, enum explanation_thing thing)
{
    const struct heddle_event *event = &reader->log->events[moment];
    uint32_t number = event->object;
    struct explanation_object *object = &reader->to->objects[number];
    uint32_t container = reader->log->containers[number];
    *object = (struct explanation_object){.thing = thing,
                                          .made = moment,
                                          .gone = EXPLANATION_NONE,
                                          .taken = EXPLANATION_NONE,
                                          .owner = HEDDLE_TASK_NONE};
    if (thing == EXPLANATION_ALLOCATION) {
        object->allocation = number;
        name_allocation(reader, number, &reader->to->tasks[event->task]);
    } else {
        object->allocation = container < reader->to->object_count ? container : 0;
        name_primitive(reader, number, thing);
    }
}

static enum explanation_thing
thing_made(uint16_t kind)
{
    switch (kind) {
    case HEDDLE_EVENT_ALLOC:
        return EXPLANATION_ALLOCATION;
    case HEDDLE_EVENT_MUTEX_INIT:
        return EXPLANATION_MUTEX;
    case HEDDLE_EVENT_CV_INIT:
        return EXPLANATION_CV;
    case HEDDLE_EVENT_SEMA_INIT:
        return EXPLANATION_SEMA;
    case HEDDLE_EVENT_ATOMIC_INIT:
        return EXPLANATION_ATOMIC;
    case HEDDLE_EVENT_TASKQ_CREATE:
        return EXPLANATION_TASKQ;
    default:
        return EXPLANATION_NOTHING;
    }
}

void
reader_make_object(struct reader *reader, uint32_t moment)
{
    enum explanation_thing thing = thing_made(reader->log->events[moment].kind);
    if (thing != EXPLANATION_NOTHING) {
        make_object(reader, moment, thing);
    }
}
