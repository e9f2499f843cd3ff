/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The value itself: making, copying, comparing, checking. Owns the invariant that everything else
 * in the room keeps and may lean on: program_is_valid.
 */
#include "program/program_private.h"

#include <stdlib.h>
#include <string.h>

void
program_init(struct program *program)
{
    *program = (struct program){.thread_count = 1};
}

void
program_fini(struct program *program)
{
    free(program->deviations);
    program_init(program);
}

void
program__reset(struct program *program)
{
    struct program_deviation *deviations = program->deviations;
    uint32_t capacity = program->deviation_capacity;

    program_init(program);
    program->deviations = deviations;
    program->deviation_capacity = capacity;
}

void *
program__reallocate(void *memory, size_t size)
{
    void *moved = realloc(memory, size);

    if (moved == NULL) {
        fprintf(stderr, "program: no memory for %zu bytes\n", size);
        abort();
    }
    return moved;
}

void
program__reserve_deviations(struct program *program, uint32_t count)
{
    if (count <= program->deviation_capacity) {
        return;
    }

    uint32_t doubled = 2 * program->deviation_capacity;
    uint32_t capacity = count > doubled ? count : doubled;
    if (capacity > PROGRAM_DEVIATIONS_MAX) {
        capacity = PROGRAM_DEVIATIONS_MAX;
    }
    program->deviations =
        program__reallocate(program->deviations, capacity * sizeof(*program->deviations));
    program->deviation_capacity = capacity;
}

void
program_copy(struct program *to, const struct program *from)
{
    if (to == from) {
        return;
    }
    program__reserve_deviations(to, from->deviation_count);

    struct program_deviation *deviations = to->deviations;
    uint32_t capacity = to->deviation_capacity;
    *to = *from;
    to->deviations = deviations;
    to->deviation_capacity = capacity;
    if (from->deviation_count > 0) {
        memcpy(deviations, from->deviations, from->deviation_count * sizeof(*deviations));
    }
}

static bool
numbers_are_equal(const uint16_t *a, const uint16_t *b)
{
    return memcmp(a, b, PROGRAM_ARGUMENTS_MAX * sizeof(*a)) == 0;
}

static bool
faults_are_equal(const struct program_fault *a, const struct program_fault *b)
{
    return a->point == b->point && a->action == b->action && a->nth == b->nth &&
           a->onwards == b->onwards && numbers_are_equal(a->selectors, b->selectors) &&
           numbers_are_equal(a->arguments, b->arguments);
}

static bool
heads_are_equal(const struct program *a, const struct program *b)
{
    return strcmp(a->target, b->target) == 0 && strcmp(a->subject, b->subject) == 0 &&
           a->event_model == b->event_model && a->requires_build == b->requires_build &&
           strcmp(a->build, b->build) == 0;
}

static bool
strategies_are_equal(const struct program_strategy *a, const struct program_strategy *b)
{
    return a->strategy == b->strategy && a->depth == b->depth && a->length == b->length &&
           a->seed == b->seed;
}

bool
program_equal(const struct program *a, const struct program *b)
{
    if (!heads_are_equal(a, b) || !strategies_are_equal(&a->strategy, &b->strategy) ||
        a->thread_count != b->thread_count || a->operation_count != b->operation_count ||
        a->fault_count != b->fault_count || a->deviation_count != b->deviation_count) {
        return false;
    }
    for (uint32_t i = 0; i < a->operation_count; i++) {
        const struct program_operation *x = &a->operations[i], *y = &b->operations[i];
        if (x->thread != y->thread || x->verb != y->verb ||
            !numbers_are_equal(x->arguments, y->arguments)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < a->fault_count; i++) {
        if (!faults_are_equal(&a->faults[i], &b->faults[i])) {
            return false;
        }
    }
    for (uint32_t i = 0; i < a->deviation_count; i++) {
        const struct program_deviation *x = &a->deviations[i], *y = &b->deviations[i];
        if (program__deviation_key(x) != program__deviation_key(y) || x->value != y->value) {
            return false;
        }
    }
    return true;
}

static bool
name_is_valid(const char *name)
{
    size_t length = strnlen(name, PROGRAM_NAME_MAX);

    for (size_t i = 0; i < length; i++) {
        if (!program__is_name_character((uint8_t)name[i])) {
            return false;
        }
    }
    return length < PROGRAM_NAME_MAX;
}

static bool
numbers_are_valid(const uint16_t *numbers, const struct program_verb *verb)
{
    for (uint32_t i = 0; i < PROGRAM_ARGUMENTS_MAX; i++) {
        uint32_t limit = i < verb->parameter_count ? verb->parameters[i].limit : 1;
        if (numbers[i] >= limit) {
            return false;
        }
    }
    return true;
}

static bool
operations_are_valid(const struct program *program, const struct program_vocabulary *vocabulary)
{
    uint32_t thread = 0;

    for (uint32_t i = 0; i < program->operation_count; i++) {
        const struct program_operation *operation = &program->operations[i];
        if (operation->thread < thread || operation->thread >= program->thread_count ||
            operation->verb >= vocabulary->verb_count ||
            !numbers_are_valid(operation->arguments, &vocabulary->verbs[operation->verb])) {
            return false;
        }
        thread = operation->thread;
    }
    return true;
}

static bool
fault_is_valid(const struct program_fault *fault, const struct program_vocabulary *vocabulary)
{
    return fault->point < vocabulary->fault_point_count &&
           fault->action < vocabulary->fault_action_count &&
           numbers_are_valid(fault->selectors, &vocabulary->fault_points[fault->point]) &&
           numbers_are_valid(fault->arguments, &vocabulary->fault_actions[fault->action]);
}

static bool
deviations_are_valid(const struct program *program, const struct program_vocabulary *vocabulary)
{
    for (uint32_t i = 0; i < program->deviation_count; i++) {
        const struct program_deviation *deviation = &program->deviations[i];
        if (deviation->kind >= vocabulary->choice_kind_count ||
            (i > 0 && program__deviation_key(deviation - 1) >= program__deviation_key(deviation))) {
            return false;
        }
    }
    return true;
}

bool
program_is_valid(const struct program *program, const struct program_vocabulary *vocabulary)
{
    if (!name_is_valid(program->target) || !name_is_valid(program->subject) ||
        !name_is_valid(program->build) ||
        (program->build[0] != '\0' && program->event_model != PROGRAM_EVENT_MODEL_MEMORY) ||
        program->event_model >= PROGRAM_EVENT_MODEL_COUNT ||
        program->requires_build >= PROGRAM_REQUIRES_COUNT || program->thread_count == 0 ||
        program->thread_count > PROGRAM_THREADS_MAX ||
        program->operation_count > PROGRAM_OPERATIONS_MAX ||
        program->fault_count > PROGRAM_FAULTS_MAX ||
        program->deviation_count > PROGRAM_DEVIATIONS_MAX ||
        program->deviation_count > program->deviation_capacity ||
        program->strategy.strategy >= vocabulary->strategy_count) {
        return false;
    }
    for (uint32_t i = 0; i < program->fault_count; i++) {
        if (!fault_is_valid(&program->faults[i], vocabulary)) {
            return false;
        }
    }
    return operations_are_valid(program, vocabulary) && deviations_are_valid(program, vocabulary);
}

bool
program_add_deviation(struct program *program, struct program_deviation deviation)
{
    uint64_t key = program__deviation_key(&deviation);
    uint32_t low = 0, high = program->deviation_count;

    /* Most are added in order: then the search ends at once. */
    if (high > 0 && program__deviation_key(&program->deviations[high - 1]) < key) {
        low = high;
    }
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (program__deviation_key(&program->deviations[middle]) < key) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low < program->deviation_count &&
        program__deviation_key(&program->deviations[low]) == key) {
        program->deviations[low].value = deviation.value;
        return true;
    }
    if (program->deviation_count >= PROGRAM_DEVIATIONS_MAX) {
        return false;
    }
    program__reserve_deviations(program, program->deviation_count + 1);
    memmove(&program->deviations[low + 1], &program->deviations[low],
            (program->deviation_count - low) * sizeof(*program->deviations));
    program->deviations[low] = deviation;
    program->deviation_count++;
    return true;
}

struct program__range
program__thread_range(const struct program *program, uint32_t thread)
{
    struct program__range range = {0, 0};

    while (range.first < program->operation_count &&
           program->operations[range.first].thread < thread) {
        range.first++;
    }
    range.end = range.first;
    while (range.end < program->operation_count &&
           program->operations[range.end].thread == thread) {
        range.end++;
    }
    return range;
}
