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
    ATTEMPT_STARTS,     /* its own, to note where operations begin */
    ATTEMPT_NEIGHBOURS, /* its own, any two deviations replaced by any one */
};

/* What workers and their parent both write. */
struct shrink_figures {
    uint64_t executions, candidates;
    uint64_t cost; /* what is cheaper is reported */
    bool seen;     /* some schedule of the search failed in the same way, at whatever cost */

    /* By operation of the best one: which choice of its task it began with; UINT32_MAX: it did not. */
    bool has_starts;
    uint32_t starts[PROGRAM_OPERATIONS_MAX];
};

struct shrinking {
    const struct shrinking_options *options;
    uint64_t signature;
    struct outcome *best; /* the smallest so far */
    bool is_noted;        /* where its operations begin, or that this is not known */
    double started;
    struct shrink_figures *figures; /* shared */
    bool failed;                    /* no worker, no memory: errno */

    /*
     * The candidates under way: one, or the first of so many that fails. A worker makes each of the best one; false:
     * there is none of that index.
     */
    enum attempt attempt;
    bool (*make)(struct shrinking *all, uint64_t index);
    uint64_t make_first, make_end; /* indexes */
    uint64_t found_index;
    uint64_t made; /* in the worker: the index of the one that is there, plus 1 */
    bool is_made;
    struct shrink_pieces {
        enum program_part part;
        uint32_t end, size;
    } pieces;
    uint64_t seeds; /* of its new schedules: from here on */
    uint32_t width; /* so many of them, or all that there may be of a candidate */
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

/*
 * The same of the candidates from *index to before `end`, until one fails, whose index *index is then. One process tries
 * as many as do not fail.
 */
bool shrink_try_each(struct shrinking *all, enum attempt attempt,
                     bool (*make)(struct shrinking *all, uint64_t index), uint64_t *index,
                     uint64_t end);

/* Takes it over. */
void shrink_replace_best(struct shrinking *all, struct outcome *better);

/* The candidate is the best one; for the caller to change. */
void shrink_copy_best(struct shrinking *all);

/* shrink_realign.c: in a worker that ran the candidate; of what was cut from the candidate, the best one less that. */
void shrink_note_starts(struct shrinking *all, const struct heddle_log *log);
void shrink_realign(struct shrinking *all, uint32_t first, uint32_t end);
void shrink_realign_thread(struct shrinking *all, uint32_t thread);

/* Takes out ever smaller pieces, from the end, until no single one can go. Returns: whether something went. */
bool shrink_cut(struct shrinking *all, enum program_part part, enum attempt attempt);

/*
 * The best one's schedule: shrink_switches.c. by_chance: less of it, or of one of few others, if there are many switches;
 * whether it was another. The second one goes on as long as there is time.
 */
bool shrink_schedule_by_chance(struct shrinking *all);
void shrink_schedule(struct shrinking *all);

#endif
