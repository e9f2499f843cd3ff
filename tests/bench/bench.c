/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Rows, measuring, and the program that runs the benchmarks: heddle-bench SUBJECT CORPUS [--json].
 */
#include "bench.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS_MAX 101

static bool json;
static bool all_ok = true;

void
bench_set_json(bool as_json)
{
    json = as_json;
}

bool
bench_is_json(void)
{
    return json;
}

bool
bench_all_ok(void)
{
    return all_ok;
}

void
bench_row(const char *name, double value, const char *unit, enum bench_bound kind, double bound)
{
    bool ok = kind == BENCH_NO_BOUND || (kind == BENCH_AT_MOST ? value <= bound : value >= bound);
    all_ok = all_ok && ok;
    if (!json) {
        char limit[64] = "";
        if (kind != BENCH_NO_BOUND) {
            snprintf(limit, sizeof limit, "%s %.4g  %s", kind == BENCH_AT_MOST ? "at most" : "at least",
                     bound, ok ? "ok" : "MISSED");
        }
        printf("%-58s %12.4g %-14s %s\n", name, value, unit, limit);
        fflush(stdout);
        return;
    }
    struct json_object *row = json_object_new_object();
    json_object_object_add(row, "name", json_object_new_string(name));
    json_object_object_add(row, "value", json_object_new_double(value));
    json_object_object_add(row, "unit", json_object_new_string(unit));
    json_object_object_add(row, "bound",
                           kind == BENCH_NO_BOUND ? NULL : json_object_new_double(bound));
    json_object_object_add(row, "ok", json_object_new_boolean(ok));
    puts(json_object_to_json_string_ext(row, JSON_C_TO_STRING_PLAIN));
    fflush(stdout);
    json_object_put(row);
}

static double
now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static int
compare(const void *a, const void *b)
{
    double one = *(const double *)a, other = *(const double *)b;
    return one < other ? -1 : one > other;
}

void
bench_measure(struct bench_case *cases, size_t count, int rounds)
{
    double(*samples)[ROUNDS_MAX] = calloc(count, sizeof *samples);
    if (samples == NULL || rounds > ROUNDS_MAX) {
        fputs("heddle-bench: no memory for that many samples\n", stderr);
        exit(4);
    }
    /* Round -1 warms up. */
    for (int round = -1; round < rounds; round++) {
        for (size_t i = 0; i < count; i++) {
            double start = now_ns();
            uint64_t units = cases[i].work(cases[i].argument);
            double each = (now_ns() - start) / (double)units;
            if (round >= 0) {
                samples[i][round] = each;
            }
        }
    }
    for (size_t i = 0; i < count; i++) {
        qsort(samples[i], (size_t)rounds, sizeof samples[i][0], compare);
        cases[i].ns_per_unit = samples[i][rounds / 2];
    }
    free(samples);
}

int
main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(const char *corpus);
    } subjects[] = {{"engine", bench_engine}, {"programs", bench_programs}, {"strategies", bench_strategies}};
    if (argc < 3) {
        fputs("usage: heddle-bench engine|programs|strategies CORPUS [--json]\n"
              "Example: build/release/bin/heddle-bench engine corpus/bench\n",
              stderr);
        return 2;
    }
    bench_set_json(argc > 3 && strcmp(argv[3], "--json") == 0);
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
        if (strcmp(subjects[i].name, argv[1]) == 0) {
            int status = subjects[i].run(argv[2]);
            return status != 0 ? status : !bench_all_ok();
        }
    }
    fprintf(stderr, "heddle-bench: there is no benchmark '%s'\n", argv[1]);
    return 2;
}
