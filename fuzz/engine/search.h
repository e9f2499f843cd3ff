/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Exhaustive search over the schedules of one body: depth first, stateless, each execution an explicit
 * schedule. With a bound on preemptions and partial-order reduction: Coons, Musuvathi, McKinley, "Bounded
 * Partial-Order Reduction" (OOPSLA 2013) over Flanagan and Godefroid's dynamic reduction (POPL 2005).
 *
 * Complete means: every verdict and every final state that some schedule within the bound reaches was
 * reached, as far as state is shared through the seam. Not branched on: spurious wake-ups, timeouts that
 * fire early, and the ways in which steps and virtual time could fall differently.
 */
#ifndef ENGINE_SEARCH_H
#define ENGINE_SEARCH_H

#include <stdio.h>

#include "engine/heddle.h"

#define SEARCH_UNBOUNDED UINT32_MAX

struct search_options {
    uint32_t preemptions_max; /* SEARCH_UNBOUNDED: no bound */
    bool plain;               /* every alternative at every choice: without reduction */
};

struct search_figures {
    uint64_t executions;
    uint64_t pruned;  /* alternatives that the reduction left out */
    uint64_t bounded; /* alternatives beyond the bound */
    double fraction;  /* of the tree that is behind, as far as it is known; 1: all of it */
    bool complete;    /* nothing is left */
    bool truncated; /* an execution had more choices than a search can keep: then never complete */
};

struct search;

/* How much memory a search takes, and one in it: so that it can lie where it outlives a process. */
size_t search_size(void);
struct search *search_init(void *memory, const struct search_options *options);

/*
 * The schedule of the next execution, as sorted deviations from the fixed policy, valid until the next call;
 * false if there is none. It is to be executed with `choices` set, and search_learn called with its log before
 * the next: also if its process died. Until it is, this schedule is given again, also by a process that follows one that
 * was killed, wherever in these calls.
 */
bool search_next(struct search *search, const struct heddle_deviation **deviations, size_t *count);

/* Returns: false if the execution did not follow its schedule: the body is not deterministic. */
bool search_learn(struct search *search, const struct heddle_log *log);

void search_read_figures(const struct search *search, struct search_figures *figures);

/*
 * A search between two executions as text, and back. load: into a search that was initialised with the same
 * options; false if the text is no search of this version, or of other options.
 */
void search_save(const struct search *search, FILE *out);
bool search_load(struct search *search, FILE *in);

#endif
