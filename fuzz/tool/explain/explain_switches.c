/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Who ran when, and why: each change of the running task is forced, for the one before could not go on, or chosen, by
 * a deviation from the fixed policy; and choices that are none of task. Found from the choices and the events of a log.
 */
#include <stdlib.h>

#include "tool/explain/explanation.h"

struct walk {
    struct explanation *to;
    const struct heddle_log *log;
    uint32_t capacity, choice;
    uint16_t running;
    bool failed;
};

static struct explanation_switch *
add(struct walk *walk, uint32_t moment, uint16_t from, uint16_t to)
{
    struct explanation *explanation = walk->to;
    static struct explanation_switch nowhere;
    if (explanation->switch_count == walk->capacity) {
        uint32_t capacity = walk->capacity * 2 + 64;
        struct explanation_switch *more =
            realloc(explanation->switches, capacity * sizeof(*explanation->switches));
        if (more == NULL) {
            walk->failed = true;
            return &nowhere;
        }
        explanation->switches = more;
        walk->capacity = capacity;
    }
    struct explanation_switch *added = &explanation->switches[explanation->switch_count++];
    *added = (struct explanation_switch){.moment = moment, .from = from, .to = to, .instead = from};
    return added;
}

static bool
is_deviation(const struct heddle_choice *choice)
{
    return choice->kind == HEDDLE_CHOICE_TASK        ? choice->chosen != choice->fixed
           : choice->kind < HEDDLE_CHOICE_KIND_COUNT ? choice->chosen != 0
                                                     : false;
}

static void
add_chosen(struct walk *walk, uint32_t moment, const struct heddle_choice *choice)
{
    bool of_task = choice->kind == HEDDLE_CHOICE_TASK;
    uint16_t to = of_task ? choice->chosen : choice->task;
    if (choice->task >= walk->to->task_count || to >= walk->to->task_count) {
        return;
    }
    if (of_task && choice->task != walk->running) {
        add(walk, moment, walk->running, choice->task);
    }
    struct explanation_switch *chosen = add(walk, moment, choice->task, to);
    chosen->chosen = true;
    chosen->number = ++walk->to->chosen_count;
    chosen->instead = of_task ? choice->fixed : choice->task;
    chosen->deviation = (struct heddle_deviation){
        .task = choice->task, .kind = choice->kind, .k = choice->k, .value = choice->chosen};
    walk->running = of_task ? to : walk->running;
}

bool
explanation_read_switches(struct explanation *explanation, const struct heddle_log *log)
{
    struct walk walk = {.to = explanation, .log = log};
    uint32_t count =
        log->choice_count < HEDDLE_CHOICES_MAX ? log->choice_count : HEDDLE_CHOICES_MAX;
    for (uint32_t i = 0; i < explanation->moment_count; i++) {
        uint16_t task = explanation->moments[i].task;
        for (; walk.choice < count && log->choices[walk.choice].event <= i; walk.choice++) {
            if (is_deviation(&log->choices[walk.choice])) {
                add_chosen(&walk, i, &log->choices[walk.choice]);
            }
        }
        if (task != walk.running) {
            add(&walk, i, walk.running, task);
            walk.running = task;
        }
    }
    return !walk.failed;
}
