/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Program to text; the grammar stands in parse.c. Everything is written out, defaults too where
 * a reader would ask for them, and always in the same order, so that equal programs are equal text.
 */
#include "program/program_private.h"

#include <inttypes.h>

const char *const program__event_models[PROGRAM_EVENT_MODEL_COUNT] = {"sync", "memory"};
const char *const program__builds[PROGRAM_REQUIRES_COUNT] = {"nothing", "asan", "tsan"};

static void
print_numbers(const uint16_t *numbers, const struct program_verb *verb, FILE *out)
{
    for (uint32_t i = 0; i < verb->parameter_count; i++) {
        const struct program_parameter *parameter = &verb->parameters[i];
        if (parameter->names != NULL) {
            fprintf(out, " %s=%s", parameter->name, parameter->names[numbers[i]]);
        } else {
            fprintf(out, " %s=%" PRIu16, parameter->name, numbers[i]);
        }
    }
}

static void
print_head(const struct program *program, FILE *out)
{
    fprintf(out, "heddle %d\n", PROGRAM_FORMAT_VERSION);
    if (program->target[0] != '\0') {
        fprintf(out, "target %s\n", program->target);
    }
    if (program->subject[0] != '\0') {
        fprintf(out, "subject %s\n", program->subject);
    }
    fprintf(out, "events %s", program__event_models[program->event_model]);
    if (program->build[0] != '\0') {
        fprintf(out, " build=%s", program->build);
    }
    fputc('\n', out);
    if (program->requires_build != PROGRAM_REQUIRES_NOTHING) {
        fprintf(out, "requires %s\n", program__builds[program->requires_build]);
    }
}

static void
print_strategy(const struct program_strategy *strategy, const struct program_vocabulary *vocabulary,
               FILE *out)
{
    fprintf(out, "strategy %s", vocabulary->strategies[strategy->strategy]);
    if (strategy->seed != 0) {
        fprintf(out, " seed=%" PRIu64, strategy->seed);
    }
    if (strategy->depth != 0) {
        fprintf(out, " depth=%" PRIu8, strategy->depth);
    }
    if (strategy->length != 0) {
        fprintf(out, " length=%" PRIu32, strategy->length);
    }
    fputc('\n', out);
}

void
program_print_operation(const struct program_operation *operation,
                        const struct program_vocabulary *vocabulary, FILE *out)
{
    const struct program_verb *verb = &vocabulary->verbs[operation->verb];
    fputs(verb->name, out);
    print_numbers(operation->arguments, verb, out);
}

void
program_print_words(const struct program_verb *verb, const uint16_t *numbers, FILE *out)
{
    fputs(verb->name, out);
    print_numbers(numbers, verb, out);
}

static void
print_threads(const struct program *program, const struct program_vocabulary *vocabulary, FILE *out)
{
    uint32_t i = 0;

    for (uint32_t thread = 0; thread < program->thread_count; thread++) {
        fputs("thread\n", out);
        for (; i < program->operation_count && program->operations[i].thread == thread; i++) {
            fputs("  ", out);
            program_print_operation(&program->operations[i], vocabulary, out);
            fputc('\n', out);
        }
    }
}

void
program_print_fault(const struct program_fault *fault, const struct program_vocabulary *vocabulary,
                    FILE *out)
{
    const struct program_verb *point = &vocabulary->fault_points[fault->point];
    const struct program_verb *action = &vocabulary->fault_actions[fault->action];

    fputs(point->name, out);
    print_numbers(fault->selectors, point, out);
    fprintf(out, " nth=%" PRIu16 "%s : %s", fault->nth, fault->onwards ? " onwards" : "",
            action->name);
    print_numbers(fault->arguments, action, out);
}

void
program_print(const struct program *program, const struct program_vocabulary *vocabulary, FILE *out)
{
    print_head(program, out);
    print_strategy(&program->strategy, vocabulary, out);
    print_threads(program, vocabulary, out);
    if (program->fault_count > 0) {
        fputs("faults\n", out);
    }
    for (uint32_t i = 0; i < program->fault_count; i++) {
        fputs("  ", out);
        program_print_fault(&program->faults[i], vocabulary, out);
        fputc('\n', out);
    }
    if (program->deviation_count > 0) {
        fputs("schedule\n", out);
    }
    for (uint32_t i = 0; i < program->deviation_count; i++) {
        const struct program_deviation *deviation = &program->deviations[i];
        fprintf(out, "  %s %" PRIu16 ":%" PRIu32 " = %" PRIu32 "\n",
                vocabulary->choice_kinds[deviation->kind], deviation->task, deviation->k,
                deviation->value);
    }
    fputs("end\n", out);
}
