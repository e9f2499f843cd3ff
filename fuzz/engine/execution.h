/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The state of the execution under way, and what the engine's files ask of each other. There is one
 * execution at a time and one OS thread, so nothing here has a lock: who runs, owns it all.
 *
 *   scheduler.c  who runs: points, blocking, choices            seam_*.c  the primitives, on it
 *   virtual_time.c  time, and who sleeps
 *   memory.c     the subject's memory, quarantined to the end   trace.c   the log, events, the hash
 *   verdict.c    failing, signatures                            deadlock.c  nobody can run: why?
 *   crash.c      signals                                        globals.c  a subject's static data
 *   access.h     loads and stores as points, and races: a model of its own, with files of its own
 *   execution.c    an execution from start to end
 */
#ifndef ENGINE_EXECUTION_H
#define ENGINE_EXECUTION_H

#include "engine/coverage.h"
#include "engine/fiber.h"
#include "engine/heddle.h"
#include "engine/strategy.h"

#define TASKQS_MAX      8
#define TASKQ_ITEMS_MAX 256
#define STEP_NS         1000 /* virtual time that a scheduling point takes */

/* What a task waits for. */
enum wait_kind {
    WAIT_NOTHING,
    WAIT_MUTEX,
    WAIT_CV,
    WAIT_SEMA,
    WAIT_JOIN,
    WAIT_SLEEP,
    WAIT_SETTLE,    /* for everybody else to end or rest */
    WAIT_TASKQ_END, /* for a task queue to become empty */
    WAIT_WORK,      /* a service's thread at rest; on a cv or a task queue */
    WAIT_TURN,      /* has been woken for work, and is kept from running for a time */
};

struct task {
    struct fiber fiber; /* kept from execution to execution */
    uint64_t drawn;     /* for its next choice of a task, if the strategy draws ahead */
    uint16_t number;
    bool ended, timed_out;
    bool was_disturbed; /* its last wait on a condition ended so */
    enum wait_kind waits_for;
    const char *name;
    void (*run)(void *);
    void *argument;
    uint32_t counts[HEDDLE_CHOICE_KIND_COUNT];         /* choices so far: the next one's k */
    uint32_t deviation_next[HEDDLE_CHOICE_KIND_COUNT]; /* index of its next deviation */

    const void *wait_object; /* the primitive, while it waits */
    uint32_t wait_number;    /* its number */
    const char *wait_name;   /* its class */
    kernel_site_t wait_site;
    uint64_t wait_sequence;     /* order of waiting, of all tasks */
    uint64_t wake_ns;           /* WAIT_SLEEP and timed waits; 0: not timed */
    uint16_t wait_task;         /* WAIT_JOIN */
    kernel_mutex_t *wait_mutex; /* what a waiter on a condition variable will want */
    const void *slept_on; /* the condition variable, from the sleep until it has that mutex again */

    uint32_t done;           /* of who ended: segment of the lock order */
    kernel_site_t last_site; /* of its last primitive: where it crashed, if it did */
    uint16_t last_kind;      /* and its event kind */
    void *slots[KERNEL_SLOT_COUNT];
};

struct taskq_item {
    void (*run)(void *);
    void *argument;
    uint64_t start_ns; /* not before; 0: at once */
};

struct kernel_taskq {
    const char *name;
    uint32_t number; /* object; 0: the queue does not exist */
    uint32_t width, workers, busy;
    uint32_t first, count; /* ring of items */
    uint32_t dispatched;   /* segment of the lock order */
    bool destroying;
    struct taskset idle;
    struct taskq_item items[TASKQ_ITEMS_MAX];
};

/* Bits. */
enum attention {
    ATTENTION_RACE = 1,  /* TSan reported; becomes a verdict at the next point */
    ATTENTION_EVENT = 2, /* the strategy wants to hear of operations */
};

struct execution {
    const struct heddle_run *run;
    struct heddle_log *log;
    const struct strategy *strategy; /* the run's; the fair one beyond the step bound */
    const struct heddle_observer *observer;
    struct strategy_view view;
    struct strategy_operation pending[HEDDLE_TASKS_MAX];
    struct task *current;
    struct task tasks[HEDDLE_TASKS_MAX];
    uint32_t task_count;
    struct fiber host;
    bool has_deviations; /* the schedule may have some, or choices are kept */
    bool active;         /* between start and end of heddle_execute's fibers */
    bool failed;
    bool keeps_sites; /* the run has trace or coverage */

    uint64_t skipped_ns;   /* virtual time that passed while everybody slept */
    uint64_t next_wake_ns; /* earliest wake_ns, or UINT64_MAX */
    uint64_t wait_sequence;
    uint32_t object_count; /* numbers given out */

    uint32_t steps_max, step_limit;
    uint32_t alarm_step; /* the step bound, or the step at which a sleeper wakes */
    bool fair;           /* beyond the step bound */
    bool settling;       /* somebody waits for rest: that is what has to come, not progress */
    uint64_t progress;   /* things completed: a livelock has none */
    uint64_t progress_at_bound;
    uint32_t switches, preemptions;
    int64_t diverged_at;
    size_t deviations_used;

    struct kernel_taskq taskqs[TASKQS_MAX];
    uint32_t taskq_count;
    kernel_taskq_t *taskq_system;

    /* What a point has to look at before its operation: one test where there is nothing. */
    uint32_t attention;
};
extern struct execution exec;

/* --- scheduler.c ------------------------------------------------------------------------ */

/*
 * A scheduling point before a visible operation: others may run first. Then records the event; the
 * caller sets its result. Never returns if the execution fails.
 */
struct heddle_event *scheduler_point(uint16_t kind, uint32_t object, kernel_site_t site);

/*
 * A scheduling point before a load or a store (HEDDLE_OPERATION_LOAD and its like), which is no event: where a
 * task stands, and what it did last, stay what its last primitive said.
 */
void scheduler_access_point(uint16_t kind, uint32_t object, kernel_site_t site);

/* Lets others run until the running task, which waits for something, is chosen again. */
void scheduler_block(void);

/* The running task waits for this and is not runnable. name: the class of the object. */
void scheduler_wait_for(enum wait_kind kind, const void *object, uint32_t number, const char *name,
                        kernel_site_t site);

/* A waiter on a condition is to enter the mutex of that number (0: it is dead) when it runs. */
void scheduler_will_enter(const struct task *task, uint32_t number);
void scheduler_make_runnable(struct task *task); /* and it waits for nothing any more */
uint32_t scheduler_choose(enum heddle_choice_kind kind, uint32_t count);
_Noreturn void scheduler_end_task(void);
_Noreturn void scheduler_leave(void); /* to the host: the execution is over */
uint16_t scheduler_spawn(const char *name, void (*run)(void *), void *argument, kernel_site_t site);
void scheduler_begin(void);
void scheduler_renew_bound(void);                            /* from here on as many steps again */
void scheduler_keep_mark(enum heddle_mark mark, uint32_t k); /* for a search */

/* In a run with `trace`: their names. */
void trace_keep_object(uint32_t number, const char *name); /* Requires: it is one. */
void trace_keep_task(uint16_t number, const char *name);

/* The number of a new object; name: an allocation's kind, a primitive's class. */
static inline uint32_t
scheduler_new_object(const char *name)
{
    uint32_t number = ++exec.object_count;
    if (exec.run->coverage) {
        coverage_keep_kind(exec.log, number, name);
    }
    if (exec.run->trace) {
        trace_keep_object(number, name);
    }
    return number;
}

/* The number of a new primitive of that class. */
uint32_t scheduler_new_primitive(const void *primitive, const char *name);

/* --- virtual_time.c ----------------------------------------------------------------------- */

uint64_t scheduler_now_ns(void); /* a step takes STEP_NS */
void scheduler_set_timer(struct task *task, uint64_t wake_ns);
void
scheduler_set_alarm(void); /* finds the step before which a point has nothing to do but to choose */
void scheduler_wake_sleepers(void); /* all whose time has come; and finds the next one's */
void
scheduler_skip_time(uint64_t ns); /* ahead; who has slept enough then wakes at the next point */

/* Tells the observer that the running task may be about to wait. */
static inline void
scheduler_tell_wait(enum heddle_wait what, bool may_sleep, const kernel_mutex_t *released)
{
    if (exec.observer != NULL && exec.observer->on_wait != NULL) {
        exec.observer->on_wait(what, may_sleep, released);
    }
}

/* --- deadlock.c ------------------------------------------------------------------------- */

bool deadlock_is_at_rest(const struct task *task); /* it ended, or waits for work */
_Noreturn void deadlock_report(void);              /* nobody can run, and somebody should */

/* Who is not at rest, and what each waits for or where it runs: a line each, each after a newline. */
void deadlock_tell_waits(char *text, size_t size);
const char *wait_kind_name(enum wait_kind kind);

/* --- memory.c --------------------------------------------------------------------------- */

#define MEMORY_PATTERN 0xdeadf4eedeadf4e0u /* freed memory; a pointer well aligned, not canonical */

bool memory_init(void);
void memory_fini(void);
void memory_begin(void);
void memory_check_freed(void); /* fails the execution if freed memory was written */
void memory_end(void);

/* Of which the two are one in a signature: verdict.c. */
#define PROMISE_FREED     "a primitive is used only while its memory lives"
#define PROMISE_DESTROYED "a primitive is not used once it is destroyed"

/*
 * Fails the execution for a primitive whose magic number is not what it should be: use after free
 * where its memory is free, else use of a destroyed one (class_name says which) or of one never
 * initialised.
 */
_Noreturn void memory_fail_dead(const void *primitive, const char *class_name, const char *what,
                                kernel_site_t site);

struct allocation;
const struct allocation *memory_find(const void *address);
void memory_describe(const void *address, struct heddle_object_state *state);

/* --- trace.c ---------------------------------------------------------------------------- */

void trace_begin(void);
void trace_end(void); /* fills the result's hash and counts */

/*
 * The log is full: what an execution of this length would still show is unknown, so it is cut off, and is no
 * finding. One in which nothing completes any more has been ended at the step bound long before.
 */
_Noreturn struct heddle_event *trace_event_slow(void);

static inline struct heddle_event *
trace_put(uint16_t task, uint16_t kind, uint32_t object, uint32_t choice, kernel_site_t site)
{
    struct heddle_log *log = exec.log;
    uint32_t index = log->event_count;
    if (__builtin_expect(index >= HEDDLE_EVENTS_MAX, 0)) {
        return trace_event_slow();
    }
    struct heddle_event *event = &log->events[index];
    *event = (struct heddle_event){.task = task, .kind = kind, .object = object, .choice = choice};
    log->last_site = site;
    if (exec.keeps_sites) {
        log->sites[index] = site;
    }
    log->event_count = index + 1;
    return event;
}

/* The next event of the running task, recorded before it happens. */
static inline struct heddle_event *
trace_event(uint16_t kind, uint32_t object, uint32_t choice, kernel_site_t site)
{
    exec.current->last_site = site;
    exec.current->last_kind = kind;
    return trace_put(exec.current->number, kind, object, choice, site);
}

/* --- verdict.c, crash.c, globals.c ------------------------------------------------------ */

/*
 * Ends the execution with a verdict of the engine's own; `primitive` is the seam's function
 * ("mutex_enter"), part of the place. Does not return.
 */
_Noreturn void verdict_fail(const char *primitive, enum heddle_verdict verdict, const char *promise,
                            kernel_site_t site, const void *object0, const void *object1,
                            const char *format, ...) __attribute__((format(printf, 7, 8)));

/* What a failure is, before it is written down. The text fields may be NULL. */
struct failure {
    enum heddle_verdict verdict;
    const char *oracle, *promise;
    const char *primitive;
    const char *file, *function; /* where it was; file without directories */
    int line;
    struct heddle_object_state objects[2];
};

/* Fills log->result, once an execution, the first failure; for handlers that leave by themselves.
 */
void verdict_record(const struct failure *failure, const char *message);
void verdict_place(struct failure *failure, kernel_site_t site);
const char *verdict_primitive(uint16_t kind); /* of an event: "mutex_enter" */

void crash_install(void);

/* sanitizer_hooks.c: the runtimes look for its functions by their names, and have weak ones of their own. */
void sanitizer_hooks_link(void);
bool globals_save(const struct heddle_globals *globals, size_t count);
void globals_restore(const struct heddle_globals *globals, size_t count);
void bytes_copy(void *to, const void *from, size_t size); /* not intercepted by sanitizers */
void bytes_fill(void *to, uint64_t pattern, size_t size);
bool bytes_are(const void *from, uint64_t pattern, size_t size);

#endif
