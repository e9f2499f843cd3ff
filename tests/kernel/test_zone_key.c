/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Keys: which zones they cover, in what order, and that nothing of them is left.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "counting_memory.h"
#include "recorder.h"

TestSuite(zone_key, .init = services_start, .fini = services_stop);

static void
destroy_zones(zoneid_t last)
{
    for (zoneid_t id = 1; id <= last; id++) {
        cr_assert_eq(zone_destroy(id), 0);
    }
}

Test(zone_key, a_key_covers_the_zones_that_exist_in_order_of_birth)
{
    make_zone();
    make_zone();
    cr_assert_eq(recorder_key_create(&key_a), 0);
    recorder_expect("a+0 a+1 a+2");
    recorder_clear();
    cr_assert_eq(zone_key_delete(key_a.number), 0);
    recorder_expect("a!0 a!1 a!2 a-0 a-1 a-2");
    destroy_zones(2);
}

Test(zone_key, a_key_needs_a_create)
{
    zone_key_t number = 77;

    cr_assert_eq(zone_key_create(&number, NULL, key_a.shutdown, key_a.destroy), EINVAL);
    cr_assert_eq(number, 77);
}

Test(zone_key, shutdown_and_destroy_may_be_missing)
{
    zone_key_t number;

    cr_assert_eq(zone_key_create(&number, key_a.create, NULL, NULL), 0);
    make_zone();
    cr_assert_eq(zone_destroy(1), 0);
    cr_assert_eq(zone_key_delete(number), 0);
    recorder_expect("a+0 a+1");
}

Test(zone_key, a_registration_that_fails_is_undone_in_reverse)
{
    make_zone();
    make_zone();
    make_zone();
    key_a.fails_for = 3;
    cr_assert_eq(recorder_key_create(&key_a), ENOMEM);
    recorder_expect("a+0 a+1 a+2 a+3 a!2 a!1 a!0 a-2 a-1 a-0");
    cr_assert_eq(key_a.number, ZONE_KEY_NONE);
    destroy_zones(3);
}

Test(zone_key, a_registration_without_memory_leaves_nothing_wherever_it_fails)
{
    int failures = 0;

    make_zone();
    for (uint64_t n = 1;; n++) {
        size_t live = test_memory_live();
        int error;

        test_memory_fail_nth(n);
        error = recorder_key_create(&key_a);
        if (!test_memory_has_failed()) {
            cr_assert_eq(error, 0);
            break;
        }
        failures++;
        cr_assert_eq(error, ENOMEM);
        cr_assert_eq(test_memory_live(), live);
        cr_assert(zone_is_valid());
    }
    /* The key, and what it has in two zones. */
    cr_assert_eq(failures, 3);
    test_memory_fail_nth(0);
    cr_assert_eq(zone_key_delete(key_a.number), 0);
    destroy_zones(1);
}

Test(zone_key, deleting_what_was_never_registered_is_refused)
{
    cr_assert_eq(zone_key_delete(ZONE_KEY_NONE), ENOENT);
    cr_assert_eq(zone_key_delete(5), ENOENT);
    cr_assert_eq(recorder_key_create(&key_a), 0);
    cr_assert_eq(zone_key_delete(key_a.number), 0);
    cr_assert_eq(zone_key_delete(key_a.number), ENOENT);
}

Test(zone_key, a_number_is_not_reused)
{
    zone_key_t first;

    cr_assert_eq(recorder_key_create(&key_a), 0);
    first = key_a.number;
    cr_assert_eq(zone_key_delete(first), 0);
    cr_assert_eq(recorder_key_create(&key_a), 0);
    cr_assert_neq(key_a.number, first);
    cr_assert_eq(zone_key_delete(key_a.number), 0);
}

Test(zone_key, deleting_a_key_does_not_shut_down_twice)
{
    cr_assert_eq(recorder_key_create(&key_a), 0);
    make_zone();
    make_zone();
    cr_assert_eq(zone_shutdown(1), 0);
    recorder_clear();
    cr_assert_eq(zone_key_delete(key_a.number), 0);
    recorder_expect("a!0 a!2 a-0 a-1 a-2");
    destroy_zones(2);
}

Test(zone_key, a_key_that_comes_while_a_zone_is_down_is_shut_down_by_its_destroy)
{
    make_zone();
    cr_assert_eq(recorder_key_create(&key_a), 0);
    cr_assert_eq(zone_shutdown(1), 0);
    cr_assert_eq(recorder_key_create(&key_b), 0);
    recorder_clear();
    cr_assert_eq(zone_destroy(1), 0);
    recorder_expect("b!1 a-1 b-1");
    cr_assert_eq(zone_key_delete(key_a.number), 0);
    cr_assert_eq(zone_key_delete(key_b.number), 0);
}

Test(zone_key, a_dead_zone_that_lingers_is_not_covered)
{
    zone_t *zone;

    make_zone();
    zone = zone_find_by_id(1);
    cr_assert_eq(zone_destroy(1), 0);
    cr_assert_eq(recorder_key_create(&key_a), 0);
    recorder_expect("a+0");
    cr_assert_eq(zone_key_delete(key_a.number), 0);
    zone_rele(zone);
}

static void
look_at_own_data(zoneid_t id)
{
    char *data = zone_getspecific(key_a.number, zone_find_by_id_nolock(id));

    recorder_note("%s", data == &key_a.data[id] ? "data" : data == NULL ? "null" : "wrong");
}

Test(zone_key, data_is_there_from_after_create_until_destroy)
{
    key_a.inside = look_at_own_data;
    cr_assert_eq(recorder_key_create(&key_a), 0);
    recorder_clear();
    make_zone();
    look_at_own_data(1);
    cr_assert_null(zone_getspecific(key_a.number + 1, zone_find_by_id_nolock(1)));
    cr_assert_eq(zone_destroy(1), 0);
    recorder_expect("a+1 null data a!1 data a-1 null");
    key_a.inside = NULL;
    cr_assert_eq(zone_key_delete(key_a.number), 0);
}

struct call {
    int (*function)(void);
    int result;
    kernel_thread_t *thread;
};

static void
run_call(void *argument)
{
    struct call *call = argument;

    call->result = call->function();
}

static void
start_call(struct call *call, int (*function)(void))
{
    call->function = function;
    call->thread = kernel_thread_create("call", run_call, call);
    cr_assert_not_null(call->thread);
}

static int
end_call(struct call *call)
{
    kernel_thread_join(call->thread);
    return call->result;
}

static int
create_zone(void)
{
    zoneid_t id;

    return zone_create(0, &id);
}

static int
create_a(void)
{
    return recorder_key_create(&key_a);
}

static int
create_b(void)
{
    return recorder_key_create(&key_b);
}

static int
delete_a(void)
{
    return zone_key_delete(key_a.number);
}

static int
shutdown_1(void)
{
    return zone_shutdown(1);
}

static int
destroy_1(void)
{
    return zone_destroy(1);
}

Test(zone_key, a_key_that_comes_during_a_birth_is_created_once_there)
{
    struct call zone, key;

    cr_assert_eq(recorder_key_create(&key_b), 0);
    recorder_clear();
    gate_close_for(&key_b.create_gate, 1);
    start_call(&zone, create_zone);
    gate_await(&key_b.create_gate);
    start_call(&key, create_a);
    gate_open(&key_b.create_gate);
    cr_assert_eq(end_call(&key), 0);
    cr_assert_eq(end_call(&zone), 0);
    /* The birth made it, or the registration; in zone 0 at any time meanwhile. */
    cr_assert_not_null(strstr(recorder_text(), "b+1"));
    cr_assert_lt(strstr(recorder_text(), "b+1"), strstr(recorder_text(), "a+1"));
    cr_assert_eq(strlen(recorder_text()), strlen("a+0 b+1 a+1"));
    cr_assert_eq(zone_key_delete(key_a.number), 0);
    cr_assert_eq(zone_key_delete(key_b.number), 0);
    destroy_zones(1);
}

Test(zone_key, a_registration_returns_when_births_have_made_their_instance)
{
    struct call zone, key;

    make_zone();
    cr_assert_eq(recorder_key_create(&key_b), 0);
    /* The registration of a is held in zone 0 while zone 2 boots and makes a's instance itself. */
    gate_close_for(&key_a.create_gate, 2);
    start_call(&key, create_a);
    gate_await(&key_a.create_gate);
    start_call(&zone, create_zone);
    gate_await(&key_a.create_gate);
    for (int i = 0; i < 3; i++) {
        gate_open(&key_a.create_gate);
    }
    cr_assert_eq(end_call(&key), 0);
    cr_assert_eq(end_call(&zone), 0);
    for (zoneid_t id = 0; id <= 2; id++) {
        cr_assert_eq(zone_getspecific(key_a.number, zone_find_by_id_nolock(id)), &key_a.data[id]);
    }
    cr_assert_eq(zone_key_delete(key_a.number), 0);
    cr_assert_eq(zone_key_delete(key_b.number), 0);
    destroy_zones(2);
}

Test(zone_key, a_birth_that_fails_at_a_new_key_does_not_fail_its_registration)
{
    struct call zone, key;

    key_a.fails_for = 1;
    gate_close_for(&key_a.create_gate, 2);
    start_call(&key, create_a);
    gate_await(&key_a.create_gate);
    start_call(&zone, create_zone);
    gate_await(&key_a.create_gate);
    gate_open(&key_a.create_gate);
    gate_open(&key_a.create_gate);
    cr_assert_eq(end_call(&zone), ENOMEM);
    cr_assert_eq(end_call(&key), 0);
    cr_assert_eq(zone_count(), 1);
    cr_assert_eq(zone_key_delete(key_a.number), 0);
}

Test(zone_key, a_registration_that_fails_takes_back_what_births_made_of_it)
{
    struct call zone, key;

    make_zone();
    key_a.fails_for = 1;
    gate_close_for(&key_a.create_gate, 2);
    start_call(&key, create_a);
    gate_await(&key_a.create_gate);
    start_call(&zone, create_zone);
    gate_await(&key_a.create_gate);
    for (int i = 0; i < 3; i++) {
        gate_open(&key_a.create_gate);
    }
    cr_assert_eq(end_call(&key), ENOMEM);
    cr_assert_eq(end_call(&zone), 0);
    cr_assert_not_null(strstr(recorder_text(), "a!2 a!0 a-2 a-0"));
    cr_assert_eq(zone_count(), 3);
    destroy_zones(2);
}

Test(zone_key, a_key_is_not_deleted_while_it_is_registered)
{
    struct call key;

    gate_close_for(&key_a.create_gate, 1);
    start_call(&key, create_a);
    gate_await(&key_a.create_gate);
    /* Callbacks know the number already. */
    cr_assert_neq(key_a.number, ZONE_KEY_NONE);
    cr_assert_eq(zone_key_delete(key_a.number), EBUSY);
    gate_open(&key_a.create_gate);
    cr_assert_eq(end_call(&key), 0);
    cr_assert_eq(zone_key_delete(key_a.number), 0);
}

Test(zone_key, a_key_is_deleted_once)
{
    struct call deletion;

    cr_assert_eq(recorder_key_create(&key_a), 0);
    gate_close_for(&key_a.shutdown_gate, 1);
    gate_close_for(&key_a.destroy_gate, 1);
    start_call(&deletion, delete_a);
    gate_await(&key_a.shutdown_gate);
    cr_assert_eq(zone_key_delete(key_a.number), EBUSY);
    gate_open(&key_a.shutdown_gate);
    gate_await(&key_a.destroy_gate);
    cr_assert_eq(zone_key_delete(key_a.number), EBUSY);
    cr_assert(zone_is_valid());
    gate_open(&key_a.destroy_gate);
    cr_assert_eq(end_call(&deletion), 0);
    recorder_expect("a+0 a!0 a-0");
}

Test(zone_key, a_birth_makes_nothing_of_a_key_that_is_being_deleted)
{
    struct call deletion;

    cr_assert_eq(recorder_key_create(&key_a), 0);
    recorder_clear();
    gate_close_for(&key_a.shutdown_gate, 1);
    start_call(&deletion, delete_a);
    gate_await(&key_a.shutdown_gate);
    make_zone();
    gate_open(&key_a.shutdown_gate);
    cr_assert_eq(end_call(&deletion), 0);
    recorder_expect("a!0 a-0");
    destroy_zones(1);
}

Test(zone_key, a_deletion_takes_what_a_birth_is_making)
{
    struct call zone, deletion;

    cr_assert_eq(recorder_key_create(&key_a), 0);
    recorder_clear();
    gate_close_for(&key_a.create_gate, 1);
    start_call(&zone, create_zone);
    gate_await(&key_a.create_gate);
    start_call(&deletion, delete_a);
    /* The deletion is under way when zone 0 has none any more. */
    gate_open(&key_a.create_gate);
    cr_assert_eq(end_call(&deletion), 0);
    cr_assert_eq(end_call(&zone), 0);
    cr_assert_null(zone_getspecific(key_a.number, zone_find_by_id_nolock(1)));
    cr_assert_lt(strstr(recorder_text(), "a+1"), strstr(recorder_text(), "a!1"));
    cr_assert_lt(strstr(recorder_text(), "a!1"), strstr(recorder_text(), "a-0"));
    destroy_zones(1);
}

Test(zone_key, a_shutdown_waits_for_the_create_of_a_key)
{
    struct call key, shutdown;

    make_zone();
    cr_assert_eq(recorder_key_create(&key_b), 0);
    recorder_clear();
    gate_close_for(&key_a.create_gate, 2);
    start_call(&key, create_a);
    gate_await(&key_a.create_gate);
    gate_open(&key_a.create_gate);
    /* Now in zone 1. */
    gate_await(&key_a.create_gate);
    start_call(&shutdown, shutdown_1);
    gate_open(&key_a.create_gate);
    cr_assert_eq(end_call(&shutdown), 0);
    cr_assert_eq(end_call(&key), 0);
    recorder_expect("a+0 a+1 b!1 a!1");
    cr_assert_eq(zone_key_delete(key_a.number), 0);
    cr_assert_eq(zone_key_delete(key_b.number), 0);
    destroy_zones(1);
}

Test(zone_key, a_zone_destroyed_while_a_key_is_deleted_is_left_in_peace)
{
    struct call deletion, destroy;

    cr_assert_eq(recorder_key_create(&key_a), 0);
    make_zone();
    recorder_clear();
    gate_close_for(&key_a.destroy_gate, 2);
    start_call(&deletion, delete_a);
    gate_await(&key_a.destroy_gate);
    /* The deletion destroys in zone 0; zone 1 goes by itself. */
    start_call(&destroy, destroy_1);
    gate_await(&key_a.destroy_gate);
    gate_open(&key_a.destroy_gate);
    gate_open(&key_a.destroy_gate);
    cr_assert_eq(end_call(&destroy), 0);
    cr_assert_eq(end_call(&deletion), 0);
    cr_assert_eq(strlen(recorder_text()), strlen("a!0 a!1 a-0 a-1"));
    cr_assert_eq(test_memory_live(), 1);
}

Test(zone_key, keys_registered_together_keep_one_order_everywhere)
{
    struct call first, second;

    make_zone();
    gate_close_for(&key_a.create_gate, 2);
    start_call(&first, create_a);
    gate_await(&key_a.create_gate);
    start_call(&second, create_b);
    gate_open(&key_a.create_gate);
    gate_await(&key_a.create_gate);
    gate_open(&key_a.create_gate);
    cr_assert_eq(end_call(&first), 0);
    cr_assert_eq(end_call(&second), 0);
    recorder_expect("a+0 a+1 b+0 b+1");
    cr_assert_eq(zone_key_delete(key_a.number), 0);
    cr_assert_eq(zone_key_delete(key_b.number), 0);
    destroy_zones(1);
}

/* --- everything at once on threads ---------------------------------------------------------- */

#define CROWD_IDS    8
#define CROWD_ROUNDS TEST_ROUNDS(300)

static kernel_atomic_t balance[2][CROWD_IDS + 1];

static void *
crowd_create(int key, zoneid_t id)
{
    cr_assert_eq(kernel_atomic_fetch_add(&balance[key][id], 1), 0);
    return &balance[key][id];
}

static void
crowd_destroy(zoneid_t id, void *data)
{
    (void)id;
    cr_assert_eq(kernel_atomic_fetch_add(data, UINT64_MAX), 1);
}

static void *
crowd_create_0(zoneid_t id)
{
    return crowd_create(0, id);
}

static void *
crowd_create_1(zoneid_t id)
{
    return crowd_create(1, id);
}

static void
make_and_destroy_zones(void *unused)
{
    (void)unused;
    for (int i = 0; i < CROWD_ROUNDS; i++) {
        zoneid_t id;
        int error = zone_create(0, &id);

        cr_assert(error == 0 || error == EAGAIN);
        if (error == 0) {
            zone_t *zone = zone_find_by_id(id);

            if (i % 3 == 0) {
                (void)zone_shutdown(id);
            }
            error = zone_destroy(id);
            cr_assert(error == 0 || error == ENOENT || error == EBUSY);
            if (zone != NULL) {
                zone_rele(zone);
            }
        }
    }
}

static void
make_and_delete_keys(void *second)
{
    for (int i = 0; i < CROWD_ROUNDS; i++) {
        zone_key_t key;

        cr_assert_eq(zone_key_create(&key, second == NULL ? crowd_create_0 : crowd_create_1, NULL,
                                     crowd_destroy),
                     0);
        cr_assert_eq(zone_key_delete(key), 0);
    }
}

static void
destroy_others_zones(void *unused)
{
    (void)unused;
    for (int i = 0; i < CROWD_ROUNDS; i++) {
        (void)zone_destroy(i % CROWD_IDS + 1);
    }
}

Test(zone_key, zones_and_keys_that_come_and_go_together_make_each_instance_once)
{
    kernel_thread_t *threads[5];

    cr_assert_eq(zone_fini(), 0);
    zone_id_max = CROWD_IDS;
    zone_init();
    for (int key = 0; key < 2; key++) {
        for (int id = 0; id <= CROWD_IDS; id++) {
            kernel_atomic_init(&balance[key][id], 0, "balance");
        }
    }
    threads[0] = kernel_thread_create("zones", make_and_destroy_zones, NULL);
    threads[1] = kernel_thread_create("zones", make_and_destroy_zones, NULL);
    threads[2] = kernel_thread_create("keys", make_and_delete_keys, NULL);
    threads[3] = kernel_thread_create("keys", make_and_delete_keys, &threads);
    threads[4] = kernel_thread_create("others", destroy_others_zones, NULL);
    for (int i = 0; i < 5; i++) {
        kernel_thread_join(threads[i]);
    }
    for (zoneid_t id = 1; id <= CROWD_IDS; id++) {
        (void)zone_destroy(id);
    }
    for (int key = 0; key < 2; key++) {
        for (int id = 0; id <= CROWD_IDS; id++) {
            cr_assert_eq(kernel_atomic_load(&balance[key][id]), 0);
        }
    }
}
