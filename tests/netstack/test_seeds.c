/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The seed corpus: no schedule of a seed fails on the core, and together they reach every
 * operation, with success where it can succeed, every fault point, and every probe.
 */
#include "lab_harness.h"

#include <dirent.h>
#include <stdlib.h>

static struct laboratory_totals seen;
static uint32_t probes[KERNEL_PROBE_COUNT];

/* Probes are events of the log. */
static void
count_probes(void)
{
    const struct heddle_log *log = lab_log();
    for (uint32_t i = 0; i < log->event_count; i++) {
        if (log->events[i].kind == HEDDLE_EVENT_PROBE) {
            probes[log->events[i].result]++;
        }
    }
}

static char *
read_seed(const char *name, size_t *size)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s", HEDDLE_SEEDS, name);
    FILE *file = fopen(path, "rb");
    char *text = calloc(1, 1 << 16);
    cr_assert(file != NULL && text != NULL, "%s", path);
    *size = fread(text, 1, 1 << 16, file);
    fclose(file);
    return text;
}

static void
run_seed(const char *name, const struct subject *subject, uint64_t seeds)
{
    size_t size;
    struct program program;
    struct program_error error;
    char *text = read_seed(name, &size);
    program_init(&program);
    bool parsed = program_parse(&program, text, size, operations_vocabulary(), &error);
    cr_assert(parsed, "%s:%d:%d: %s", name, error.line, error.column, error.message);
    cr_assert_str_eq(program.target, "lifecycle");
    for (uint64_t seed = 0; seed < seeds; seed++) {
        program.strategy.seed = seed;
        const struct heddle_result *result = lab_run_program(subject, &program);
        cr_assert_eq(result->verdict, HEDDLE_OK, "%s, seed %lu: %s\n%s", name, (unsigned long)seed,
                     result->promise, result->message);
        laboratory_add_totals(&seen, &lab_totals);
        count_probes();
    }
    program_fini(&program);
    free(text);
}

static int
is_program(const struct dirent *entry)
{
    const char *suffix = strrchr(entry->d_name, '.');
    return suffix != NULL && strcmp(suffix, ".prog") == 0;
}

static uint32_t
run_seeds(const struct subject *subject, uint64_t seeds, const char *only)
{
    struct dirent **entries;
    int count = scandir(HEDDLE_SEEDS, &entries, is_program, alphasort);
    cr_assert_gt(count, 0);
    for (int i = 0; i < count; i++) {
        if (only == NULL || strcmp(entries[i]->d_name, only) == 0) {
            run_seed(entries[i]->d_name, subject, seeds);
        }
        free(entries[i]);
    }
    free(entries);
    return (uint32_t)count;
}

static bool
can_succeed(uint32_t verb)
{
    return verb != VERB_REGISTER_BAD && verb != VERB_UNREGISTER_BAD &&
           verb != VERB_ZONE_CREATE_BAD && verb != VERB_KSTAT_DELETE_STALE &&
           verb != VERB_WAIT_GONE_BAD && verb != VERB_ZONE_KEY_CREATE_BAD &&
           verb != VERB_CURRENT; /* in callbacks only */
}

Test(seeds, no_schedule_of_a_seed_fails_on_the_core_and_all_operations_are_reached, .timeout = 120)
{
    const struct program_vocabulary *words = operations_vocabulary();
    cr_assert_geq(run_seeds(&subject_core, 60, NULL), 30);
    for (uint32_t i = 0; i < VERB_COUNT; i++) {
        cr_assert_gt(can_succeed(i) ? seen.successes[i] : seen.errors[i], 0, "%s",
                     words->verbs[i].name);
    }
    for (uint32_t i = 0; i < POINT_COUNT; i++) {
        bool seeded = i != POINT_SHUTDOWN_OF && i != POINT_KEY_SHUTDOWN && i != POINT_DISPATCH;
        cr_assert(!seeded || seen.faults[i] > 0, "%s", words->fault_points[i].name);
    }
    for (uint32_t i = 0; i < KERNEL_PROBE_COUNT; i++) {
        cr_assert_gt(probes[i], 0, "probe %u of probes.h", i);
    }
}

#ifdef HEDDLE_REFERENCE
Test(seeds, in_one_thread_the_reference_keeps_all_promises)
{
    run_seeds(&subject_reference, 200, "serial.prog");
}
#endif
