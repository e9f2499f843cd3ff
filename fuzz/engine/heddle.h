/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The engine: runs a body of concurrent C on one thread, its tasks as fibers, every choice
 * recorded. The same body, schedule and subject give the same events on every run, in every build.
 * It knows nothing of what it runs; subjects reach it through the seam (kernel/kernel.h).
 */
#ifndef HEDDLE_HEDDLE_H
#define HEDDLE_HEDDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/kernel.h"

#define HEDDLE_TASKS_MAX 128
#define HEDDLE_TASK_NONE 0xffffu

/* How an execution ended. The names are an interface: heddle_verdict_name. */
enum heddle_verdict {
    HEDDLE_OK,
    HEDDLE_ASSERTION,
    HEDDLE_INVARIANT,
    HEDDLE_USE_AFTER_FREE,
    HEDDLE_DOUBLE_FREE,
    HEDDLE_LEAK,
    HEDDLE_DEADLOCK,
    HEDDLE_LIVELOCK,
    HEDDLE_RACE,
    HEDDLE_LOCK_MISUSE,
    HEDDLE_LOCK_ORDER,
    HEDDLE_MODEL_MISMATCH,
    HEDDLE_SANITIZER,
    HEDDLE_PANIC,
    HEDDLE_INTERNAL, /* the engine is wrong; never a finding */
    HEDDLE_VERDICT_COUNT
};
const char *heddle_verdict_name(enum heddle_verdict verdict);
bool heddle_verdict_parse(const char *name, enum heddle_verdict *verdict);

/* --- schedules -------------------------------------------------------------------------- */

/* Kinds of choices; a file's deviations name them by heddle_choice_kind_names. */
enum heddle_choice_kind {
    HEDDLE_CHOICE_TASK,     /* which task runs next: value is a task number */
    HEDDLE_CHOICE_WAKE,     /* which waiter a signal wakes: index in order of waiting */
    HEDDLE_CHOICE_TIMEOUT,  /* 1: a timed wait ends now */
    HEDDLE_CHOICE_SPURIOUS, /* 1: a wait ends without a signal */
    HEDDLE_CHOICE_QUEUE,   /* which item starts: index in order of dispatch; 1: no further worker */
    HEDDLE_CHOICE_SUBJECT, /* heddle_choose: the body's own */
    HEDDLE_CHOICE_KIND_COUNT
};
extern const char *const heddle_choice_kind_names[HEDDLE_CHOICE_KIND_COUNT];

struct heddle_deviation {
    uint16_t task;
    uint16_t kind;
    uint32_t k;
    uint32_t value;
};

/*
 * A strategy with its parameters, and where to deviate from it. Deviations are sorted by
 * task, kind, k. strict: one that cannot be used is reported as diverged_at (a replay).
 */
struct heddle_schedule {
    const struct strategy *strategy; /* NULL: fixed (run on until blocked, then the lowest) */
    uint64_t seed;
    uint32_t depth;
    uint32_t length; /* expected number of points; 0: unknown */
    const struct heddle_deviation *deviations;
    size_t deviation_count;
    bool strict;
};

/* Into the order that a schedule wants: a log has them as they occurred. */
void heddle_sort_deviations(struct heddle_deviation *deviations, size_t count);

/* Strategies by name, and by the order of their codes in files; NULL beyond the last. */
const struct strategy *strategy_find(const char *name);
const struct strategy *strategy_at(size_t index);
const char *strategy_name(const struct strategy *strategy);
const char *strategy_summary(const struct strategy *strategy); /* one line, with its source */

/*
 * Strategies that learn start anew, as for another program. Without it each execution is taken for
 * another schedule of the program of those before.
 */
void heddle_forget(void);

/* --- events ------------------------------------------------------------------------------ */

/* What an event is of. Files of old hashes depend on the numbers: only ever add at the end. */
enum heddle_event_kind {
    HEDDLE_EVENT_SPAWN,
    HEDDLE_EVENT_EXIT,
    HEDDLE_EVENT_MUTEX_INIT,
    HEDDLE_EVENT_MUTEX_DESTROY,
    HEDDLE_EVENT_MUTEX_ENTER,
    HEDDLE_EVENT_MUTEX_TRYENTER,
    HEDDLE_EVENT_MUTEX_EXIT,
    HEDDLE_EVENT_CV_INIT,
    HEDDLE_EVENT_CV_DESTROY,
    HEDDLE_EVENT_CV_WAIT,
    HEDDLE_EVENT_CV_WAKE, /* the waiter runs again; result 0 signalled, 1 timed out, 2 spurious */
    HEDDLE_EVENT_CV_SIGNAL,
    HEDDLE_EVENT_CV_BROADCAST,
    HEDDLE_EVENT_SEMA_INIT,
    HEDDLE_EVENT_SEMA_DESTROY,
    HEDDLE_EVENT_SEMA_WAIT,
    HEDDLE_EVENT_SEMA_TRYWAIT,
    HEDDLE_EVENT_SEMA_POST,
    HEDDLE_EVENT_ATOMIC_INIT,
    HEDDLE_EVENT_ATOMIC_LOAD,
    HEDDLE_EVENT_ATOMIC_STORE,
    HEDDLE_EVENT_ATOMIC_ADD,
    HEDDLE_EVENT_ATOMIC_COMPARE_EXCHANGE,
    HEDDLE_EVENT_ALLOC,
    HEDDLE_EVENT_FREE,
    HEDDLE_EVENT_TASKQ_CREATE,
    HEDDLE_EVENT_TASKQ_DESTROY,
    HEDDLE_EVENT_TASKQ_DISPATCH,
    HEDDLE_EVENT_TASKQ_RUN,
    HEDDLE_EVENT_TASKQ_DONE,
    HEDDLE_EVENT_SLEEP,
    HEDDLE_EVENT_JOIN,
    HEDDLE_EVENT_PROBE,
    HEDDLE_EVENT_CHOOSE,
    HEDDLE_EVENT_SUBJECT, /* from here on: HEDDLE_EVENT_SUBJECT + the adapter's own kind */
    HEDDLE_EVENT_KIND_MAX = 0xffff
};
const char *heddle_event_kind_name(uint16_t kind);

/*
 * Where loads and stores are scheduling points, what a task does next may be one of these. Strategies see
 * them as operations; they are never events. An update is an atomic operation that loads and stores.
 */
#define HEDDLE_OPERATION_LOAD   0xfff0u
#define HEDDLE_OPERATION_STORE  0xfff1u
#define HEDDLE_OPERATION_UPDATE 0xfff2u

/*
 * One event, as it is hashed: fixed width, little-endian; no line, address, size or symbol.
 * choice: the task that ran next at a scheduling point, or the value chosen.
 */
struct heddle_event {
    uint16_t task;
    uint16_t kind;
    uint32_t object; /* number in order of creation, from 1; 0: none */
    uint32_t choice;
    uint32_t result;
};

/*
 * A choice between several, as a search needs it. The bits of `alternatives` are tasks, or the values from 0. Marks
 * stand among the choices, for what waits do and no event says.
 */
enum heddle_mark {
    HEDDLE_MARK_SETTLED = HEDDLE_CHOICE_KIND_COUNT, /* it has seen the rest of all others */
    HEDDLE_MARK_JOINED,                             /* k: the task that ended */
    HEDDLE_MARK_ACQUIRED,                           /* k: the object that it waited for */
    HEDDLE_MARK_RELEASED,                           /* k: the mutex that a wait gave back */
};
struct heddle_choice {
    uint16_t task, kind;
    uint32_t k;
    uint32_t event; /* how many events there were */
    uint16_t chosen, fixed;
    bool can_continue; /* a task's: the running one is among them */
    uint64_t alternatives[HEDDLE_TASKS_MAX / 64];
};

/* --- results ----------------------------------------------------------------------------- */

enum heddle_life { HEDDLE_LIFE_NONE, HEDDLE_LIFE_LIVE, HEDDLE_LIFE_FREED, HEDDLE_LIFE_DESTROYED };

struct heddle_object_state {
    uint32_t number;
    char kind[40]; /* lock class or allocation kind */
    uint8_t life;  /* enum heddle_life */
};

struct heddle_result {
    enum heddle_verdict verdict;
    char oracle[32];    /* who says so: "engine", or an oracle's name */
    char promise[96];   /* which promise broke, constant text: part of the signature */
    char message[1024]; /* the whole story for people, several lines */
    char file[64], function[64], primitive[32]; /* the place; file without directories */
    int line;
    struct heddle_object_state objects[2];
    uint16_t task;      /* that was running */
    uint64_t signature; /* 0 if ok */
    uint64_t hash;      /* of all events */
    uint32_t steps;     /* scheduling points */
    uint32_t events;
    uint32_t switches;    /* the running task changed */
    uint32_t preemptions; /* … though it could have gone on */
    uint32_t tasks;
    int64_t diverged_at; /* step of the first deviation that could not be used; -1: none */
    bool cut_off;        /* ok, but longer than HEDDLE_EVENTS_MAX: what comes then is not known */
};

/*
 * Where an execution writes what it does, before it does it: may be a shared mapping, so that
 * a parent reads it after a crash. Made by heddle_log_create, freed by heddle_log_destroy.
 */
#define HEDDLE_EVENTS_MAX     (1u << 17)
#define HEDDLE_DEVIATIONS_MAX (1u << 18) /* an event stands for two choices at most */
#define HEDDLE_CHOICES_MAX    (1u << 18) /* likewise */
#define HEDDLE_INPUT_MAX      (1u << 20)
#define HEDDLE_NAME_MAX       32 /* of objects and tasks, with the NUL; longer ones are cut off */
#define HEDDLE_REMARKS_MAX    1024u
struct heddle_remark {
    uint32_t event; /* index */
    uint32_t value;
};
struct heddle_log {
    volatile uint64_t beat;    /* grows with every scheduling point, over all executions */
    volatile uint32_t running; /* an execution is under way */
    volatile uint32_t died;    /* signal that a handler saw, 0 none */
    uint64_t number;           /* the caller's number of this execution */
    volatile uint32_t event_count;
    struct kernel_site const *last_site; /* where the last event was */
    volatile uint32_t deviation_count;   /* the explicit schedule so far: fixed policy + these */
    uint32_t input_size;
    struct heddle_result result;                               /* complete when running is 0 */
    struct heddle_deviation deviations[HEDDLE_DEVIATIONS_MAX]; /* in order of occurrence */
    struct heddle_event events[HEDDLE_EVENTS_MAX];
    /* Where each was, in a run with `trace` or `coverage`. */
    struct kernel_site const *sites[HEDDLE_EVENTS_MAX];

    /* What the adapter says of events beside them: no part of a hash. */
    uint32_t remark_count;
    struct heddle_remark remarks[HEDDLE_REMARKS_MAX];

    /* In a run with `choices`: the choices. */
    uint32_t choice_count;
    struct heddle_choice choices[HEDDLE_CHOICES_MAX];
    /* … or with `trace`: by object, the allocation that a primitive lies in, or 0. */
    uint32_t containers[HEDDLE_EVENTS_MAX];
    /* In a run with `trace`, copied, so that they are there whatever became of the process: */
    char object_names[HEDDLE_EVENTS_MAX][HEDDLE_NAME_MAX]; /* lock class or allocation kind */
    char task_names[HEDDLE_TASKS_MAX][HEDDLE_NAME_MAX];
    uint32_t about[HEDDLE_EVENTS_MAX]; /* of a probe's event: heddle_about, or 0 */
    /* In a run with `coverage`, by object: a hash of its kind's name. */
    uint32_t object_kinds[HEDDLE_EVENTS_MAX];
    uint8_t input[HEDDLE_INPUT_MAX]; /* what the caller is executing, encoded */
};
struct heddle_log *heddle_log_create(void); /* NULL: errno */
void heddle_log_destroy(struct heddle_log *log);

/* --- running ----------------------------------------------------------------------------- */

/* What comes of an allocation. LATE: the observer let others run meanwhile, which here alone it may. */
enum heddle_allocation { HEDDLE_ALLOCATION_GIVEN, HEDDLE_ALLOCATION_LATE, HEDDLE_ALLOCATION_FAILS };

/* A piece of work that is about to be queued: the observer may change the last two. */
struct heddle_dispatch {
    uint32_t
        overtakable; /* pieces that wait and that it may overtake; 0 where the queue promises order */
    bool overtakes;    /* it starts before all of them */
    uint64_t delay_ns; /* it starts no earlier than that */
};

/* What may take the running task off its processor, mutexes apart. */
enum heddle_wait {
    HEDDLE_WAIT_CONDITION,
    HEDDLE_WAIT_SEMAPHORE,
    HEDDLE_WAIT_MEMORY,   /* an allocation */
    HEDDLE_WAIT_DISPATCH, /* of a task */
    HEDDLE_WAIT_END,      /* of a thread, or of a task queue */
    HEDDLE_WAIT_TIME,
    HEDDLE_WAIT_KIND_COUNT
};

/*
 * What the adapter wants to see as it happens. Called by the running task, inside the primitive,
 * where no scheduling point may be reached. Any of them may be NULL.
 */
struct heddle_observer {
    void (*on_probe)(enum kernel_probe probe, uintptr_t arg0, uintptr_t arg1);
    void (*on_alloc)(uint32_t object, const char *kind, void *memory, size_t size);
    void (*on_free)(uint32_t object, const char *kind, void *memory, size_t size);
    void (*on_unlock)(const kernel_mutex_t *mutex, void *container, uint32_t object,
                      const char *kind); /* container: the live allocation it lies in, or NULL */
    /*
     * Before it waits, or might: it need not come to that. may_sleep: false for an allocation or a dispatch that
     * fails instead. released: the mutex that the wait gives back, or NULL.
     */
    void (*on_wait)(enum heddle_wait what, bool may_sleep, const kernel_mutex_t *released);

    /* What goes wrong at a primitive, asked behind its scheduling point. A run without them has no faults. */
    enum heddle_allocation (*on_allocate)(const char *kind, enum kernel_wait wait,
                                          kernel_site_t site);
    void (*on_dispatch)(struct heddle_dispatch *dispatch);
    bool (*ends_spuriously)(void); /* this wait on a condition; never two in a row of a task's */
    uint64_t (*on_work)(void);     /* so long is kept from running who is woken for work, ns */
    uint64_t (*on_clock)(void);    /* so far jumps the clock ahead before it is read, ns */
};

/* A subject's writable static data: saved before its first execution, put back before each. */
struct heddle_globals {
    char *start, *end;
};

struct heddle_run {
    void (*body)(void *argument); /* task 0; the execution ends when it returns */
    void *argument;
    struct heddle_schedule schedule;
    const struct heddle_observer *observer; /* or NULL */
    const struct heddle_globals *globals;   /* or NULL */
    size_t globals_count;
    uint32_t steps_max; /* 0: 20,000. Then as many again under a fair policy. */
    bool accesses;   /* loads and stores are points, races are looked for; steps_max 0: 200,000 */
    bool trace;      /* keep sites and names */
    bool lock_order; /* report cycles in the order of taking mutexes (engine/lock_order.h) */
    bool coverage;   /* keep what coverage is found from (engine/coverage.h) */
    bool choices;    /* keep choices, for a search (engine/search.h) */
};

/*
 * Runs to the end and fills log->result. Everything the body left behind is put away: the next
 * execution starts from the same state. Not re-entrant; one thread of the process at a time.
 */
void heddle_execute(const struct heddle_run *run, struct heddle_log *log);

/*
 * Sets what is called when the log holds the result of a failure that this process will not survive: behind it,
 * ASan or UBSan prints its report and ends the process. NULL: nothing.
 */
void heddle_set_death_hook(void (*hook)(struct heddle_log *log));

/*
 * The signature of a result: of verdict, oracle, promise, place, and the objects' kinds and lives. For
 * results that were not made here, of a process that died; heddle_execute has filled its own.
 */
uint64_t heddle_signature(const struct heddle_result *result);

/* The hash of these events: what result.hash is of an execution that ended. */
uint64_t heddle_hash(const struct heddle_event *events, size_t count);

/* Ends the process's engine: frees stacks and memory. */
void heddle_shutdown(void);

/* --- for bodies: called by tasks -------------------------------------------------------- */

/* A new task, runnable; its number. Tasks are numbered in order of creation. The name must outlive
 * it. */
uint16_t heddle_spawn(const char *name, void (*run)(void *argument), void *argument);
void heddle_join(uint16_t task);
uint16_t heddle_self(void);

/* Where the running task's last event was; NULL if that was the body's own (heddle_point, heddle_note). */
kernel_site_t heddle_last_site(void);

/*
 * Waits until every other task has ended or is at rest, and no task queue holds work: the liveness phase. What
 * is not at rest after steps_max more steps has as many again under a fair policy; then it is a livelock.
 */
void heddle_settle(void);

/* How many events the execution under way had so far: a trace numbers them from 0. */
uint32_t heddle_event_count(void);

/* A scheduling point with an event of the adapter's own; kind counts from 0. */
void heddle_point(uint16_t kind, uint32_t object, uint32_t result, kernel_site_t site);

/* An event without a scheduling point. */
void heddle_note(uint16_t kind, uint32_t object, uint32_t result, kernel_site_t site);

/* Says more of the event that was recorded last; the first HEDDLE_REMARKS_MAX are kept. */
void heddle_remark(uint32_t value);

/* Within on_probe: which object the probe is about. Nothing but a run with `trace` keeps it. */
void heddle_about(uint32_t object);

/* A recorded choice of the body's own: 0 … count-1; fixed policy: 0. */
uint32_t heddle_choose(uint32_t count);

/*
 * Ends the execution with this verdict; does not return. `promise` is constant text and part of the
 * signature; the format is for people. objects: up to two addresses in allocations, or NULL.
 */
_Noreturn void heddle_fail(enum heddle_verdict verdict, const char *oracle, const char *promise,
                           kernel_site_t site, const void *object0, const void *object1,
                           const char *format, ...) __attribute__((format(printf, 7, 8)));

/*
 * The class of a mutex that the running task holds, `except` (or NULL) apart: the one taken last. NULL: none, or this run
 * does not keep them (lock_order).
 */
const char *heddle_lock_held(const kernel_mutex_t *except);

/* --- memory, as oracles see it ---------------------------------------------------------- */

/* The number of the allocation that holds this address, live or freed; 0: none. */
uint32_t heddle_object_of(const void *address);
enum heddle_life heddle_life_of(const void *address);
const char *heddle_kind_of(const void *address); /* NULL: none */

/* Live allocations now: for baselines. visit may be NULL. */
size_t heddle_live_allocations(void (*visit)(uint32_t object, const char *kind, void *argument),
                               void *argument);

/* --- builds where loads and stores count ------------------------------------------------- */

/* May a run set `accesses`? Only a build whose code under test tells of its loads and stores. */
bool heddle_has_accesses(void);

/*
 * What tells this program from every other build of it, in hexadecimal: the linker's build id. A schedule that
 * counts loads and stores is of one build. Empty: the linker left none.
 */
const char *heddle_build_id(void);

/* --- sanitizer builds -------------------------------------------------------------------- */

/* "plain", or those of "address", "thread" and "undefined" that it has, with commas between. */
const char *heddle_build_sanitizers(void);

#endif
