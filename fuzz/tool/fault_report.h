/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How faults are told: those that came before a failure, one by one, and what all executions had of them.
 */
#ifndef TOOL_FAULT_REPORT_H
#define TOOL_FAULT_REPORT_H

#include <json-c/json.h>

#include "tool/failure_report.h"

/* The faults that were injected before the failure, a line each; or that there was none. */
void report_injections(const struct report *report, const struct laboratory_target *target,
                       const char *indentation, FILE *out);
struct json_object *report_injections_json(const struct report *report,
                                           const struct laboratory_target *target);

uint64_t report_fault_sum(const struct laboratory_totals *totals); /* NULL: 0 */

/*
 * By point and state of the stack, and which legal pairs of point and kind never were. program: the only one that
 * ran, or NULL.
 */
void report_fault_table(const struct laboratory_totals *totals, const struct program *program,
                        const struct program_vocabulary *vocabulary, FILE *out);

/* May a fault of that kind be injected at that point at all? And how often it was, in whatever state. */
bool report_fault_is_legal(uint32_t point, uint32_t kind,
                           const struct program_vocabulary *vocabulary);
uint64_t report_fault_times(const struct laboratory_totals *totals, uint32_t point, uint32_t kind);

/* By point; and by point, kind and state, with the first run or file of each: every legal pair is there. */
struct json_object *report_fault_counts_json(const struct laboratory_totals *totals,
                                             const struct program_vocabulary *vocabulary);
struct json_object *report_fault_table_json(const struct report *report,
                                            const struct program_vocabulary *vocabulary);

/* One more name of what never happened; column: 0 before the first. */
void report_never(const char *name, size_t *column, FILE *out);

#endif
