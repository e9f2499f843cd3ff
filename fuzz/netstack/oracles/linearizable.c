/* SPDX-License-Identifier: BSD-2-Clause
 *
 * All that was answered in an execution could have been answered by a core that does one thing at a time (netstack/model.h):
 * for each zone id, each module slot and each sight of a kstat there is an order of what happened to it that explains
 * every answer, and in which what was over comes before what began later. Judged once, when all has come to rest. A
 * history that cannot be decided within bounds is counted as such (oracles_histories), and is no verdict.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "netstack/operations.h"
#include "netstack/oracles/history.h"

extern const struct oracle oracle_linearizable;

#define LINES_MAX 7 /* of the story, before what cannot be explained */

static const struct linear_model *
model_of(const struct history_part *part)
{
    return part->kind == HISTORY_ZONE   ? &model_zone
           : part->kind == HISTORY_SLOT ? &model_slot
                                        : &model_sight;
}

/* --- words -------------------------------------------------------------------------------- */

struct text {
    char *at;
    size_t room;
};

static void say(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void
say(struct text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text->at, text->room, format, arguments);
    va_end(arguments);
    if (length > 0) {
        size_t used = (size_t)length < text->room ? (size_t)length : text->room - 1;
        text->at += used;
        text->room -= used;
    }
}

static void
say_part(struct text *text, const struct history_part *part)
{
    switch (part->kind) {
    case HISTORY_ZONE:
        say(text, "of zone and stack id %d", part->number);
        break;
    case HISTORY_SLOT:
        say(text, "of module %s", view_module_name((uint8_t)part->number));
        break;
    default:
        say(text, "of the %d. kstat in zone %d", part->kstat, part->number);
        break;
    }
}

static void
say_step(struct text *text, const struct linear_step *step)
{
    const struct history_call *call = history_call_of(step);
    if (step->to == LINEAR_FOREVER) {
        say(text, "from %u, ", view_event_of(step->from));
    } else {
        say(text, "%u to %u, ", view_event_of(step->from), view_event_of(step->to));
    }
    if (call != NULL) {
        const struct view_frame frame = {.verb = call->verb};
        say(text, "task %u's %s", (unsigned)call->task, view_call_name(&frame));
        if (call->zone >= 0) {
            say(text, " of %d", call->zone);
        }
        if (call->result != 0) {
            say(text, ", which returns %d", call->result);
        }
        say(text, ": ");
    }
    if (step->object != 0) {
        say(text, "stack %u ", step->object);
    }
    say(text, "%s", model_action_words((enum model_action)step->action));
}

static bool
is_of_a_walk(const struct linear_step *step)
{
    return step->action == MODEL_WALK_BEGINS || step->action == MODEL_WALK_GIVES ||
           step->action == MODEL_WALK_ENDS;
}

/* What other walks saw is not what these two are about, nor what came later. */
static bool
is_worth_a_line(const struct linear_step *step, const struct linear_step *contradiction,
                const struct linear_step *culprit)
{
    bool is_of_another_walk =
        is_of_a_walk(step) &&
        !(is_of_a_walk(contradiction) && step->value == contradiction->value) &&
        !(is_of_a_walk(culprit) && step->value == culprit->value);
    return step != contradiction && step != culprit && step->from <= contradiction->to &&
           !is_of_another_walk;
}

static bool
is_later(const struct linear_step *a, const struct linear_step *b)
{
    return a->from != b->from ? a->from > b->from : a->to > b->to;
}

/* The steps that began last before the end of the one that cannot be explained, in order, but for the one to blame. */
static void
say_before(struct text *text, const struct linear_step *steps, uint32_t count,
           uint32_t contradiction, uint32_t culprit)
{
    uint16_t lines[LINES_MAX];
    uint32_t line_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!is_worth_a_line(&steps[i], &steps[contradiction], &steps[culprit])) {
            continue;
        }
        uint32_t place = line_count < LINES_MAX ? line_count++ : LINES_MAX;
        while (place > 0 && !is_later(&steps[lines[place - 1]], &steps[i])) {
            if (place < LINES_MAX) {
                lines[place] = lines[place - 1];
            }
            place--;
        }
        if (place < LINES_MAX) {
            lines[place] = (uint16_t)i;
        }
    }
    while (line_count > 0) {
        say(text, "\n  ");
        say_step(text, &steps[lines[--line_count]]);
    }
}

/* The marked step that ended first, no longer marked; UINT32_MAX: there is none. */
static uint32_t
take_first(const struct linear_step *steps, uint32_t count, bool *marked)
{
    uint32_t first = UINT32_MAX;
    for (uint32_t i = 0; i < count; i++) {
        if (marked[i] && (first == UINT32_MAX || steps[i].to < steps[first].to)) {
            first = i;
        }
    }
    if (first != UINT32_MAX) {
        marked[first] = false;
    }
    return first;
}

/*
 * Which answer is to blame. A walk that ends says of every stack that it was not there throughout, and is not contradicted
 * before somebody sees the stack, in whatever way: so if all can be explained without the ends of walks, it is the first
 * of them with which it cannot. Else it is the answer with which it cannot be any more.
 */
static uint32_t
find_culprit(const struct history_part *part, uint32_t contradiction)
{
    static const struct linear_limits limits;
    static bool without[LINEAR_STEPS_MAX];
    const struct linear_model *model = model_of(part);
    const struct linear_step *steps = history_steps(part);
    for (uint32_t i = 0; i < part->count && i < LINEAR_STEPS_MAX; i++) {
        without[i] = part->kind == HISTORY_ZONE && steps[i].action == MODEL_WALK_ENDS &&
                     steps[i].to <= steps[contradiction].to;
    }
    uint32_t last = contradiction;
    while (linear_explains_without(model, steps, part->count, contradiction, without, &limits)) {
        last = take_first(steps, part->count, without);
        if (last == UINT32_MAX) {
            return contradiction;
        }
    }
    return last;
}

static _Noreturn void
fail(const struct observation *what, const struct history_part *part)
{
    static const struct linear_limits limits;
    const struct linear_step *steps = history_steps(part);
    uint32_t contradiction = linear_contradiction(model_of(part), steps, part->count, &limits);
    uint32_t culprit = find_culprit(part, contradiction);
    const struct linear_step *step = &steps[culprit];
    const struct history_call *call = history_call_of(step);

    char words[900];
    struct text text = {words, sizeof(words)};
    say(&text, "In no order can all be explained that was seen ");
    say_part(&text, part);
    say(&text, ". Up to here it can:");
    say_before(&text, steps, part->count, contradiction, culprit);
    if (culprit != contradiction) {
        say(&text, "\n  ");
        say_step(&text, &steps[contradiction]);
    }
    say(&text, culprit != contradiction ? "\nbut not with this beside it, " : "\nbut then not, ");
    say_step(&text, step);
    say(&text, ".");

    struct observation where = *what;
    if (call != NULL) {
        where.site = call->site;
        where.task = call->task;
    }
    where.module = part->kind == HISTORY_SLOT ? (uint8_t)part->number : 0xff;
    view_break(HEDDLE_MODEL_MISMATCH, &oracle_linearizable,
               model_action_promise((enum model_action)step->action), &where, step->object, "%s",
               words);
}

/* --- judging ------------------------------------------------------------------------------ */

static void
judge(const struct observation *what)
{
    static const struct linear_limits limits;
    bool complete;
    uint32_t count = history_split(&complete);
    bool decided = complete;
    for (uint32_t i = 0; i < count && complete; i++) {
        const struct history_part *part = history_part_at(i);
        enum linear_answer answer =
            linear_check(model_of(part), history_steps(part), part->count, &limits);
        if (answer == LINEAR_NO) {
            oracles_histories.checked++;
            fail(what, part);
        }
        decided &= answer == LINEAR_YES;
    }
    oracles_histories.checked++;
    oracles_histories.undecided += !decided;
}

static void
observe(const struct observation *what)
{
    if (what->kind == OBSERVE_REST) {
        judge(what);
    } else {
        history_take(what);
    }
}

const struct oracle oracle_linearizable = {
    .name = "linearizable",
    .promise = "13-16. Every answer is one that a core doing one thing at a time could have given",
    .begin = history_begin,
    .observe = observe,
    .kinds = HISTORY_KINDS | 1u << OBSERVE_REST,
};
