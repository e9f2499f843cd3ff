/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Forked workers: a subject that goes down takes a worker with it, never what it was executing.
 * Each has a log in a mapping shared with the parent, who reads there what a dead one did. Numbers
 * are given out so that what is executed under a number never depends on how many workers there
 * are. What a number means, the caller knows.
 */
#ifndef TOOL_WORKER_H
#define TOOL_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/heddle.h"

#define WORKER_JOBS_MAX 256
#define WORKER_MEMORY   ((size_t)1 << 30) /* a usual memory_max */

/*
 * CPU time without a scheduling point after which a worker is stuck. ThreadSanitizer takes seconds
 * of it for finding names in the debug information, before it says that it reports something.
 */
#ifdef HEDDLE_TSAN
#define WORKER_STUCK_MS 20000
#else
#define WORKER_STUCK_MS 2000
#endif

struct worker_channel;

/* A worker, as it sees itself. */
struct worker {
    unsigned seat; /* below the job's jobs; who comes after a dead worker has its seat */
    struct heddle_log *log;
    struct worker_channel *channel;
    int parent; /* socket */
};

enum worker_end {
    WORKER_REPORTED,  /* none: it called worker_report, and waits for the answer */
    WORKER_SIGNALLED, /* code: the signal */
    WORKER_EXITED,    /* code: the exit status */
    WORKER_STUCK,     /* the parent killed it: no scheduling point in WORKER_STUCK_MS of CPU time */
};

/* What the parent hears of one number. Everything pointed to is valid during the call only. */
struct worker_news {
    enum worker_end end;
    int code;
    unsigned deaths; /* how often a worker died of this number before, in a row */
    uint64_t number;
    unsigned seat;
    struct heddle_log *log;
    const char *output; /* the end of what the worker wrote to its standard output and error */
};

enum worker_answer {
    WORKER_GO_ON,
    WORKER_REPEAT, /* execute this number again; deaths only */
    WORKER_STOP,   /* no further numbers, of any worker */
};

struct worker_job {
    unsigned jobs;    /* 1 … WORKER_JOBS_MAX */
    uint64_t numbers; /* 0 … numbers-1 are executed; UINT64_MAX: until stopped */
    uint64_t batch;   /* so many consecutive numbers go to the same worker; at least 1 */
    double seconds;   /* then stop; 0: no limit */
    bool unstoppable; /* worker_stop_all does not mean this job */

    /* Bytes; a worker that has grown beyond is followed by another. 0: no limit. */
    size_t memory_max;
    bool batches_are_whole; /* … not before its batch is done: its numbers build on each other */

    /* In the worker. An execution sets log->running while it runs (heddle_execute does). */
    void (*execute)(struct worker *worker, uint64_t number, void *argument);

    /* In the parent: a report, or a death during an execution. */
    enum worker_answer (*on_news)(const struct worker_news *news, void *argument);

    /* In the parent, now and then: all numbers below are executed and their news told. NULL: none.
     */
    enum worker_answer (*on_settled)(uint64_t below, void *argument);

    void *argument;
};

/*
 * Runs the job to its end. Does not stop for a dead worker: starts another.
 * Returns: false if it cannot: errno. ECHILD: workers keep dying outside of any execution.
 */
bool worker_run(const struct worker_job *job);

/* Asks a running job to stop after the executions under way. Safe in a signal handler. */
void worker_stop_all(void);

/* From now on the first SIGINT or SIGTERM is worker_stop_all, and a second one ends the process. */
void worker_stop_on_interrupt(void);

/* Whether either has happened. */
bool worker_was_stopped(void);

/* In a worker whose one number means many executions: it is to begin no other. */
bool worker_is_to_stop(const struct worker *worker);

/* In a worker: has the parent look at the log, which stays as it is until this returns. */
void worker_report(struct worker *worker);

/* Memory that parent and workers share if made before worker_run; NULL: errno. */
void *worker_shared_create(size_t size);
void worker_shared_destroy(void *memory, size_t size);

#endif
