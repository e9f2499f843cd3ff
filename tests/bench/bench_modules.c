/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What modules, walks, births and memory cost, by the number of stacks and beside the reference.
 */
#include <errno.h>
#include <malloc.h>
#include <stdio.h>

#include "bench.h"
#include "bench_core.h"

#define ROUNDS 7

static uint64_t
register_and_unregister(void *argument)
{
    struct bench_world *world = argument;
    bench_world_register(world, 0);
    bench_world_unregister(world, 0);
    return world->count;
}

static uint64_t
walk(void *argument)
{
    struct bench_world *world = argument;
    subject_cursor_t cursor;
    subject_stack_t *stack;
    uint64_t seen = 0;
    world->subject->next_init(&cursor);
    while ((stack = world->subject->next(&cursor)) != NULL) {
        world->subject->rele(stack);
        seen++;
    }
    world->subject->next_fini(&cursor);
    if (seen != world->count + 1) {
        bench_expect(ERANGE, "a walk that does not see every stack");
    }
    return seen;
}

/* --- linear ------------------------------------------------------------------------------- */

static const uint32_t sizes[] = {1000, 4000, 16000, 64000, 256000};
#define SIZES        (sizeof sizes / sizeof *sizes)
#define LINEAR_UNITS 256000 /* the small sizes again and again */

struct sized_case {
    struct bench_world *world;
    uint64_t (*work)(void *);
    uint32_t size;
};

static uint64_t
grow(void *argument)
{
    const struct sized_case *how = argument;
    bench_world_resize(how->world, how->size);
    return 1;
}

static uint64_t
measure_at_size(void *argument)
{
    const struct sized_case *how = argument;
    uint64_t units = 0;
    while (units < LINEAR_UNITS) {
        units += how->work(how->world);
    }
    return units;
}

/* Every round grows from the smallest to the largest, and measures both at each. */
void
bench_linear(struct bench_world *core)
{
    struct sized_case modules[SIZES], walks[SIZES];
    struct bench_case cases[3 * SIZES];
    for (size_t i = 0; i < SIZES; i++) {
        modules[i] = (struct sized_case){core, register_and_unregister, sizes[i]};
        walks[i] = (struct sized_case){core, walk, sizes[i]};
        cases[3 * i] = (struct bench_case){.work = grow, .argument = &modules[i]};
        cases[3 * i + 1] = (struct bench_case){.work = measure_at_size, .argument = &modules[i]};
        cases[3 * i + 2] = (struct bench_case){.work = measure_at_size, .argument = &walks[i]};
    }
    bench_measure(cases, 3 * SIZES, ROUNDS);
    bench_world_resize(core, 0);

    static const char *const names[] = {"register + unregister", "a full walk"};
    for (size_t kind = 0; kind < 2; kind++) {
        double least = 0, most = 0;
        char row[128];
        for (size_t i = 0; i < SIZES; i++) {
            double each = cases[3 * i + 1 + kind].ns_per_unit;
            least = i == 0 || each < least ? each : least;
            most = each > most ? each : most;
            snprintf(row, sizeof row, "%s, %u stacks", names[kind], sizes[i]);
            bench_row(row, each, "ns/stack", BENCH_NO_BOUND, 0);
        }
        snprintf(row, sizeof row, "%s, time a stack, most to least", names[kind]);
        bench_row(row, most / least, "ratio", BENCH_AT_MOST, 3);
    }
}

/* --- beside the reference ----------------------------------------------------------------- */

void
bench_quadratic(struct bench_world *core, struct bench_world *reference)
{
    if (reference == NULL) {
        bench_skipped("register + unregister beside the reference", "it is not in this build");
        return;
    }
    bench_world_resize(core, 16000);
    bench_world_resize(reference, 16000);
    struct bench_case cases[] = {{.work = register_and_unregister, .argument = core},
                                 {.work = register_and_unregister, .argument = reference}};
    bench_measure(cases, 2, 3);
    bench_world_resize(core, 0);
    bench_world_resize(reference, 0);
    bench_row("register + unregister, 16000 stacks, the reference",
              cases[1].ns_per_unit * 16000 / 1e9, "s", BENCH_NO_BOUND, 0);
    bench_row("register + unregister, 16000 stacks, faster than the reference",
              cases[1].ns_per_unit / cases[0].ns_per_unit, "times", BENCH_AT_LEAST, 100);
}

#define BIRTHS 10000

/* One after the other, to the last unlink. */
static uint64_t
bear_and_reap(void *argument)
{
    struct bench_world *world = argument;
    zoneid_t zones[BIRTHS];
    for (uint32_t i = 0; i < BIRTHS; i++) {
        zones[i] = bench_world_boot_and_halt(world, ZF_NET_EXCL);
    }
    for (uint32_t i = 0; i < BIRTHS; i++) {
        bench_world_wait_gone(world, zones[i]);
    }
    return BIRTHS;
}

void
bench_births(struct bench_world *core, struct bench_world *reference)
{
    struct bench_case cases[] = {{.work = bear_and_reap, .argument = core},
                                 {.work = bear_and_reap, .argument = reference}};
    bench_world_register_all(core);
    if (reference != NULL) {
        bench_world_register_all(reference);
    }
    bench_measure(cases, reference != NULL ? 2 : 1, ROUNDS);
    bench_world_unregister_all(core);
    bench_row("10,000 births and halts, 19 modules", cases[0].ns_per_unit / 1000, "us/stack",
              BENCH_NO_BOUND, 0);
    if (reference == NULL) {
        bench_skipped("births and halts beside the reference", "it is not in this build");
        return;
    }
    bench_world_unregister_all(reference);
    bench_row("10,000 births and halts, 19 modules, to the reference",
              cases[0].ns_per_unit / cases[1].ns_per_unit, "ratio", BENCH_AT_MOST, 1.1);
}

/* --- memory ------------------------------------------------------------------------------- */

#define MEMORY_STEPS 200
#define MEMORY_STEP  1000

static size_t
bytes_in_use(void)
{
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

/* Bytes in use after every thousand zones, with what malloc adds. */
static void
weigh_zones(struct bench_world *core, uint32_t flags, size_t bytes[MEMORY_STEPS])
{
    static zoneid_t zones[MEMORY_STEPS * MEMORY_STEP];
    size_t before = bytes_in_use();
    for (size_t step = 0; step < MEMORY_STEPS; step++) {
        for (size_t i = 0; i < MEMORY_STEP; i++) {
            bench_expect(core->subject->zone_create(flags, &zones[step * MEMORY_STEP + i]),
                         "zone_create");
        }
        bytes[step] = bytes_in_use() - before;
    }
    for (size_t i = 0; i < MEMORY_STEPS * MEMORY_STEP; i++) {
        bench_expect(core->subject->zone_destroy(zones[i]), "zone_destroy");
    }
    bench_expect(core->subject->barrier(), "barrier");
}

/*
 * What zones with a stack of their own take beyond zones that share one, which have everything else: where
 * the tables have just grown, the most.
 */
void
bench_memory(struct bench_world *core)
{
    static size_t shared[MEMORY_STEPS], exclusive[MEMORY_STEPS];
    bench_world_register_all(core);
    weigh_zones(core, 0, shared);
    weigh_zones(core, ZF_NET_EXCL, exclusive);
    bench_world_unregister_all(core);
    double most = 0, sum = 0;
    for (size_t step = 0; step < MEMORY_STEPS; step++) {
        double each = (double)(exclusive[step] - shared[step]) / (double)((step + 1) * MEMORY_STEP);
        most = each > most ? each : most;
        sum += each;
    }
    bench_row("memory of a stack, 19 modules, mean", sum / MEMORY_STEPS, "bytes", BENCH_NO_BOUND,
              0);
    bench_row("memory of a stack, 19 modules, most", most, "bytes", BENCH_AT_MOST, 512);
}
