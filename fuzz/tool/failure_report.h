/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How a result is told: to people as text that ends in the command that reproduces it, to machines
 * as an object a line, in a .prog as its heading. The fields of the objects are an interface.
 */
#ifndef TOOL_FAILURE_REPORT_H
#define TOOL_FAILURE_REPORT_H

#include <stdio.h>

#include "netstack/laboratory.h"
#include "tool/faults/sweep_table.h"
#include "tool/incidence.h"

/* What is known of a failure or of a replayed file. NULL and 0 fields: does not apply. */
struct report {
    const char *file;
    const char *target;
    const char *subject;
    const struct program *program; /* of totals: the only one that ran; NULL: many */
    const struct heddle_result *result;
    const struct laboratory_totals *totals; /* of its execution */
    const struct laboratory_injection
        *injections;                        /* faults that were injected in it, the first ones */
    size_t injection_count, injections_max; /* all of them; how many are known at most */
    const char *words;                      /* the last of a process that died */
    const char *found_by;                   /* the run that found it */
    const char *origin;  /* of a campaign: the process and its seed, as words "name=value" */
    const char *options; /* for the command that reproduces it, before the file; or "" */
    /* Of totals: which file an execution of that number was of. NULL: programs had none, numbers are of runs. */
    const char *(*file_of)(uint64_t number, const void *argument);
    const void *argument;
    uint64_t runs, runs_to_first;
    double seconds;
    enum {
        REPORT_NOT_ASKED,
        REPORT_INCOMPLETE,
        REPORT_COMPLETE
    } complete;                            /* of enumerate, faults */
    const struct incidence_figures *pairs; /* of totals */
    const struct fault_table *sweep;       /* of totals: what a sweep of faults injected */
};

/* The failure as text; its last line is the one command that reproduces it. Before it: report_injections. */
void report_failure(const struct report *report, FILE *out);

/* One object, a line. */
void report_json(const struct report *report, FILE *out);

/* What all executions together did; `report` has runs, seconds, target and subject. */
struct report_sums {
    uint64_t failing, known, distinct;
    uint64_t distinct_before; /* of distinct, in earlier runs of the same work */
};
void report_totals(const struct report *report, const struct report_sums *sums, FILE *out);
void report_totals_json(const struct report *report, FILE *out);

/* The .prog with comments that say what it is about. */
void report_print_prog(const struct report *report, const struct laboratory_target *target,
                       FILE *out);

/* An argument as a shell takes it: quoted if it must be. */
void report_print_argument(const char *text, FILE *out);

#endif
