/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which sites met: on schedules that are written down, every pair of them, and no other. Sites are
 * made here, so that a test says what they are called.
 */
#include "engine_harness.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/coverage.h"

static const struct kernel_site here = {"test.c", "make", 1}, a = {"test.c", "first", 2},
                                b = {"test.c", "second", 3}, c = {"test.c", "second", 4};

static struct coverage *coverage;
static uint32_t found;

static void
make(void)
{
    coverage = coverage_create();
    cr_assert_not_null(coverage);
}

static void
unmake(void)
{
    coverage_destroy(coverage);
}

TestSuite(coverage, .init = make, .fini = unmake);

static void
run(struct heddle_run how)
{
    how.coverage = true;
    heddle_execute(&how, harness_log());
    expect_verdict(&harness_log()->result, "ok");
    cr_assert_eq(harness_log()->result.diverged_at, -1);
    found = coverage_look(coverage, harness_log());
}

/* Task 1 to its end, then task 2; or task 2 first. */
static void
run_in_order(void (*body)(void *))
{
    run((struct heddle_run){.body = body});
}

static void
run_in_reverse(void (*body)(void *))
{
    static const struct heddle_deviation second_first[] = {{0, HEDDLE_CHOICE_TASK, 0, 2}};
    run((struct heddle_run){
        .body = body,
        .schedule = {.deviations = second_first, .deviation_count = 1, .strict = true}});
}

static const struct coverage_pair *
find(kernel_site_t before, uint16_t before_kind, kernel_site_t after, uint16_t after_kind)
{
    for (uint32_t i = 0; i < found; i++) {
        const struct coverage_pair *pair = coverage_pair_at(coverage, i);
        if (pair->before == before && pair->before_kind == before_kind && pair->after == after &&
            pair->after_kind == after_kind) {
            return pair;
        }
    }
    return NULL;
}

static uint32_t
times(kernel_site_t before, uint16_t before_kind, kernel_site_t after, uint16_t after_kind)
{
    const struct coverage_pair *pair = find(before, before_kind, after, after_kind);
    return pair == NULL ? 0 : pair->times;
}

static void
run_two(void (*first)(void *), void (*second)(void *))
{
    uint16_t one = heddle_spawn("first", first, NULL);
    uint16_t other = heddle_spawn("second", second, NULL);
    heddle_join(one);
    heddle_join(other);
}

/* --- a word -------------------------------------------------------------------------------- */

#define INIT  HEDDLE_EVENT_ATOMIC_INIT
#define LOAD  HEDDLE_EVENT_ATOMIC_LOAD
#define STORE HEDDLE_EVENT_ATOMIC_STORE

static kernel_atomic_t word, word_of_same_class, word_of_other_class;

static void
store(void *unused)
{
    (void)unused;
    kernel_atomic_store_at(&word, 1, &a);
}

static void
load(void *unused)
{
    (void)unused;
    (void)kernel_atomic_load_at(&word, &b);
}

static void
store_and_load(void *unused)
{
    (void)unused;
    kernel_atomic_init_at(&word, 0, "word", &here);
    run_two(store, load);
}

Test(coverage, a_load_after_a_store_and_before_it_are_two_pairs)
{
    run_in_order(store_and_load);
    cr_expect_eq(found, 2);
    cr_expect_eq(times(&here, INIT, &a, STORE), 1);
    cr_expect_eq(times(&a, STORE, &b, LOAD), 1);

    run_in_reverse(store_and_load);
    cr_expect_eq(found, 2);
    cr_expect_eq(times(&here, INIT, &b, LOAD), 1);
    cr_expect_eq(times(&b, LOAD, &a, STORE), 1);
}

Test(coverage, pairs_are_in_order_of_first_meeting)
{
    run_in_order(store_and_load);
    cr_assert_eq(found, 2);
    cr_expect_eq(coverage_pair_at(coverage, 0)->after, &a);
    cr_expect_eq(coverage_pair_at(coverage, 1)->after, &b);
}

static void
load_elsewhere(void *unused)
{
    (void)unused;
    (void)kernel_atomic_load_at(&word, &c);
}

static void
two_loads(void *unused)
{
    (void)unused;
    kernel_atomic_init_at(&word, 0, "word", &here);
    run_two(load, load_elsewhere);
}

Test(coverage, two_loads_do_not_meet)
{
    run_in_order(two_loads);
    cr_expect_eq(found, 2);
    cr_expect_eq(times(&here, INIT, &b, LOAD), 1);
    cr_expect_eq(times(&here, INIT, &c, LOAD), 1);
}

static void
store_then_load_own(void *unused)
{
    (void)unused;
    kernel_atomic_store_at(&word, 1, &b);
    (void)kernel_atomic_load_at(&word, &b);
    (void)kernel_atomic_load_at(&word, &c);
    kernel_atomic_store_at(&word, 2, &c);
}

static void
write_and_use_own(void *unused)
{
    (void)unused;
    kernel_atomic_init_at(&word, 0, "word", &here);
    run_two(store, store_then_load_own);
}

static void
use_alone(void *unused)
{
    kernel_atomic_init_at(&word, 0, "word", &here);
    store_then_load_own(unused);
    store_then_load_own(unused);
}

Test(coverage, a_task_does_not_meet_itself)
{
    run_in_order(write_and_use_own);
    cr_expect_eq(found, 2);
    cr_expect_eq(times(&here, INIT, &a, STORE), 1);
    cr_expect_eq(times(&a, STORE, &b, STORE), 1);

    run_in_order(use_alone);
    cr_expect_eq(found, 0);
}

/* --- which object ---------------------------------------------------------------------------- */

static void
store_all(void *unused)
{
    (void)unused;
    kernel_atomic_store_at(&word, 1, &a);
    kernel_atomic_store_at(&word_of_same_class, 1, &a);
    kernel_atomic_store_at(&word_of_other_class, 1, &a);
}

static void
load_all(void *unused)
{
    (void)unused;
    (void)kernel_atomic_load_at(&word, &b);
    (void)kernel_atomic_load_at(&word_of_same_class, &b);
    (void)kernel_atomic_load_at(&word_of_other_class, &b);
}

static void
three_words(void *unused)
{
    (void)unused;
    char name[] = "word"; /* one class, though another address */
    kernel_atomic_init_at(&word, 0, "word", &here);
    kernel_atomic_init_at(&word_of_same_class, 0, name, &here);
    kernel_atomic_init_at(&word_of_other_class, 0, "other word", &here);
    run_two(store_all, load_all);
}

Test(coverage, objects_of_one_kind_have_one_pair_and_those_of_another_have_another)
{
    uint32_t of_two = 0, of_one = 0;
    run_in_order(three_words);
    cr_expect_eq(found, 4);
    for (uint32_t i = 0; i < found; i++) {
        const struct coverage_pair *pair = coverage_pair_at(coverage, i);
        of_two += pair->times == 2 && pair->before == &a && pair->after == &b;
        of_one += pair->times == 1 && pair->before == &a && pair->after == &b;
    }
    cr_expect_eq(of_two, 1);
    cr_expect_eq(of_one, 1);
}

/* --- what a site is -------------------------------------------------------------------------- */

static kernel_site_t chosen;

static void
load_chosen(void *unused)
{
    (void)unused;
    (void)kernel_atomic_load_at(&word, chosen);
    (void)kernel_atomic_load_at(&word, &b);
}

static void
store_and_load_chosen(void *unused)
{
    (void)unused;
    kernel_atomic_init_at(&word, 0, "word", &here);
    run_two(store, load_chosen);
}

static uint64_t
identity_of_chosen(kernel_site_t site)
{
    chosen = site;
    run_in_order(store_and_load_chosen);
    for (uint32_t i = 0; i < found; i++) {
        const struct coverage_pair *pair = coverage_pair_at(coverage, i);
        if (pair->before == &a && pair->after != &b) {
            return pair->identity;
        }
    }
    return find(&a, STORE, &b, LOAD)->identity;
}

Test(coverage, a_site_is_its_text)
{
    static const struct kernel_site same = {"test.c", "second", 3},
                                    elsewhere = {"some/where/test.c", "second", 3},
                                    line = {"test.c", "second", 5},
                                    function = {"test.c", "third", 3},
                                    file = {"rest.c", "second", 3};
    uint64_t identity = identity_of_chosen(&b);
    cr_expect_eq(found, 2);
    cr_expect_eq(times(&a, STORE, &b, LOAD), 2);
    /* An inline function's copies: not two pairs, but one, twice. */
    cr_expect_eq(identity_of_chosen(&same), identity);
    cr_expect_eq(found, 2);
    cr_expect_eq(times(&a, STORE, &b, LOAD), 2);
    cr_expect_eq(identity_of_chosen(&elsewhere), identity);
    cr_expect_eq(found, 2);
    cr_expect_neq(identity_of_chosen(&line), identity);
    cr_expect_eq(found, 3);
    cr_expect_neq(identity_of_chosen(&function), identity);
    cr_expect_neq(identity_of_chosen(&file), identity);
}

Test(coverage, what_is_done_there_is_part_of_it)
{
    run_in_order(write_and_use_own);
    uint64_t stored = find(&a, STORE, &b, STORE)->identity;
    run_in_order(store_and_load);
    cr_expect_neq(find(&a, STORE, &b, LOAD)->identity, stored);
}

/* --- locks, memory ----------------------------------------------------------------------------- */

static kernel_mutex_t mutex;

static void
enter_first(void *unused)
{
    (void)unused;
    kernel_mutex_enter_at(&mutex, &a);
    heddle_point(0, 0, 0, &a);
    kernel_mutex_exit_at(&mutex, &a);
}

static void
enter_second(void *unused)
{
    (void)unused;
    kernel_mutex_enter_at(&mutex, &b);
    kernel_mutex_exit_at(&mutex, &b);
}

static void
two_enter(void *unused)
{
    (void)unused;
    kernel_mutex_init_at(&mutex, "mutex", &here);
    run_two(enter_first, enter_second);
}

Test(coverage, waiting_for_a_mutex_is_another_pair_than_finding_it_free)
{
    enum { ENTER = HEDDLE_EVENT_MUTEX_ENTER, EXIT = HEDDLE_EVENT_MUTEX_EXIT };
    run_in_order(two_enter);
    cr_expect_eq(found, 2);
    cr_expect_eq(times(&here, HEDDLE_EVENT_MUTEX_INIT, &a, ENTER), 1);
    cr_expect_eq(times(&a, EXIT, &b, ENTER), 1);

    /* Task 1, at the point inside, lets task 2 run, which waits. */
    static const struct heddle_deviation inside[] = {{1, HEDDLE_CHOICE_TASK, 1, 2}};
    run((struct heddle_run){
        .body = two_enter,
        .schedule = {.deviations = inside, .deviation_count = 1, .strict = true}});
    cr_expect_eq(found, 4);
    cr_expect_eq(times(&here, HEDDLE_EVENT_MUTEX_INIT, &a, ENTER), 1);
    cr_expect_eq(times(&a, ENTER, &b, ENTER), 1);
    cr_expect_eq(times(&b, ENTER, &a, EXIT), 1);
    cr_expect_eq(times(&a, EXIT, &b, ENTER), 1);
}

static void *memory;

static void
allocate(void *unused)
{
    (void)unused;
    memory = kernel_zalloc_at("block", 8, KERNEL_SLEEP, &a);
}

static void
release(void *unused)
{
    (void)unused;
    if (memory != NULL) {
        kernel_free_at(memory, 8, &b);
    }
}

static void
allocate_and_free(void *unused)
{
    (void)unused;
    memory = NULL;
    run_two(allocate, release);
}

Test(coverage, memory_meets_from_task_to_task)
{
    run_in_order(allocate_and_free);
    cr_expect_eq(found, 1);
    cr_expect_eq(times(&a, HEDDLE_EVENT_ALLOC, &b, HEDDLE_EVENT_FREE), 1);
}

static void
tell_own(void *unused)
{
    (void)unused;
    heddle_point(0, 1, 0, &a);
    heddle_note(1, 1, 0, &a);
}

/* Object 1, task 1, and a number of the body's own are three things. */
static void
numbers(void *unused)
{
    (void)unused;
    kernel_atomic_init_at(&word, 0, "word", &here);
    run_two(tell_own, tell_own);
}

Test(coverage, tasks_and_numbers_of_the_bodys_own_meet_nothing)
{
    run_in_order(numbers);
    cr_expect_eq(found, 0);
}

/* --- executions ------------------------------------------------------------------------------ */

Test(coverage, looking_changes_nothing)
{
    run_in_order(store_and_load);
    uint64_t hash = harness_log()->result.hash;
    cr_expect_eq(harness_run(store_and_load)->hash, hash);
}

static void
die(void *unused)
{
    (void)unused;
    (void)kernel_atomic_load_at(&word, &b);
    kill(getpid(), SIGKILL);
}

static void
store_and_die(void *unused)
{
    (void)unused;
    kernel_atomic_init_at(&word, 0, "word", &here);
    run_two(store, die);
}

Test(coverage, of_a_process_that_died_the_pairs_up_to_there_are_known)
{
    struct heddle_log *log = harness_log();
    pid_t child = fork();
    if (child == 0) {
        struct heddle_run how = {.body = store_and_die, .coverage = true};
        heddle_execute(&how, log);
        _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    cr_assert(WIFSIGNALED(status));
    found = coverage_look(coverage, log);
    cr_expect_eq(found, 2);
    cr_expect_eq(times(&here, INIT, &a, STORE), 1);
    cr_expect_eq(times(&a, STORE, &b, LOAD), 1);
}

/* Two tasks take turns, each time at another place. */
#define PLACES (2 * COVERAGE_PAIRS_MAX)
static struct kernel_site *places;
static uint32_t first_place, places_in_use, stride;

static void
take_turns(void *parity)
{
    for (uint32_t i = (uint32_t)(uintptr_t)parity; i < places_in_use; i += 2) {
        kernel_atomic_store_at(&word, 0, &places[(first_place + i * stride) % PLACES]);
    }
}

static void
turns(void *unused)
{
    (void)unused;
    kernel_atomic_init_at(&word, 0, "word", &here);
    uint16_t even = heddle_spawn("even", take_turns, (void *)0);
    uint16_t odd = heddle_spawn("odd", take_turns, (void *)1);
    heddle_join(even);
    heddle_join(odd);
}

static void
run_turns(uint32_t first, uint32_t count, uint32_t apart)
{
    if (places == NULL) {
        places = calloc(PLACES, sizeof *places);
        cr_assert_not_null(places);
        for (uint32_t i = 0; i < PLACES; i++) {
            places[i] = (struct kernel_site){"places.c", "turn", (int)i};
        }
    }
    first_place = first;
    places_in_use = count;
    stride = apart;
    run((struct heddle_run){.body = turns,
                            .schedule = {.strategy = strategy_find("round-robin")},
                            .steps_max = 4 * PLACES});
}

Test(coverage, what_is_kept_of_a_long_campaign_is_bounded_and_right)
{
    run_turns(0, 100, 1);
    uint32_t pairs = found;
    cr_assert_geq(pairs, 99);
    uint64_t first = coverage_pair_at(coverage, 0)->identity;
    uint64_t last = coverage_pair_at(coverage, pairs - 1)->identity;
    /* A thousand times a hundred others: what is kept is thrown away now and then. */
    for (uint32_t i = 1; i < 1000; i++) {
        run_turns(i, 100, 2 * i + 1);
        cr_assert_eq(found, pairs, "%u: %u", i, found);
    }
    run_turns(0, 100, 1);
    cr_expect_eq(found, pairs);
    cr_expect_eq(coverage_pair_at(coverage, 0)->identity, first);
    cr_expect_eq(coverage_pair_at(coverage, pairs - 1)->identity, last);
}

Test(coverage, an_execution_of_too_many_pairs_shows_the_first_ones)
{
    run_turns(0, PLACES, 1);
    cr_expect_eq(found, COVERAGE_PAIRS_MAX);
    /* New ones up to the bound, then known ones. */
    run_turns(PLACES / 2, PLACES, 1);
    cr_expect_eq(found, COVERAGE_PAIRS_MAX);
    run_turns(0, 100, 1);
    cr_expect_geq(found, 99);
    cr_expect_lt(found, 110);
}

/* --- counters ---------------------------------------------------------------------------------- */

Test(coverage, a_pair_is_counted_where_its_identity_says_and_no_counter_wraps)
{
    static uint8_t counters[1024], expected[1024];
    run_in_order(three_words);
    for (uint32_t i = 0; i < found; i++) {
        const struct coverage_pair *pair = coverage_pair_at(coverage, i);
        expected[pair->identity % 1024]++;
    }
    coverage_count(coverage, counters, 1024);
    cr_expect_arr_eq(counters, expected, sizeof counters);
    for (int i = 0; i < 300; i++) {
        coverage_count(coverage, counters, 1024);
    }
    for (size_t i = 0; i < 1024; i++) {
        cr_expect_eq(counters[i], expected[i] != 0 ? 255 : 0);
    }
}

/* --- processes --------------------------------------------------------------------------------- */

/* What pairs_of_seeds says: where its code lies, then the identities. */
static void
listen(const char *program, char *address, size_t size, char *identities, size_t identities_size)
{
    FILE *out = popen(program, "r");
    cr_assert_not_null(out);
    cr_assert_not_null(fgets(address, (int)size, out));
    size_t length = fread(identities, 1, identities_size - 1, out);
    identities[length] = '\0';
    cr_assert_eq(pclose(out), 0);
}

Test(coverage, identities_are_the_same_wherever_a_program_lies)
{
    static char here_first[65536], here_again[65536], moved[65536];
    char address[64], address_again[64], address_moved[64];
    listen(PAIRS_OF_SEEDS, address, sizeof address, here_first, sizeof here_first);
    listen(PAIRS_OF_SEEDS, address_again, sizeof address_again, here_again, sizeof here_again);
    listen(PAIRS_OF_SEEDS_MOVED, address_moved, sizeof address_moved, moved, sizeof moved);
    cr_assert_str_neq(address, address_moved);
    cr_assert_gt(strlen(here_first), 100);
    cr_expect_str_eq(here_first, here_again);
    cr_expect_str_eq(here_first, moved);
}
