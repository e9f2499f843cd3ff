/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The checker of histories alone, on toy models: a register, a queue, and a door that is open for an interval. What it
 * answers is held against all orders, on thousands of small histories.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "netstack/linearizability.h"

/* --- models --------------------------------------------------------------------------------- */

enum { WRITE, READ };

static enum linear_effect
apply_to_register(void *memory, const struct linear_step *step)
{
    uint8_t *value = memory;
    if (step->action == WRITE) {
        *value = (uint8_t)step->value;
        return LINEAR_CHANGES;
    }
    return *value == step->value ? LINEAR_READS : LINEAR_IMPOSSIBLE;
}
static const struct linear_model cell = {1, NULL, apply_to_register};

enum { ENQUEUE, DEQUEUE, FIND_EMPTY };
struct queue {
    uint8_t count, items[7];
};

static enum linear_effect
apply_to_queue(void *memory, const struct linear_step *step)
{
    struct queue *queue = memory;
    if (step->action == FIND_EMPTY) {
        return queue->count == 0 ? LINEAR_READS : LINEAR_IMPOSSIBLE;
    }
    if (step->action == ENQUEUE) {
        if (queue->count == sizeof(queue->items)) {
            return LINEAR_IMPOSSIBLE;
        }
        queue->items[queue->count++] = (uint8_t)step->value;
        return LINEAR_CHANGES;
    }
    if (queue->count == 0 || queue->items[0] != step->value) {
        return LINEAR_IMPOSSIBLE;
    }
    memmove(queue->items, queue->items + 1, sizeof(queue->items) - 1);
    queue->items[sizeof(queue->items) - 1] = 0;
    queue->count--;
    return LINEAR_CHANGES;
}
static const struct linear_model queue = {sizeof(struct queue), NULL, apply_to_queue};

enum { OPEN, SHUT, SEE_OPEN, SEE_SHUT };

static void
begin_shut(void *memory)
{
    *(uint8_t *)memory = SHUT;
}

static enum linear_effect
apply_to_door(void *memory, const struct linear_step *step)
{
    uint8_t *door = memory;
    if (step->action >= SEE_OPEN) {
        return *door == step->action - SEE_OPEN ? LINEAR_READS : LINEAR_IMPOSSIBLE;
    }
    if (*door == step->action) {
        return LINEAR_IMPOSSIBLE;
    }
    *door = step->action;
    return LINEAR_CHANGES;
}
static const struct linear_model door = {1, begin_shut, apply_to_door};

/* --- asking --------------------------------------------------------------------------------- */

static struct linear_step
step(uint32_t from, uint32_t to, uint8_t action, uint32_t value)
{
    return (struct linear_step){
        .from = from, .to = to, .after = LINEAR_NONE, .action = action, .value = value};
}

static struct linear_step
step_after(uint16_t before, struct linear_step step)
{
    step.after = before;
    return step;
}

static struct linear_step
optional(struct linear_step step)
{
    step.optional = true;
    return step;
}

static enum linear_answer
ask(const struct linear_model *model, const struct linear_step *steps, uint32_t count)
{
    static const struct linear_limits limits = {.nodes = 100000};
    static const struct linear_limits plain = {.nodes = 10000000, .no_memory = true};
    enum linear_answer answer = linear_check(model, steps, count, &limits);
    cr_assert_eq(answer, linear_check(model, steps, count, &plain), "memory changes the answer");
    return answer;
}

#define ASK(model, ...)                                                                            \
    ask((model), (const struct linear_step[]){__VA_ARGS__},                                        \
        sizeof((const struct linear_step[]){__VA_ARGS__}) / sizeof(struct linear_step))

/* --- known histories ------------------------------------------------------------------------ */

Test(linearizability, nothing_can_be_put_in_order)
{
    cr_expect_eq(linear_check(&cell, NULL, 0, &(struct linear_limits){0}), LINEAR_YES);
}

Test(linearizability, a_read_gives_what_was_written_last)
{
    cr_expect_eq(ASK(&cell, step(1, 2, WRITE, 1), step(3, 4, READ, 1)), LINEAR_YES);
    cr_expect_eq(ASK(&cell, step(1, 2, WRITE, 1), step(3, 4, READ, 0)), LINEAR_NO);
}

Test(linearizability, a_read_beside_a_write_gives_old_or_new)
{
    cr_expect_eq(ASK(&cell, step(1, 4, WRITE, 1), step(2, 3, READ, 1)), LINEAR_YES);
    cr_expect_eq(ASK(&cell, step(1, 4, WRITE, 1), step(2, 3, READ, 0)), LINEAR_YES);
    cr_expect_eq(ASK(&cell, step(1, 4, WRITE, 1), step(2, 3, READ, 2)), LINEAR_NO);
}

Test(linearizability, new_then_old_cannot_be)
{
    cr_expect_eq(ASK(&cell, step(1, 9, WRITE, 1), step(2, 3, READ, 1), step(4, 5, READ, 0)),
                 LINEAR_NO);
    cr_expect_eq(ASK(&cell, step(1, 9, WRITE, 1), step(2, 4, READ, 1), step(3, 5, READ, 0)),
                 LINEAR_YES);
}

/* Herlihy and Wing 1990, section 1: histories of a queue, acceptable and not. */
Test(linearizability, the_queue_of_herlihy_and_wing)
{
    cr_expect_eq(ASK(&queue, step(1, 4, ENQUEUE, 1), step(2, 3, ENQUEUE, 2), step(5, 6, DEQUEUE, 2),
                     step(7, 8, DEQUEUE, 1)),
                 LINEAR_YES);
    cr_expect_eq(
        ASK(&queue, step(1, 2, ENQUEUE, 1), step(3, 4, ENQUEUE, 2), step(5, 6, DEQUEUE, 2)),
        LINEAR_NO);
    cr_expect_eq(ASK(&queue, step(1, 4, ENQUEUE, 1), step(2, 3, DEQUEUE, 1)), LINEAR_YES);
    cr_expect_eq(ASK(&queue, step(1, 6, ENQUEUE, 1), step(2, 5, ENQUEUE, 2), step(3, 9, DEQUEUE, 2),
                     step(4, 8, DEQUEUE, 2)),
                 LINEAR_NO);
}

Test(linearizability, what_did_not_return_may_have_taken_effect)
{
    cr_expect_eq(ASK(&cell, optional(step(1, LINEAR_FOREVER, WRITE, 1)), step(3, 4, READ, 1)),
                 LINEAR_YES);
    cr_expect_eq(ASK(&cell, optional(step(1, LINEAR_FOREVER, WRITE, 1)), step(3, 4, READ, 0)),
                 LINEAR_YES);
    cr_expect_eq(ASK(&cell, optional(step(1, LINEAR_FOREVER, WRITE, 1)), step(3, 4, READ, 1),
                     step(5, 6, READ, 0)),
                 LINEAR_NO);
    cr_expect_eq(ASK(&cell, optional(step(5, LINEAR_FOREVER, WRITE, 1)), step(3, 4, READ, 1)),
                 LINEAR_NO);
}

Test(linearizability, what_is_optional_keeps_its_window)
{
    cr_expect_eq(ASK(&cell, optional(step(1, 2, WRITE, 1)), step(3, 4, READ, 1)), LINEAR_YES);
    cr_expect_eq(
        ASK(&cell, optional(step(5, 6, WRITE, 1)), step(3, 4, READ, 0), step(7, 8, READ, 1)),
        LINEAR_YES);
    /* It would have to come before the first read and after the second. */
    cr_expect_eq(
        ASK(&cell, optional(step(3, 4, WRITE, 1)), step(5, 9, READ, 0), step(6, 9, READ, 1)),
        LINEAR_NO);
}

/* Two points of one operation: open from within it to within it. */
Test(linearizability, an_interval_is_two_steps)
{
    cr_expect_eq(ASK(&door, step(1, 9, OPEN, 0), step_after(0, step(1, 9, SHUT, 0)),
                     step(2, 3, SEE_SHUT, 0), step(4, 5, SEE_OPEN, 0), step(6, 7, SEE_SHUT, 0)),
                 LINEAR_YES);
    cr_expect_eq(ASK(&door, step(1, 9, OPEN, 0), step_after(0, step(1, 9, SHUT, 0)),
                     step(2, 3, SEE_OPEN, 0), step(4, 5, SEE_SHUT, 0), step(6, 7, SEE_OPEN, 0)),
                 LINEAR_NO);
    cr_expect_eq(ASK(&door, step(1, 9, OPEN, 0), step_after(0, step(1, 9, SHUT, 0)),
                     step(10, 11, SEE_OPEN, 0)),
                 LINEAR_NO);
}

Test(linearizability, a_write_of_what_is_there_is_no_read)
{
    /* Only 1, then 0, then 1 again explains it, though the second write finds its value there at first. */
    cr_expect_eq(ASK(&cell, step(1, 2, WRITE, 1), step(3, 9, WRITE, 1), step(3, 5, WRITE, 0),
                     step(6, 7, READ, 0), step(10, 11, READ, 1)),
                 LINEAR_YES);
}

Test(linearizability, a_read_waits_for_what_is_optional_and_ends_before)
{
    /* 2, 0, read 0, then 1, which is optional, read 1, 0, read 0: the last read could come at once, but then 1 could not. */
    cr_expect_eq(ASK(&cell, step(1, 2, WRITE, 0), step(1, 2, WRITE, 2), step(3, 4, READ, 0),
                     optional(step(3, 4, WRITE, 1)), step(3, 20, READ, 1), step(5, 20, WRITE, 0),
                     step(8, 20, READ, 0)),
                 LINEAR_YES);
}

Test(linearizability, the_contradiction_is_where_it_shows_first)
{
    const struct linear_step steps[] = {
        step(1, 2, WRITE, 1), step(3, 4, READ, 1),  step(5, 6, READ, 7),
        step(7, 8, READ, 1),  step(9, 10, READ, 3),
    };
    static const struct linear_limits limits;
    cr_expect_eq(linear_check(&cell, steps, 5, &limits), LINEAR_NO);
    cr_expect_eq(linear_contradiction(&cell, steps, 5, &limits), 2);
}

Test(linearizability, later_writes_explain_nothing)
{
    const struct linear_step steps[] = {step(3, 4, READ, 1), step(5, 9, WRITE, 1),
                                        step(6, 7, READ, 1)};
    static const struct linear_limits limits;
    cr_expect_eq(linear_check(&cell, steps, 3, &limits), LINEAR_NO);
    cr_expect_eq(linear_contradiction(&cell, steps, 3, &limits), 0);
}

/* --- bounds --------------------------------------------------------------------------------- */

/* So many writes at a time, and a read of what none wrote: all their orders are to be tried. */
static enum linear_answer
ask_of_writes(uint32_t count, const struct linear_limits *limits)
{
    struct linear_step steps[32];
    for (uint32_t i = 0; i < count; i++) {
        steps[i] = step(i + 1, 100, WRITE, i + 1);
    }
    steps[count] = step(101, 102, READ, 99);
    return linear_check(&cell, steps, count + 1, limits);
}

Test(linearizability, what_is_too_much_is_undecided)
{
    cr_expect_eq(ask_of_writes(20, &(struct linear_limits){.nodes = 1000}), LINEAR_UNDECIDED);
    cr_expect_eq(ask_of_writes(6, &(struct linear_limits){.nodes = 1000}), LINEAR_NO);
    cr_expect_eq(ask_of_writes(6, &(struct linear_limits){.nodes = 1000, .no_memory = true}),
                 LINEAR_UNDECIDED, "memory saves nothing");
}

Test(linearizability, more_steps_than_there_is_room_for_are_undecided)
{
    static struct linear_step steps[LINEAR_STEPS_MAX + 1];
    for (uint32_t i = 0; i <= LINEAR_STEPS_MAX; i++) {
        steps[i] = step(2 * i + 1, 2 * i + 2, WRITE, i & 0xff);
    }
    static const struct linear_limits limits;
    cr_expect_eq(linear_check(&cell, steps, LINEAR_STEPS_MAX + 1, &limits), LINEAR_UNDECIDED);
    cr_expect_eq(linear_check(&cell, steps, LINEAR_STEPS_MAX, &limits), LINEAR_YES);
}

/* --- all orders ------------------------------------------------------------------------------ */

static bool
order_is_legal(const struct linear_step *steps, const uint32_t *order, uint32_t length,
               uint32_t candidate)
{
    const struct linear_step *next = &steps[candidate];
    bool is_after = next->after == LINEAR_NONE;
    for (uint32_t i = 0; i < length; i++) {
        if (next->to < steps[order[i]].from) {
            return false;
        }
        is_after |= order[i] == next->after;
    }
    return is_after;
}

static bool
some_order_explains(const struct linear_model *model, const struct linear_step *steps,
                    uint32_t count, uint32_t *order, uint32_t length, const uint8_t *state)
{
    bool complete = true;
    for (uint32_t i = 0; i < count; i++) {
        bool done = false;
        for (uint32_t k = 0; k < length; k++) {
            done |= order[k] == i;
        }
        complete &= done || steps[i].optional;
        uint8_t next[LINEAR_STATE_MAX];
        memcpy(next, state, sizeof(next));
        if (done || !order_is_legal(steps, order, length, i) ||
            model->apply(next, &steps[i]) == LINEAR_IMPOSSIBLE) {
            continue;
        }
        order[length] = i;
        if (some_order_explains(model, steps, count, order, length + 1, next)) {
            return true;
        }
    }
    return complete;
}

static uint32_t
draw(uint64_t *random, uint32_t below)
{
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*random >> 33) % below;
}

static uint32_t
draw_history(uint64_t *random, const struct linear_model *model, struct linear_step *steps)
{
    uint32_t count = 1 + draw(random, 6), actions = model == &cell ? 2 : model == &queue ? 3 : 4;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t from = draw(random, 8);
        steps[i] =
            step(from, from + draw(random, 6), (uint8_t)draw(random, actions), draw(random, 2));
        steps[i].optional = draw(random, 4) == 0;
        if (steps[i].optional && draw(random, 2) == 0) {
            steps[i].to = LINEAR_FOREVER;
        }
        if (i > 0 && draw(random, 5) == 0) {
            steps[i].after = (uint16_t)draw(random, i);
        }
    }
    return count;
}

/* Each answer must be met often: a checker that always says one of them is found out. */
static void
compare_with_all_orders(const struct linear_model *model, uint64_t random)
{
    uint32_t met[2] = {0, 0};
    for (uint32_t i = 0; i < 20000; i++) {
        struct linear_step steps[6];
        uint32_t order[6], count = draw_history(&random, model, steps);
        uint8_t state[LINEAR_STATE_MAX] = {0};
        if (model->begin != NULL) {
            model->begin(state);
        }
        bool explained = some_order_explains(model, steps, count, order, 0, state);
        enum linear_answer answer = ask(model, steps, count);
        cr_assert_eq(answer, explained ? LINEAR_YES : LINEAR_NO, "history %u of %u steps", i,
                     count);
        met[explained]++;
    }
    cr_assert(met[0] > 2000 && met[1] > 2000, "%u can be explained, %u cannot", met[1], met[0]);
}

Test(linearizability, the_register_agrees_with_all_orders)
{
    compare_with_all_orders(&cell, 1);
}

Test(linearizability, the_queue_agrees_with_all_orders)
{
    compare_with_all_orders(&queue, 2);
}

Test(linearizability, the_door_agrees_with_all_orders)
{
    compare_with_all_orders(&door, 3);
}
