/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Rows, measuring, and the main of the programs that run the benchmarks: NAME CORPUS [--json].
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
bench_skipped(const char *what, const char *why)
{
    /* Not among the rows: a figure that is not there has no value. */
    fprintf(json ? stderr : stdout, "skipped: %s: %s\n", what, why);
}

void
bench_row(const char *name, double value, const char *unit, enum bench_bound kind, double bound)
{
    bool ok = kind == BENCH_NO_BOUND || (kind == BENCH_AT_MOST ? value <= bound : value >= bound);
    all_ok = all_ok && ok;
    if (!json) {
        char limit[64] = "";
        if (kind != BENCH_NO_BOUND) {
            snprintf(limit, sizeof limit, "%s %.4g  %s",
                     kind == BENCH_AT_MOST ? "at most" : "at least", bound, ok ? "ok" : "MISSED");
        }
        printf("%-72s %12.4g %-14s %s\n", name, value, unit, limit);
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

double
bench_median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare);
    return values[count / 2];
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
        cases[i].ns_per_unit = bench_median(samples[i], (size_t)rounds);
    }
    free(samples);
}

int
main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr,
                "usage: %s NAME CORPUS [--json]\n"
                "Example: build/release/bin/heddle-bench engine corpus/bench\n",
                argv[0]);
        return 2;
    }
    bench_set_json(argc > 3 && strcmp(argv[3], "--json") == 0);
    for (const struct bench_entry *entry = bench_entries; entry->name != NULL; entry++) {
        if (strcmp(entry->name, argv[1]) == 0) {
            int status = entry->run(argv[2]);
            return status != 0 ? status : !bench_all_ok();
        }
    }
    fprintf(stderr, "%s: there is no benchmark '%s' here\n", argv[0], argv[1]);
    return 2;
}
