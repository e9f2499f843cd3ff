/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A fuzz target in which nothing is ever new but who meets whom: an input is a seed of a random walk, and every
 * schedule of the body executes the same code as often. Built twice: as it is, and deaf, which does not tell the
 * fuzzing engine of pairs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "targets/feedback.h"

#define TASKS 8

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static struct heddle_log *log;
static kernel_atomic_t words[2];

/* Each task at places of its own. */
#define PLACES(task)                                                                               \
    {                                                                                              \
        {"words.c", "add", 2 * (task)},                                                            \
        {                                                                                          \
            "words.c", "add", 2 * (task) + 1                                                       \
        }                                                                                          \
    }
static const struct kernel_site places[TASKS][2] = {PLACES(0), PLACES(1), PLACES(2), PLACES(3),
                                                    PLACES(4), PLACES(5), PLACES(6), PLACES(7)};

static void
add_to_both(void *argument)
{
    uintptr_t task = (uintptr_t)argument;
    (void)kernel_atomic_fetch_add_at(&words[0], 1, &places[task][0]);
    (void)kernel_atomic_fetch_add_at(&words[1], 1, &places[task][1]);
}

static void
body(void *unused)
{
    uint16_t tasks[TASKS];
    (void)unused;
    kernel_atomic_init(&words[0], 0, "word 0");
    kernel_atomic_init(&words[1], 0, "word 1");
    for (uintptr_t i = 0; i < TASKS; i++) {
        tasks[i] = heddle_spawn("adder", add_to_both, (void *)i);
    }
    for (uintptr_t i = 0; i < TASKS; i++) {
        heddle_join(tasks[i]);
    }
}

static void
say_goodbye(void)
{
    fprintf(stderr, "pairs: %llu\n", (unsigned long long)feedback_pairs());
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    log = heddle_log_create();
    if (log == NULL || !feedback_init(FEEDBACK_ALL)) {
        perror("no memory");
        exit(2);
    }
    atexit(say_goodbye);
    return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    uint64_t seed = 0;
    memcpy(&seed, bytes, size < sizeof(seed) ? size : sizeof(seed)); /* no loop: it would be news */
    struct heddle_run run = {.body = body,
                             .schedule = {.strategy = strategy_find("random"), .seed = seed},
                             .coverage = true};
    heddle_execute(&run, log);
#ifndef DEAF
    static uint64_t runs;
    feedback_add(log, runs++);
#endif
    return 0;
}
