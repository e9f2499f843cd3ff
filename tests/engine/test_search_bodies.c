/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Exhaustive search of bodies made for one thing each: what no event says, what ends early, what differs from run to run.
 */
#include <stdlib.h>
#include <string.h>

#include "search_harness.h"

/* --- what no event says ------------------------------------------------------------------------ */

static uint64_t observed; /* who came last */

static void
on_free(uint32_t object, const char *kind, void *memory, size_t size)
{
    (void)kind, (void)memory, (void)size;
    observed = object;
}

static void
on_probe(enum kernel_probe probe, uintptr_t arg0, uintptr_t arg1)
{
    (void)probe, (void)arg1;
    observed = arg0;
}

static void
free_own(void *memory)
{
    kernel_free(memory, 8);
}

static void
reach_probe(void *argument)
{
    kernel_probe(0, (uintptr_t)argument, 0);
}

static void
run_frees(void *unused)
{
    (void)unused;
    uint16_t first = heddle_spawn("first", free_own, kernel_zalloc("own", 8, KERNEL_SLEEP));
    uint16_t second = heddle_spawn("second", free_own, kernel_zalloc("own", 8, KERNEL_SLEEP));
    heddle_join(first);
    heddle_join(second);
    final_state = observed;
}

static void
run_probes(void *unused)
{
    (void)unused;
    uint16_t first = heddle_spawn("first", reach_probe, (void *)(uintptr_t)1);
    uint16_t second = heddle_spawn("second", reach_probe, (void *)(uintptr_t)2);
    heddle_join(first);
    heddle_join(second);
    final_state = observed;
}

/* The first waits before the second does, and one of them is woken. */
static struct {
    kernel_mutex_t lock;
    kernel_cv_t changed;
    kernel_sema_t ready[2];
    bool is_over;
    uint64_t woken;
} queue;

static void
wait_in_queue(void *argument)
{
    uintptr_t place = (uintptr_t)argument;
    if (place == 1) {
        kernel_sema_wait(&queue.ready[0]);
    }
    kernel_mutex_enter(&queue.lock);
    kernel_sema_post(&queue.ready[place]);
    kernel_cv_wait(&queue.changed, &queue.lock);
    queue.woken = queue.is_over ? queue.woken : place + 1;
    queue.is_over = true;
    kernel_cv_broadcast(&queue.changed);
    kernel_mutex_exit(&queue.lock);
}

static void
run_queue(void *unused)
{
    (void)unused;
    memset(&queue, 0, sizeof(queue));
    kernel_mutex_init(&queue.lock, "lock");
    kernel_cv_init(&queue.changed, "changed");
    kernel_sema_init(&queue.ready[0], 0, "first");
    kernel_sema_init(&queue.ready[1], 0, "second");
    uint16_t first = heddle_spawn("first", wait_in_queue, (void *)(uintptr_t)0);
    uint16_t second = heddle_spawn("second", wait_in_queue, (void *)(uintptr_t)1);
    kernel_sema_wait(&queue.ready[1]);
    kernel_mutex_enter(&queue.lock);
    kernel_cv_signal(&queue.changed);
    kernel_mutex_exit(&queue.lock);
    heddle_join(first);
    heddle_join(second);
    final_state = queue.woken;
}

static void
expect_two_outcomes(void (*body)(void *))
{
    static struct outcomes outcomes;
    struct search_figures figures = explore(body, &two_preemptions, 1000, &outcomes);
    cr_assert(figures.complete);
    cr_assert_eq(outcomes.count, 2, "%zu", outcomes.count);
}

Test(search_bodies, what_an_observer_sees_is_in_every_order)
{
    static const struct heddle_observer watching = {.on_free = on_free, .on_probe = on_probe};
    observer = &watching;
    expect_two_outcomes(run_frees);
    expect_two_outcomes(run_probes);
    observer = NULL;
}

Test(search_bodies, a_signal_wakes_each_of_those_who_wait)
{
    expect_two_outcomes(run_queue);
}

/* --- failures, and deaths ---------------------------------------------------------------------- */

static struct {
    kernel_atomic_t word;
    bool killed; /* task 1's */
} early;

static void
fail_early(void *unused)
{
    (void)unused;
    if (kernel_atomic_load(&early.word) == 0) {
        early.killed = true;
        heddle_fail(HEDDLE_ASSERTION, "test", "the word is set", KERNEL_HERE, NULL, NULL, "No.");
    }
}

static void
set_late(void *unused)
{
    (void)unused;
    kernel_atomic_store(&early.word, 1);
}

/* The first schedule fails before the other task has done anything: that it would do so, only the failure says. */
static void
run_early(void *unused)
{
    (void)unused;
    early.killed = false;
    kernel_atomic_init(&early.word, 0, "word");
    uint16_t first = heddle_spawn("first", fail_early, NULL);
    uint16_t second = heddle_spawn("second", set_late, NULL);
    heddle_join(first);
    heddle_join(second);
}

static void
expect_both_ends(bool dies)
{
    struct search *search = search_init(malloc(search_size()), &two_preemptions);
    const struct heddle_deviation *deviations;
    size_t count;
    uint32_t failed = 0, passed = 0;
    while (search_next(search, &deviations, &count)) {
        struct heddle_run run = {
            .body = run_early,
            .schedule = {.deviations = deviations, .deviation_count = count, .strict = true},
            .choices = true};
        heddle_execute(&run, harness_log());
        failed += early.killed;
        passed += !early.killed;
        if (early.killed && dies) {
            harness_log()->running = 1;
            harness_log()->result = (struct heddle_result){0};
        }
        cr_assert(search_learn(search, harness_log()));
        harness_log()->running = 0;
    }
    cr_assert_gt(failed, 0);
    cr_assert_gt(passed, 0);
    free(search);
}

Test(search_bodies, a_failure_hides_no_schedule)
{
    expect_both_ends(false);
}

/* As with _exit, a loop without a point, or a kill: the log ends, and says nothing of why. */
Test(search_bodies, a_death_without_a_verdict_hides_no_schedule)
{
    expect_both_ends(true);
}

/* --- what is not deterministic ------------------------------------------------------------------ */

static kernel_atomic_t flips;

static void
complete(void *unused)
{
    (void)unused;
    (void)kernel_atomic_fetch_add(&flips, 1);
}

static void
forgetful(void *unused)
{
    static int executions;
    (void)unused;
    kernel_atomic_init(&flips, 0, "flips");
    if (executions++ % 2 == 1) {
        (void)heddle_spawn("now and then", complete, NULL);
    }
    (void)heddle_spawn("other", complete, NULL);
    heddle_join(heddle_spawn("one", complete, NULL));
}

Test(search_bodies, a_body_that_differs_from_run_to_run_is_told)
{
    struct search *search = search_init(malloc(search_size()), &two_preemptions);
    const struct heddle_deviation *deviations;
    size_t count;
    bool followed = true;
    while (followed && search_next(search, &deviations, &count)) {
        struct heddle_run run = {.body = forgetful,
                                 .schedule = {.deviations = deviations, .deviation_count = count},
                                 .choices = true};
        heddle_execute(&run, harness_log());
        followed = search_learn(search, harness_log());
    }
    cr_assert_not(followed);
    free(search);
}
