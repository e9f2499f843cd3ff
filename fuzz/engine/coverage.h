/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Interleaving coverage: which two sites met on which kind of object, in which order. What plain code
 * coverage is for a program's paths, this is for its schedules; reads-from pairs as feedback are
 * RFF's (Wolff, Shi, Duck, Mathur, Roychoudhury, "Greybox Fuzzing for Concurrency Testing", ASPLOS 2024).
 *
 * Two accesses of different tasks meet where one comes right after the other on the same object and one of
 * them writes: a write meets the last access, a load of an atomic word the last write. All that changes a
 * primitive counts as a write. Events of bodies' own, which name no object of the engine's, meet nothing.
 *
 * A pair is known by its identity, a hash of both sites (file without directories, function, line, kind of
 * event) and of the object's kind (class of the primitive, kind of the allocation): the same in every
 * process of every build whose compiler numbers lines alike.
 */
#ifndef ENGINE_COVERAGE_H
#define ENGINE_COVERAGE_H

#include "engine/heddle.h"

#define COVERAGE_PAIRS_MAX                                                                         \
    ((uint32_t)1 << 14) /* distinct ones of one execution; more are not seen */

struct coverage_pair {
    uint64_t identity;
    kernel_site_t before, after;      /* the first that were met of this identity */
    uint16_t before_kind, after_kind; /* enum heddle_event_kind */
    uint32_t object_kind;             /* hash of its name */
    uint32_t times;                   /* in this execution */
    uint32_t execution;               /* which that was; coverage.c's own */
};

struct coverage;
struct coverage *coverage_create(void); /* NULL: errno */
void coverage_destroy(struct coverage *coverage);

/*
 * Finds the pairs of the log's execution, which was run with `coverage` set; if its process died, those up
 * to there. Returns: how many distinct ones. They stay valid until the next call.
 */
uint32_t coverage_look(struct coverage *coverage, const struct heddle_log *log);

/* What coverage_look last returned. */
uint32_t coverage_pair_count(const struct coverage *coverage);

/* The index-th pair in order of first meeting. Requires: index is below their count. */
const struct coverage_pair *coverage_pair_at(const struct coverage *coverage, uint32_t index);

/*
 * Adds one for each pair to that of a fuzzing engine's counters which its identity names; they stop at 255. Not one
 * for each time: on the core libFuzzer then kept nearly twice the inputs, and met fewer pairs in as many runs.
 * Requires: count is a power of two.
 */
void coverage_count(const struct coverage *coverage, uint8_t *counters, size_t count);

/* The engine's own, in a run with `coverage`: an object of that kind is made. Names need not outlive this. */
void coverage_keep_kind(struct heddle_log *log, uint32_t object, const char *name);

#endif
