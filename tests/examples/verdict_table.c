/* SPDX-License-Identifier: BSD-2-Clause
 *
 * verdict_table: for each verdict a program, and that every strategy able to give it does, with each of
 * several seeds; and of a strategy with one schedule only, that it cannot. Not a Criterion suite, for
 * these do not run under ThreadSanitizer, which gives one of the verdicts. Prints the table.
 */
#include "example.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT      10000u
#define SEEDS      5u
#define UNABLE_MAX 2u

/* --- programs that only stand here ------------------------------------------------------------------ */

static kernel_mutex_t lock;
static volatile int plain_word;

static void
write_word(void *unused)
{
    (void)unused;
    enter_if(mended(), &lock);
    plain_word++;
    exit_if(mended(), &lock);
}

static void
race(void)
{
    kernel_mutex_init(&lock, "lock");
    run_all(write_word, write_word);
}

/* A circle that luck alone keeps open: who comes second has seen a word, and no promise, of the first. */
static kernel_mutex_t other_lock;
static kernel_atomic_t done;

static void
take_in_order(void *unused)
{
    (void)unused;
    kernel_mutex_enter(&lock);
    kernel_mutex_enter(&other_lock);
    kernel_mutex_exit(&other_lock);
    kernel_mutex_exit(&lock);
    set(&done, 1);
}

static void
take_out_of_order(void *unused)
{
    if (mended()) {
        take_in_order(unused);
        return;
    }
    while (get(&done) == 0) {
        spin_pause();
    }
    kernel_mutex_enter(&other_lock);
    kernel_mutex_enter(&lock);
    kernel_mutex_exit(&lock);
    kernel_mutex_exit(&other_lock);
}

static void
crossing(void)
{
    kernel_mutex_init(&lock, "lock");
    kernel_mutex_init(&other_lock, "other_lock");
    kernel_atomic_init(&done, 0, "done");
    run_all(take_in_order, take_out_of_order);
}

static kernel_atomic_t used;
static volatile char *block;

/* Two that both find the last place free. */
static void
append(void *unused)
{
    (void)unused;
    enter_if(mended(), &lock);
    if (get(&used) < 16) {
        block[kernel_atomic_fetch_add(&used, 1)] = 'x';
    }
    exit_if(mended(), &lock);
}

static void
overrun(void)
{
    kernel_mutex_init(&lock, "lock");
    kernel_atomic_init(&used, 15, "used");
    block = kernel_zalloc("block", 16, KERNEL_SLEEP);
    run_all(append, append);
    kernel_free((void *)(uintptr_t)block, 16);
}

static void
nothing(void *unused)
{
    (void)unused;
}

/* More tasks than there can be is the caller's mistake, or the engine's: no finding, whoever reports it. */
static void
too_many(void)
{
    for (int i = 0; i < (mended() ? 2 : HEDDLE_TASKS_MAX); i++) {
        (void)heddle_spawn("task", nothing, NULL);
    }
    heddle_settle();
}

static const struct example own[] = {
    {.name = "plain-race", .verdicts = VERDICT(RACE), .threads = 2, .body = race},
    {.name = "crossing",
     .verdicts = VERDICT(LOCK_ORDER),
     .threads = 2,
     .watches = true,
     .body = crossing},
    {.name = "overrun", .verdicts = VERDICT(SANITIZER), .threads = 2, .body = overrun},
    {.name = "too-many-tasks", .verdicts = VERDICT(INTERNAL), .threads = 2, .body = too_many},
};

/* --- the table ---------------------------------------------------------------------------------------- */

#define NO_SWITCH "no task of it is ever preempted"
#define IN_TURN   "its tasks take turns at every point"

static const struct row {
    const char *program;
    const char *why_none; /* instead of a program */
    bool is_race;         /* it takes ThreadSanitizer, or loads and stores as scheduling points */
    const char *not_in;   /* the sanitizer that ends the process with it */
    struct {
        const char *strategy, *reason;
    } unable[UNABLE_MAX];
} rows[HEDDLE_VERDICT_COUNT] = {
    [HEDDLE_OK] = {.why_none = "every twin gives it: below"},
    [HEDDLE_ASSERTION] = {.program = "lost-update", .unable = {{"fixed", NO_SWITCH}}},
    [HEDDLE_INVARIANT] = {.program = "bank-audit", .unable = {{"fixed", NO_SWITCH}}},
    [HEDDLE_USE_AFTER_FREE] = {.program = "treiber-free",
                               .unable = {{"fixed", NO_SWITCH}, {"round-robin", IN_TURN}}},
    [HEDDLE_DOUBLE_FREE] = {.program = "double-free", .unable = {{"fixed", NO_SWITCH}}},
    [HEDDLE_LEAK] = {.program = "single-checked", .unable = {{"fixed", NO_SWITCH}}},
    [HEDDLE_DEADLOCK] = {.program = "signal-for-broadcast",
                         .unable = {{"fixed", NO_SWITCH}, {"round-robin", IN_TURN}}},
    [HEDDLE_LIVELOCK] = {.program = "polite-livelock", .unable = {{"fixed", NO_SWITCH}}},
    [HEDDLE_RACE] = {.program = "plain-race", .is_race = true},
    [HEDDLE_LOCK_MISUSE] = {.program = "unlock-by-stranger", .unable = {{"fixed", NO_SWITCH}}},
    [HEDDLE_LOCK_ORDER] = {.program = "crossing"},
    [HEDDLE_MODEL_MISMATCH] = {.program = "lossy-fifo", .unable = {{"fixed", NO_SWITCH}}},
    [HEDDLE_SANITIZER] = {.program = "overrun",
                          .not_in = "address",
                          .unable = {{"fixed", NO_SWITCH}}},
    [HEDDLE_PANIC] = {.program = "resurrection", .unable = {{"fixed", NO_SWITCH}}},
    [HEDDLE_INTERNAL] = {.program = "too-many-tasks"},
};

static struct heddle_log *run_log;
static int wrong;

static void
complain(const char *verdict, const char *strategy, const char *what)
{
    fprintf(stderr, "verdict_table: %s, %s: %s\n", verdict, strategy, what);
    wrong++;
}

static const struct example *
find_program(const char *name)
{
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        if (strcmp(own[i].name, name) == 0) {
            return &own[i];
        }
    }
    return example_find(name);
}

/* The seed of an execution of the list of this number (splitmix64's finaliser). */
static uint64_t
seed_of(uint32_t number, uint32_t execution)
{
    uint64_t x = (((uint64_t)number << 32) | execution) * 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* Executes until something fails. Returns: which execution that was, from 1; 0: none. */
static uint32_t
find(const struct example *program, bool twin, const struct strategy *strategy, uint32_t number,
     uint32_t limit)
{
    struct heddle_schedule schedule = {.strategy = strategy, .depth = 3};
    heddle_forget();
    for (uint32_t i = 0; i < limit; i++) {
        schedule.seed = seed_of(number, i);
        schedule.length = i == 0 ? 0 : run_log->result.steps;
        example_execute(program, twin, &schedule, run_log);
        if (run_log->result.verdict != HEDDLE_OK) {
            return i + 1;
        }
    }
    return 0;
}

static const char *
why_unable(const struct row *row, const struct strategy *strategy)
{
    for (size_t i = 0; i < UNABLE_MAX && row->unable[i].strategy != NULL; i++) {
        if (strcmp(row->unable[i].strategy, strategy_name(strategy)) == 0) {
            return row->unable[i].reason;
        }
    }
    return NULL;
}

/* What is said of a strategy that has one schedule is known from two. */
static bool
is_unable(const struct example *program, const struct strategy *strategy)
{
    bool ok = find(program, false, strategy, 1, 1) == 0;
    uint64_t hash = run_log->result.hash;
    return ok && find(program, false, strategy, 2, 1) == 0 && run_log->result.hash == hash;
}

static void
check_strategy(const struct row *row, enum heddle_verdict verdict, const struct strategy *strategy)
{
    const char *name = heddle_verdict_name(verdict);
    const struct example *program = find_program(row->program);
    if (why_unable(row, strategy) != NULL) {
        if (!is_unable(program, strategy)) {
            complain(name, strategy_name(strategy), "is able, or has more than one schedule");
        }
        printf(" %11s", "-");
        return;
    }
    uint32_t most = 0;
    for (uint32_t number = 0; number < SEEDS; number++) {
        uint32_t schedules = find(program, false, strategy, number, LIMIT);
        if (schedules == 0) {
            complain(name, strategy_name(strategy), "does not find it");
        } else if (run_log->result.verdict != verdict) {
            complain(name, strategy_name(strategy), run_log->result.message);
        }
        most = schedules > most ? schedules : most;
    }
    printf(" %11u", most);
    if (find(program, true, strategy, 0, 200) != 0) {
        complain(name, strategy_name(strategy), "accuses the twin");
    }
}

/* Under ThreadSanitizer programs of other verdicts may race as well. */
static bool
is_here(const struct row *row)
{
    const char *build = heddle_build_sanitizers();
    bool is_thread = strstr(build, "thread") != NULL;
    return (row->is_race ? is_thread || heddle_has_accesses() : !is_thread) &&
           (row->not_in == NULL || strstr(build, row->not_in) == NULL);
}

static void
check_row(enum heddle_verdict verdict)
{
    const struct row *row = &rows[verdict];
    const char *name = heddle_verdict_name(verdict);
    if (row->program == NULL) {
        if (row->why_none == NULL) {
            complain(name, "no row", "a verdict needs a program, or a reason why it has none");
        } else {
            printf("%-15s %s\n", name, row->why_none);
        }
        return;
    }
    const struct example *program = find_program(row->program);
    if (program == NULL || program->verdicts != (uint32_t)1 << verdict) {
        complain(name, row->program, "is no program of this verdict alone");
        return;
    }
    if (!is_here(row)) {
        printf("%-15s not in this build\n", name);
        return;
    }
    printf("%-15s", name);
    example_accesses = row->is_race && heddle_has_accesses();
    const struct strategy *strategy;
    for (size_t i = 0; (strategy = strategy_at(i)) != NULL; i++) {
        check_strategy(row, verdict, strategy);
    }
    printf("  %s\n", row->program);
}

/* A verdict that an example ends in has a program. */
static void
check_reasons(void)
{
    const struct example *example;
    for (size_t i = 0; (example = example_at(i)) != NULL; i++) {
        for (int verdict = 1; verdict < HEDDLE_VERDICT_COUNT; verdict++) {
            if ((example->verdicts >> verdict) & 1 && rows[verdict].program == NULL) {
                complain(heddle_verdict_name((enum heddle_verdict)verdict), example->name,
                         "gives it, and the table has no program");
            }
        }
    }
}

int
main(void)
{
    run_log = heddle_log_create();
    if (run_log == NULL) {
        perror("verdict_table");
        return 4;
    }
    printf("Schedules to the first failure, the most of %u seeds; -: not able\n%-15s", SEEDS, "");
    const struct strategy *strategy;
    for (size_t i = 0; (strategy = strategy_at(i)) != NULL; i++) {
        printf(" %11s", strategy_name(strategy));
    }
    putchar('\n');
    for (int verdict = 0; verdict < HEDDLE_VERDICT_COUNT; verdict++) {
        check_row((enum heddle_verdict)verdict);
    }
    check_reasons();
    return wrong == 0 ? 0 : 1;
}
