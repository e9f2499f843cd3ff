/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Loads and stores as scheduling points: which are, that they are no events, and that what they bring up comes
 * again from its schedule. Whether races are told right is tests/litmus's matter.
 */
#include "engine_harness.h"

#include <stdatomic.h>

#include "engine/strategy.h"

struct box {
    volatile int words[4]; /* so that the compiler keeps each access */
    char bytes[64];
    _Atomic int count, flag;
    int *given;
};

static struct box *
new_box(void)
{
    return kernel_zalloc("box", sizeof(struct box), KERNEL_SLEEP);
}

static const struct heddle_result *
run(void (*body)(void *), struct heddle_schedule schedule, bool accesses)
{
    const struct heddle_run how = {.body = body, .schedule = schedule, .accesses = accesses};
    heddle_execute(&how, harness_log());
    return &harness_log()->result;
}

static uint32_t
steps(void (*body)(void *))
{
    const struct heddle_result *result = run(body, (struct heddle_schedule){0}, true);
    expect_verdict(result, "ok");
    return result->steps;
}

/* --- what is a point ------------------------------------------------------------------------ */

static void
touch_nothing(void *unused)
{
    (void)unused;
    (void)new_box();
}

static void
touch_words(void *unused)
{
    struct box *box = new_box();
    (void)unused;
    box->words[0] = 1;                                /* a store */
    box->words[2] = box->words[0] + 1;                /* a load, a store */
    atomic_store(&box->flag, 1);                      /* a store */
    atomic_fetch_add(&box->count, 1);                 /* an update */
    memset((void *)box->bytes, 1, sizeof box->bytes); /* a store */
}

Test(access, each_load_and_store_is_a_point)
{
    cr_assert_eq(steps(touch_words) - steps(touch_nothing), 6);
    cr_assert_eq(run(touch_words, (struct heddle_schedule){0}, false)->steps,
                 run(touch_nothing, (struct heddle_schedule){0}, false)->steps);
}

Test(access, points_before_loads_and_stores_are_no_events)
{
    const struct heddle_result *result = run(touch_words, (struct heddle_schedule){0}, true);
    uint64_t hash = result->hash;
    cr_assert_gt(result->steps, result->events);
    cr_assert_eq(run(touch_words, (struct heddle_schedule){0}, false)->hash, hash);
}

static void __attribute__((noinline)) fill(volatile int *number)
{
    *number = 1;
    *number += 1;
}

static void
use_own_stack(void *unused)
{
    int number;
    (void)unused;
    (void)new_box();
    fill(&number);
}

Test(access, what_a_task_has_on_its_own_stack_is_no_point)
{
    cr_assert_eq(steps(use_own_stack), steps(touch_nothing));
}

static void
end_at_once(void *unused)
{
    (void)unused;
}

static void
give_other_stack(void *unused)
{
    int number = 0;
    (void)unused;
    (void)new_box();
    uint16_t task = heddle_spawn("end", end_at_once, NULL);
    fill(&number);
    heddle_join(task);
}

static void
give_own_stack(void *unused)
{
    int number = 0;
    (void)unused;
    (void)new_box();
    uint16_t task = heddle_spawn("end", end_at_once, &number);
    fill(&number);
    heddle_join(task);
}

Test(access, what_it_gave_to_a_task_is_one)
{
    cr_assert_eq(steps(give_own_stack) - steps(give_other_stack), 3);
}

static void
look_at_given(void *argument)
{
    struct box *box = argument;
    __asm__ volatile("" : : "r"(*box->given));
}

static void
publish_own_stack(void *unused)
{
    struct box *box = new_box();
    int number = 0;
    (void)unused;
    box->given = &number;
    heddle_join(heddle_spawn("look", look_at_given, box));
    fill(&number);
}

static void
publish_and_nobody_looks(void *unused)
{
    struct box *box = new_box();
    int number = 0;
    (void)unused;
    box->given = &number;
    heddle_join(heddle_spawn("look", end_at_once, box));
    fill(&number);
}

Test(access, what_another_task_has_found_there_is_one)
{
    /* Two loads of who looks, and the three accesses from then on. */
    cr_assert_eq(steps(publish_own_stack) - steps(publish_and_nobody_looks), 5);
}

Test(access, strategies_know_loads_from_stores)
{
    const struct strategy_operation load = {.object = 3000, .kind = HEDDLE_OPERATION_LOAD},
                                    store = {.object = 3000, .kind = HEDDLE_OPERATION_STORE},
                                    update = {.object = 3000, .kind = HEDDLE_OPERATION_UPDATE},
                                    elsewhere = {.object = 3001, .kind = HEDDLE_OPERATION_STORE};
    cr_assert_not(strategy_conflict(&load, &load));
    cr_assert(strategy_conflict(&load, &store));
    cr_assert(strategy_conflict(&store, &store));
    cr_assert(strategy_conflict(&update, &load));
    cr_assert_not(strategy_conflict(&store, &elsewhere));
}

/* --- what that finds ------------------------------------------------------------------------- */

/* No data race: each access is atomic, but the two are not one. */
static void
add_in_two_steps(void *argument)
{
    struct box *box = argument;
    int before = atomic_load(&box->count);
    atomic_store(&box->count, before + 1);
}

static void
lose_an_update(void *unused)
{
    struct box *box = new_box();
    (void)unused;
    uint16_t one = heddle_spawn("one", add_in_two_steps, box);
    uint16_t other = heddle_spawn("other", add_in_two_steps, box);
    heddle_join(one);
    heddle_join(other);
    VERIFY(atomic_load(&box->count) == 2);
}

static bool
finds(void (*body)(void *), const char *strategy, bool accesses)
{
    heddle_forget();
    for (uint64_t seed = 0; seed < 200; seed++) {
        const struct heddle_schedule schedule = {
            .strategy = strategy_find(strategy), .seed = seed, .depth = 3, .length = 20};
        if (run(body, schedule, accesses)->verdict == HEDDLE_ASSERTION) {
            return true;
        }
    }
    return false;
}

Test(access, an_update_lost_between_a_load_and_a_store_is_found)
{
    for (size_t i = 0; strategy_at(i) != NULL; i++) {
        const char *name = strategy_name(strategy_at(i));
        bool deterministic = strcmp(name, "fixed") == 0 || strcmp(name, "round-robin") == 0;
        cr_assert(deterministic || finds(lose_an_update, name, true), "%s", name);
        cr_assert_not(finds(lose_an_update, name, false), "%s", name);
    }
}

Test(access, it_comes_again_from_its_explicit_schedule)
{
    cr_assert(finds(lose_an_update, "random", true));
    static struct heddle_deviation deviations[1024];
    const struct heddle_result first = harness_log()->result;
    size_t count = harness_log()->deviation_count;
    cr_assert_lt(count, 1024);
    memcpy(deviations, harness_log()->deviations, count * sizeof *deviations);
    heddle_sort_deviations(deviations, count);
    for (int i = 0; i < 100; i++) {
        const struct heddle_result *again =
            run(lose_an_update,
                (struct heddle_schedule){
                    .deviations = deviations, .deviation_count = count, .strict = true},
                true);
        cr_assert_eq(again->diverged_at, -1);
        cr_assert_eq(again->hash, first.hash);
        cr_assert_eq(again->signature, first.signature);
    }
}

/* Under a policy that stays on its task, only the step bound ends this loop. */
static void
wait_for_flag(void *argument)
{
    struct box *box = argument;
    while (atomic_load(&box->flag) == 0) {}
}

static void
set_flag(void *argument)
{
    struct box *box = argument;
    atomic_store(&box->flag, 1);
}

static void
wait_in_vain_for_long(void *unused)
{
    struct box *box = new_box();
    (void)unused;
    uint16_t one = heddle_spawn("waits", wait_for_flag, box);
    uint16_t other = heddle_spawn("sets", set_flag, box);
    heddle_join(one);
    heddle_join(other);
}

Test(access, a_loop_over_an_atomic_load_ends_under_a_fair_schedule)
{
    expect_verdict(run(wait_in_vain_for_long, (struct heddle_schedule){0}, true), "ok");
}

/* --- what is told ----------------------------------------------------------------------------- */

static void __attribute__((noinline)) read_inner(const struct box *box)
{
    __asm__ volatile("" : : "r"(box->words[1]));
}

static void __attribute__((noinline)) read_outer(const struct box *box)
{
    read_inner(box);
    __asm__ volatile("");
}

static void
read_by_way(void *box)
{
    read_outer(box);
    __asm__ volatile("");
}

static void __attribute__((noinline)) write_inner(struct box *box)
{
    box->words[1] = 1;
}

static void __attribute__((noinline)) write_elsewhere(struct box *box)
{
    box->words[3] = 1;
}

static void
write_by_way(void *box)
{
    write_elsewhere(box);
    write_inner(box);
    __asm__ volatile("");
}

static void
race(void *unused)
{
    struct box *box = new_box();
    (void)unused;
    uint16_t one = heddle_spawn("reader", read_by_way, box);
    uint16_t other = heddle_spawn("writer", write_by_way, box);
    heddle_join(one);
    heddle_join(other);
}

static const char *
find_text(const char *text, const char *what)
{
    const char *found = text == NULL ? NULL : strstr(text, what);
    cr_assert_not_null(found, "no '%s' in: %s", what, harness_log()->result.message);
    return found;
}

Test(access, a_race_names_both_call_chains)
{
    const struct heddle_result *result = run(race, (struct heddle_schedule){0}, true);
    expect_verdict(result, "race");
    const char *text = find_text(result->message, "write of 4 bytes by task 2 (writer)");
    text = find_text(text, "write_inner (test_access.c:");
    text = find_text(text, "write_by_way (test_access.c:");
    cr_assert_null(strstr(text + 1, "write_by_way"), "the call that it has returned from is there");
    text = find_text(text, "read of 4 bytes by task 1 (reader)");
    text = find_text(text, "read_inner (test_access.c:");
    text = find_text(text, "read_outer (test_access.c:");
    find_text(text, "read_by_way (test_access.c:");
    cr_assert_str_eq(result->objects[0].kind, "read in read_inner");
    cr_assert_str_eq(result->objects[1].kind, "write in write_inner");
}

Test(access, who_came_first_is_no_part_of_a_signature)
{
    uint64_t signature = run(race, (struct heddle_schedule){0}, true)->signature;
    bool seen[2] = {false, false};
    for (uint64_t seed = 0; seed < 50; seed++) {
        const struct heddle_result *result =
            run(race, (struct heddle_schedule){.strategy = strategy_find("random"), .seed = seed},
                true);
        cr_assert_eq(result->signature, signature);
        seen[strstr(result->message, "The later one: read") != NULL] = true;
    }
    cr_assert(seen[0] && seen[1]);
}

static void
use_freed(void *unused)
{
    struct box *box = new_box();
    (void)unused;
    kernel_free(box, sizeof *box);
    read_inner(box);
}

Test(access, a_load_from_freed_memory_is_told_where_it_stands)
{
    const struct heddle_result *result = run(use_freed, (struct heddle_schedule){0}, true);
    expect_verdict(result, "use-after-free");
    const char *text = find_text(result->message, "read of 4 bytes by task 0 (main)");
    text = find_text(text, "read_inner (test_access.c:");
    find_text(text, "use_freed (test_access.c:");
}
