/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Prints where its code lies, then the identities of all pairs of fifty random walks of a small body, in order. Built
 * twice, to lie in two places (test_coverage.c).
 */
#include <inttypes.h>
#include <stdio.h>

#include "engine/coverage.h"
#include "engine/heddle.h"

static kernel_mutex_t mutex;
static kernel_cv_t changed;
static kernel_atomic_t word;
static int stock;

static void
produce(void *unused)
{
    (void)unused;
    for (int i = 0; i < 3; i++) {
        kernel_mutex_enter(&mutex);
        stock++;
        kernel_cv_signal(&changed);
        kernel_mutex_exit(&mutex);
        (void)kernel_atomic_fetch_add(&word, 1);
    }
}

static void
consume(void *unused)
{
    (void)unused;
    for (int i = 0; i < 3; i++) {
        void *memory = kernel_zalloc("block", 16, KERNEL_SLEEP);
        kernel_mutex_enter(&mutex);
        while (stock == 0) {
            kernel_cv_wait(&changed, &mutex);
        }
        stock--;
        kernel_mutex_exit(&mutex);
        (void)kernel_atomic_load(&word);
        kernel_free(memory, 16);
    }
}

static void
body(void *unused)
{
    (void)unused;
    uint16_t tasks[4];
    stock = 0;
    kernel_mutex_init(&mutex, "mutex");
    kernel_cv_init(&changed, "changed");
    kernel_atomic_init(&word, 0, "word");
    for (int i = 0; i < 4; i++) {
        tasks[i] = heddle_spawn("task", i % 2 == 0 ? produce : consume, NULL);
    }
    for (int i = 0; i < 4; i++) {
        heddle_join(tasks[i]);
    }
}

int
main(void)
{
    struct heddle_log *log = heddle_log_create();
    struct coverage *coverage = coverage_create();
    if (log == NULL || coverage == NULL) {
        return 4;
    }
    printf("%p\n", (void *)(uintptr_t)body);
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct heddle_run run = {.body = body,
                                 .schedule = {.strategy = strategy_find("random"), .seed = seed},
                                 .coverage = true};
        heddle_execute(&run, log);
        uint32_t count = coverage_look(coverage, log);
        for (uint32_t i = 0; i < count; i++) {
            const struct coverage_pair *pair = coverage_pair_at(coverage, i);
            printf("%016" PRIx64 " %" PRIu32 "\n", pair->identity, pair->times);
        }
    }
    coverage_destroy(coverage);
    heddle_log_destroy(log);
    return 0;
}
