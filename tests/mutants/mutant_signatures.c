/* SPDX-License-Identifier: BSD-2-Clause
 *
 * mutant_signatures: is one error one signature? Collects failures of every mutant, whose error is known, from
 * all strategies, seeds, sizes of programs, with faults and without, and counts the signatures: at most two a
 * mutant, none of two mutants. A failure is taken as it comes: the first of a program, found by the strategy and
 * not by the run that counts steps; nothing is shrunk, and none is left out.
 *
 * Strategies have equal shares of the failures. One that has not found its share after so many programs leaves the
 * rest to the others.
 */
#include <argp.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/exploration.h"
#include "tool/finding.h"
#include "tool/outcome.h"
#include "tool/terminal.h"
#include "tool/worker.h"

#define FAILURES_MAX     1000
#define STRATEGIES_MAX   32
#define MUTANTS_MAX      64
#define A_MUTANTS_MOST   2
#define SEED_OF_PROGRAMS 11

struct sample {
    uint8_t strategy;
    struct heddle_result result;
};

/* Of one mutant; shared with the worker. */
struct tally {
    uint64_t runs, programs;
    uint32_t found[STRATEGIES_MAX];
    uint32_t count;
    struct sample samples[FAILURES_MAX];
};

/* Failures of one mutant and one signature. */
struct row {
    const char *mutant;
    struct heddle_result result;
    uint32_t count, found[STRATEGIES_MAX];
};

static struct {
    const struct laboratory_target *target;
    const struct subject *subject;
    struct laboratory_target sized;
    struct tally *tally;
    uint64_t wanted, share, programs_max;
    uint64_t before; /* numbers of the programs that were had before */
    const char *kept;
    struct row rows[MUTANTS_MAX * 16];
    size_t row_count;
    double started;
} study;

static const struct program_generation sizes[] = {
    {.threads_max = 2, .operations_max = 6},
    {.threads_max = 3, .operations_max = 16},
    {.threads_max = 0, .operations_max = 0},
};

/* --- in the worker ------------------------------------------------------------------------ */

static bool
is_enough(uint8_t strategy)
{
    return study.tally->count >= study.wanted || study.tally->found[strategy] >= study.share;
}

static void
add(uint8_t strategy, const struct heddle_result *result)
{
    struct tally *tally = study.tally;
    if (tally->count < study.wanted) {
        tally->samples[tally->count++] = (struct sample){strategy, *result};
        tally->found[strategy]++;
    }
}

/* Programs in turn have every strategy, faults or none, and every size. */
static struct exploration
exploration_of(uint64_t number)
{
    uint32_t strategies = study.target->vocabulary->strategy_count;
    uint64_t round = number / strategies;
    study.sized = *study.target;
    study.sized.generation = sizes[round / 2 % (sizeof(sizes) / sizeof(sizes[0]))];
    study.sized.generation.faults = true;
    return (struct exploration){.target = &study.sized,
                                .subject = study.subject,
                                .strategy = (uint8_t)(number % strategies),
                                .depth = EXPLORATION_DEPTH,
                                .seed = SEED_OF_PROGRAMS,
                                .faults = round % 2 == 0};
}

static void
keep(const struct exploration *exploration, const struct program *program, struct heddle_log *log)
{
    char path[PATH_MAX], found_by[256], prefix[160];
    struct program failing;
    program_init(&failing);
    program_copy(&failing, program);
    (void)laboratory_make_explicit(&failing, log);
    exploration_command(exploration, found_by, sizeof(found_by));
    snprintf(prefix, sizeof(prefix), "%s-%03u-", study.subject->name, (unsigned)study.tally->count);
    struct report report = {.target = study.target->name,
                            .subject = study.subject->name,
                            .program = &failing,
                            .result = &log->result,
                            .found_by = found_by,
                            .options = ""};
    (void)finding_write(study.kept, prefix, log->result.signature, &report, study.target, path);
    program_fini(&failing);
}

/* Executes a program of its number under one strategy, until it fails. */
static void
execute(struct worker *worker, uint64_t number, void *argument)
{
    static const struct laboratory_options options = {.oracles = true, .coverage = true};
    (void)argument;
    number += study.before;
    const struct exploration exploration = exploration_of(number);
    if (is_enough(exploration.strategy)) {
        return;
    }
    bool is_fixed = exploration.strategy == 0;
    uint64_t group = is_fixed ? 1 : exploration_group(&exploration);
    uint32_t length = 0;
    struct program program;
    program_init(&program);
    exploration_program(&exploration, number, &program);
    heddle_forget();
    study.tally->programs++;
    for (uint64_t i = 0; i < group; i++) {
        exploration_schedule(&exploration, number * group + i, length, &program);
        outcome_announce(&program, worker->log);
        worker->log->number = number - study.before;
        study.tally->runs++;
        laboratory_execute(&program, study.target, study.subject, &options, worker->log, NULL);
        if (i == 0) {
            length = worker->log->result.steps;
        }
        if (worker->log->result.verdict != HEDDLE_OK && (is_fixed || i > 0)) {
            if (study.kept != NULL) {
                keep(&exploration, &program, worker->log);
            }
            add(exploration.strategy, &worker->log->result);
            break;
        }
    }
    program_fini(&program);
}

/* --- in the parent ------------------------------------------------------------------------ */

/* Only the dead are news here. */
static enum worker_answer
on_news(const struct worker_news *news, void *argument)
{
    (void)argument;
    if (outcome_may_be_foreign(news) && news->deaths == 0) {
        return WORKER_REPEAT;
    }
    struct outcome *outcome = outcome_take(news, study.target);
    if (outcome == NULL) {
        fprintf(stderr, "mutant_signatures: no memory\n");
        exit(4);
    }
    add((uint8_t)(news->number % study.target->vocabulary->strategy_count), &outcome->result);
    outcome_destroy(outcome);
    return WORKER_GO_ON;
}

static enum worker_answer
on_settled(uint64_t below, void *argument)
{
    (void)below;
    (void)argument;
    terminal_progress_show(&(struct terminal_progress){.seconds = terminal_now() - study.started,
                                                       .runs = study.tally->runs,
                                                       .runs_max = UINT64_MAX,
                                                       .failures = study.tally->count});
    return study.tally->count >= study.wanted ? WORKER_STOP : WORKER_GO_ON;
}

static void
collect(const struct subject *subject)
{
    uint32_t strategies = study.target->vocabulary->strategy_count;
    study.subject = subject;
    memset(study.tally, 0, sizeof(*study.tally));
    const struct worker_job job = {.jobs = 1,
                                   .numbers = study.programs_max * strategies,
                                   .batch = 1,
                                   .memory_max = WORKER_MEMORY,
                                   .execute = execute,
                                   .on_news = on_news,
                                   .on_settled = on_settled};
    study.share = (study.wanted + strategies - 1) / strategies;
    for (study.before = 0; study.before <= job.numbers; study.before += job.numbers) {
        if (!worker_run(&job)) {
            perror("mutant_signatures: no workers");
            exit(4);
        }
        if (study.tally->count >= study.wanted) {
            break;
        }
        study.share = study.wanted;
    }
    terminal_progress_erase();
}

/* --- the table ---------------------------------------------------------------------------- */

static struct row *
row_of(const char *mutant, size_t first, const struct heddle_result *result)
{
    for (size_t i = first; i < study.row_count; i++) {
        if (study.rows[i].result.signature == result->signature) {
            return &study.rows[i];
        }
    }
    struct row *row = &study.rows[study.row_count++];
    *row = (struct row){.mutant = mutant, .result = *result};
    return row;
}

static int
compare_rows(const void *a, const void *b)
{
    const struct row *one = a, *other = b;
    return (one->count < other->count) - (one->count > other->count);
}

static void
print_row(const struct row *row)
{
    static const char *const lives[] = {"", " live", " freed", " destroyed"};
    const struct heddle_result *result = &row->result;
    printf("  %4u  %016" PRIx64 "  %s, %s: %s\n        at %s %s %s;", row->count, result->signature,
           heddle_verdict_name(result->verdict), result->oracle, result->promise, result->file,
           result->function, result->primitive);
    for (int i = 0; i < 2 && result->objects[i].kind[0] != '\0'; i++) {
        printf(" %s%s", result->objects[i].kind, lives[result->objects[i].life & 3]);
    }
    printf("\n       ");
    for (uint32_t i = 0; i < study.target->vocabulary->strategy_count; i++) {
        if (row->found[i] > 0) {
            printf(" %s %u", study.target->vocabulary->strategies[i], row->found[i]);
        }
    }
    putchar('\n');
}

/* How many signatures the mutant has. */
static size_t
tell(const char *mutant)
{
    const struct tally *tally = study.tally;
    size_t first = study.row_count;
    for (uint32_t i = 0; i < tally->count; i++) {
        const struct sample *sample = &tally->samples[i];
        struct row *row = row_of(mutant, first, &sample->result);
        row->count++;
        row->found[sample->strategy]++;
    }
    size_t count = study.row_count - first;
    qsort(&study.rows[first], count, sizeof(study.rows[0]), compare_rows);
    uint32_t strategies = 0;
    for (uint32_t i = 0; i < study.target->vocabulary->strategy_count; i++) {
        strategies += tally->found[i] > 0;
    }
    printf("%s: %u failures of %" PRIu64 " programs, %" PRIu64
           " runs, %u strategies; %zu signature%s\n",
           mutant, tally->count, tally->programs, tally->runs, strategies, count,
           count == 1 ? "" : "s");
    for (size_t i = first; i < study.row_count; i++) {
        print_row(&study.rows[i]);
    }
    fflush(stdout);
    return count;
}

static unsigned
tell_shared(void)
{
    unsigned shared = 0;
    for (size_t i = 0; i < study.row_count; i++) {
        for (size_t j = i + 1; j < study.row_count; j++) {
            const struct row *one = &study.rows[i], *other = &study.rows[j];
            if (one->result.signature == other->result.signature) {
                printf("%016" PRIx64 " is of two mutants: %s, %u times, and %s, %u times\n",
                       one->result.signature, one->mutant, one->count, other->mutant, other->count);
                shared++;
            }
        }
    }
    return shared;
}

/* --- the command -------------------------------------------------------------------------- */

enum { KEY_FAILURES = 256, KEY_PROGRAMS, KEY_KEEP };

static const struct argp_option options[] = {
    {"failures", KEY_FAILURES, "N", 0, "Failures of each mutant; default 50", 0},
    {"programs", KEY_PROGRAMS, "N", 0, "Programs a strategy at most; default 100000", 0},
    {"keep", KEY_KEEP, "DIR", 0, "Write each failure as a .prog, as it was found", 0},
    {0},
};

static struct {
    char **mutants;
    int mutant_count;
} arguments;

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    switch (key) {
    case KEY_FAILURES:
        study.wanted = strtoull(argument, NULL, 10);
        if (study.wanted == 0 || study.wanted > FAILURES_MAX) {
            argp_error(state, "--failures: '%s' is not 1 to %d", argument, FAILURES_MAX);
        }
        return 0;
    case KEY_PROGRAMS:
        study.programs_max = strtoull(argument, NULL, 10);
        if (study.programs_max == 0) {
            argp_error(state, "--programs: '%s' is not a number from 1 on", argument);
        }
        return 0;
    case KEY_KEEP:
        study.kept = argument;
        return 0;
    case ARGP_KEY_ARGS:
        arguments.mutants = state->argv + state->next;
        arguments.mutant_count = state->argc - state->next;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/*
 * One error, many truths: what it breaks has several callers, to each of whom something of its own is promised. Register,
 * unregister and the public walk share the cursor that skips; whoever waits for a reap, and who looks whether it happened,
 * has a reaper that sleeps. These are told, with nothing asked of them.
 */
static bool
is_of_many_promises(const char *name)
{
    return strcmp(name, "mutant_21_passes_skip") == 0 ||
           strcmp(name, "mutant_22_signal_before_queue") == 0;
}

static bool
is_wanted(const char *name)
{
    for (int i = 0; i < arguments.mutant_count; i++) {
        if (strcmp(arguments.mutants[i], name) == 0) {
            return true;
        }
    }
    /* A race breaks no promise that an oracle sees (tests/tsan). */
    return arguments.mutant_count == 0 && strncmp(name, "mutant_", 7) == 0 &&
           strncmp(name, "mutant_race", 11) != 0;
}

int
main(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "[MUTANT...]",
        .doc = "Collects failures of every mutant from all strategies and counts their signatures: "
               "at most two a "
               "mutant, none of two mutants. Exit status: 0 if so, else 1."
               "\vExample: mutant_signatures --failures 10 mutant_05_walk_ends_early"};
    study.wanted = 50;
    study.programs_max = 100000;
    argp_parse(&argp, argc, argv, 0, NULL, NULL);
    study.target = laboratory_target_find("lifecycle");
    study.tally = worker_shared_create(sizeof(*study.tally));
    study.started = terminal_now();
    if (study.tally == NULL) {
        perror("mutant_signatures");
        return 4;
    }
    unsigned mutants = 0, many = 0, few = 0;
    bool told = false;
    for (size_t i = 0; laboratory_subjects[i] != NULL && mutants < MUTANTS_MAX; i++) {
        const char *name = laboratory_subjects[i]->name;
        if (!is_wanted(name)) {
            continue;
        }
        size_t own = study.row_count;
        collect(laboratory_subjects[i]);
        if (is_of_many_promises(name)) {
            (void)tell(name);
            printf("  not counted: what it breaks has callers to whom different things are "
                   "promised\n");
            study.row_count = own;
            told = true;
            continue;
        }
        mutants++;
        many += tell(name) > A_MUTANTS_MOST;
        few += study.tally->count < study.wanted;
    }
    unsigned shared = tell_shared();
    printf("%u mutants: %u with more than %d signatures, %u signatures of two mutants, %u with "
           "fewer than %" PRIu64 " failures\n",
           mutants, many, A_MUTANTS_MOST, shared, few, study.wanted);
    return mutants == 0 && !told ? 2 : many + shared + few > 0 ? 1 : 0;
}
