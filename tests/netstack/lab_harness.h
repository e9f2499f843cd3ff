/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the adapter's tests share: run a program given as text on a subject, and look at what it
 * did.
 */
#ifndef TESTS_LAB_HARNESS_H
#define TESTS_LAB_HARNESS_H

#include <criterion/criterion.h>

#include "netstack/adapter.h"

extern const struct subject subject_core;
#ifdef HEDDLE_REFERENCE
extern const struct subject subject_reference;
#endif

/* One log and one set of totals a test process. */
struct heddle_log *lab_log(void);
extern struct laboratory_totals lab_totals;

/*
 * Parses the body of a program ("thread\n…"), under this strategy line ("random seed=1") or none.
 */
void lab_parse(struct program *program, const char *strategy, const char *body);

/* Runs it, oracles on; totals start from nothing. The result stays valid until the next run. */
const struct heddle_result *lab_run(const struct subject *subject, const char *body);
const struct heddle_result *lab_run_program(const struct subject *subject,
                                            const struct program *program);

/* Runs it under the fixed policy and under random walks with seeds from 1; each must be ok. */
void lab_run_seeds(const struct subject *subject, const char *body, uint64_t seeds);

/* How many events of the adapter's there were in the last run with this result. */
uint32_t lab_count(enum adapter_event kind, uint32_t result);

#define expect_ok(result)                                                                          \
    cr_assert_eq((result)->verdict, HEDDLE_OK, "%s: %s\n%s",                                       \
                 heddle_verdict_name((result)->verdict), (result)->promise, (result)->message)

#endif
