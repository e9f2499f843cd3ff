/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The subject's memory: every misuse is told in a plain build, and crashes become verdicts.
 */
#include "engine_harness.h"

#include <stdlib.h>

struct thing {
    kernel_mutex_t lock;
    kernel_cv_t cv;
    struct thing *next;
    volatile int value;
};

static struct thing *thing;
static bool done;

static void
make_thing(void)
{
    thing = kernel_zalloc("thing", sizeof *thing, KERNEL_SLEEP);
    kernel_mutex_init(&thing->lock, "thing_lock");
    kernel_cv_init(&thing->cv, "thing_cv");
    done = false;
}

static void
lock_freed(void *unused)
{
    (void)unused;
    make_thing();
    kernel_free(thing, sizeof *thing);
    kernel_mutex_enter(&thing->lock);
}

Test(memory, a_lock_in_freed_memory_is_use_after_free)
{
    const struct heddle_result *result = harness_run(lock_freed);
    expect_verdict(result, "use-after-free");
    cr_assert_str_eq(result->objects[0].kind, "thing");
    cr_assert_eq(result->objects[0].life, HEDDLE_LIFE_FREED);
    cr_assert_str_eq(result->function, "lock_freed");
    cr_assert_str_eq(result->primitive, "mutex_enter");
}

static bool is_freed;

static void
lock_dead(void *unused)
{
    (void)unused;
    make_thing();
    kernel_mutex_destroy(&thing->lock);
    if (is_freed) {
        kernel_free(thing, sizeof *thing);
    }
    kernel_mutex_enter(&thing->lock);
}

Test(memory, used_before_the_free_or_after_it_is_one_signature)
{
    uint64_t signature = harness_run(lock_dead)->signature;
    expect_verdict(&harness_log()->result, "lock-misuse");
    cr_assert_eq(harness_log()->result.objects[0].life, HEDDLE_LIFE_LIVE);
    is_freed = true;
    cr_assert_eq(harness_run(lock_dead)->signature, signature);
    expect_verdict(&harness_log()->result, "use-after-free");
}

static void
free_twice(void *unused)
{
    (void)unused;
    make_thing();
    kernel_free(thing, sizeof *thing);
    kernel_free(thing, sizeof *thing);
}

Test(memory, a_second_free_is_a_double_free)
{
    expect_verdict(harness_run(free_twice), "double-free");
}

static void
free_other_size(void *unused)
{
    (void)unused;
    make_thing();
    kernel_free(thing, sizeof *thing - 8);
}

Test(memory, a_free_with_another_size_is_told)
{
    expect_verdict(harness_run(free_other_size), "panic");
}

static void
free_stranger(void *unused)
{
    (void)unused;
    int local = 0;
    kernel_free(&local, sizeof local);
}

Test(memory, a_free_of_what_was_not_allocated_is_told)
{
    expect_verdict(harness_run(free_stranger), "panic");
}

#ifndef HEDDLE_ASAN
/* ASan ends the process at these; tests/tool has them. */
static void
write_freed(void *unused)
{
    (void)unused;
    make_thing();
    kernel_free(thing, sizeof *thing);
    thing->value = 1;
}

Test(memory, a_write_to_freed_memory_is_found_at_the_end)
{
    const struct heddle_result *result = harness_run(write_freed);
    expect_verdict(result, "use-after-free");
    cr_assert_str_eq(result->promise, "freed memory is not written");
}

static void
write_beyond(void *unused)
{
    (void)unused;
    char *bytes = kernel_zalloc("bytes", 21, KERNEL_SLEEP);
    ((volatile char *)bytes)[21] = 1;
}

Test(memory, a_write_beyond_the_end_is_found_at_the_end)
{
    expect_verdict(harness_run(write_beyond), "sanitizer");
}

static void
follow_freed(void *unused)
{
    (void)unused;
    make_thing();
    kernel_free(thing, sizeof *thing);
    thing->next->value = 1;
}

Test(memory, a_pointer_from_freed_memory_is_use_after_free)
{
    const struct heddle_result *result = harness_run(follow_freed);
    expect_verdict(result, "use-after-free");
    cr_assert_str_eq(result->promise, "no pointer is read from freed memory");
}
#endif

/* --- the waiter that nobody pins ---------------------------------------------------------- */

static void
wait_on_thing(void *unused)
{
    (void)unused;
    struct thing *mine = thing;
    kernel_mutex_enter(&mine->lock);
    while (!done) {
        kernel_cv_wait(&mine->cv, &mine->lock);
    }
    kernel_mutex_exit(&mine->lock);
}

static void
free_under_woken(void *unused)
{
    (void)unused;
    make_thing();
    (void)heddle_spawn("waiter", wait_on_thing, NULL);
    kernel_sleep_ns(1000000);
    kernel_mutex_enter(&thing->lock);
    done = true;
    kernel_cv_broadcast(&thing->cv);
    kernel_mutex_exit(&thing->lock);
    kernel_mutex_destroy(&thing->lock);
    kernel_cv_destroy(&thing->cv);
    kernel_free(thing, sizeof *thing);
    heddle_settle();
}

Test(memory, a_woken_waiter_that_finds_its_lock_freed_is_use_after_free)
{
    const struct heddle_result *result = harness_run(free_under_woken);
    expect_verdict(result, "use-after-free");
    cr_assert_str_eq(result->function, "wait_on_thing");
    cr_assert_str_eq(result->primitive, "cv_wait");
}

static void
free_under_sleeper(void *unused)
{
    (void)unused;
    make_thing();
    (void)heddle_spawn("waiter", wait_on_thing, NULL);
    kernel_sleep_ns(1000000);
    kernel_free(thing, sizeof *thing);
}

Test(memory, a_free_under_a_sleeper_is_use_after_free)
{
    const struct heddle_result *result = harness_run(free_under_sleeper);
    expect_verdict(result, "use-after-free");
    cr_assert_str_eq(result->promise, "memory is not freed under a sleeping task");
}

static kernel_mutex_t outside;

static void
wait_under_outside(void *unused)
{
    (void)unused;
    struct thing *mine = thing;
    kernel_mutex_enter(&outside);
    while (!done) {
        kernel_cv_wait(&mine->cv, &outside);
    }
    kernel_mutex_exit(&outside);
}

/* The lock lives on: nothing else would tell the waiter that what it looks at is gone. */
static void
free_of_what_a_woken_one_slept_on(void *after_it_ran)
{
    make_thing();
    done = false;
    kernel_mutex_init(&outside, "outside");
    (void)heddle_spawn("waiter", wait_under_outside, NULL);
    kernel_sleep_ns(1000000);
    kernel_mutex_enter(&outside);
    done = true;
    kernel_cv_broadcast(&thing->cv);
    kernel_mutex_exit(&outside);
    if (after_it_ran != NULL) {
        heddle_settle();
    }
    kernel_free(thing, sizeof *thing);
    heddle_settle();
}

static void
free_after_the_woken_one_ran(void *unused)
{
    (void)unused;
    free_of_what_a_woken_one_slept_on(&outside);
}

Test(memory, what_a_woken_waiter_slept_on_is_not_freed_before_it_ran)
{
    const struct heddle_result *result = harness_run(free_of_what_a_woken_one_slept_on);
    expect_verdict(result, "use-after-free");
    cr_assert_str_eq(result->promise, "whoever was woken runs before what it slept on is freed");
    expect_verdict(harness_run(free_after_the_woken_one_ran), "ok");
}

/* --- crashes ----------------------------------------------------------------------------- */

#ifndef HEDDLE_UBSAN
/* UBSan ends the process at this. */
static void
follow_null(void *unused)
{
    (void)unused;
    make_thing();
    struct thing *volatile nothing = NULL;
    nothing->value = 1;
}

Test(crash, a_null_pointer_is_a_panic_and_the_engine_goes_on)
{
    for (int i = 0; i < 3; i++) {
        const struct heddle_result *result = harness_run(follow_null);
        expect_verdict(result, "panic");
        cr_assert_str_eq(result->promise, "no null pointer is followed");
    }
    expect_verdict(harness_run(lock_freed), "use-after-free");
}
#endif

static int
recurse(volatile int *depth)
{
    volatile int here[256];
    here[0] = *depth + 1;
    return here[0] == 0 ? 0 : recurse(here) + here[0];
}

static void
overflow(void *unused)
{
    (void)unused;
    volatile int zero = 0;
    (void)recurse(&zero);
}

Test(crash, a_stack_overflow_is_told_as_such)
{
    const struct heddle_result *result = harness_run(overflow);
    expect_verdict(result, "panic");
    cr_assert_str_eq(result->promise, "a task's stack suffices");
}

static void
call_abort(void *unused)
{
    (void)unused;
    abort();
}

Test(crash, abort_is_a_panic)
{
    expect_verdict(harness_run(call_abort), "panic");
    expect_verdict(harness_run(call_abort), "panic");
}

/* --- static data ------------------------------------------------------------------------- */

static struct {
    int initialised, zero;
} statics = {.initialised = 7};

static void
use_statics(void *unused)
{
    (void)unused;
    VERIFY(statics.initialised == 7 && statics.zero == 0);
    statics.initialised = 8;
    statics.zero = 9;
    VERIFY(thing == NULL);
}

Test(globals, static_data_is_put_back_before_every_execution)
{
    struct heddle_globals range = {(char *)&statics, (char *)(&statics + 1)};
    struct heddle_run run = {.body = use_statics, .globals = &range, .globals_count = 1};
    for (int i = 0; i < 3; i++) {
        heddle_execute(&run, harness_log());
        expect_verdict(&harness_log()->result, "ok");
    }
    run.globals_count = 0;
    heddle_execute(&run, harness_log());
    expect_verdict(&harness_log()->result, "assertion");
}

Test(globals, hashes_are_equal_forward_reversed_and_after_failures)
{
    void (*const bodies[])(void *) = {lock_freed, free_twice, free_under_woken, overflow};
    uint64_t hashes[4];
    for (int i = 0; i < 4; i++) {
        hashes[i] = harness_run(bodies[i])->hash;
    }
    for (int i = 4; i-- > 0;) {
        cr_assert_eq(harness_run(bodies[i])->hash, hashes[i]);
    }
}
