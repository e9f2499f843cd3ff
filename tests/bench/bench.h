/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What benchmarks share: rows of figures, each with the bound it must keep, and measuring in turn. A
 * comparison is a ratio of two things measured alternately in one run: these machines are shared.
 */
#ifndef TESTS_BENCH_H
#define TESTS_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum bench_bound { BENCH_NO_BOUND, BENCH_AT_MOST, BENCH_AT_LEAST };

/* Prints a row as text or, after bench_set_json(true), as a JSON object; remembers a broken bound. */
void bench_row(const char *name, double value, const char *unit, enum bench_bound kind,
               double bound);
void bench_set_json(bool as_json);
bool bench_is_json(void);

/* Says that rows are missing, and why. */
void bench_skipped(const char *what, const char *why);
bool bench_all_ok(void);

/* One thing to measure: does its work once and says how many units that was. */
struct bench_case {
    uint64_t (*work)(void *argument);
    void *argument;
    double ns_per_unit; /* the result: the median over the rounds */
};

/* Measures the cases in turn, `rounds` times round; fills in the medians. */
void bench_measure(struct bench_case *cases, size_t count, int rounds);

/* The middle one; sorts them. Requires: there are some. */
double bench_median(double *values, size_t count);

/*
 * The benchmarks of this program, by the names of `ci/bench`, up to a NULL name. run returns 0, or the
 * exit code that says what is lacking; broken bounds are told by their rows. corpus: the folder with
 * the named files.
 */
struct bench_entry {
    const char *name;
    int (*run)(const char *corpus);
};
extern const struct bench_entry bench_entries[];

int bench_core(const char *corpus); /* needs none */
int bench_engine(const char *corpus);
int bench_programs(
    const char *corpus); /* the part of engine that builds with sanitizers keep bounds for */
int bench_engines(const char *corpus);    /* from the folder that has build/ */
int bench_oracles(const char *corpus);    /* needs none */
int bench_strategies(const char *corpus); /* needs none */

#endif
