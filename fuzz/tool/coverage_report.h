/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Interleaving coverage of a hunt: each worker's pairs are added up where they outlive it, and at the end it is told what
 * was seen, how that grew, and what is not known.
 */
#ifndef TOOL_COVERAGE_REPORT_H
#define TOOL_COVERAGE_REPORT_H

#include <json-c/json.h>
#include <stdio.h>

#include "tool/incidence.h"

struct coverage_watch;

/* For so many workers, before they are forked. Returns: NULL without memory: errno. */
struct coverage_watch *coverage_watch_create(unsigned jobs);
void coverage_watch_destroy(struct coverage_watch *watch);

/*
 * Adds the execution in the log: called by the worker of that seat after it, or by the parent after a worker
 * that did not survive it.
 */
void coverage_watch_add(struct coverage_watch *watch, unsigned seat, const struct heddle_log *log,
                        uint64_t run, uint64_t program);

/* What all workers saw in so many runs. Returns: false without memory. */
bool coverage_watch_read(const struct coverage_watch *watch, uint64_t runs,
                         struct incidence_figures *figures);

/* A few lines of text. */
void coverage_print(const struct incidence_figures *figures, FILE *out);

/* The same as an object; NULL of NULL. */
struct json_object *coverage_json(const struct incidence_figures *figures);

#endif
