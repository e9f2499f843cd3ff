/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the files of this room share and nobody else sees: rules that both written forms obey, and
 * the random pieces that generating and mutating are made of.
 */
#ifndef PROGRAM_PROGRAM_PRIVATE_H
#define PROGRAM_PROGRAM_PRIVATE_H

#include "program/program.h"

/* What bytes with a head begin with; no text does, and fuzzers do not guess it. Then the version.
 */
#define PROGRAM__MAGIC      "\x89HDL"
#define PROGRAM__MAGIC_SIZE 4

/* Names of both forms are of these: graphic ASCII but what the text form needs itself, # = and : */
static inline bool
program__is_name_character(uint8_t character)
{
    return character > ' ' && character < 0x7f && character != '#' && character != '=' &&
           character != ':';
}

/* The words of the text form for event models and required builds. */
extern const char *const program__event_models[PROGRAM_EVENT_MODEL_COUNT];
extern const char *const program__builds[PROGRAM_REQUIRES_COUNT];

/* A deviation's place in the order: task, kind, k. */
static inline uint64_t
program__deviation_key(const struct program_deviation *deviation)
{
    return (uint64_t)deviation->task << 48 | (uint64_t)deviation->kind << 32 | deviation->k;
}

/* Empties the program, and keeps the memory of its deviations for the next ones. */
void program__reset(struct program *program);

/* Makes room for that many deviations; aborts where there is no memory. */
void program__reserve_deviations(struct program *program, uint32_t count);

/* The same for memory of other kinds: realloc that aborts. */
void *program__reallocate(void *memory, size_t size);

/* The operations of a thread are those from `first` to before `end`. */
struct program__range {
    uint32_t first, end;
};
struct program__range program__thread_range(const struct program *program, uint32_t thread);

/* Small numbers often, large ones seldom: every power of two is as likely as the next; below limit.
 */
uint32_t program__random_small(uint64_t *state, uint32_t limit);

/* An index by the weights, or `count` if all are 0. */
uint32_t program__random_index(const uint32_t *weights, uint32_t count, uint64_t *state);

/* What random operations are like. */
struct program__taste {
    const uint32_t *verbs, *points, *actions; /* weights; NULL: the vocabulary's */
    uint32_t reuse; /* in eighths: arguments that an operation of the program has already */
};

/* What a taste's weights point to. */
#define PROGRAM__WORDS_MAX (UINT8_MAX + 1)
struct program__swarm {
    uint32_t verbs[PROGRAM__WORDS_MAX], points[PROGRAM__WORDS_MAX], actions[PROGRAM__WORDS_MAX];
};

/* A random subset of words, each liked more or less. False: the vocabulary has no verb to pick. */
bool program__random_taste(struct program__taste *taste, struct program__swarm *swarm,
                           const struct program_vocabulary *vocabulary, bool faults,
                           uint64_t *state);

/*
 * A value for a parameter; a reused one comes from a parameter of the same name in a random
 * operation of `among`, by its name where both have names.
 */
uint16_t program__random_argument(const struct program_parameter *parameter,
                                  const struct program *among,
                                  const struct program_vocabulary *vocabulary, uint32_t reuse,
                                  uint64_t *state);

/* Both say false, and leave *operation and *fault alone, where all weights are 0. Thread 0. A fault is legal. */
bool program__random_operation(struct program_operation *operation, const struct program *among,
                               const struct program_vocabulary *vocabulary,
                               const struct program__taste *taste, uint64_t *state);
bool program__random_fault(struct program_fault *fault, const struct program *among,
                           const struct program_vocabulary *vocabulary,
                           const struct program__taste *taste, uint64_t *state);

#endif
