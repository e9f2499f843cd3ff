/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How many programs showed each interleaving pair, and what that says of the pairs that none has shown yet.
 *
 * The sampling unit is a program with all its schedules, a group of runs: programs are drawn independently,
 * the runs of one are not, and share most of their pairs. Who counts runs as if they were independent takes
 * a pair that one program shows in each of its runs for a common one, and thinks that little is left.
 *
 * A worker adds to its own table, in memory that outlives it; the same run added twice counts once. The sum
 * of tables is the same however runs were divided among them, as long as no program was.
 */
#ifndef TOOL_INCIDENCE_H
#define TOOL_INCIDENCE_H

#include "engine/coverage.h"

#define INCIDENCE_CURVE_MAX 65

struct incidence;

/* In memory that later forks share; NULL: errno. */
struct incidence *incidence_create(void);
void incidence_destroy(struct incidence *incidence);

/*
 * Adds the pairs that coverage_look found in a run of that program. Requires: programs come in order of their
 * numbers.
 */
void incidence_add(struct incidence *incidence, const struct coverage *coverage, uint64_t run,
                   uint64_t program);

/* Adds what the other table holds. Requires: no program is in both. */
void incidence_merge(struct incidence *incidence, const struct incidence *other);

struct incidence_figures {
    uint64_t programs, pairs;
    uint64_t once, twice; /* pairs that one program showed, and that two did */
    bool full;            /* there were more pairs than the table holds */

    /*
     * The chance that the next program shows a pair that none has shown. Good and Turing's estimate (Good,
     * Biometrika 1953) as leaving one out: the part of the programs that show a pair that no other does.
     * Böhme, "STADS: Software Testing as Species Discovery" (TOSEM 2018), is on what it means for fuzzing.
     */
    double next_is_new;

    /*
     * How many pairs are still to come at least, if programs go on being drawn as they were: Chao2, corrected
     * for its bias (Chao, Biometrics 1987; Chao, Colwell, "Thirty years of progeny from Chao's inequality",
     * SORT 2017).
     */
    double unseen;

    uint32_t curve_length;
    struct {
        uint64_t runs, pairs; /* in the first 1, 2, 4, … runs, and in all */
    } curve[INCIDENCE_CURVE_MAX];
};

/* runs: how many numbers of runs there were. */
void incidence_read_figures(struct incidence *incidence, uint64_t runs,
                            struct incidence_figures *figures);

#endif
