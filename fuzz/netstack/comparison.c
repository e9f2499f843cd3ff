/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What two subjects did, step by step: the callbacks of modules in their order, those of zone keys,
 * the stacks that were given out, and the operation's answer. Each of these is a sequence of its
 * own: how a reap's callbacks lie between what its step does otherwise is the schedule's business.
 * A stack is known by the step that made it, an instance by the how manyth create it came from, so
 * equal deeds are equal numbers.
 */
#include "netstack/comparison.h"

#include <string.h>

enum deed_kind { DEED_CALLBACK, DEED_KEY_CALLBACK, DEED_STACK, DEED_ANSWER, DEED_KIND_COUNT };

struct deed {
    enum deed_kind kind;
    int32_t is[5];
};

#define DEEDS_MAX (1u << 15)
#define STEPS_MAX (PROGRAM_OPERATIONS_MAX + 2)

struct record {
    const struct subject *of;
    uint32_t count; /* deeds */
    uint32_t steps; /* that are over */
    uint32_t step_begin[STEPS_MAX + 1];
    struct deed deeds[DEEDS_MAX];
};

/* The peer's is complete before the subject's begins. */
static struct record peers, subjects;
static struct record *current;

static void
add(struct deed deed)
{
    if (current->count == DEEDS_MAX) {
        heddle_fail(HEDDLE_INTERNAL, "adapter", "no more than DEEDS_MAX deeds", KERNEL_HERE, NULL,
                    NULL, "The program made a subject do more than %u things.", DEEDS_MAX);
    }
    current->deeds[current->count++] = deed;
}

void
comparison_callback(const struct callback *callback)
{
    if (adapter.peer == NULL || callback->told_as == 0) {
        return;
    }
    add((struct deed){callback->of_key ? DEED_KEY_CALLBACK : DEED_CALLBACK,
                      {(int32_t)callback->phase, callback->which, callback->zone,
                       (int32_t)callback->told_as, (int32_t)callback->step}});
}

uint32_t
comparison_step(void)
{
    return adapter.peer != NULL && adapter.now.started ? current->steps : 0;
}

void
comparison_stack(uint32_t number)
{
    if (adapter.peer != NULL) {
        const struct stack_record *stack = stack_record_find(number);
        add((struct deed){DEED_STACK, {stack != NULL ? (int32_t)stack->step : -1}});
    }
}

void
comparison_answer(int result, int32_t value)
{
    if (adapter.peer != NULL) {
        add((struct deed){DEED_ANSWER, {result, value}});
    }
}

/* --- telling a difference --------------------------------------------------------------------- */

static void
print_deed(const struct deed *deed, FILE *out)
{
    const int32_t *is = deed->is;
    switch (deed->kind) {
    case DEED_CALLBACK:
        fprintf(out, "%s of %s on stack id %d: instance %d, registered in step %d",
                phase_names[is[0]], module_names[is[1]], is[2], is[3], is[4]);
        break;
    case DEED_KEY_CALLBACK:
        fprintf(out, "%s of key %d for zone %d: data %d", phase_names[is[0]], is[1], is[2], is[3]);
        break;
    case DEED_STACK:
        fprintf(out, is[0] == 0 ? "gives stack 0" : "gives the stack of step %d", is[0]);
        break;
    default:
        fprintf(out, "answers %s",
                is[0] == 0                   ? "0"
                : is[0] == OPERATION_SKIPPED ? "nothing: it was passed over"
                                             : strerrorname_np(is[0]));
        if (is[1] != 0) {
            fprintf(out, ", and gives %d", is[1]);
        }
        break;
    }
}

/* The next of that kind within the step, from `at`; the step's end: none. */
static uint32_t
find_deed(const struct record *record, uint32_t step, enum deed_kind kind, uint32_t at)
{
    uint32_t end = record->step_begin[step + 1];
    while (at < end && record->deeds[at].kind != kind) {
        at++;
    }
    return at;
}

#define LINES_BEFORE 2
#define LINES_MAX    5

/* A record's deeds of that kind around the how manyth. */
static void
print_deeds(const struct record *record, uint32_t step, enum deed_kind kind, uint32_t around,
            FILE *out)
{
    uint32_t end = record->step_begin[step + 1];
    uint32_t at = find_deed(record, step, kind, record->step_begin[step]);
    uint32_t skipped = around > LINES_BEFORE ? around - LINES_BEFORE : 0;
    fprintf(out, "\n%s:%s", record->of->name, at == end ? " nothing" : "");
    for (uint32_t i = 0; at < end && i < skipped + LINES_MAX; i++) {
        if (i >= skipped) {
            fprintf(out, "\n%s ", i == around ? ">" : " ");
            print_deed(&record->deeds[at], out);
        }
        at = find_deed(record, step, kind, at + 1);
    }
    fputs(at < end ? "\n  …" : "", out);
}

/* Constant texts, one a verb and kind: part of signatures. */
static const char *
promise_of(const struct program_operation *operation, enum deed_kind kind)
{
    static const char *const sames[DEED_KIND_COUNT] = {
        [DEED_CALLBACK] = "the same callbacks in the same order",
        [DEED_KEY_CALLBACK] = "the same callbacks of zone keys in the same order",
        [DEED_STACK] = "the same stacks given out",
        [DEED_ANSWER] = "the same answer",
    };
    static char promises[VERB_COUNT + 1][DEED_KIND_COUNT][80];
    uint32_t verb = operation != NULL ? operation->verb : VERB_COUNT;
    char *promise = promises[verb][kind];
    snprintf(promise, sizeof(promises[0][0]), "%s: %s",
             operation != NULL ? operations_vocabulary()->verbs[verb].name : "teardown",
             sames[kind]);
    return promise;
}

static _Noreturn void
fail(uint32_t step, enum deed_kind kind, uint32_t around)
{
    char text[900] = "";
    const struct program_operation *operation = serial_operation(step - 1);
    FILE *out = fmemopen(text, sizeof(text) - 1, "w");
    if (out != NULL) {
        fprintf(out, "%s and %s differ in step %u", peers.of->name, subjects.of->name, step);
        if (operation != NULL) {
            fprintf(out, ", of thread %u: ", operation->thread);
            program_print_operation(operation, operations_vocabulary(), out);
        } else {
            fputs(", the teardown", out);
        }
        print_deeds(&peers, step, kind, around, out);
        print_deeds(&subjects, step, kind, around, out);
        fclose(out);
    }
    heddle_fail(HEDDLE_MODEL_MISMATCH, "comparison", promise_of(operation, kind), KERNEL_HERE, NULL,
                NULL, "%s", text);
}

/* --- judging ---------------------------------------------------------------------------------- */

static bool
deeds_equal(const struct deed *a, const struct deed *b)
{
    return memcmp(a->is, b->is, sizeof(a->is)) == 0;
}

static void
compare(uint32_t step, enum deed_kind kind)
{
    uint32_t end = peers.step_begin[step + 1], end_too = subjects.step_begin[step + 1];
    uint32_t at = find_deed(&peers, step, kind, peers.step_begin[step]);
    uint32_t too = find_deed(&subjects, step, kind, subjects.step_begin[step]);
    for (uint32_t i = 0; at < end || too < end_too; i++) {
        if (at == end || too == end_too || !deeds_equal(&peers.deeds[at], &subjects.deeds[too])) {
            fail(step, kind, i);
        }
        at = find_deed(&peers, step, kind, at + 1);
        too = find_deed(&subjects, step, kind, too + 1);
    }
}

void
comparison_step_done(void)
{
    uint32_t step = current->steps++;
    current->step_begin[step + 1] = current->count;
    for (uint32_t kind = 0; current == &subjects && kind < DEED_KIND_COUNT; kind++) {
        compare(step, (enum deed_kind)kind);
    }
}

/* --- running ---------------------------------------------------------------------------------- */

static void
run_subject(const struct subject *subject, uint64_t common, struct record *record)
{
    current = record;
    record->of = subject;
    record->count = 0;
    record->steps = 1; /* step 0 is the start, which calls nothing */
    record->step_begin[1] = 0;
    adapter.subject = subject;
    adapter.differences = subject->differences | common;
    execute_subject(serial_run);
    comparison_step_done();
}

void
comparison_body(void *argument)
{
    (void)argument;
    const struct subject *subject = adapter.subject;
    uint64_t common = contract_common(subject->differences | adapter.peer->differences);
    serial_choose_order();
    run_subject(adapter.peer, common, &peers);
    run_subject(subject, common, &subjects);
}
