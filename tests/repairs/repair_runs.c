/* SPDX-License-Identifier: BSD-2-Clause
 *
 * repair_runs SUBJECT RUNS FILE...: the signatures with which the files fail on the reference come
 * up in runs of the reference, and in none of the same runs of SUBJECT. The runs are the first RUNS
 * of `heddle run lifecycle --strategy random --seed 1`, and as many around the files: their
 * programs under random schedules, and mutations of them. All in this process; counts are printed.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/exploration.h"

#define FILES_MAX   64
#define REMAINS_MAX 64

struct failure {
    const char *file;
    struct program program;
    uint64_t signature;
    /* Runs that failed with it: on the reference, on the subject. */
    uint64_t explored[2], around[2];
};

static struct {
    const struct laboratory_target *target;
    struct heddle_log *log;
    uint64_t runs;
    struct failure failures[FILES_MAX];
    size_t count;
    /* What else the subject fails of, with the first run of each. */
    struct heddle_result remains[REMAINS_MAX];
    size_t remains_count;
} test;

static _Noreturn void
give_up(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why);
    exit(2);
}

/* --- files ---------------------------------------------------------------------------------- */

static void
read_program(struct program *program, const char *path)
{
    static char text[1 << 20];
    struct program_error error;
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        give_up(path, "cannot be read");
    }
    size_t size = fread(text, 1, sizeof(text), file);
    (void)fclose(file);
    program_init(program);
    if (!program_parse(program, text, size, test.target->vocabulary, &error)) {
        give_up(path, error.message);
    }
}

/* The signature with which it fails; 0: it passes. */
static uint64_t
run(const struct program *program, const struct subject *subject)
{
    static const struct laboratory_options options = {.oracles = true};
    laboratory_execute(program, test.target, subject, &options, test.log, NULL);
    return test.log->result.verdict == HEDDLE_OK ? 0 : test.log->result.signature;
}

/* --- runs ----------------------------------------------------------------------------------- */

static struct failure *
find_failure(uint64_t signature)
{
    for (size_t i = 0; i < test.count; i++) {
        if (test.failures[i].signature == signature) {
            return &test.failures[i];
        }
    }
    return NULL;
}

static void
keep_remaining(uint64_t signature)
{
    for (size_t i = 0; i < test.remains_count; i++) {
        if (test.remains[i].signature == signature) {
            return;
        }
    }
    if (test.remains_count < REMAINS_MAX) {
        test.remains[test.remains_count++] = test.log->result;
    }
}

static void
explore(const struct subject *subject, uint8_t strategy, bool is_repaired)
{
    const struct exploration exploration = {
        .target = test.target, .subject = subject, .strategy = strategy, .seed = 1, .faults = true};
    struct program program;
    uint32_t length = 0;
    program_init(&program);
    for (uint64_t number = 0; number < test.runs; number++) {
        uint64_t group = exploration_group(&exploration);
        bool is_first = number % group == 0;
        if (is_first) {
            exploration_program(&exploration, number / group, &program);
        }
        exploration_schedule(&exploration, number, length, &program);
        uint64_t signature = run(&program, subject);
        if (is_first) {
            length = test.log->result.steps;
        }
        struct failure *failure = find_failure(signature);
        if (failure != NULL) {
            failure->explored[is_repaired]++;
        } else if (signature != 0 && is_repaired) {
            keep_remaining(signature);
        }
    }
    program_fini(&program);
}

/* One run in four is of the file's program under a random schedule, three are near to the file. */
static void
make_neighbour(struct program *program, const struct program *of, uint8_t strategy, uint64_t number)
{
    uint64_t state = number;
    program_copy(program, of);
    if (number % 4 == 0) {
        program->deviation_count = 0;
        program->strategy = (struct program_strategy){.strategy = strategy, .seed = number};
        return;
    }
    for (uint64_t i = 0; i < number % 4; i++) {
        program_mutate(program, test.target->vocabulary, &state);
    }
}

/* The files take turns; what one shows another may show too, so all are counted. */
static void
run_around(const struct subject *subject, uint8_t strategy, bool is_repaired)
{
    struct program program;
    program_init(&program);
    for (uint64_t number = 0; number < test.runs; number++) {
        const struct failure *near = &test.failures[number % test.count];
        make_neighbour(&program, &near->program, strategy, number / test.count);
        uint64_t signature = run(&program, subject);
        struct failure *failure = find_failure(signature);
        if (failure != NULL) {
            failure->around[is_repaired]++;
        } else if (signature != 0 && is_repaired) {
            keep_remaining(signature);
        }
    }
    program_fini(&program);
}

/* --- the whole ------------------------------------------------------------------------------ */

static uint8_t
strategy_code(const char *name)
{
    const struct program_vocabulary *vocabulary = test.target->vocabulary;
    for (uint32_t i = 0; i < vocabulary->strategy_count; i++) {
        if (strcmp(vocabulary->strategies[i], name) == 0) {
            return (uint8_t)i;
        }
    }
    give_up(name, "there is no such strategy");
}

static void
begin(int count, char **files, const struct subject *reference)
{
    for (int i = 0; i < count; i++) {
        struct failure *failure = &test.failures[test.count];
        failure->file = strrchr(files[i], '/') != NULL ? strrchr(files[i], '/') + 1 : files[i];
        read_program(&failure->program, files[i]);
        failure->signature = run(&failure->program, reference);
        if (failure->signature == 0) {
            give_up(failure->file, "does not fail on the reference");
        }
        test.count++;
    }
}

/* Prints what came of each file. Returns: whether all is well. */
static bool
judge(const struct subject *subject)
{
    bool good = true;
    printf("%" PRIu64 " runs of lifecycle (random, seed 1), and as many around the files:\n"
           "%-18s%29s%29s  file\n",
           test.runs, "signature", "reference: run, around", "repaired: run, around");
    for (size_t i = 0; i < test.count; i++) {
        /* Two files may have one signature. */
        const struct failure *failure = find_failure(test.failures[i].signature);
        printf("%016" PRIx64 "  %21" PRIu64 " %7" PRIu64 "  %19" PRIu64 " %7" PRIu64 "  %s\n",
               failure->signature, failure->explored[0], failure->around[0], failure->explored[1],
               failure->around[1], test.failures[i].file);
        if (failure->explored[0] + failure->around[0] == 0) {
            printf("FAIL: it does not come up on the reference\n");
            good = false;
        }
        if (failure->explored[1] + failure->around[1] > 0) {
            printf("FAIL: it comes up on %s\n", subject->name);
            good = false;
        }
    }
    for (size_t i = 0; i < test.remains_count; i++) {
        const struct heddle_result *result = &test.remains[i];
        printf("%s still fails: %016" PRIx64 " %s: %s (%s, %s)\n", subject->name, result->signature,
               heddle_verdict_name(result->verdict), result->promise, result->function,
               result->primitive);
    }
    return good;
}

int
main(int argc, char **argv)
{
    if (argc < 4 || argc - 3 > FILES_MAX) {
        give_up("usage", "repair_runs SUBJECT RUNS FILE...");
    }
    test.target = laboratory_target_find("lifecycle");
    test.log = heddle_log_create();
    test.runs = strtoull(argv[2], NULL, 10);
    const struct subject *reference = laboratory_subject_find("reference");
    const struct subject *repaired = laboratory_subject_find(argv[1]);
    if (test.log == NULL || reference == NULL || repaired == NULL) {
        give_up(argv[1], "no memory, or no such subject");
    }
    uint8_t random_walk = strategy_code("random");
    begin(argc - 3, argv + 3, reference);
    explore(reference, random_walk, false);
    explore(repaired, random_walk, true);
    run_around(reference, random_walk, false);
    run_around(repaired, random_walk, true);
    return judge(repaired) ? 0 : 1;
}
