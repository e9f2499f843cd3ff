/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Programs from text, run on subjects of the test's own table.
 */
#include "lab_harness.h"

#include <stdio.h>
#include <string.h>

const struct subject *const laboratory_subjects[] = {
    &subject_core,
#ifdef HEDDLE_REFERENCE
    &subject_reference,
#endif
    NULL,
};

struct laboratory_totals lab_totals;

struct heddle_log *
lab_log(void)
{
    static struct heddle_log *log;
    if (log == NULL) {
        log = heddle_log_create();
        cr_assert_not_null(log);
    }
    return log;
}

void
lab_parse(struct program *program, const char *strategy, const char *body)
{
    char text[8192];
    struct program_error error;
    int length =
        snprintf(text, sizeof(text), "heddle 1\ntarget lifecycle\n%s%s\n%s\nend\n",
                 strategy != NULL ? "strategy " : "", strategy != NULL ? strategy : "", body);
    cr_assert_lt((size_t)length, sizeof(text));
    program_init(program);
    bool parsed = program_parse(program, text, (size_t)length, operations_vocabulary(), &error);
    cr_assert(parsed, "%d:%d: %s", error.line, error.column, error.message);
}

const struct heddle_result *
lab_run_program(const struct subject *subject, const struct program *program)
{
    const struct laboratory_options options = {.oracles = true};
    lab_totals = (struct laboratory_totals){0};
    laboratory_execute(program, laboratory_target_find("lifecycle"), subject, &options, lab_log(),
                       &lab_totals);
    return &lab_log()->result;
}

const struct heddle_result *
lab_run(const struct subject *subject, const char *body)
{
    struct program program;
    lab_parse(&program, NULL, body);
    const struct heddle_result *result = lab_run_program(subject, &program);
    program_fini(&program);
    return result;
}

void
lab_run_seeds(const struct subject *subject, const char *body, uint64_t seeds)
{
    struct program program;
    lab_parse(&program, "random", body);
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        program.strategy.seed = seed;
        expect_ok(lab_run_program(subject, &program));
    }
    program_fini(&program);
    expect_ok(lab_run(subject, body));
}

uint32_t
lab_count(enum adapter_event kind, uint32_t result)
{
    const struct heddle_log *log = lab_log();
    uint32_t count = 0;
    for (uint32_t i = 0; i < log->event_count; i++) {
        count += log->events[i].kind == HEDDLE_EVENT_SUBJECT + (unsigned int)kind &&
                 log->events[i].result == result;
    }
    return count;
}
