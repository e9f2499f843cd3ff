/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What came of one execution, whether it ended or took its process with it: the program with its
 * explicit schedule, the verdict, and the events up to there. Two outcomes of one program are
 * compared here, for a failure is believed only when a fresh process shows it again.
 */
#ifndef TOOL_OUTCOME_H
#define TOOL_OUTCOME_H

#include "netstack/laboratory.h"
#include "tool/worker.h"

#define OUTCOME_INJECTIONS_MAX 64
struct outcome {
    struct program program;
    bool is_explicit; /* false: too many deviations; the program is as it was executed */
    struct heddle_result result;
    enum worker_end end;
    int code;
    struct laboratory_totals totals; /* of the confirming execution; else zero */
    struct laboratory_injection injections[OUTCOME_INJECTIONS_MAX]; /* the first of them */
    size_t injection_count;
    uint32_t event_count;
    struct heddle_event *events; /* owned */
    char *words;                 /* the last that its process wrote, owned, or NULL */
    char *trace;                 /* owned, or NULL */
};

/*
 * Takes what a worker left. A dead worker's execution gets the verdict that its death deserves,
 * unless the engine's handlers gave one before it went. Returns: NULL without memory.
 */
struct outcome *outcome_take(const struct worker_news *news,
                             const struct laboratory_target *target);
void outcome_destroy(struct outcome *outcome);

/* A death as people and kernels bring it, not subjects: if it does not happen again, it was one. */
bool outcome_may_be_foreign(const struct worker_news *news);

/* Index of the first event that differs, also where one of them ends before; UINT32_MAX: none. */
#define OUTCOME_SAME UINT32_MAX
uint32_t outcome_difference(const struct outcome *a, const struct outcome *b);

/* Says what two runs did at the step that differs, and how each ended. */
void outcome_print_difference(const struct outcome *a, const struct outcome *b, FILE *out);

/* Both ended in the same way, after the same events. */
bool outcome_equal(const struct outcome *a, const struct outcome *b);

/* The events as the laboratory prints them, from the log that the outcome was taken from. */
char *outcome_trace(const struct outcome *outcome, const struct heddle_log *log,
                    const struct laboratory_target *target);

/*
 * Executes the outcome's program again, strictly, in a process of its own.
 * Returns: NULL if that cannot be done: errno.
 */
struct outcome *outcome_replay(const struct outcome *outcome,
                               const struct laboratory_target *target,
                               const struct subject *subject);

/* Makes this the program's schedule: the fixed policy, and these deviations from it. */
void outcome_set_schedule(struct program *program, const struct heddle_deviation *deviations,
                          size_t count);

/* The program's input as bytes into the log, where a parent finds it if the execution kills. */
void outcome_announce(const struct program *program, struct heddle_log *log);

#endif
