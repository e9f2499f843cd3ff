/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What matters. A failure is about objects: those of its result; where there are none, what the tasks wait for that can go no
 * further; else what the failing task touched last. Who made, freed, waited on, woke at, referred to or called back for one of them is
 * involved and has a column. Then each moment has a weight:
 *
 *   5  the failure; the free of what it is about, and the last release of it; of few choices, one that made the difference
 *   4  what still goes on at the end: operations, callbacks, waits; what a task was in the middle of at such a choice; how its
 *      object was made; faults; the other choices, if few
 *   3  what involved tasks did to that object beyond locking it, operations around such, and each one's last step; of many
 *      choices, those that made the difference
 *   2  their other operations, callbacks and waits
 *   1  everything else on that object
 *   0  the rest
 *
 * A drawing that has not room for all leaves out the lightest first.
 */
#include <string.h>

#include "tool/explain/explanation.h"

#define FEW_CHOICES    8u
#define FEW_OPERATIONS 12u

/* --- what it is about ----------------------------------------------------------------------- */

static bool
focus_on(struct explanation *to, uint32_t object)
{
    if (object == 0 || object >= to->object_count ||
        to->objects[object].thing == EXPLANATION_NOTHING) {
        return false;
    }
    to->objects[object].focus = true;
    uint32_t allocation = to->objects[object].allocation;
    if (allocation != 0) {
        to->objects[allocation].focus = true;
        to->subject = to->subject == 0 ? allocation : to->subject;
    }
    return true;
}

static bool
waits_in_vain(const struct explanation_task *task)
{
    return task->state == EXPLANATION_SLEEPS || task->state == EXPLANATION_AWAITS_LOCK ||
           task->state == EXPLANATION_AWAITS_PERMIT;
}

/* The last thing that this task touched in what it is doing. */
static void
focus_on_last(struct explanation *to, uint16_t task)
{
    for (uint32_t i = to->moment_count; i-- > 0;) {
        const struct explanation_moment *moment = &to->moments[i];
        if (moment->task != task) {
            continue;
        }
        if (focus_on(to, moment->object) || moment->sort == EXPLANATION_OPERATION) {
            return;
        }
    }
}

static void
find_focus(struct explanation *to)
{
    const struct heddle_result *result = &to->outcome->result;
    bool any = false;
    for (int i = 0; i < 2; i++) {
        any |= focus_on(to, result->objects[i].number);
    }
    to->is_certain = any;
    bool stuck = result->verdict == HEDDLE_DEADLOCK || result->verdict == HEDDLE_LIVELOCK;
    for (uint32_t i = 0; stuck && i < to->task_count; i++) {
        any |= waits_in_vain(&to->tasks[i]) && focus_on(to, to->tasks[i].object);
    }
    if (!any && explanation_failed(to) && result->verdict != HEDDLE_MODEL_MISMATCH) {
        focus_on_last(to, result->task);
    }
    for (uint32_t i = 1; i < to->object_count; i++) {
        uint32_t allocation = to->objects[i].allocation;
        to->objects[i].focus |= allocation != 0 && to->objects[allocation].focus;
    }
}

/* --- who is involved ------------------------------------------------------------------------ */

static bool
is_on_focus(const struct explanation *to, const struct explanation_moment *moment)
{
    return moment->object != 0 && to->objects[moment->object].focus;
}

static bool
involves(const struct explanation *to, const struct explanation_moment *moment)
{
    switch (moment->sort) {
    case EXPLANATION_CALLBACK:
    case EXPLANATION_WAIT:
    case EXPLANATION_SIGNAL:
    case EXPLANATION_DESTROY:
    case EXPLANATION_FREE:
    case EXPLANATION_HOLD:
    case EXPLANATION_RELE:
        return is_on_focus(to, moment);
    case EXPLANATION_MAKE:
        return moment->object != 0 && moment->object == to->subject;
    case EXPLANATION_FAULT:
    case EXPLANATION_END:
        return true;
    case EXPLANATION_OPERATION:
        return to->subject == 0;
    default:
        /* About nothing in particular: then about whoever did something. */
        return to->subject == 0 && moment->task != 0 && moment->sort != EXPLANATION_TASK;
    }
}

static bool
is_decisive(const struct explanation_switch *chosen)
{
    return chosen->without == EXPLANATION_OK || chosen->without == EXPLANATION_FAILS_OTHERWISE;
}

static void
find_involved(struct explanation *to)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < to->moment_count; i++) {
        to->tasks[to->moments[i].task].involved |= involves(to, &to->moments[i]);
    }
    bool stuck = to->outcome->result.verdict == HEDDLE_DEADLOCK;
    for (uint32_t i = 0; i < to->task_count; i++) {
        to->tasks[i].involved |= stuck && waits_in_vain(&to->tasks[i]);
    }
    for (uint32_t i = 0; i < to->switch_count; i++) {
        struct explanation_switch *change = &to->switches[i];
        if (!change->chosen) {
            continue;
        }
        bool few = to->chosen_count <= FEW_CHOICES;
        change->weight = is_decisive(change) ? (few ? 5 : 3) : few ? 4 : 2;
        if (change->weight >= 4) {
            to->tasks[change->from].involved = to->tasks[change->to].involved = true;
        }
    }
    for (uint32_t i = 0; i < to->task_count; i++) {
        count += to->tasks[i].involved;
    }
    for (uint32_t i = 0; count == 0 && i < to->task_count; i++) {
        to->tasks[i].involved = to->tasks[i].first != EXPLANATION_NONE;
    }
}

uint32_t
explanation_last(const struct explanation *explanation, enum explanation_sort sort)
{
    for (uint32_t i = explanation->moment_count; i-- > 0;) {
        const struct explanation_moment *moment = &explanation->moments[i];
        if (moment->sort == sort && moment->object == explanation->subject) {
            return i;
        }
    }
    return EXPLANATION_NONE;
}

/* --- weights -------------------------------------------------------------------------------- */

static uint8_t
weigh_on_focus(const struct explanation *to, const struct explanation_moment *moment)
{
    switch (moment->sort) {
    case EXPLANATION_FREE:
        return 5;
    case EXPLANATION_WAIT:
        return 4;
    case EXPLANATION_MAKE:
        return moment->object == to->subject ? 4 : 1;
    case EXPLANATION_WAKE:
    case EXPLANATION_SIGNAL:
    case EXPLANATION_HOLD:
    case EXPLANATION_RELE:
    case EXPLANATION_CALLBACK:
    case EXPLANATION_CALLBACK_END:
        return 3;
    case EXPLANATION_DESTROY:
        return to->objects[to->subject].gone == EXPLANATION_NONE ? 3 : 2;
    default:
        return 1;
    }
}

static uint8_t
weigh_elsewhere(const struct explanation *to, const struct explanation_moment *moment)
{
    bool few = to->outcome->program.operation_count <= FEW_OPERATIONS;
    bool goes_on = moment->mate == EXPLANATION_NONE;
    switch (moment->sort) {
    case EXPLANATION_END:
        return 5;
    case EXPLANATION_FAULT:
        return 4;
    case EXPLANATION_OPERATION:
        return goes_on ? 4 : few ? 3 : 2;
    case EXPLANATION_CALLBACK:
    case EXPLANATION_WAIT:
        return goes_on ? 4 : 2;
    case EXPLANATION_RETURN:
        return few ? 3 : 2;
    case EXPLANATION_CALLBACK_END:
    case EXPLANATION_WAKE:
    case EXPLANATION_SIGNAL:
    case EXPLANATION_TASK:
        return 2;
    case EXPLANATION_STAGE:
        return strstr(moment->text, " started") != NULL ? 4 : 2; /* one of several subjects */
    default:
        return 0;
    }
}

static void
raise_weight(struct explanation *to, uint32_t moment, uint8_t weight)
{
    if (moment != EXPLANATION_NONE && to->moments[moment].weight < weight) {
        to->moments[moment].weight = weight;
    }
}

/* Operations around what weighs, and what somebody holds that another one waits for. */
static void
weigh_surroundings(struct explanation *to)
{
    for (uint32_t i = 0; i < to->moment_count; i++) {
        const struct explanation_moment *moment = &to->moments[i];
        bool is_deed =
            moment->sort == EXPLANATION_OPERATION || moment->sort == EXPLANATION_CALLBACK;
        uint32_t end = moment->mate != EXPLANATION_NONE ? moment->mate : to->moment_count;
        uint8_t most = 0;
        for (uint32_t j = i + 1; is_deed && j < end; j++) {
            const struct explanation_moment *within = &to->moments[j];
            if (within->task == moment->task && within->weight > most) {
                most = within->weight;
            }
        }
        if (is_deed && most >= 3) {
            raise_weight(to, i, most > 3 ? 4 : 3);
            raise_weight(to, moment->mate, 3);
        }
        if (moment->sort == EXPLANATION_LOCK && moment->object != 0 &&
            moment->mate != EXPLANATION_NONE) {
            for (uint32_t j = i + 1; j < moment->mate; j++) {
                const struct explanation_moment *waiter = &to->moments[j];
                if (waiter->sort == EXPLANATION_WAIT && waiter->object == moment->object) {
                    raise_weight(to, i, waiter->weight);
                }
            }
        }
    }
}

/* What a task was in the middle of when a choice that matters took it away, or brought it. */
static void
weigh_around_choices(struct explanation *to)
{
    for (uint32_t i = 0; i < to->switch_count; i++) {
        const struct explanation_switch *it = &to->switches[i];
        for (uint32_t j = 0; it->chosen && it->weight >= 4 && j < it->moment; j++) {
            const struct explanation_moment *moment = &to->moments[j];
            bool goes_on = moment->mate == EXPLANATION_NONE || moment->mate >= it->moment;
            if (moment->sort == EXPLANATION_OPERATION && goes_on &&
                (moment->task == it->from || moment->task == it->to)) {
                raise_weight(to, j, 4);
            }
        }
    }
}

static void
weigh_all(struct explanation *to)
{
    for (uint32_t i = 0; i < to->moment_count; i++) {
        struct explanation_moment *moment = &to->moments[i];
        const struct explanation_task *task = &to->tasks[moment->task];
        if (!task->involved) {
            continue;
        }
        moment->weight = weigh_elsewhere(to, moment);
        if (is_on_focus(to, moment)) {
            raise_weight(to, i, weigh_on_focus(to, moment));
        }
    }
    for (uint32_t i = 0; i < to->task_count; i++) {
        if (to->tasks[i].involved) {
            raise_weight(to, to->tasks[i].last, 3);
        }
    }
    uint32_t last = explanation_last(to, EXPLANATION_RELE);
    if (to->subject != 0 && last != EXPLANATION_NONE) {
        raise_weight(to, last, EXPLANATION_WEIGHT_MOST);
    }
    weigh_surroundings(to);
    weigh_around_choices(to);
}

void
explanation_select(struct explanation *explanation)
{
    find_focus(explanation);
    find_involved(explanation);
    weigh_all(explanation);
}
