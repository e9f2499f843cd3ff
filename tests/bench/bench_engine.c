/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the engine costs: a scheduling point beside the bare switch, and executions a second of the
 * named programs of the corpus, with and without oracles, one core.
 */
#include "bench.h"
#include "bench_program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/fiber.h"
#include "engine/heddle.h"

#define ROUNDS 15
#define TASKS  7

/* --- the floor: a random walk over fibers with nothing but the jump ------------------------- */

#define FLOOR_STEPS 200000u

static struct fiber floor_host, floor_fibers[TASKS];
static uint64_t floor_random;
static uint32_t floor_left;
static uint64_t floor_ready; /* bit mask of the runnable, as a scheduler has it */

static uint32_t
floor_pick(void)
{
    floor_random ^= floor_random << 13;
    floor_random ^= floor_random >> 7;
    floor_random ^= floor_random << 17;
    uint32_t index =
        (uint32_t)(((floor_random >> 32) * (uint32_t)__builtin_popcountll(floor_ready)) >> 32);
    uint64_t bits = floor_ready;
    while (index-- > 0) {
        bits &= bits - 1;
    }
    return (uint32_t)__builtin_ctzll(bits);
}

static void
floor_walk(void *argument)
{
    uint32_t self = (uint32_t)(uintptr_t)argument;
    for (;;) {
        if (floor_left-- == 0) {
            fiber_switch(&floor_fibers[self], &floor_host);
        }
        uint32_t next = floor_pick();
        if (next != self) {
            fiber_switch(&floor_fibers[self], &floor_fibers[next]);
        }
    }
}

static uint64_t
run_floor(void *unused)
{
    (void)unused;
    fiber_init_host(&floor_host);
    for (uint32_t i = 0; i < TASKS; i++) {
        if (floor_fibers[i].stack == NULL && !fiber_init(&floor_fibers[i])) {
            perror("heddle-bench: no stack");
            exit(4);
        }
        fiber_start(&floor_fibers[i], floor_walk, (void *)(uintptr_t)i);
    }
    floor_random = 88172645463325252u;
    floor_ready = (1u << TASKS) - 1;
    floor_left = FLOOR_STEPS;
    fiber_switch(&floor_host, &floor_fibers[0]);
    return FLOOR_STEPS;
}

/* --- points: tasks that do nothing but take points ------------------------------------------ */

static void
take_points(void *unused)
{
    (void)unused;
    for (int i = 0; i < 1000; i++) {
        heddle_point(0, 0, 0, KERNEL_HERE);
    }
}

static void
points_body(void *task_count)
{
    uint16_t tasks[TASKS];
    uint32_t count = (uint32_t)(uintptr_t)task_count;
    for (uint32_t i = 0; i < count; i++) {
        tasks[i] = heddle_spawn("walker", take_points, NULL);
    }
    for (uint32_t i = 0; i < count; i++) {
        heddle_join(tasks[i]);
    }
}

struct points_case {
    struct heddle_log *log;
    const char *strategy;
    uint32_t tasks;
};

static uint64_t
run_points(void *argument)
{
    const struct points_case *how = argument;
    uint64_t points = 0;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct heddle_run run = {
            .body = points_body,
            .argument = (void *)(uintptr_t)how->tasks,
            .schedule = {.strategy = strategy_find(how->strategy), .seed = seed},
        };
        heddle_execute(&run, how->log);
        points += how->log->result.steps;
    }
    return points;
}

/* --- short executions: what starting and ending one costs ------------------------------------- */

static kernel_mutex_t counter_lock;
static uint32_t counter;

static void
count_up(void *unused)
{
    (void)unused;
    for (int i = 0; i < 9; i++) {
        kernel_mutex_enter(&counter_lock);
        counter++;
        kernel_mutex_exit(&counter_lock);
    }
}

/* Three threads, thirty-odd points: nine of each under one mutex, and who waits for them. */
static void
short_body(void *unused)
{
    (void)unused;
    uint16_t tasks[3];
    kernel_mutex_init(&counter_lock, "counter");
    for (int i = 0; i < 3; i++) {
        tasks[i] = heddle_spawn("counter", count_up, NULL);
    }
    for (int i = 0; i < 3; i++) {
        heddle_join(tasks[i]);
    }
    kernel_mutex_destroy(&counter_lock);
}

struct short_case {
    struct heddle_log *log;
    uint64_t seed, steps, executions;
};

static uint64_t
run_short(void *argument)
{
    struct short_case *how = argument;
    const uint64_t executions = 5000;
    for (uint64_t i = 0; i < executions; i++) {
        struct heddle_run run = {
            .body = short_body,
            .schedule = {.strategy = strategy_find("random"), .seed = ++how->seed},
        };
        heddle_execute(&run, how->log);
        how->steps += how->log->result.steps;
    }
    how->executions += executions;
    return executions;
}

static void
bench_short(struct heddle_log *log)
{
    struct short_case how = {.log = log};
    struct bench_case one = {.work = run_short, .argument = &how};
    bench_measure(&one, 1, ROUNDS);
    bench_row("three threads under a mutex, random", 1e9 / one.ns_per_unit, "executions/s",
              BENCH_AT_LEAST, 300000);
    bench_row("three threads under a mutex, scheduling points",
              (double)how.steps / (double)how.executions, "points/execution", BENCH_NO_BOUND, 0);
}

static void
bench_points(struct heddle_log *log)
{
    struct points_case seven = {log, "random", TASKS}, two = {log, "random", 2},
                       stays = {log, "fixed", TASKS};
    struct bench_case cases[] = {{.work = run_floor},
                                 {.work = run_points, .argument = &seven},
                                 {.work = run_points, .argument = &two},
                                 {.work = run_points, .argument = &stays}};
    bench_measure(cases, 4, ROUNDS);
    bench_row("floor: bare random walk over seven fibers", cases[0].ns_per_unit, "ns/step",
              BENCH_NO_BOUND, 0);
    bench_row("random walk over seven tasks", cases[1].ns_per_unit, "ns/point", BENCH_NO_BOUND, 0);
    bench_row("random walk over seven tasks, to the floor",
              cases[1].ns_per_unit / cases[0].ns_per_unit, "ratio", BENCH_AT_MOST, 1.5);
    bench_row("random walk over two tasks", cases[2].ns_per_unit, "ns/point", BENCH_AT_MOST, 30);
    bench_row("a point that stays on its task", cases[3].ns_per_unit, "ns/point", BENCH_AT_MOST, 8);
}

/* --- programs of the corpus ------------------------------------------------------------------ */

/* What a row must keep in this build: a third under ASan; under TSan, which makes each fiber anew, 4,000. */
static double
bound_of_build(double bound)
{
#if defined HEDDLE_TSAN
    return bound > 0 ? 4000 : 0;
#elif defined HEDDLE_ASAN
    return bound / 3;
#else
    return bound;
#endif
}

/* executions a second of one file on one subject, under random walk and PCT, without oracles and with */
static void
bench_file(struct heddle_log *log, const char *corpus, const char *name, const char *subject_name)
{
    static const struct {
        const char *strategy;
        bool oracles;
        double bound; /* 0: none */
    } rows[] = {{"random", false, 80000},
                {"random", true, 40000},
                {"pct", false, 150000},
                {"pct", true, 0}};
    enum { ROWS = sizeof rows / sizeof *rows };
    const struct subject *subject = laboratory_subject_find(subject_name);
    if (subject == NULL) {
        bench_skipped(subject_name, "that subject is not in this build");
        return;
    }
    struct bench_program programs[ROWS] = {{0}};
    struct bench_case cases[ROWS];
    for (int i = 0; i < ROWS; i++) {
        programs[i].log = log;
        programs[i].target = laboratory_target_find("lifecycle");
        programs[i].subject = subject;
        programs[i].oracles = rows[i].oracles;
        bench_load(&programs[i], corpus, name, rows[i].strategy);
        cases[i] = (struct bench_case){.work = bench_run_program, .argument = &programs[i]};
    }
    bench_measure(cases, ROWS, ROUNDS);
    for (int i = 0; i < ROWS; i++) {
        char row[128];
        double bound = rows[i].oracles ? rows[i].bound : bound_of_build(rows[i].bound);
        if (rows[i].oracles && strcmp(heddle_build_sanitizers(), "plain") != 0) {
            bound = 0;
        }
        snprintf(row, sizeof row, "%s on %s, %s, %s oracles, %s", name, subject_name,
                 rows[i].strategy, rows[i].oracles ? "with" : "without", heddle_build_sanitizers());
        bench_row(row, 1e9 / cases[i].ns_per_unit, "executions/s",
                  bound > 0 ? BENCH_AT_LEAST : BENCH_NO_BOUND, bound);
        program_fini(&programs[i].program);
    }
    char row[128];
    snprintf(row, sizeof row, "%s on %s, scheduling points", name, subject_name);
    bench_row(row, (double)programs[0].steps / (double)programs[0].executions, "points/execution",
              BENCH_NO_BOUND, 0);
    snprintf(row, sizeof row, "%s on %s, executions that failed", name, subject_name);
    bench_row(row, 100.0 * (double)programs[1].failures / (double)programs[1].executions, "%",
              BENCH_NO_BOUND, 0);
}

/* The same with interleaving coverage and without. */
static void
bench_coverage(struct heddle_log *log, const char *corpus, const char *name, const char *strategy)
{
    struct bench_program programs[2] = {{0}};
    struct bench_case cases[2];
    for (int i = 0; i < 2; i++) {
        programs[i].log = log;
        programs[i].target = laboratory_target_find("lifecycle");
        programs[i].subject = laboratory_subject_find("core");
        bench_load(&programs[i], corpus, name, strategy);
        cases[i] = (struct bench_case){.work = bench_run_program, .argument = &programs[i]};
    }
    programs[1].coverage = coverage_create();
    if (programs[1].coverage == NULL) {
        perror("heddle-bench: cannot map the pairs");
        exit(4);
    }
    bench_measure(cases, 2, ROUNDS);
    char row[128];
    snprintf(row, sizeof row, "%s on core, %s, with interleaving coverage to without", name,
             strategy);
    bench_row(row, cases[1].ns_per_unit / cases[0].ns_per_unit, "ratio", BENCH_AT_MOST, 1.3);
    snprintf(row, sizeof row, "%s on core, %s, interleaving pairs", name, strategy);
    bench_row(row, (double)programs[1].pairs / (double)programs[1].executions, "pairs/execution",
              BENCH_NO_BOUND, 0);
    coverage_destroy(programs[1].coverage);
    program_fini(&programs[0].program);
    program_fini(&programs[1].program);
}

int
bench_programs(const char *corpus)
{
    struct heddle_log *log = heddle_log_create();
    if (log == NULL) {
        perror("heddle-bench: cannot map the log");
        return 4;
    }
    bench_file(log, corpus, "seven-threads.prog", "core");
    bench_file(log, corpus, "seven-threads.prog", "reference");
    bench_coverage(log, corpus, "seven-threads.prog", "random");
    bench_coverage(log, corpus, "seven-threads.prog", "pct");
    heddle_log_destroy(log);
    return 0;
}

int
bench_engine(const char *corpus)
{
    struct heddle_log *log = heddle_log_create();
    if (log == NULL) {
        perror("heddle-bench: cannot map the log");
        return 4;
    }
    bench_points(log);
    bench_short(log);
    heddle_log_destroy(log);
    return bench_programs(corpus);
}
