/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Random numbers, and new programs from them. A program is made with a taste of its own: which
 * verbs, fault points and kinds of fault it knows and how much it likes each (swarm testing, Groce et
 * al., ISSTA 2012), and how few values its arguments have,
 * since threads that never touch one object tell little. All randomness comes from the caller's
 * state.
 */
#include "program/program_private.h"

#include <string.h>

/* splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014). */
uint64_t
program_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* Lemire: Fast random integer generation in an interval, ACM TOMACS 2019. */
uint32_t
program_random_below(uint64_t *state, uint32_t limit)
{
    uint64_t product;

    do {
        product = (program_random(state) >> 32) * limit;
    } while ((uint32_t)product < limit && (uint32_t)product < -limit % limit);
    return (uint32_t)(product >> 32);
}

uint32_t
program__random_small(uint64_t *state, uint32_t limit)
{
    uint32_t bits = 0;

    while (bits < 31 && limit >> (bits + 1) != 0) {
        bits++;
    }
    uint32_t bound = 1u << program_random_below(state, bits + 1);
    return program_random_below(state, bound);
}

uint32_t
program__random_index(const uint32_t *weights, uint32_t count, uint64_t *state)
{
    uint64_t total = 0;

    for (uint32_t i = 0; i < count; i++) {
        total += weights[i];
    }
    if (total == 0) {
        return count;
    }
    uint64_t chosen = program_random(state) % total;
    for (uint32_t i = 0; i < count; i++) {
        if (chosen < weights[i]) {
            return i;
        }
        chosen -= weights[i];
    }
    return count;
}

#define FAULT_GROUPS_MAX 32

/* The weights of a taste, or else the words' own, which are put there. */
static const uint32_t *
weights_of(const uint32_t *taste, const struct program_verb *words, uint32_t count,
           uint32_t own[PROGRAM__WORDS_MAX])
{
    for (uint32_t i = 0; taste == NULL && i < count; i++) {
        own[i] = words[i].weight;
    }
    return taste != NULL ? taste : own;
}

/* The value of one parameter that another calls the same; false if it has none. */
static bool
translate(uint16_t value, const struct program_parameter *from, const struct program_parameter *to,
          uint16_t *translated)
{
    if (from->names == NULL || to->names == NULL || from->names == to->names) {
        *translated = value;
        return value < to->limit;
    }
    for (uint32_t i = 0; i < to->limit; i++) {
        if (strcmp(from->names[value], to->names[i]) == 0) {
            *translated = (uint16_t)i;
            return true;
        }
    }
    return false;
}

/* What the next operation with a parameter of this name has, from a random one on. */
static bool
reuse_argument(const struct program_parameter *parameter, const struct program *among,
               const struct program_vocabulary *vocabulary, uint64_t *state, uint16_t *value)
{
    uint32_t count = among->operation_count;
    uint32_t start = count > 0 ? program_random_below(state, count) : 0;

    for (uint32_t i = 0; i < count; i++) {
        const struct program_operation *other = &among->operations[(start + i) % count];
        const struct program_verb *verb = &vocabulary->verbs[other->verb];
        for (uint32_t j = 0; j < verb->parameter_count; j++) {
            if (strcmp(verb->parameters[j].name, parameter->name) == 0) {
                return translate(other->arguments[j], &verb->parameters[j], parameter, value);
            }
        }
    }
    return false;
}

uint16_t
program__random_argument(const struct program_parameter *parameter, const struct program *among,
                         const struct program_vocabulary *vocabulary, uint32_t reuse,
                         uint64_t *state)
{
    uint16_t value;

    if (program_random_below(state, 8) < reuse &&
        reuse_argument(parameter, among, vocabulary, state, &value)) {
        return value;
    }
    return (uint16_t)program_random_below(state, parameter->limit);
}

static void
choose_arguments(uint16_t *arguments, const struct program_verb *verb, const struct program *among,
                 const struct program_vocabulary *vocabulary, uint32_t reuse, uint64_t *state)
{
    for (uint32_t i = 0; i < verb->parameter_count; i++) {
        arguments[i] =
            program__random_argument(&verb->parameters[i], among, vocabulary, reuse, state);
    }
}

bool
program__random_operation(struct program_operation *operation, const struct program *among,
                          const struct program_vocabulary *vocabulary,
                          const struct program__taste *taste, uint64_t *state)
{
    uint32_t own[PROGRAM__WORDS_MAX];
    uint32_t verb = program__random_index(
        weights_of(taste->verbs, vocabulary->verbs, vocabulary->verb_count, own),
        vocabulary->verb_count, state);

    if (verb == vocabulary->verb_count) {
        return false;
    }
    *operation = (struct program_operation){.verb = (uint8_t)verb};
    choose_arguments(operation->arguments, &vocabulary->verbs[verb], among, vocabulary,
                     taste->reuse, state);
    return true;
}

/* One that is legal at the point. */
static uint32_t
random_action(const struct program_vocabulary *vocabulary, const struct program__taste *taste,
              uint32_t point, uint64_t *state)
{
    uint32_t own[PROGRAM__WORDS_MAX], legal[PROGRAM__WORDS_MAX];
    uint32_t count = vocabulary->fault_action_count;
    const uint32_t *weights = weights_of(taste->actions, vocabulary->fault_actions, count, own);

    for (uint32_t i = 0; i < count; i++) {
        bool is_legal = vocabulary->fault_is_legal == NULL || vocabulary->fault_is_legal(point, i);
        legal[i] = is_legal ? weights[i] : 0;
    }
    return program__random_index(legal, count, state);
}

bool
program__random_fault(struct program_fault *fault, const struct program *among,
                      const struct program_vocabulary *vocabulary,
                      const struct program__taste *taste, uint64_t *state)
{
    uint32_t own[PROGRAM__WORDS_MAX];
    uint32_t points = vocabulary->fault_point_count;
    uint32_t point = program__random_index(
        weights_of(taste->points, vocabulary->fault_points, points, own), points, state);
    uint32_t action = point == points ? 0 : random_action(vocabulary, taste, point, state);

    if (point == vocabulary->fault_point_count || action == vocabulary->fault_action_count) {
        return false;
    }
    *fault = (struct program_fault){
        .point = (uint8_t)point,
        .action = (uint8_t)action,
        .nth = (uint16_t)program__random_small(state, 64),
        .onwards = program_random_below(state, 4) == 0,
    };
    choose_arguments(fault->selectors, &vocabulary->fault_points[point], among, vocabulary,
                     taste->reuse, state);
    choose_arguments(fault->arguments, &vocabulary->fault_actions[action], among, vocabulary,
                     taste->reuse, state);
    return true;
}

/* Off with one in `quarters` of four; and what stays is liked more or less. */
static uint32_t
swarm_factor(uint32_t quarters, uint64_t *state)
{
    return program_random_below(state, 4) < quarters ? 1u << program_random_below(state, 4) : 0;
}

/* Says false if there is no word to pick. */
static bool
choose_weights(uint32_t *weights, const struct program_verb *words, uint32_t count,
               uint32_t quarters, uint64_t *state)
{
    uint32_t own[PROGRAM__WORDS_MAX];
    uint32_t kept = program__random_index(weights_of(NULL, words, count, own), count, state);

    for (uint32_t i = 0; i < count; i++) {
        uint32_t factor = swarm_factor(quarters, state);
        weights[i] = own[i] * (i == kept && factor == 0 ? 1 : factor);
    }
    return kept < count;
}

/* Actions are switched by groups, and those that are verbs also one by one, as if by their names. */
static void
choose_actions(uint32_t *weights, const struct program_vocabulary *vocabulary, uint32_t quarters,
               uint64_t *state)
{
    uint32_t factors[FAULT_GROUPS_MAX];

    (void)choose_weights(weights, vocabulary->fault_actions, vocabulary->fault_action_count, 3,
                         state);
    for (uint32_t i = 0; i < FAULT_GROUPS_MAX; i++) {
        factors[i] = swarm_factor(quarters, state);
    }
    for (uint32_t i = 0; vocabulary->fault_group != NULL && i < vocabulary->fault_action_count;
         i++) {
        weights[i] *= factors[vocabulary->fault_group(i)];
    }
}

bool
program__random_taste(struct program__taste *taste, struct program__swarm *swarm,
                      const struct program_vocabulary *vocabulary, bool faults, uint64_t *state)
{
    static const uint32_t reuses[] = {0, 4, 6, 7};
    uint32_t quarters = program_random_below(state, 4) + 1;
    bool has_verbs =
        choose_weights(swarm->verbs, vocabulary->verbs, vocabulary->verb_count, quarters, state);

    taste->verbs = swarm->verbs;
    taste->reuse = reuses[program_random_below(state, 4)];
    if (faults) {
        quarters = program_random_below(state, 4) + 1;
        (void)choose_weights(swarm->points, vocabulary->fault_points, vocabulary->fault_point_count,
                             quarters, state);
        choose_actions(swarm->actions, vocabulary, quarters, state);
        taste->points = swarm->points;
        taste->actions = swarm->actions;
    }
    return has_verbs;
}

static uint32_t
default_to(uint32_t number, uint32_t max)
{
    return number == 0 || number > max ? max : number;
}

static void
generate_operations(struct program *program, const struct program_vocabulary *vocabulary,
                    const struct program__taste *taste, uint32_t operations_max, uint64_t *state)
{
    uint32_t lengths[PROGRAM_THREADS_MAX] = {0};

    /* Half of all programs are shorter than a fifth of the longest: short ones say more. */
    uint32_t bound = program_random_below(state, operations_max) + 1;
    uint32_t count = program_random_below(state, bound) + 1;
    if (count < program->thread_count) {
        count = program->thread_count < operations_max ? program->thread_count : operations_max;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t thread =
            i < program->thread_count ? i : program_random_below(state, program->thread_count);
        lengths[thread]++;
    }
    for (uint8_t thread = 0; thread < program->thread_count; thread++) {
        for (uint32_t i = 0; i < lengths[thread]; i++) {
            struct program_operation *operation = &program->operations[program->operation_count];
            program__random_operation(operation, program, vocabulary, taste, state);
            operation->thread = thread;
            program->operation_count++;
        }
    }
}

/* A point whose actions are all switched off gives none; what must be there then is of the words' own weights. */
static void
generate_faults(struct program *program, const struct program_vocabulary *vocabulary,
                const struct program__taste *taste, uint64_t *state)
{
    const struct program__taste plain = {.reuse = taste->reuse};
    for (uint32_t wanted = vocabulary->faults_min + program_random_below(state, 6); wanted > 0;
         wanted--) {
        program->fault_count += program__random_fault(&program->faults[program->fault_count],
                                                      program, vocabulary, taste, state);
    }
    while (program->fault_count < vocabulary->faults_min &&
           program__random_fault(&program->faults[program->fault_count], program, vocabulary,
                                 &plain, state)) {
        program->fault_count++;
    }
}

void
program_generate(struct program *program, const struct program_vocabulary *vocabulary,
                 const struct program_generation *how, uint64_t *state)
{
    struct program__swarm swarm;
    struct program__taste taste = {0};

    program->thread_count =
        program_random_below(state, default_to(how->threads_max, PROGRAM_THREADS_MAX)) + 1;
    program->operation_count = 0;
    program->fault_count = 0;
    program->deviation_count = 0;
    if (program__random_taste(&taste, &swarm, vocabulary, how->faults, state)) {
        generate_operations(program, vocabulary, &taste,
                            default_to(how->operations_max, PROGRAM_OPERATIONS_MAX), state);
    }
    if (!how->faults) {
        return;
    }
    generate_faults(program, vocabulary, &taste, state);
}
