/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Random numbers, and new programs from them. A program is made with a taste of its own: which
 * verbs it knows (swarm testing, Groce et al., ISSTA 2012), and how few values its arguments have,
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
program__random_verb(const struct program_verb *verbs, uint32_t count, const bool *enabled,
                     uint64_t *state)
{
    uint64_t total = 0;

    for (uint32_t i = 0; i < count; i++) {
        total += enabled == NULL || enabled[i] ? verbs[i].weight : 0;
    }
    if (total == 0) {
        return count;
    }
    uint64_t chosen = program_random(state) % total;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t weight = enabled == NULL || enabled[i] ? verbs[i].weight : 0;
        if (chosen < weight) {
            return i;
        }
        chosen -= weight;
    }
    return count;
}

bool
program__random_fault(struct program_fault *fault, const struct program_vocabulary *vocabulary,
                      uint64_t *state)
{
    uint32_t point =
        program__random_verb(vocabulary->fault_points, vocabulary->fault_point_count, NULL, state);
    uint32_t action = program__random_verb(vocabulary->fault_actions,
                                           vocabulary->fault_action_count, NULL, state);

    if (point >= vocabulary->fault_point_count || action >= vocabulary->fault_action_count) {
        return false;
    }
    *fault = (struct program_fault){
        .point = (uint8_t)point,
        .action = (uint8_t)action,
        .nth = (uint16_t)program__random_small(state, 64),
        .onwards = program_random_below(state, 4) == 0,
    };
    const struct program_verb *selecting = &vocabulary->fault_points[point];
    for (uint32_t i = 0; i < selecting->parameter_count; i++) {
        fault->selectors[i] = (uint16_t)program_random_below(state, selecting->parameters[i].limit);
    }
    const struct program_verb *acting = &vocabulary->fault_actions[action];
    for (uint32_t i = 0; i < acting->parameter_count; i++) {
        fault->arguments[i] = (uint16_t)program_random_below(state, acting->parameters[i].limit);
    }
    return true;
}

struct taste {
    bool verbs[UINT8_MAX + 1];
    uint32_t base, spread; /* arguments are base … base+spread-1, modulo their limits */
};

/* Says false if the vocabulary has no verb to pick. */
static bool
choose_taste(struct taste *taste, const struct program_vocabulary *vocabulary, uint64_t *state)
{
    static const uint32_t spreads[] = {1, 2, 4, UINT16_MAX + 1};
    uint32_t quarters = program_random_below(state, 4) + 1;
    uint32_t kept = program__random_verb(vocabulary->verbs, vocabulary->verb_count, NULL, state);

    if (kept == vocabulary->verb_count) {
        return false;
    }
    for (uint32_t i = 0; i < vocabulary->verb_count; i++) {
        taste->verbs[i] = i == kept || program_random_below(state, 4) < quarters;
    }
    taste->base = program_random_below(state, UINT16_MAX + 1);
    taste->spread = spreads[program_random_below(state, 4)];
    return true;
}

static void
generate_operation(struct program_operation *operation, const struct taste *taste,
                   const struct program_vocabulary *vocabulary, uint64_t *state)
{
    uint32_t index =
        program__random_verb(vocabulary->verbs, vocabulary->verb_count, taste->verbs, state);
    const struct program_verb *verb = &vocabulary->verbs[index];

    *operation = (struct program_operation){.verb = (uint8_t)index};
    for (uint32_t i = 0; i < verb->parameter_count; i++) {
        uint32_t limit = verb->parameters[i].limit;
        uint32_t spread = taste->spread < limit ? taste->spread : limit;
        operation->arguments[i] =
            (uint16_t)((taste->base + program_random_below(state, spread)) % limit);
    }
}

static uint32_t
default_to(uint32_t number, uint32_t max)
{
    return number == 0 || number > max ? max : number;
}

static void
generate_operations(struct program *program, const struct program_vocabulary *vocabulary,
                    uint32_t operations_max, uint64_t *state)
{
    struct taste taste;
    uint32_t lengths[PROGRAM_THREADS_MAX] = {0};

    program->operation_count = 0;
    if (!choose_taste(&taste, vocabulary, state)) {
        return;
    }

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
    for (uint32_t thread = 0; thread < program->thread_count; thread++) {
        for (uint32_t i = 0; i < lengths[thread]; i++) {
            struct program_operation *operation = &program->operations[program->operation_count++];
            generate_operation(operation, &taste, vocabulary, state);
            operation->thread = (uint8_t)thread;
        }
    }
}

void
program_generate(struct program *program, const struct program_vocabulary *vocabulary,
                 const struct program_generation *how, uint64_t *state)
{
    uint32_t threads_max = default_to(how->threads_max, PROGRAM_THREADS_MAX);
    uint32_t operations_max = default_to(how->operations_max, PROGRAM_OPERATIONS_MAX);

    program->thread_count = program_random_below(state, threads_max) + 1;
    generate_operations(program, vocabulary, operations_max, state);
    program->deviation_count = 0;
    program->fault_count = 0;

    uint32_t faults = how->faults ? program_random_below(state, 5) : 0;
    while (program->fault_count < faults &&
           program__random_fault(&program->faults[program->fault_count], vocabulary, state)) {
        program->fault_count++;
    }
}
