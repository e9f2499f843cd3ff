/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The trace-event format, as Perfetto's and Chrome's viewers read it: a track a task; operations, callbacks and waits are slices, held
 * locks are asynchronous ones (they need not nest), everything else is an instant; an arrow is a change of the running
 * task. A moment has TICKS of time. Within them: its slice begins; at LAST a slice that it ends, ends; then
 * the task that leaves, and the one that comes, have a short slice each, for an arrow goes from slice to slice.
 */
#include <json-c/json.h>
#include <string.h>

#include "tool/explain/explanation.h"

#define TICKS 100
#define LAST  80
#define LEAVE 85
#define COME  92
#define SHORT 5

static struct json_object *
add_event(struct json_object *events, const char *phase, const char *name, uint32_t task,
          int64_t at)
{
    struct json_object *event = json_object_new_object();
    json_object_object_add(event, "ph", json_object_new_string(phase));
    json_object_object_add(event, "name", json_object_new_string(name));
    json_object_object_add(event, "pid", json_object_new_int(1));
    json_object_object_add(event, "tid", json_object_new_int((int)task));
    json_object_object_add(event, "ts", json_object_new_int64(at));
    json_object_array_add(events, event);
    return event;
}

static void
set_text(struct json_object *event, const char *key, const char *text)
{
    json_object_object_add(event, key, json_object_new_string(text));
}

static void
set_arguments(struct json_object *event, const struct explanation_moment *moment, uint32_t index)
{
    struct json_object *arguments = json_object_new_object();
    json_object_object_add(arguments, "event", json_object_new_int64(index));
    if (moment->place[0] != '\0') {
        set_text(arguments, "place", moment->place);
    }
    if (moment->function != NULL) {
        set_text(arguments, "function", moment->function);
    }
    json_object_object_add(event, "args", arguments);
}

static void
add_names(const struct explanation *of, struct json_object *events)
{
    for (uint32_t i = 0; i < of->task_count; i++) {
        struct json_object *event = add_event(events, "M", "thread_name", i, 0);
        struct json_object *arguments = json_object_new_object();
        set_text(arguments, "name", of->tasks[i].name);
        json_object_object_add(event, "args", arguments);
        event = add_event(events, "M", "thread_sort_index", i, 0);
        arguments = json_object_new_object();
        json_object_object_add(arguments, "sort_index", json_object_new_int((int)i));
        json_object_object_add(event, "args", arguments);
    }
}

static void
add_slice(const struct explanation *of, struct json_object *events, uint32_t index)
{
    const struct explanation_moment *moment = &of->moments[index];
    uint32_t last =
        moment->mate != EXPLANATION_NONE && moment->mate > index ? moment->mate : of->moment_count;
    int64_t begin = (int64_t)index * TICKS, end = (int64_t)last * TICKS + LAST;
    if (moment->sort == EXPLANATION_WAIT) {
        begin += 1;
        end = (int64_t)last * TICKS - 1;
    }
    struct json_object *event = add_event(events, "X", moment->text, moment->task, begin);
    json_object_object_add(event, "dur", json_object_new_int64(end - begin));
    set_text(event, "cat", moment->sort == EXPLANATION_WAIT ? "wait" : "work");
    set_arguments(event, moment, index);
}

static void
add_hold(const struct explanation *of, struct json_object *events, uint32_t index)
{
    const struct explanation_moment *moment = &of->moments[index];
    const char *name = explanation_object_name(of, moment->object);
    uint32_t last =
        moment->mate != EXPLANATION_NONE && moment->mate > index ? moment->mate : of->moment_count;
    for (int i = 0; i < 2; i++) {
        int64_t at = i == 0 ? (int64_t)index * TICKS : (int64_t)last * TICKS;
        struct json_object *event = add_event(events, i == 0 ? "b" : "e", name, moment->task, at);
        set_text(event, "cat", "lock");
        json_object_object_add(event, "id", json_object_new_int64(index));
        set_arguments(event, moment, index);
    }
}

static void
add_moment(const struct explanation *of, struct json_object *events, uint32_t index)
{
    const struct explanation_moment *moment = &of->moments[index];
    switch (moment->sort) {
    case EXPLANATION_OPERATION:
    case EXPLANATION_CALLBACK:
    case EXPLANATION_WAIT:
        add_slice(of, events, index);
        return;
    case EXPLANATION_LOCK:
        add_hold(of, events, index);
        return;
    case EXPLANATION_UNLOCK:
        return;
    default: {
        struct json_object *event =
            add_event(events, "i", moment->text, moment->task, (int64_t)index * TICKS + 2);
        set_text(event, "s", moment->sort == EXPLANATION_END ? "g" : "t");
        set_text(event, "cat", moment->sort == EXPLANATION_END ? "failure" : "event");
        set_arguments(event, moment, index);
        return;
    }
    }
}

static void
add_switch(const struct explanation *of, struct json_object *events, uint32_t index)
{
    const struct explanation_switch *it = &of->switches[index];
    int64_t before = it->moment > 0 ? (int64_t)(it->moment - 1) * TICKS : 0;
    char name[96];
    if (it->from == it->to) {
        snprintf(name, sizeof(name), "chosen [%u]: %s", it->number,
                 heddle_choice_kind_names[it->deviation.kind]);
        set_text(add_event(events, "i", name, it->to, before + LEAVE), "s", "t");
        return;
    }
    if (it->chosen) {
        snprintf(name, sizeof(name), "chosen [%u]", it->number);
    } else {
        snprintf(name, sizeof(name), "forced");
    }
    for (int i = 0; i < 2; i++) {
        uint32_t task = i == 0 ? it->from : it->to;
        int64_t at = before + (i == 0 ? LEAVE : COME);
        struct json_object *event = add_event(events, "X", name, task, at);
        json_object_object_add(event, "dur", json_object_new_int64(SHORT));
        set_text(event, "cat", it->chosen ? "chosen" : "forced");
        event = add_event(events, i == 0 ? "s" : "f", name, task, at + 1);
        set_text(event, "cat", "switch");
        json_object_object_add(event, "id", json_object_new_int64(index));
        if (i == 1) {
            set_text(event, "bp", "e");
        }
    }
}

void
explain_perfetto(const struct explanation *explanation, FILE *out)
{
    struct json_object *trace = json_object_new_object();
    struct json_object *events = json_object_new_array();
    add_names(explanation, events);
    for (uint32_t i = 0; i < explanation->moment_count; i++) {
        add_moment(explanation, events, i);
    }
    for (uint32_t i = 0; i < explanation->switch_count; i++) {
        add_switch(explanation, events, i);
    }
    json_object_object_add(trace, "traceEvents", events);
    json_object_object_add(trace, "displayTimeUnit", json_object_new_string("ns"));
    fputs(json_object_to_json_string_ext(trace,
                                         JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
          out);
    fputc('\n', out);
    json_object_put(trace);
}
