/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Candidates of a shrinking: whether a program fails in the same way, and under which schedule. The parent makes them, a
 * worker runs them, so that one may kill it. What is best so far always has an explicit schedule.
 */
#ifndef TOOL_SHRINK_CANDIDATES_H
#define TOOL_SHRINK_CANDIDATES_H

#include "engine/search.h"
#include "tool/outcome.h"
#include "tool/shrink/shrinking.h"

enum attempt {
    ATTEMPT_SCHEDULE,   /* its own */
    ATTEMPT_SCHEDULES,  /* its own, then so many new ones */
    ATTEMPT_SEARCH,     /* all of at most `bound` preemptions: until one fails, or there is none */
    ATTEMPT_NEIGHBOURS, /* its own, any two deviations replaced by any one */
};

/* What workers and their parent both write. */
struct shrink_figures {
    uint64_t executions;
    uint64_t cost; /* what is cheaper is reported */
    bool seen;     /* some schedule of the search failed in the same way, at whatever cost */
};

struct shrinking {
    const struct shrinking_options *options;
    uint64_t signature;
    struct outcome *best; /* the smallest so far */
    double started;
    uint64_t candidates;
    struct shrink_figures *figures; /* shared */
    bool failed;                    /* no worker, no memory: errno */

    /* The candidate under way. */
    enum attempt attempt;
    uint64_t seeds; /* of its new schedules: from here on */
    struct program candidate;
    uint32_t bound;
    struct search *search; /* shared */
    struct outcome *found;

    /* What a search says of the best one's program: no schedule of fewer chosen switches fails so. */
    uint32_t switches_min;
    uint64_t searched; /* schedules that showed it */
    double fraction;   /* of the last search that is behind */
};

/* A schedule costs the tasks it chooses first, then whatever else it decides. */
uint32_t shrink_switches(const struct program *program);
uint64_t shrink_cost(const struct program *program);

bool shrink_is_time_up(const struct shrinking *all);

/* How the candidate fails in the same way, if it does; of ATTEMPT_SCHEDULE and NEIGHBOURS: at less cost than the best one. */
struct outcome *shrink_find(struct shrinking *all, enum attempt attempt);

/* If it does, it is the best one, with the schedule that it failed under. */
bool shrink_try(struct shrinking *all, enum attempt attempt);

/* The candidate is the best one; for the caller to change. */
void shrink_copy_best(struct shrinking *all);

/* Takes out ever smaller pieces, from the end, until no single one can go. Returns: whether something went. */
bool shrink_cut(struct shrinking *all, enum program_part part, enum attempt attempt);

/* The best one's schedule, as short as it is found: shrink_switches.c. */
void shrink_schedule(struct shrinking *all);

#endif
