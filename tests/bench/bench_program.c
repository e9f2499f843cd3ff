/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading a program of the corpus, and executing it as a case.
 */
#include "bench_program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXECUTIONS 2000u

uint64_t
bench_run_program(void *argument)
{
    struct bench_program *how = argument;
    struct laboratory_options options = {.oracles = how->oracles,
                                         .coverage = how->coverage != NULL};
    for (uint64_t i = 0; i < EXECUTIONS; i++) {
        how->program.strategy.seed = ++how->seed;
        laboratory_execute(&how->program, how->target, how->subject, &options, how->log, NULL);
        if (how->coverage != NULL) {
            how->pairs += coverage_look(how->coverage, how->log);
        }
        how->steps += how->log->result.steps;
        how->failures += how->log->result.verdict != HEDDLE_OK;
    }
    how->executions += EXECUTIONS;
    return EXECUTIONS;
}

static char *
read_file(const char *folder, const char *name, size_t *size)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    char *text = file == NULL ? NULL : calloc(1, 1 << 16);
    if (text == NULL) {
        perror(path);
        exit(2);
    }
    *size = fread(text, 1, (1 << 16) - 1, file);
    fclose(file);
    return text;
}

void
bench_load(struct bench_program *how, const char *folder, const char *name, const char *strategy)
{
    size_t size;
    struct program_error error;
    char *text = read_file(folder, name, &size);
    program_init(&how->program);
    if (!program_parse(&how->program, text, size, how->target->vocabulary, &error)) {
        fprintf(stderr, "%s/%s:%d:%d: %s\n", folder, name, error.line, error.column, error.message);
        exit(2);
    }
    free(text);
    for (uint8_t i = 0; strategy != NULL && strategy_at(i) != NULL; i++) {
        if (strcmp(strategy_name(strategy_at(i)), strategy) == 0) {
            how->program.strategy.strategy = i;
        }
    }
}
