/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A campaign: fuzzing engines side by side over one corpus, for hours, in a directory of its own. Everything that matters
 * is in that directory at every moment, so whoever is killed is resumed:
 *
 *   campaign.json          what runs, for how long it has, and how it grew
 *   corpus/TARGET/         inputs; libFuzzer writes here, AFL++ reads it, and what AFL++ keeps is copied here
 *   afl/TARGET/INSTANCE/   AFL++'s own
 *   seeds/TARGET/          what engines start from where the build tree has no seeds
 *   incoming/              failures as the engines found them, not yet judged
 *   failures/SIGNATURE.*   judged: confirmed, one a signature, shrunk: .prog, .txt (explained), .json
 *   unreproduced/          what did not happen again
 *   tallies/INSTANCE       what each engine did, over all its lives
 *   logs/INSTANCE          what it said last
 */
#ifndef TOOL_CAMPAIGN_H
#define TOOL_CAMPAIGN_H

#include <limits.h>
#include <sys/types.h>

#include "tool/command.h"
#include "tool/tally.h"

#define CAMPAIGN_TARGETS_MAX   16
#define CAMPAIGN_INSTANCES_MAX 256
#define CAMPAIGN_INPUT_MAX     4096 /* bytes, as the clusters' .options have it */

struct campaign_options {
    const char *targets[CAMPAIGN_TARGETS_MAX]; /* names of fuzz targets; none: lifecycle */
    size_t target_count;
    bool libfuzzer, afl;
    unsigned jobs;
    double seconds; /* of all lives together */
    const char *directory;
    bool resume;
    const char *share; /* the folder of several hosts' campaigns; NULL: none */
    const char *host;  /* what this one is called there */
    bool is_seeded;
    uint64_t seed;     /* of all randomness, if it is seeded; else it is drawn */
    const char *trees; /* the folder of the build trees: fuzz, afl, afl-asan, release */
};

enum campaign_engine { CAMPAIGN_LIBFUZZER, CAMPAIGN_AFL };
enum campaign_role { CAMPAIGN_MAIN, CAMPAIGN_SECONDARY, CAMPAIGN_ASAN };

/* One process of an engine, started again where it ends. */
struct campaign_instance {
    char name[64];     /* "lifecycle-afl-main", of several hosts "HOST-lifecycle-afl-main" */
    char afl_name[64]; /* AFL++'s own, of 24 characters at most: of several hosts "HOST-main" */
    const char *target;
    enum campaign_engine engine;
    enum campaign_role role;
    pid_t pid; /* 0: does not run */
    double started, start_at;
    unsigned starts;     /* in this life */
    uint32_t seed;       /* of the last one */
    unsigned deaths;     /* in a row, each soon after its start */
    bool given_up;       /* then it is not started any more */
    uint64_t edges;      /* that it has seen, as it counts them */
    uint32_t queue_seen; /* of AFL++: entries that were copied to the corpus */
};

struct campaign_sample {
    double seconds;
    uint64_t runs, edges, corpus, failures;
    uint64_t pairs; /* interleaving pairs, of the process that has most */
};

/* What its directory says of a campaign that somebody else runs or ran. */
struct campaign_record {
    char targets[CAMPAIGN_TARGETS_MAX][64];
    size_t target_count;
    bool libfuzzer, afl;
    char commit[64]; /* of its last life; empty: not known */
};

struct campaign {
    const struct campaign_options *options;
    char program[PATH_MAX]; /* this one, for judging */
    struct campaign_instance instances[CAMPAIGN_INSTANCES_MAX];
    size_t instance_count;

    double started;        /* terminal_now of this life */
    double stopped;        /* and when its engines were; 0: they run */
    double seconds_before; /* of earlier lives */
    unsigned lives;
    uint64_t seed; /* of the whole campaign; with it, every start of an engine has one of its own */
    struct campaign_sample *history;
    size_t history_count;

    int obstacle; /* errno: why nothing can be written; 0: it can */

    pid_t judge;                        /* 0: none */
    double judge_at;                    /* not before, if the last one could not */
    bool cannot_judge;                  /* which was said */
    struct campaign_exchange *exchange; /* NULL: nothing is shared */
    pid_t exchanging;                   /* 0: nothing is now */
    double exchange_began, exchange_at;
    bool cannot_share; /* which was said */

    uint64_t duplicates, unreproduced, unstable, internal;
    uint64_t restarts;
};

enum tool_exit campaign_run(const struct campaign_options *options);

/* --- campaign_directory.c ----------------------------------------------------------------- */

/* DIRECTORY/PART…, as printf says. False: too long. */
bool campaign_path(const struct campaign *campaign, char path[PATH_MAX], const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Makes the directory and locks it for this process, or with `resume` takes up one that is there.
 * Returns: anything but TOOL_OK has complained.
 */
enum tool_exit campaign_open(struct campaign *campaign);

/*
 * Reads campaign.json; *record, if not NULL, is what the options of its last life were. The directory is left as it is.
 * Requires: the options name the directory. Returns: anything but TOOL_OK has complained.
 */
enum tool_exit campaign_load(struct campaign *campaign, struct campaign_record *record);

/* Does a process run it now? */
bool campaign_is_running(const struct campaign *campaign);

/* Puts what must outlive this process there, whole or not at all. Returns: 0, or errno. */
int campaign_save(const struct campaign *campaign);

/*
 * Saves, and notices whether that can be done: a disk that is full, and one that has room again, is said once. In between,
 * engines that end are not started and not given up.
 */
void campaign_check_room(struct campaign *campaign);

/* Is a file of this name neither hidden nor "NAME.Ab12Cd", which somebody is still writing (output.c)? */
bool campaign_is_whole(const char *name);

/* Files of a folder whose names end so; hidden ones do not count. */
uint64_t campaign_count(const struct campaign *campaign, const char *folder, const char *suffix);

/* For how long engines have run, in all lives. */
double campaign_seconds(const struct campaign *campaign);

/*
 * Where engines begin: the build tree's seeds, or where it has none the campaign's, which are made.
 * Returns: 0, or errno. *ours: it is the latter.
 */
int campaign_seeds(const struct campaign *campaign, const char *target, char path[PATH_MAX],
                   bool *ours);

/* --- campaign_engine.c -------------------------------------------------------------------- */

/* Decides who runs what. Anything but TOOL_OK: an engine or a target is missing, which was said. */
enum tool_exit campaign_plan(struct campaign *campaign);

/* Starts those that do not run and should, and notices who has ended. */
void campaign_tend(struct campaign *campaign);

void campaign_stop(struct campaign *campaign);

/* Has this target this program in that build tree? */
bool campaign_has_program(const struct campaign *campaign, const char *tree, const char *target);

/* Else its inputs are taken as they are: no seeds, no mutator. */
bool campaign_takes_programs(const char *target);

/* --- campaign_observe.c ------------------------------------------------------------------- */

/* Reads what engines say of themselves, and passes on from AFL++ to libFuzzer what is new. */
void campaign_observe(struct campaign *campaign);

/* The number behind the last of this word in the end of a file; 0: it is not there. */
uint64_t campaign_last_number(const char *path, const char *word);

/* --- campaign_minimise.c ------------------------------------------------------------------- */

/* Makes each corpus as small as keeps its coverage, and says how small. */
void campaign_minimise(struct campaign *campaign);

/* --- campaign_share.c ---------------------------------------------------------------------- */

/* What shares nothing needs none of these. */

/* Makes this host's folder. Returns: anything but TOOL_OK has complained. Requires: the campaign has its seed. */
enum tool_exit campaign_share_open(struct campaign *campaign);

/* Begins an exchange if it is time, beside the engines; notices the end of the last one. */
void campaign_share(struct campaign *campaign);

/* Waits for one to its end; without others, only what this host has is written there. */
void campaign_share_now(struct campaign *campaign, bool with_others);

/* A line on what came from others. */
void campaign_share_tell(const struct campaign *campaign);

/* --- campaign_judge.c ---------------------------------------------------------------------- */

/* Has the next failure judged, beside the engines; notices what became of the last one. False: nothing to do. */
bool campaign_judge(struct campaign *campaign);

#endif
