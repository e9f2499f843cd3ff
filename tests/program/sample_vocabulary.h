/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A vocabulary for tests that has one of each: verbs with and without parameters, named and
 * numeric, the greatest limits, a verb of weight 0; and what tests of both forms need again and
 * again.
 */
#ifndef TESTS_SAMPLE_VOCABULARY_H
#define TESTS_SAMPLE_VOCABULARY_H

#include "program/program.h"

enum sample_verb {
    SAMPLE_ZONE_CREATE,
    SAMPLE_REGISTER,
    SAMPLE_SETTLE,
    SAMPLE_CONFIGURE,
    SAMPLE_NEVER,
    SAMPLE_UNREGISTER,
    SAMPLE_VERB_COUNT
};

extern const struct program_vocabulary sample_vocabulary;

/* The same without faults, and with no room for anything. */
extern const struct program_vocabulary sample_vocabulary_without_faults;
extern const struct program_vocabulary sample_vocabulary_bare;

/* A program that uses all of the format: head, threads (one empty), faults, deviations. */
void sample_program(struct program *program);

/* What sample_program prints as. */
extern const char *const sample_text;

/* Prints to memory that the caller frees. */
char *sample_print(const struct program *program, size_t *size);

/* Makes any valid program: generated and mutated, head and strategy included. */
void sample_random_program(struct program *program, uint64_t *state);

#endif
