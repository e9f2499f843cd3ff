/* SPDX-License-Identifier: BSD-2-Clause
 *
 * From a log to an explanation: the events once through, with what each task waits for, who owns which lock, and which
 * operations are under way. The process that wrote the log may be dead; numbers in it are looked at
 * before they are used.
 */
#include "tool/explain/explain_reader.h"

#include <stdlib.h>
#include <string.h>

void
explanation_within(const struct explanation *explanation, uint32_t moment, char *text, size_t size)
{
    uint16_t task = explanation->moments[moment].task;
    size_t used = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i <= moment && i < explanation->moment_count; i++) {
        const struct explanation_moment *begins = &explanation->moments[i];
        bool is_deed =
            begins->sort == EXPLANATION_OPERATION || begins->sort == EXPLANATION_CALLBACK;
        if (begins->task == task && is_deed &&
            (begins->mate == EXPLANATION_NONE || begins->mate >= moment) && used < size) {
            int length =
                snprintf(text + used, size - used, "%s%s", used > 0 ? " › " : "", begins->text);
            used += length > 0 ? (size_t)length : 0;
        }
    }
}

/* A wait gave its mutex back, which no event says. */
static void
read_marks(struct reader *reader, uint32_t moment)
{
    struct explanation *to = reader->to;
    for (; reader->choice < reader->log->choice_count && reader->choice < HEDDLE_CHOICES_MAX &&
           reader->log->choices[reader->choice].event <= moment;
         reader->choice++) {
        const struct heddle_choice *choice = &reader->log->choices[reader->choice];
        if (choice->kind == HEDDLE_MARK_RELEASED && choice->k < to->object_count &&
            choice->task < to->task_count) {
            struct explanation_object *mutex = &to->objects[choice->k];
            to->tasks[choice->task].mutex = choice->k;
            if (mutex->taken != EXPLANATION_NONE && choice->event > 0) {
                to->moments[mutex->taken].mate = choice->event - 1;
            }
            mutex->owner = HEDDLE_TASK_NONE;
        }
    }
}

/* The subject's own file; where an adapter calls from tells nothing of the subject. */
static void
set_place(struct explanation_moment *moment, const struct kernel_site *site)
{
    if (site == NULL || strncmp(site->file, "fuzz/", 5) == 0) {
        return;
    }
    const char *slash = strrchr(site->file, '/');
    snprintf(moment->place, sizeof(moment->place), "%s:%d", slash != NULL ? slash + 1 : site->file,
             site->line);
    moment->function = site->function;
}

static void
read_moment(struct reader *reader, uint32_t moment)
{
    struct explanation *to = reader->to;
    const struct heddle_event *event = &reader->log->events[moment];
    struct explanation_moment *here = &to->moments[moment];
    *here = (struct explanation_moment){.mate = EXPLANATION_NONE};
    bool has_object = reader_names_object(event->kind);
    if (event->task >= to->task_count || (has_object && event->object >= to->object_count)) {
        /* Of an execution that was longer than this can follow, or that wrote over its own log. */
        explanation_say(here, EXPLANATION_OTHER, "%s", heddle_event_kind_name(event->kind));
        return;
    }
    struct explanation_task *task = &to->tasks[event->task];
    read_marks(reader, moment);
    here->task = event->task;
    here->object = has_object ? event->object : 0;
    here->depth = (uint8_t)(task->depth < 255 ? task->depth : 255);
    set_place(here, reader->log->sites[moment]);
    if (here->object != 0) {
        reader_make_object(reader, moment);
    }
    task->first = task->first == EXPLANATION_NONE ? moment : task->first;
    task->last = moment;
    if (task->state == EXPLANATION_AWAITS_TASK || task->state == EXPLANATION_AWAITS_TIME ||
        task->state == EXPLANATION_RESTS) {
        reader_end_wait(reader, moment);
    }
    reader_tell_event(reader, moment);
}

static void
read_failure(struct reader *reader)
{
    struct explanation *to = reader->to;
    const struct heddle_result *result = &to->outcome->result;
    struct explanation_moment *last = &to->moments[to->moment_count];
    uint16_t task = result->task < to->task_count ? result->task : 0;
    if (result->verdict == HEDDLE_OK) {
        return;
    }
    *last = (struct explanation_moment){.task = task, .mate = EXPLANATION_NONE};
    last->depth = (uint8_t)to->tasks[task].depth;
    explanation_say(last, EXPLANATION_END, "%s%s%s", heddle_verdict_name(result->verdict),
                    result->primitive[0] != '\0' ? ": " : "", result->primitive);
    if (result->file[0] != '\0') {
        snprintf(last->place, sizeof(last->place), "%.30s:%d", result->file, result->line);
    }
    to->moment_count++;
}

/* Numbers that events name, so that the tables have room. */
static void
count_all(const struct reader *reader, uint32_t *objects, uint32_t *tasks)
{
    *objects = *tasks = 1;
    for (uint32_t i = 0; i < reader->event_count; i++) {
        const struct heddle_event *event = &reader->log->events[i];
        if (reader_names_object(event->kind) && event->object >= *objects &&
            event->object < HEDDLE_EVENTS_MAX) {
            *objects = event->object + 1;
        }
        if (event->task >= *tasks && event->task < HEDDLE_TASKS_MAX) {
            *tasks = event->task + 1u;
        }
        if (event->kind == HEDDLE_EVENT_SPAWN && event->object >= *tasks &&
            event->object < HEDDLE_TASKS_MAX) {
            *tasks = event->object + 1u;
        }
    }
}

static void
name_tasks(struct reader *reader)
{
    struct explanation *to = reader->to;
    for (uint32_t i = 0; i < to->task_count; i++) {
        struct explanation_task *task = &to->tasks[i];
        task->first = task->last = task->since = task->woken = EXPLANATION_NONE;
        snprintf(task->name, sizeof(task->name), "%.*s", HEDDLE_NAME_MAX - 1,
                 reader->log->task_names[i]);
        for (uint32_t j = 0; j < i; j++) {
            if (strcmp(to->tasks[j].name, task->name) == 0) {
                snprintf(task->name, sizeof(task->name), "%.*s.%u", HEDDLE_NAME_MAX - 1,
                         reader->log->task_names[i], i);
            }
        }
    }
}

struct explanation *
explanation_read(const struct input *input, const struct outcome *outcome,
                 const struct heddle_log *log)
{
    struct explanation *to = calloc(1, sizeof(*to));
    struct reader reader = {.to = to, .log = log, .event_count = outcome->event_count};
    if (to == NULL) {
        return NULL;
    }
    to->input = input;
    to->outcome = outcome;
    count_all(&reader, &to->object_count, &to->task_count);
    to->moments = calloc(reader.event_count + 1u, sizeof(*to->moments));
    to->objects = calloc(to->object_count, sizeof(*to->objects));
    to->tasks = calloc(to->task_count, sizeof(*to->tasks));
    if (to->moments == NULL || to->objects == NULL || to->tasks == NULL) {
        explanation_destroy(to);
        return NULL;
    }
    name_tasks(&reader);
    for (; to->moment_count < reader.event_count; to->moment_count++) {
        read_moment(&reader, to->moment_count);
    }
    read_marks(&reader, reader.event_count);
    read_failure(&reader);
    if (!explanation_read_switches(to, log)) {
        explanation_destroy(to);
        return NULL;
    }
    return to;
}

void
explanation_destroy(struct explanation *explanation)
{
    if (explanation != NULL) {
        free(explanation->moments);
        free(explanation->objects);
        free(explanation->tasks);
        free(explanation->switches);
        free(explanation);
    }
}

bool
explanation_failed(const struct explanation *explanation)
{
    return explanation->outcome->result.verdict != HEDDLE_OK;
}
