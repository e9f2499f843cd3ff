/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the fuzzing engines leave of the stand-alone driver's executions a second: libFuzzer, also under ASan, and AFL++
 * beside its own target that does nothing, on the named files of the corpus; and what failures that are known cost, on programs
 * made from nothing. Each side is a program of its own (engines/), measured in turn, by processor time.
 */
#include "bench.h"
#include "bench_command.h"
#include "bench_program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROUNDS    5
#define SIDES_MAX 5

#define DRIVER_RUNS "60000"
#define LIBFUZZER_RUNS                                                                             \
    "130000" /* of which the first 70,000 do not count: engines/same_libfuzzer.c */
#define AFL_RUNS     "50000"
#define KNOWING_RUNS "30000"

static const char *const files[] = {"one-lookup.prog", "births-that-fail.prog",
                                    "seven-threads.prog", "boot-beside-load.prog"};

/* Paths below a folder that is ours alone. */
static char folder[64], input[96], inputs[96], output[96], findings[128], kept[96], afl[96];

static void
make_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/heddle-bench-XXXXXX");
    if (mkdtemp(folder) == NULL) {
        perror(folder);
        exit(4);
    }
    snprintf(inputs, sizeof inputs, "%s/inputs", folder);
    snprintf(input, sizeof input, "%s/inputs/input", folder);
    snprintf(output, sizeof output, "%s/output", folder);
    snprintf(findings, sizeof findings, "--findings=%s/findings", folder);
    snprintf(kept, sizeof kept, "%s/kept", folder);
    snprintf(afl, sizeof afl, "%s/afl", folder);
    if (mkdir(inputs, 0700) != 0) {
        perror(inputs);
        exit(4);
    }
}

static void
remove_folder(const char *path)
{
    const char *const arguments[] = {"rm", "-rf", "--", path, NULL};
    (void)bench_run_command(&(struct bench_command){.arguments = arguments, .output = "/dev/null"});
}

static void
remove_all(void)
{
    remove_folder(folder);
}

/* The bytes that the named file stands for: all sides are given the same. */
static void
write_input(const char *corpus, const char *name)
{
    struct bench_program of = {.target = laboratory_target_find("lifecycle")};
    bench_load(&of, corpus, name, NULL);
    size_t size = program_encode(&of.program, NULL, 0);
    uint8_t *bytes = malloc(size);
    FILE *file = fopen(input, "wb");
    if (bytes == NULL || file == NULL) {
        perror(input);
        exit(4);
    }
    program_encode(&of.program, bytes, size);
    bool is_written = fwrite(bytes, 1, size, file) == size;
    if (fclose(file) != 0 || !is_written) {
        perror(input);
        exit(4);
    }
    free(bytes);
    program_fini(&of.program);
}

/* --- sides: each runs once, and says how many ns an execution took -------------------------- */

static double
run_driver(void)
{
    static const char *const arguments[] = {"build/release/bin/lifecycle_driver",
                                            "-runs=" DRIVER_RUNS, input, NULL};
    double spent_ns =
        bench_run_command(&(struct bench_command){.arguments = arguments, .output = output});
    return spent_ns / strtod(DRIVER_RUNS, NULL);
}

/* What libFuzzer keeps goes to the first folder that it is given, which is a new one each time. */
static void
empty_kept(void)
{
    remove_folder(kept);
    if (mkdir(kept, 0700) != 0) {
        perror(kept);
        exit(4);
    }
}

static double
run_libfuzzer(const char *program)
{
    const char *const arguments[] = {program,
                                     "-seed=1",
                                     "-max_len=4096",
                                     "-runs=" LIBFUZZER_RUNS,
                                     kept,
                                     "build/fuzz/corpus/lifecycle",
                                     NULL};
    empty_kept();
    (void)bench_run_command(
        &(struct bench_command){.arguments = arguments, .input = input, .output = output});
    return bench_read_number(output, "measured_ns ") / bench_read_number(output, "measured_runs ");
}

static double
run_libfuzzer_plain(void)
{
    return run_libfuzzer("build/fuzz/bin/measured_same");
}

static double
run_libfuzzer_asan(void)
{
    return run_libfuzzer("build/fuzz-asan/bin/measured_same");
}

static double
run_afl(const char *program, const char *argument)
{
    char stats[128];
    const char *const arguments[] = {"afl-fuzz", "-i", inputs,  "-o",     afl,     "-E",
                                     AFL_RUNS,   "-s", "1",     "-t",     "5000+", "-m",
                                     "none",     "--", program, argument, NULL};
    remove_folder(afl);
    snprintf(stats, sizeof stats, "%s/default/fuzzer_stats", afl);
    double spent_ns =
        bench_run_command(&(struct bench_command){.arguments = arguments, .output = output});
    return spent_ns / bench_read_number(stats, "execs_done        : ");
}

static double
run_afl_target(void)
{
    return run_afl("build/afl/bin/fuzz_lifecycle", "--keep-going=1");
}

static double
run_afl_empty(void)
{
    return run_afl("build/afl/bin/measured_empty", NULL);
}

/* Only the input is executed, as it is. */
static void
set_afl_environment(void)
{
    setenv("AFL_SKIP_CPUFREQ", "1", 1);
    setenv("AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES", "1", 1);
    setenv("AFL_NO_AFFINITY", "1", 1); /* bench_run_command has chosen */
    setenv("AFL_NO_UI", "1", 1);
    setenv("AFL_DISABLE_TRIM", "1", 1);
    setenv("AFL_CUSTOM_MUTATOR_ONLY", "1", 1);
    setenv("AFL_CUSTOM_MUTATOR_LIBRARY", "build/release/lib/libmeasured_same_afl.so", 1);
}

static double known_share;

/* seeds: NULL: none */
static double
run_knowing(const char *program, const char *seeds)
{
    const char *const arguments[] = {program,
                                     "-seed=1",
                                     "-max_len=4096",
                                     "-runs=" KNOWING_RUNS,
                                     "--keep-going=1",
                                     "--known=corpus/regress/reference",
                                     findings,
                                     kept,
                                     seeds,
                                     NULL};
    empty_kept();
    double spent_ns =
        bench_run_command(&(struct bench_command){.arguments = arguments, .output = output});
    known_share = 100 * bench_read_number(output, "heddle: " KNOWING_RUNS " runs, ") /
                  strtod(KNOWING_RUNS, NULL);
    return spent_ns / strtod(KNOWING_RUNS, NULL);
}

static double
run_generated_core(void)
{
    return run_knowing("build/fuzz/bin/measured_generated_core", NULL);
}

static double
run_generated_reference(void)
{
    return run_knowing("build/fuzz/bin/measured_generated_reference", NULL);
}

static double
run_mutated_core(void)
{
    return run_knowing("build/fuzz/bin/fuzz_lifecycle", "build/fuzz/corpus/lifecycle");
}

static double
run_mutated_reference(void)
{
    return run_knowing("build/fuzz/bin/fuzz_reference", "build/fuzz/corpus/reference");
}

/* --- rows ----------------------------------------------------------------------------------- */

/* Measures the sides in turn; rates are the medians, and so are ratios: of sides[i] to sides[to[i]], of the same round. */
static void
measure(double (*const sides[])(void), const size_t *to, size_t count, double *rates,
        double *ratios)
{
    double ns[SIDES_MAX][ROUNDS], in_turn[SIDES_MAX][ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < count; i++) {
            ns[i][round] = sides[i]();
        }
        for (size_t i = 0; i < count; i++) {
            in_turn[i][round] = ns[to[i]][round] / ns[i][round];
        }
    }
    for (size_t i = 0; i < count; i++) {
        rates[i] = 1e9 / bench_median(ns[i], ROUNDS);
        ratios[i] = bench_median(in_turn[i], ROUNDS);
    }
}

static void
bench_file(const char *corpus, const char *name)
{
    enum { DRIVER, LIBFUZZER, ASAN, EMPTY, AFL, SIDES };
    static double (*const sides[SIDES])(void) = {run_driver, run_libfuzzer_plain,
                                                 run_libfuzzer_asan, run_afl_empty, run_afl_target};
    static const size_t to[SIDES] = {DRIVER, DRIVER, DRIVER, EMPTY, EMPTY};
    static const char *const names[SIDES] = {"the stand-alone driver", "libFuzzer",
                                             "libFuzzer under ASan", "AFL++, an empty target",
                                             "AFL++"};
    static const struct {
        size_t side;
        const char *words;
        double bound;
    } bounds[] = {{LIBFUZZER, "libFuzzer to the driver", 0.5},
                  {ASAN, "libFuzzer under ASan to the driver", 0.3},
                  {AFL, "AFL++ to an empty target", 0.5}};
    double rates[SIDES], ratios[SIDES];
    char row[128];
    write_input(corpus, name);
    measure(sides, to, SIDES, rates, ratios);
    for (size_t i = 0; i < SIDES; i++) {
        snprintf(row, sizeof row, "%s, %s", name, names[i]);
        bench_row(row, rates[i], "executions/s", BENCH_NO_BOUND, 0);
    }
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
        snprintf(row, sizeof row, "%s, %s", name, bounds[i].words);
        bench_row(row, ratios[bounds[i].side], "ratio", BENCH_AT_LEAST, bounds[i].bound);
    }
}

/* Sides: the core, then the reference. */
static void
bench_known(const char *inputs_are, double (*const sides[2])(void))
{
    static const size_t to[2] = {0, 0};
    double rates[2], ratios[2];
    char row[128];
    measure(sides, to, 2, rates, ratios);
    snprintf(row, sizeof row, "%s, libFuzzer on the core", inputs_are);
    bench_row(row, rates[0], "executions/s", BENCH_NO_BOUND, 0);
    snprintf(row, sizeof row, "%s, libFuzzer on the reference", inputs_are);
    bench_row(row, rates[1], "executions/s", BENCH_NO_BOUND, 0);
    /* Or nothing was measured. */
    snprintf(row, sizeof row, "%s, failures passed over on the reference", inputs_are);
    bench_row(row, known_share, "%", BENCH_AT_LEAST, 1);
    snprintf(row, sizeof row, "%s, the reference to the core", inputs_are);
    bench_row(row, ratios[1], "ratio", BENCH_AT_LEAST, 1.0 / 3);
}

static void
bench_both_known(void)
{
    static double (*const generated[2])(void) = {run_generated_core, run_generated_reference};
    static double (*const mutated[2])(void) = {run_mutated_core, run_mutated_reference};
    if (access("build/fuzz/bin/fuzz_reference", X_OK) != 0) {
        bench_skipped("reference", "that subject is not in this build");
        return;
    }
    bench_known("programs made from nothing", generated);
    bench_known("the seeds mutated", mutated);
}

int
bench_engines(const char *corpus)
{
    make_folder();
    atexit(remove_all);
    set_afl_environment();
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        bench_file(corpus, files[i]);
    }
    bench_both_known();
    return 0;
}
