/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Who runs: interleavings are found, repeat exactly, and replay from their explicit schedule.
 */
#include "engine_harness.h"

/* --- a lost update ----------------------------------------------------------------------- */

static kernel_atomic_t counter;

static void
increment(void *unused)
{
    (void)unused;
    uint64_t value = kernel_atomic_load(&counter);
    kernel_atomic_store(&counter, value + 1);
}

static void
lost_update(void *unused)
{
    (void)unused;
    kernel_atomic_init(&counter, 0, "counter");
    uint16_t tasks[3];
    for (int i = 0; i < 3; i++) {
        tasks[i] = heddle_spawn("incrementer", increment, NULL);
    }
    for (int i = 0; i < 3; i++) {
        heddle_join(tasks[i]);
    }
    VERIFY(kernel_atomic_load(&counter) == 3);
}

Test(scheduler, the_fixed_policy_runs_tasks_one_after_the_other)
{
    const struct heddle_result *result = harness_run(lost_update);
    expect_verdict(result, "ok");
    cr_assert_eq(result->preemptions, 0);
    cr_assert_eq(harness_log()->deviation_count, 0);
}

Test(scheduler, a_random_walk_finds_a_lost_update)
{
    const struct heddle_result *result = harness_find(lost_update, HEDDLE_ASSERTION, 100);
    cr_assert_gt(result->preemptions, 0);
    cr_assert_str_eq(result->function, "lost_update");
    cr_assert_str_eq(result->file, "test_scheduler.c");
    cr_assert_neq(result->signature, 0);
}

Test(scheduler, pct_finds_a_lost_update)
{
    for (uint64_t seed = 0; seed < 200; seed++) {
        if (harness_run_seed(lost_update, "pct", seed)->verdict == HEDDLE_ASSERTION) {
            return;
        }
    }
    cr_assert(false, "no lost update in 200 schedules");
}

Test(scheduler, an_explicit_schedule_replays_to_the_same_hash)
{
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct heddle_result found = *harness_run_seed(lost_update, "random", seed);
        const struct heddle_result *replayed = harness_replay(lost_update);
        cr_assert_eq(replayed->hash, found.hash, "seed %lu", (unsigned long)seed);
        cr_assert_eq(replayed->verdict, found.verdict);
        cr_assert_eq(replayed->signature, found.signature);
        cr_assert_eq(replayed->diverged_at, -1);
    }
}

Test(scheduler, a_seed_gives_the_same_hash_in_any_order_of_executions)
{
    uint64_t hashes[64];
    for (uint64_t seed = 0; seed < 64; seed++) {
        hashes[seed] = harness_run_seed(lost_update, "random", seed)->hash;
    }
    for (uint64_t seed = 64; seed-- > 0;) {
        cr_assert_eq(harness_run_seed(lost_update, "random", seed)->hash, hashes[seed]);
    }
}

Test(scheduler, different_schedules_have_different_hashes)
{
    uint64_t first = harness_run_seed(lost_update, "random", 1)->hash;
    uint32_t different = 0;
    for (uint64_t seed = 2; seed < 34; seed++) {
        different += harness_run_seed(lost_update, "random", seed)->hash != first;
    }
    cr_assert_gt(different, 24);
}

Test(scheduler, the_signature_does_not_depend_on_the_schedule)
{
    uint64_t signature = harness_find(lost_update, HEDDLE_ASSERTION, 100)->signature;
    uint32_t failures = 0;
    for (uint64_t seed = 100; seed < 300; seed++) {
        const struct heddle_result *result = harness_run_seed(lost_update, "random", seed);
        if (result->verdict == HEDDLE_ASSERTION) {
            failures++;
            cr_assert_eq(result->signature, signature);
        }
    }
    cr_assert_gt(failures, 10);
}

/* --- deviations -------------------------------------------------------------------------- */

static const struct heddle_result *
run_deviation(struct heddle_deviation deviation, bool strict)
{
    struct heddle_run run = {
        .body = lost_update,
        .schedule = {.deviations = &deviation, .deviation_count = 1, .strict = strict}};
    heddle_execute(&run, harness_log());
    return &harness_log()->result;
}

Test(scheduler, one_deviation_is_enough_for_a_lost_update)
{
    /* The first incrementer has read; before it writes, the second runs to its end. */
    const struct heddle_result *result = run_deviation(
        (struct heddle_deviation){.task = 1, .kind = HEDDLE_CHOICE_TASK, .k = 1, .value = 2}, true);
    expect_verdict(result, "assertion");
    cr_assert_eq(result->preemptions, 1);
    cr_assert_eq(harness_log()->deviation_count, 1);
}

Test(scheduler, a_deviation_that_cannot_be_used_is_reported_when_strict)
{
    struct heddle_deviation absent = {.task = 1, .kind = HEDDLE_CHOICE_TASK, .k = 1, .value = 99};
    cr_assert_geq(run_deviation(absent, true)->diverged_at, 0);
    cr_assert_eq(run_deviation(absent, false)->diverged_at, -1);
}

Test(scheduler, a_deviation_that_is_never_reached_is_reported_when_strict)
{
    struct heddle_deviation late = {.task = 1, .kind = HEDDLE_CHOICE_TASK, .k = 999, .value = 2};
    const struct heddle_result *result = run_deviation(late, true);
    expect_verdict(result, "ok");
    cr_assert_eq(result->diverged_at, result->steps);
}

/* --- time -------------------------------------------------------------------------------- */

static kernel_mutex_t order_lock;
static uint64_t order[2];
static int order_count;

static void
note_time(void)
{
    kernel_mutex_enter(&order_lock);
    order[order_count++] = kernel_time_ns();
    kernel_mutex_exit(&order_lock);
}

static void
sleep_long(void *unused)
{
    (void)unused;
    kernel_sleep_ns(5000000000u);
    note_time();
}

static void
sleep_short(void *unused)
{
    (void)unused;
    kernel_sleep_ns(1000000000u);
    note_time();
}

static void
sleepers(void *unused)
{
    (void)unused;
    order_count = 0;
    kernel_mutex_init(&order_lock, "order_lock");
    uint16_t one = heddle_spawn("long", sleep_long, NULL);
    uint16_t other = heddle_spawn("short", sleep_short, NULL);
    heddle_join(one);
    heddle_join(other);
    VERIFY(order[0] >= 1000000000u && order[0] < 2000000000u);
    VERIFY(order[1] >= 5000000000u);
}

Test(scheduler, sleep_is_virtual_and_in_order)
{
    expect_verdict(harness_run(sleepers), "ok");
}

/* --- livelock ---------------------------------------------------------------------------- */

static void
wait_for_one(void *unused)
{
    (void)unused;
    while (kernel_atomic_load(&counter) == 0) {}
}

static void
set_one(void *unused)
{
    (void)unused;
    kernel_atomic_store(&counter, 1);
}

static void
spin(void *with_setter)
{
    kernel_atomic_init(&counter, 0, "flag");
    uint16_t waiter = heddle_spawn("waiter", wait_for_one, NULL);
    if (with_setter != NULL) {
        (void)heddle_spawn("setter", set_one, NULL);
    }
    heddle_join(waiter);
}

static void
spin_alone(void *unused)
{
    (void)unused;
    spin(NULL);
}

static void
spin_with_setter(void *unused)
{
    (void)unused;
    spin(&counter);
}

Test(scheduler, a_wait_that_nobody_ends_is_a_livelock)
{
    expect_verdict(harness_run(spin_alone), "livelock");
}

/* Work that asks for more work, for ever: each piece completes, and there is never rest. */
static void
ask_again(void *unused)
{
    (void)kernel_taskq_dispatch(kernel_taskq_system(), ask_again, unused, KERNEL_SLEEP);
}

static void
never_rest(void *unused)
{
    (void)kernel_taskq_dispatch(kernel_taskq_system(), ask_again, unused, KERNEL_SLEEP);
    heddle_settle();
}

Test(scheduler, what_never_comes_to_rest_is_a_livelock_though_it_makes_progress)
{
    const struct heddle_result *result = harness_run(never_rest);
    expect_verdict(result, "livelock");
    cr_assert_not_null(strstr(result->message, "Task 1 (system_taskq) runs on, last in ask_again"),
                       "%s", result->message);
    expect_verdict(harness_run_seed(never_rest, "pct", 3), "livelock");
    expect_verdict(harness_replay(never_rest), "livelock");
}

/* A policy that starves one task for the whole bound is not fair, and no livelock is made of it. */
static void
spin_until_set(void *unused)
{
    kernel_atomic_init(&counter, 0, "flag");
    (void)heddle_spawn("waiter", wait_for_one, NULL);
    (void)heddle_spawn("setter", set_one, NULL);
    (void)unused;
    heddle_settle();
}

Test(scheduler, rest_under_a_fair_policy_is_enough)
{
    expect_verdict(harness_run(spin_until_set), "ok");
}

static void
complete_something_for_ever(void *unused)
{
    (void)unused;
    for (;;) {
        heddle_point(0, 0, 0, KERNEL_HERE);
        heddle_note(0, 0, 0, KERNEL_HERE);
    }
}

Test(scheduler, what_goes_on_completing_is_cut_off_and_no_finding)
{
    const struct heddle_result *result = harness_run(complete_something_for_ever);
    expect_verdict(result, "ok");
    cr_assert(result->cut_off);
    cr_assert_eq(result->events, HEDDLE_EVENTS_MAX);
    cr_assert_not(harness_run(spin_with_setter)->cut_off);
}

Test(scheduler, beyond_the_step_bound_a_fair_policy_ends_what_can_end)
{
    const struct heddle_result *result = harness_run(spin_with_setter);
    expect_verdict(result, "ok");
    cr_assert_gt(result->steps, 20000);
    uint64_t hash = result->hash;
    cr_assert_eq(harness_replay(spin_with_setter)->hash, hash);
}

/* --- rest -------------------------------------------------------------------------------- */

static kernel_mutex_t work_lock;
static kernel_cv_t work_cv;
static int work_items, work_done;

static void
serve(void *unused)
{
    (void)unused;
    kernel_mutex_enter(&work_lock);
    for (;;) {
        while (work_items == 0) {
            kernel_cv_wait_for_work(&work_cv, &work_lock);
        }
        work_items--;
        work_done++;
    }
}

static void
service(void *unused)
{
    (void)unused;
    work_items = work_done = 0;
    kernel_mutex_init(&work_lock, "work_lock");
    kernel_cv_init(&work_cv, "work_cv");
    VERIFY(kernel_thread_create("server", serve, NULL) != NULL);
    for (int i = 0; i < 3; i++) {
        kernel_mutex_enter(&work_lock);
        work_items++;
        kernel_cv_signal(&work_cv);
        kernel_mutex_exit(&work_lock);
    }
    heddle_settle();
    VERIFY(work_done == 3);
}

Test(scheduler, a_service_without_work_is_at_rest)
{
    expect_verdict(harness_run(service), "ok");
    for (uint64_t seed = 0; seed < 100; seed++) {
        expect_verdict(harness_run_seed(service, "random", seed), "ok");
    }
}
