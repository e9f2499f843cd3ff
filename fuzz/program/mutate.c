/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Old programs to new ones: a table of small changes, several of which a call stacks, and the
 * splice of two programs. Each change keeps the program valid, or says false and leaves it as it
 * was.
 */
#include "program/program_private.h"

#include <string.h>

/* What a change works on. */
struct mutation {
    struct program *program;
    const struct program_vocabulary *vocabulary;
    uint64_t *state;
};

/* New pieces may be of any word, and mostly touch what the program touches already. */
static const struct program__taste taste = {.reuse = 6};

static uint32_t
below(const struct mutation *mutation, uint32_t limit)
{
    return program_random_below(mutation->state, limit);
}

/* A number near the old one, or any; below the limit, at least 1, if the old one is. */
static uint32_t
nudge(const struct mutation *mutation, uint32_t value, uint32_t limit)
{
    switch (below(mutation, 4)) {
    case 0:
        return value + 1 < limit ? value + 1 : 0;
    case 1:
        return value > 0 ? value - 1 : limit - 1;
    case 2:
        return program__random_small(mutation->state, limit);
    default:
        return below(mutation, limit);
    }
}

/* --- operations --------------------------------------------------------------------------- */

static void
insert_operation(struct program *program, uint32_t index, struct program_operation operation)
{
    memmove(&program->operations[index + 1], &program->operations[index],
            (program->operation_count - index) * sizeof(operation));
    program->operations[index] = operation;
    program->operation_count++;
}

static void
remove_operations(struct program *program, uint32_t first, uint32_t end)
{
    memmove(&program->operations[first], &program->operations[end],
            (program->operation_count - end) * sizeof(program->operations[0]));
    program->operation_count -= end - first;
}

/* Puts an operation somewhere into the thread. Requires: there is room. */
static void
insert_in_thread(const struct mutation *mutation, struct program_operation operation,
                 uint32_t thread)
{
    struct program__range range = program__thread_range(mutation->program, thread);

    operation.thread = (uint8_t)thread;
    insert_operation(mutation->program, range.first + below(mutation, range.end - range.first + 1),
                     operation);
}

static bool
choose_operation(const struct mutation *mutation, struct program_operation *operation)
{
    return program__random_operation(operation, mutation->program, mutation->vocabulary, &taste,
                                     mutation->state);
}

static bool
insert_new_operation(const struct mutation *mutation)
{
    struct program_operation operation;

    if (mutation->program->operation_count >= PROGRAM_OPERATIONS_MAX ||
        !choose_operation(mutation, &operation)) {
        return false;
    }
    insert_in_thread(mutation, operation, below(mutation, mutation->program->thread_count));
    return true;
}

static bool
delete_operation(const struct mutation *mutation)
{
    struct program *program = mutation->program;

    if (program->operation_count == 0) {
        return false;
    }
    uint32_t index = below(mutation, program->operation_count);
    remove_operations(program, index, index + 1);
    return true;
}

static bool
duplicate_operation(const struct mutation *mutation)
{
    struct program *program = mutation->program;

    if (program->operation_count == 0 || program->operation_count >= PROGRAM_OPERATIONS_MAX) {
        return false;
    }
    insert_in_thread(mutation, program->operations[below(mutation, program->operation_count)],
                     below(mutation, program->thread_count));
    return true;
}

/* To another thread, or to another place in its own. */
static bool
move_operation(const struct mutation *mutation)
{
    struct program *program = mutation->program;

    if (program->operation_count == 0) {
        return false;
    }
    uint32_t index = below(mutation, program->operation_count);
    struct program_operation operation = program->operations[index];
    remove_operations(program, index, index + 1);
    insert_in_thread(mutation, operation, below(mutation, program->thread_count));
    return true;
}

static bool
swap_operations(const struct mutation *mutation)
{
    struct program *program = mutation->program;

    if (program->operation_count < 2) {
        return false;
    }
    uint32_t first = below(mutation, program->operation_count);
    uint32_t second =
        (first + 1 + below(mutation, program->operation_count - 1)) % program->operation_count;
    struct program_operation *a = &program->operations[first], *b = &program->operations[second];
    struct program_operation was_a = *a;
    uint8_t thread_of_b = b->thread;
    *a = *b;
    a->thread = was_a.thread;
    *b = was_a;
    b->thread = thread_of_b;
    return true;
}

static bool
replace_operation(const struct mutation *mutation)
{
    struct program *program = mutation->program;
    struct program_operation operation;

    if (program->operation_count == 0 || !choose_operation(mutation, &operation)) {
        return false;
    }
    uint32_t index = below(mutation, program->operation_count);
    operation.thread = program->operations[index].thread;
    program->operations[index] = operation;
    return true;
}

static bool
change_argument(const struct mutation *mutation)
{
    struct program *program = mutation->program;

    if (program->operation_count == 0) {
        return false;
    }
    struct program_operation *operation =
        &program->operations[below(mutation, program->operation_count)];
    const struct program_verb *verb = &mutation->vocabulary->verbs[operation->verb];
    if (verb->parameter_count == 0) {
        return false;
    }
    uint32_t index = below(mutation, verb->parameter_count);
    const struct program_parameter *parameter = &verb->parameters[index];
    operation->arguments[index] =
        below(mutation, 2) == 0
            ? program__random_argument(parameter, program, mutation->vocabulary, taste.reuse,
                                       mutation->state)
            : (uint16_t)nudge(mutation, operation->arguments[index], parameter->limit);
    return true;
}

/* Another random subset of verbs: operations of those that are off now are replaced, or go. */
static bool
change_mask(const struct mutation *mutation)
{
    struct program *program = mutation->program;
    struct program__swarm swarm;
    struct program__taste masked;
    uint32_t kept = 0;

    if (program->operation_count == 0 ||
        !program__random_taste(&masked, &swarm, mutation->vocabulary, false, mutation->state)) {
        return false;
    }
    masked.reuse = taste.reuse;
    for (uint32_t i = 0; i < program->operation_count; i++) {
        struct program_operation operation = program->operations[i];
        uint8_t thread = operation.thread;
        if (swarm.verbs[operation.verb] == 0 &&
            (below(mutation, 2) == 0 ||
             !program__random_operation(&operation, program, mutation->vocabulary, &masked,
                                        mutation->state))) {
            continue;
        }
        operation.thread = thread;
        program->operations[kept++] = operation;
    }
    program->operation_count = kept;
    return true;
}

/* --- threads ------------------------------------------------------------------------------ */

/* A new last thread: a copy of another, as far as there is room, or one operation. */
static bool
add_thread(const struct mutation *mutation)
{
    struct program *program = mutation->program;

    if (program->thread_count >= PROGRAM_THREADS_MAX) {
        return false;
    }
    struct program__range range =
        program__thread_range(program, below(mutation, program->thread_count));
    uint8_t thread = (uint8_t)program->thread_count++;
    if (below(mutation, 2) == 0) {
        struct program_operation operation;
        if (program->operation_count < PROGRAM_OPERATIONS_MAX &&
            choose_operation(mutation, &operation)) {
            insert_in_thread(mutation, operation, thread);
        }
        return true;
    }
    for (uint32_t i = range.first;
         i < range.end && program->operation_count < PROGRAM_OPERATIONS_MAX; i++) {
        struct program_operation operation = program->operations[i];
        operation.thread = thread;
        program->operations[program->operation_count++] = operation;
    }
    return true;
}

/* Its operations go, or are appended to those of the thread before it. */
static bool
remove_thread(const struct mutation *mutation)
{
    struct program *program = mutation->program;

    if (program->thread_count < 2) {
        return false;
    }
    uint32_t thread = below(mutation, program->thread_count);
    if (thread == 0 || below(mutation, 2) == 0) {
        struct program__range range = program__thread_range(program, thread);
        remove_operations(program, range.first, range.end);
    }
    for (uint32_t i = 0; i < program->operation_count; i++) {
        struct program_operation *operation = &program->operations[i];
        operation->thread = (uint8_t)(operation->thread - (operation->thread >= thread));
    }
    program->thread_count--;
    return true;
}

/* --- schedule ----------------------------------------------------------------------------- */

/* Tasks are the body, a task a thread, and a few that the subject itself starts. */
static uint32_t
tasks_guessed(const struct mutation *mutation)
{
    return mutation->program->thread_count + 4;
}

static bool
add_deviation(const struct mutation *mutation)
{
    uint32_t kinds = mutation->vocabulary->choice_kind_count;

    if (kinds == 0) {
        return false;
    }
    struct program_deviation deviation = {
        .task = (uint16_t)below(mutation, tasks_guessed(mutation)),
        /* The first kind is which task runs next: most choices are of it. */
        .kind = (uint16_t)(below(mutation, 2) == 0 ? 0 : below(mutation, kinds)),
        .k = program__random_small(mutation->state, 4096),
        .value = below(mutation, tasks_guessed(mutation)),
    };
    return program_add_deviation(mutation->program, deviation);
}

static void
remove_deviations(struct program *program, uint32_t first, uint32_t end)
{
    if (program->deviation_count > end) {
        memmove(&program->deviations[first], &program->deviations[end],
                (program->deviation_count - end) * sizeof(program->deviations[0]));
    }
    program->deviation_count -= end - first;
}

/* Another k, task or value. */
static bool
shift_deviation(const struct mutation *mutation)
{
    struct program *program = mutation->program;

    if (program->deviation_count == 0) {
        return false;
    }
    uint32_t index = below(mutation, program->deviation_count);
    struct program_deviation deviation = program->deviations[index];
    remove_deviations(program, index, index + 1);
    switch (below(mutation, 4)) {
    case 0:
        deviation.task = (uint16_t)below(mutation, tasks_guessed(mutation));
        break;
    case 1:
        deviation.value = nudge(mutation, deviation.value, tasks_guessed(mutation));
        break;
    case 2:
        deviation.k += 1 + program__random_small(mutation->state, 16);
        break;
    default:
        deviation.k -=
            deviation.k > 0 ? 1 + program__random_small(mutation->state, deviation.k) : 0;
        break;
    }
    return program_add_deviation(program, deviation);
}

/* One, or a run of them. */
static bool
drop_deviations(const struct mutation *mutation)
{
    struct program *program = mutation->program;

    if (program->deviation_count == 0) {
        return false;
    }
    uint32_t first = below(mutation, program->deviation_count);
    uint32_t rest = program->deviation_count - first;
    uint32_t count = below(mutation, 2) == 0 ? 1 : 1 + program__random_small(mutation->state, rest);
    remove_deviations(program, first, first + count);
    return true;
}

static bool
change_seed(const struct mutation *mutation)
{
    mutation->program->strategy.seed = program_random(mutation->state);
    return true;
}

static void
choose_strategy(const struct mutation *mutation)
{
    const struct program_vocabulary *vocabulary = mutation->vocabulary;
    uint32_t count = vocabulary->strategy_count;
    uint32_t strategy =
        vocabulary->strategy_weights != NULL
            ? program__random_index(vocabulary->strategy_weights, count, mutation->state)
            : below(mutation, count);

    if (strategy < count) {
        mutation->program->strategy.strategy = (uint8_t)strategy;
    }
}

static bool
change_strategy(const struct mutation *mutation)
{
    struct program_strategy *strategy = &mutation->program->strategy;

    switch (below(mutation, 3)) {
    case 0:
        choose_strategy(mutation);
        break;
    case 1:
        strategy->depth = (uint8_t)nudge(mutation, strategy->depth, 8);
        break;
    default:
        strategy->length = program__random_small(mutation->state, 4096);
        break;
    }
    return true;
}

/* --- faults ------------------------------------------------------------------------------- */

static bool
add_fault(const struct mutation *mutation)
{
    struct program *program = mutation->program;

    if (program->fault_count >= PROGRAM_FAULTS_MAX ||
        !program__random_fault(&program->faults[program->fault_count], program,
                               mutation->vocabulary, &taste, mutation->state)) {
        return false;
    }
    program->fault_count++;
    return true;
}

static bool
drop_fault(const struct mutation *mutation)
{
    struct program *program = mutation->program;

    if (program->fault_count <= mutation->vocabulary->faults_min) {
        return false;
    }
    uint32_t index = below(mutation, program->fault_count);
    memmove(&program->faults[index], &program->faults[index + 1],
            (program->fault_count - index - 1) * sizeof(program->faults[0]));
    program->fault_count--;
    return true;
}

static bool
nudge_one(const struct mutation *mutation, const struct program_verb *verb, uint16_t *numbers)
{
    if (verb->parameter_count == 0) {
        return false;
    }
    uint32_t index = below(mutation, verb->parameter_count);
    numbers[index] = (uint16_t)nudge(mutation, numbers[index], verb->parameters[index].limit);
    return true;
}

static bool
shift_fault(const struct mutation *mutation)
{
    struct program *program = mutation->program;

    if (program->fault_count == 0) {
        return false;
    }
    struct program_fault *fault = &program->faults[below(mutation, program->fault_count)];
    switch (below(mutation, 4)) {
    case 0:
        fault->onwards = !fault->onwards;
        return true;
    case 1:
        fault->nth = (uint16_t)nudge(mutation, fault->nth, 64);
        return true;
    case 2:
        return nudge_one(mutation, &mutation->vocabulary->fault_points[fault->point],
                         fault->selectors);
    default:
        return nudge_one(mutation, &mutation->vocabulary->fault_actions[fault->action],
                         fault->arguments);
    }
}

/* --- all of them -------------------------------------------------------------------------- */

static const struct {
    bool (*change)(const struct mutation *mutation);
    uint32_t weight;
    uint32_t weight_among_faults; /* where programs are about them */
} changes[] = {
    {insert_new_operation, 12, 12},
    {delete_operation, 8, 8},
    {duplicate_operation, 5, 5},
    {move_operation, 6, 6},
    {swap_operations, 4, 4},
    {replace_operation, 6, 6},
    {change_argument, 12, 12},
    {change_mask, 2, 2},
    {add_thread, 2, 2},
    {remove_thread, 2, 2},
    {add_deviation, 8, 8},
    {shift_deviation, 6, 6},
    {drop_deviations, 4, 4},
    {change_seed, 8, 8},
    {change_strategy, 3, 3},
    {add_fault, 4, 28},
    {shift_fault, 4, 40},
    {drop_fault, 3, 24},
};

static uint32_t
weight_of(const struct mutation *mutation, size_t index)
{
    return mutation->vocabulary->faults_min > 0 ? changes[index].weight_among_faults
                                                : changes[index].weight;
}

static bool
change_something(const struct mutation *mutation)
{
    const size_t count = sizeof(changes) / sizeof(changes[0]);
    uint32_t total = 0;

    for (size_t i = 0; i < count; i++) {
        total += weight_of(mutation, i);
    }
    uint32_t chosen = below(mutation, total);
    size_t index = 0;
    while (chosen >= weight_of(mutation, index)) {
        chosen -= weight_of(mutation, index++);
    }
    return changes[index].change(mutation);
}

/* So often another schedule altogether: on the reference, failures then take half the executions (docs/feedback.md). */
#define RENEWED_ONE_IN 2

void
program_mutate(struct program *program, const struct program_vocabulary *vocabulary,
               uint64_t *state)
{
    const struct mutation mutation = {program, vocabulary, state};
    uint32_t wanted = 1 + program__random_small(state, 16);

    if (program_random_below(state, RENEWED_ONE_IN) == 0) {
        choose_strategy(&mutation);
        change_seed(&mutation);
    }
    /* Changing the seed is always possible, so this ends. */
    while (wanted > 0) {
        wanted -= change_something(&mutation);
    }
}

/* --- splice ------------------------------------------------------------------------------- */

/* Appends what fits of some operations of `from` to the child, as its thread. */
static void
append_operations(struct program *child, const struct program *from, struct program__range range,
                  uint32_t thread)
{
    for (uint32_t i = range.first; i < range.end && child->operation_count < PROGRAM_OPERATIONS_MAX;
         i++) {
        struct program_operation *operation = &child->operations[child->operation_count++];
        *operation = from->operations[i];
        operation->thread = (uint8_t)thread;
    }
}

void
program_splice(struct program *child, const struct program *a, const struct program *b,
               const struct program_vocabulary *vocabulary, uint64_t *state)
{
    (void)vocabulary;
    program_copy(child, a);
    child->operation_count = 0;
    child->thread_count = a->thread_count > b->thread_count ? a->thread_count : b->thread_count;

    for (uint32_t thread = 0; thread < child->thread_count; thread++) {
        struct program__range of_a = program__thread_range(a, thread);
        struct program__range of_b =
            program__thread_range(b, program_random_below(state, b->thread_count));
        switch (program_random_below(state, 3)) {
        case 0:
            append_operations(child, a, of_a, thread);
            break;
        case 1:
            append_operations(child, b, of_b, thread);
            break;
        default: /* the beginning of one, the end of the other */
            of_a.end = of_a.first + program_random_below(state, of_a.end - of_a.first + 1);
            of_b.first += program_random_below(state, of_b.end - of_b.first + 1);
            append_operations(child, a, of_a, thread);
            append_operations(child, b, of_b, thread);
            break;
        }
    }
}
