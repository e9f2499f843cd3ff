/* SPDX-License-Identifier: BSD-2-Clause
 *
 * References and lookups beside the bare table (bench_bare.h).
 */
#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "bench.h"
#include "bench_bare.h"
#include "bench_core.h"

#define ROUNDS      15
#define CALLS       300000u
#define CALLS_SHARE 200000u /* of each thread */

#define ROUNDS_TRIED    200
#define ROUNDS_KEPT_MIN 5
#define UNDISTURBED     0.95 /* of the time that passes, the thread's own */

/* --- hold and rele ------------------------------------------------------------------------ */

struct hold_case {
    const struct subject *subject;
    subject_stack_t *stack;
    struct bare_element bare;
};

static uint64_t
hold_and_rele(void *argument)
{
    const struct hold_case *how = argument;
    for (uint32_t i = 0; i < CALLS; i++) {
        how->subject->hold(how->stack);
        how->subject->rele(how->stack);
    }
    return CALLS;
}

static uint64_t
increment_and_decrement(void *argument)
{
    struct hold_case *how = argument;
    for (uint32_t i = 0; i < CALLS; i++) {
        bare_hold(&how->bare);
        bare_rele(&how->bare);
    }
    return CALLS;
}

void
bench_references(struct bench_world *core)
{
    struct hold_case how = {.subject = core->subject};
    how.stack = core->subject->find_by_stackid(0);
    struct bench_case cases[] = {{.work = hold_and_rele, .argument = &how},
                                 {.work = increment_and_decrement, .argument = &how}};
    bench_measure(cases, 2, ROUNDS);
    core->subject->rele(how.stack);
    bench_row("hold + rele", cases[0].ns_per_unit, "ns", BENCH_NO_BOUND, 0);
    bench_row("hold + rele, to a bare atomic increment + decrement",
              cases[0].ns_per_unit / cases[1].ns_per_unit, "ratio", BENCH_AT_MOST, 3);
}

/* --- find and rele ------------------------------------------------------------------------ */

struct find_case {
    const struct subject *subject;
    struct bare_table general, in_a_row;
    int *keys; /* what is looked for, in this order */
    uint32_t key_count;
};

static uint64_t
find_and_rele(void *argument)
{
    const struct find_case *how = argument;
    for (uint32_t i = 0; i < how->key_count; i++) {
        how->subject->rele(how->subject->find_by_stackid(how->keys[i]));
    }
    return how->key_count;
}

static uint64_t
find_bare(void *argument)
{
    const struct find_case *how = argument;
    for (uint32_t i = 0; i < how->key_count; i++) {
        struct bare_element *element = bare_find(&how->general, BARE_GENERAL, how->keys[i]);
        bare_hold(element);
        bare_rele(element);
    }
    return how->key_count;
}

static uint64_t
find_in_a_row(void *argument)
{
    const struct find_case *how = argument;
    for (uint32_t i = 0; i < how->key_count; i++) {
        struct bare_element *element = bare_find(&how->in_a_row, BARE_IN_A_ROW, how->keys[i]);
        bare_hold(element);
        bare_rele(element);
    }
    return how->key_count;
}

static uint64_t
random_number(uint64_t *state)
{
    /* xorshift64 (Marsaglia, 2003). */
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* The zones again and again, each time in another order, until there are enough. */
static void
shuffle_keys(struct find_case *how, const struct bench_world *world)
{
    uint64_t state = 88172645463325252u;
    uint32_t passes = (CALLS + world->count - 1) / world->count;
    how->key_count = passes * world->count;
    how->keys = bench_zalloc(how->key_count, sizeof *how->keys);
    for (uint32_t pass = 0; pass < passes; pass++) {
        int *keys = &how->keys[pass * world->count];
        for (uint32_t i = 0; i < world->count; i++) {
            uint32_t place = (uint32_t)(random_number(&state) % (i + 1));
            keys[i] = keys[place];
            keys[place] = world->zones[i];
        }
    }
}

static void
bench_lookups_among(struct bench_world *core, uint32_t count, const char *name)
{
    bench_world_resize(core, count);
    struct find_case how = {.subject = core->subject};
    bare_table_init(&how.general, BARE_GENERAL, core->zones, count);
    bare_table_init(&how.in_a_row, BARE_IN_A_ROW, core->zones, count);
    shuffle_keys(&how, core);
    struct bench_case cases[] = {{.work = find_and_rele, .argument = &how},
                                 {.work = find_bare, .argument = &how},
                                 {.work = find_in_a_row, .argument = &how}};
    bench_measure(cases, 3, ROUNDS);
    free(how.keys);
    bare_table_fini(&how.general);
    bare_table_fini(&how.in_a_row);

    double each = cases[0].ns_per_unit;
    char row[128];
    snprintf(row, sizeof row, "find_by_stackid + rele, %s stacks", name);
    bench_row(row, each, "ns", BENCH_NO_BOUND, 0);
    snprintf(row, sizeof row, "find_by_stackid + rele, %s stacks, to a bare lookup", name);
    bench_row(row, each / cases[1].ns_per_unit, "ratio", BENCH_AT_MOST, 3);
    snprintf(row, sizeof row, "find_by_stackid + rele, %s stacks, to one for keys in a row", name);
    bench_row(row, each / cases[2].ns_per_unit, "ratio", BENCH_NO_BOUND, 0);
}

void
bench_lookups(struct bench_world *core)
{
    bench_lookups_among(core, 10, "10");
    bench_lookups_among(core, 1000, "1,000");
    bench_lookups_among(core, 1000000, "1,000,000");
    bench_world_resize(core, 0);
}

/* --- two threads -------------------------------------------------------------------------- */

struct share {
    const struct subject
        *subject; /* NULL: a counter of its own, which tells what the machine can */
    int key;
    struct bare_element bare;
    _Atomic bool *disturbed; /* set if the thread did not have a processor all the time */
};

static double
time_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void *
work_share(void *argument)
{
    struct share *share = argument;
    double wall = time_ns(CLOCK_MONOTONIC);
    double own = time_ns(CLOCK_THREAD_CPUTIME_ID);
    for (uint32_t i = 0; i < CALLS_SHARE; i++) {
        if (share->subject != NULL) {
            share->subject->rele(share->subject->find_by_stackid(share->key));
        } else {
            bare_hold(&share->bare);
            bare_rele(&share->bare);
        }
    }
    own = time_ns(CLOCK_THREAD_CPUTIME_ID) - own;
    wall = time_ns(CLOCK_MONOTONIC) - wall;
    if (own < UNDISTURBED * wall) {
        *share->disturbed = true;
    }
    return NULL;
}

static uint64_t
work_alone(void *argument)
{
    work_share(argument);
    return CALLS_SHARE;
}

/* argument: two shares, of which one is another thread's. */
static uint64_t
work_together(void *argument)
{
    struct share *shares = argument;
    pthread_t other;
    bench_expect(pthread_create(&other, NULL, work_share, &shares[1]), "pthread_create");
    work_share(&shares[0]);
    bench_expect(pthread_join(other, NULL), "pthread_join");
    return 2 * CALLS_SHARE;
}

/*
 * Threads together: a counter each, a stack each, one stack; in `ratios` the throughput of each to one
 * thread's. A round in which a thread had to wait for a processor is left out: it says what
 * others do on this machine. Returns: how many rounds were kept.
 */
static size_t
measure_together(struct bench_case cases[5], _Atomic bool *disturbed, double ratios[3][ROUNDS])
{
    size_t kept = 0;
    for (int round = 0; round < ROUNDS_TRIED && kept < ROUNDS; round++) {
        *disturbed = false;
        bench_measure(cases, 5, 1);
        if (!*disturbed) {
            ratios[0][kept] = cases[3].ns_per_unit / cases[4].ns_per_unit;
            ratios[1][kept] = cases[0].ns_per_unit / cases[1].ns_per_unit;
            ratios[2][kept] = cases[0].ns_per_unit / cases[2].ns_per_unit;
            kept++;
        }
    }
    return kept;
}

void
bench_two_threads(struct bench_world *core)
{
    static _Atomic bool disturbed;
    bench_world_resize(core, 100);
    struct share apart[2] = {
        {.subject = core->subject, .key = core->zones[0], .disturbed = &disturbed},
        {.subject = core->subject, .key = core->zones[50], .disturbed = &disturbed}};
    struct share same[2] = {apart[0], apart[0]};
    struct share *bare = bench_zalloc(2, sizeof *bare);
    bare[0].disturbed = &disturbed;
    bare[1].disturbed = &disturbed;
    struct bench_case cases[] = {{.work = work_alone, .argument = apart},
                                 {.work = work_together, .argument = apart},
                                 {.work = work_together, .argument = same},
                                 {.work = work_alone, .argument = bare},
                                 {.work = work_together, .argument = bare}};
    double ratios[3][ROUNDS];
    size_t kept = measure_together(cases, &disturbed, ratios);
    free(bare);
    bench_world_resize(core, 0);
    if (kept < ROUNDS_KEPT_MIN) {
        bench_skipped("two threads", "this machine has no two processors free just now");
        return;
    }
    bench_row("two threads, a counter each, to one thread's throughput",
              bench_median(ratios[0], kept), "ratio", BENCH_NO_BOUND, 0);
    bench_row("two threads, find + rele, a stack each, to one thread's",
              bench_median(ratios[1], kept), "ratio", BENCH_AT_LEAST, 1.7);
    bench_row("two threads, find + rele, one stack, to one thread's", bench_median(ratios[2], kept),
              "ratio", BENCH_NO_BOUND, 0);
}
