/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Small concurrent programs with one error each, in the families by which published tools are
 * compared, and of each a correct twin: the same code with mended() true. They stand on the seam
 * alone. What tasks share is an atomic word wherever the order matters, for the event model is
 * synchronisation operations: a plain load is no scheduling point.
 */
#ifndef TESTS_EXAMPLE_H
#define TESTS_EXAMPLE_H

#include "engine/heddle.h"

struct example {
    const char *name, *family;
    const char *bug;   /* what is wrong, one line */
    uint32_t verdicts; /* a VERDICT() for each that it may end in */
    uint32_t threads;  /* tasks beside the body's own */
    uint32_t size;     /* what size() says, for families that have one */
    bool hard;         /* a limit of a million schedules, not ten thousand */
    bool watches;      /* the order of locks, not only its twin's */
    void (*body)(void);
};

#define VERDICT(name) ((uint32_t)1 << HEDDLE_##name)

/* All of them, in the order of the table; NULL beyond the last. */
const struct example *example_at(size_t index);
const struct example *example_find(const char *name);

/* The lists of the files, each ended by an entry without a name. */
extern const struct example examples_atomicity[], examples_bank[], examples_condition[],
    examples_count[], examples_deadlock[], examples_exclusion[], examples_memory[],
    examples_misuse[], examples_order[], examples_polite[], examples_preemption[], examples_queue[],
    examples_reorder[], examples_rwlock[], examples_safestack[], examples_sort[], examples_stack[],
    examples_steal[], examples_timeout[];

/* Runs the program, or its twin, under this schedule; the result is log->result. */
void example_execute(const struct example *example, bool mended,
                     const struct heddle_schedule *schedule, struct heddle_log *log);

/* Where the build can, loads and stores are scheduling points too; false at first. */
extern bool example_accesses;

/* Replays, strictly, the explicit schedule of the last execution, which the log holds. */
void example_replay(const struct example *example, bool mended, struct heddle_log *log);

/* --- for the bodies ----------------------------------------------------------------------- */

bool mended(void);   /* this is the twin */
uint32_t size(void); /* of the program that runs */

/* A shared word, as a load and a store: each is a scheduling point, and orders nothing. */
#define get(word)        kernel_atomic_load(word)
#define set(word, value) kernel_atomic_store((word), (value))

#define enter_if(condition, mutex) ((condition) ? kernel_mutex_enter(mutex) : (void)0)
#define exit_if(condition, mutex)  ((condition) ? kernel_mutex_exit(mutex) : (void)0)

/* Inside a loop that waits for another task's store: lets that task run. */
#define spin_pause() kernel_sleep_ns(1)

/* A claim whose breaking is this verdict. */
#define EXPECT(verdict, claim)                                                                     \
    ((claim) ? (void)0                                                                             \
             : heddle_fail(HEDDLE_##verdict, "example", #claim, KERNEL_HERE, NULL, NULL,           \
                           "This does not hold: %s", #claim))
#define EXPECT_NO_LEAK() EXPECT(LEAK, heddle_live_allocations(NULL, NULL) == 0)

/* Spawns count tasks, each with its number from 0 as argument, and joins them. */
void run_many(void (*run)(void *), uint32_t count);
static inline uint32_t
number_of(const void *argument)
{
    return (uint32_t)(uintptr_t)argument;
}

/* Spawns a task for each function, without an argument, and joins them. */
#define run_all(...)                                                                               \
    example_run_all((void (*const[])(void *)){__VA_ARGS__},                                        \
                    sizeof((void (*const[])(void *)){__VA_ARGS__}) / sizeof(void *))
void example_run_all(void (*const runs[])(void *), size_t count);

/* Pointers in words. */
static inline uint64_t
word_of(const void *pointer)
{
    return (uint64_t)(uintptr_t)pointer;
}
static inline void *
pointer_of(uint64_t word)
{
    return (void *)(uintptr_t)word;
}

#endif
