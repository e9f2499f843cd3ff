/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A case of a benchmark that executes a program again and again, each time with the next seed.
 */
#ifndef TESTS_BENCH_PROGRAM_H
#define TESTS_BENCH_PROGRAM_H

#include "engine/coverage.h"
#include "netstack/laboratory.h"

struct bench_program {
    struct heddle_log *log;
    struct program program;
    const struct laboratory_target *target;
    const struct subject *subject;
    bool oracles;
    struct coverage *coverage; /* NULL: none */
    uint64_t seed, steps, executions, failures, pairs;
};

/* Reads the file of that name in the folder, under that strategy or (NULL) its own; ends the process if it cannot. */
void bench_load(struct bench_program *how, const char *folder, const char *name,
                const char *strategy);

/* As a bench_case's work: executes it some thousand times. */
uint64_t bench_run_program(void *how);

#endif
