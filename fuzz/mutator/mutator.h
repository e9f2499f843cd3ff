/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Structure-aware mutation for fuzzing engines: bytes to program, a few changes, program to bytes.
 * The engines' own calls are thin shims over this (mutator_libfuzzer.c, mutator_afl.c).
 */
#ifndef MUTATOR_MUTATOR_H
#define MUTATOR_MUTATOR_H

#include <stddef.h>
#include <stdint.h>

#include "program/program.h"

/* What inputs are of where their bytes do not say it. */
struct mutator_target {
    bool is_off; /* the engine's own mutations, to compare with */
    const char *target;
    const char *subject;
    const struct program_vocabulary *vocabulary;
    struct program_generation generation; /* how programs are made from nothing */
};

/* Whoever links a mutator defines this: the target, or a line beside it for AFL++'s module. */
const struct mutator_target *mutator_target(void);

/* Reads an input as mutators do: one without a head is of the target. Requires: the head is not NEWER. */
void mutator_decode(struct program *program, const uint8_t *bytes, size_t size);

/*
 * Writes a changed program to `out`, which may be `bytes`. All randomness comes from the seed. A
 * head is kept; one of a newer format comes back as it is.
 * Returns: the size, at most capacity.
 */
size_t mutator_mutate(const uint8_t *bytes, size_t size, uint8_t *out, size_t capacity,
                      uint64_t seed);

/* The same, from parts of two; head, schedule and faults of `a`. */
size_t mutator_splice(const uint8_t *a, size_t size_a, const uint8_t *b, size_t size_b,
                      uint8_t *out, size_t capacity, uint64_t seed);

#endif
