/* SPDX-License-Identifier: BSD-2-Clause
 *
 * libFuzzer's whole loop, as in a campaign, over one input: it chooses from its corpus, has that mutated, executes, and
 * collects what was covered. The mutation is made and thrown away, so that its time counts; what is executed in its place is
 * what standard input held, as the stand-alone driver executes it. (`-runs=N FILE` would leave out all but the
 * execution.)
 *
 * libFuzzer counts how often it met each feature, up to 65,535, and takes longer until then: some seconds of a campaign, which are
 * passed over here. At its end the program says how much processor time it took for the rest.
 */
#include "mutator/mutator.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define INPUT_MAX ((size_t)1 << 16)
#define WARM      70000u

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t capacity, unsigned int seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t size_a, const uint8_t *b, size_t size_b,
                                 uint8_t *out, size_t capacity, unsigned int seed);

static uint8_t input[INPUT_MAX];
static size_t input_size;
static uint64_t executions;
static double begin_ns;

static double
now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void
say_time(void)
{
    double spent_ns = now_ns() - begin_ns;
    if (executions > WARM) {
        printf("measured_runs %" PRIu64 "\nmeasured_ns %.0f\n", executions - WARM, spent_ns);
    }
}

static size_t
put_input(uint8_t *out, size_t capacity)
{
    if (input_size == 0) {
        input_size = fread(input, 1, sizeof(input), stdin);
        atexit(say_time);
    }
    if (input_size == 0 || input_size > capacity) {
        fputs("measured_same: standard input must hold an input that libFuzzer takes\n", stderr);
        exit(2);
    }
    for (size_t i = 0; i < input_size; i++) {
        out[i] = input[i];
    }
    if (executions++ == WARM) {
        begin_ns = now_ns();
    }
    return input_size;
}

size_t
LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t capacity, unsigned int seed)
{
    size_t mutated = mutator_mutate(bytes, size, bytes, capacity, seed);
    return mutated > 0 ? put_input(bytes, capacity) : 0;
}

size_t
LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t size_a, const uint8_t *b, size_t size_b,
                          uint8_t *out, size_t capacity, unsigned int seed)
{
    size_t mutated = mutator_splice(a, size_a, b, size_b, out, capacity, seed);
    return mutated > 0 ? put_input(out, capacity) : 0;
}
