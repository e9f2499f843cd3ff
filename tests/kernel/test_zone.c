/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The life cycle of zones: which phase follows which, who is refused, what a failure leaves.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>

#include "counting_memory.h"
#include "recorder.h"

TestSuite(zone, .init = services_start, .fini = services_stop);

static void
make_keys(void)
{
    cr_assert_eq(recorder_key_create(&key_a), 0);
    cr_assert_eq(recorder_key_create(&key_b), 0);
    cr_assert_eq(recorder_key_create(&key_c), 0);
    recorder_clear();
}

static void
delete_keys(void)
{
    cr_assert_eq(zone_key_delete(key_a.number), 0);
    cr_assert_eq(zone_key_delete(key_b.number), 0);
    cr_assert_eq(zone_key_delete(key_c.number), 0);
}

Test(zone, zone_0_runs_from_the_start)
{
    zone_t *zone = zone_find_by_id(GLOBAL_ZONEID);

    cr_assert_not_null(zone);
    cr_assert_eq(zone->zone_id, GLOBAL_ZONEID);
    cr_assert_eq(zone->zone_flags, 0);
    cr_assert_eq(zone_status(zone), ZONE_IS_RUNNING);
    zone_rele(zone);
    cr_assert_eq(zone_count(), 1);
}

Test(zone, a_created_zone_runs)
{
    zoneid_t id;
    zone_t *zone;

    cr_assert_eq(zone_create(ZF_NET_EXCL, &id), 0);
    zone = zone_find_by_id(id);
    cr_assert_eq(zone->zone_id, id);
    cr_assert_eq(zone->zone_flags, ZF_NET_EXCL);
    cr_assert_null(zone->zone_netstack);
    cr_assert_eq(zone_status(zone), ZONE_IS_RUNNING);
    cr_assert_eq(zone_count(), 2);
    zone_rele(zone);
    cr_assert_eq(zone_destroy(id), 0);
    cr_assert_eq(zone_count(), 1);
}

Test(zone, unknown_flags_are_refused)
{
    zoneid_t id = 77;

    cr_assert_eq(zone_create(0x02u, &id), EINVAL);
    cr_assert_eq(id, 77);
    cr_assert_eq(zone_count(), 1);
}

Test(zone, keys_run_in_order_of_registration_in_every_phase)
{
    zoneid_t id;

    make_keys();
    id = make_zone();
    cr_assert_eq(zone_shutdown(id), 0);
    cr_assert_eq(zone_destroy(id), 0);
    recorder_expect("a+1 b+1 c+1 a!1 b!1 c!1 a-1 b-1 c-1");
    delete_keys();
}

Test(zone, a_create_that_fails_is_undone_in_reverse)
{
    zoneid_t id = 77;

    make_keys();
    key_c.fails_for = 1;
    cr_assert_eq(zone_create(0, &id), ENOMEM);
    recorder_expect("a+1 b+1 c+1 b!1 a!1 b-1 a-1");
    cr_assert_eq(id, 77);
    cr_assert_eq(zone_count(), 1);
    cr_assert_eq(zone_lingering_count(), 0);
    cr_assert_null(zone_find_by_id_nolock(1));
    delete_keys();
}

static void
leave_an_error(zoneid_t id)
{
    zone_find_by_id_nolock(id)->zone_create_error = ENXIO;
}

Test(zone, a_create_that_fails_may_say_why)
{
    zoneid_t id = 77;

    make_keys();
    key_b.inside = leave_an_error;
    key_b.fails_for = 1;
    cr_assert_eq(zone_create(0, &id), ENXIO);
    /* What a create leaves that does not fail is not the next key's error. */
    key_b.fails_for = ZONEID_NONE;
    key_c.fails_for = 2;
    cr_assert_eq(zone_create(0, &id), ENOMEM);
    key_c.fails_for = ZONEID_NONE;
    delete_keys();

    id = make_zone();
    key_b.fails_for = id;
    cr_assert_eq(recorder_key_create(&key_b), ENXIO);
    cr_assert_eq(zone_destroy(id), 0);
}

static void
look_from_inside(zoneid_t id)
{
    zone_t *zone = zone_find_by_id_nolock(id), *found = zone_find_by_id(id);

    recorder_note("%d%s", (int)zone_status(zone), found != NULL ? "f" : "n");
    cr_assert_eq(zone->zone_id, id);
    if (found != NULL) {
        cr_assert_eq(found, zone);
        zone_rele(found);
    }
}

Test(zone, each_phase_has_its_status_and_lookups_find_ready_to_down)
{
    zoneid_t id;

    cr_assert_eq(recorder_key_create(&key_a), 0);
    recorder_clear();
    key_a.inside = look_from_inside;
    id = make_zone();
    look_from_inside(id);
    cr_assert_eq(zone_shutdown(id), 0);
    look_from_inside(id);
    cr_assert_eq(zone_destroy(id), 0);
    cr_assert_null(zone_find_by_id_nolock(id));
    recorder_expect("a+1 0n 2f a!1 3f 4f a-1 5n");
    key_a.inside = NULL;
    cr_assert_eq(zone_key_delete(key_a.number), 0);
}

Test(zone, a_zone_is_shut_down_once)
{
    zoneid_t id = make_zone();

    cr_assert_eq(zone_shutdown(id), 0);
    cr_assert_eq(zone_shutdown(id), EBUSY);
    cr_assert_eq(zone_destroy(id), 0);
    cr_assert_eq(zone_shutdown(id), ENOENT);
}

Test(zone, a_zone_is_destroyed_once)
{
    zoneid_t id = make_zone();

    cr_assert_eq(zone_destroy(id), 0);
    cr_assert_eq(zone_destroy(id), ENOENT);
}

Test(zone, there_is_nothing_to_do_to_a_zone_that_never_was)
{
    cr_assert_eq(zone_shutdown(5), ENOENT);
    cr_assert_eq(zone_destroy(5), ENOENT);
    cr_assert_eq(zone_destroy(ZONEID_NONE), ENOENT);
    cr_assert_null(zone_find_by_id(5));
    cr_assert_null(zone_find_by_id_nolock(5));
    cr_assert_null(zone_find_by_id(ZONEID_NONE));
}

Test(zone, destroy_shuts_down_first_where_nobody_did)
{
    zoneid_t id;

    make_keys();
    id = make_zone();
    recorder_clear();
    cr_assert_eq(zone_destroy(id), 0);
    recorder_expect("a!1 b!1 c!1 a-1 b-1 c-1");
    delete_keys();
}

Test(zone, a_dead_zone_lingers_until_its_last_release)
{
    zoneid_t id = make_zone();
    zone_t *zone = zone_find_by_id(id);

    zone_hold(zone);
    cr_assert_eq(zone_destroy(id), 0);
    cr_assert_eq(zone_status(zone), ZONE_IS_DEAD);
    cr_assert_null(zone_find_by_id(id));
    cr_assert_eq(zone_find_by_id_nolock(id), zone);
    cr_assert_eq(zone_shutdown(id), EBUSY);
    cr_assert_eq(zone_destroy(id), ENOENT);
    cr_assert_eq(zone_count(), 1);
    cr_assert_eq(zone_lingering_count(), 1);
    cr_assert(zone_is_valid());
    zone_rele(zone);
    cr_assert_eq(zone_lingering_count(), 1);
    zone_rele(zone);
    cr_assert_eq(zone_lingering_count(), 0);
    cr_assert_null(zone_find_by_id_nolock(id));
}

Test(zone, a_zone_that_is_down_and_held_lingers)
{
    zoneid_t id = make_zone();
    zone_t *zone = zone_find_by_id(id);

    cr_assert_eq(zone_lingering_count(), 0);
    cr_assert_eq(zone_shutdown(id), 0);
    cr_assert_eq(zone_lingering_count(), 1);
    zone_rele(zone);
    cr_assert_eq(zone_lingering_count(), 0);
    cr_assert_eq(zone_destroy(id), 0);
}

Test(zone, zone_0_goes_last)
{
    zoneid_t id = make_zone();

    cr_assert_eq(zone_shutdown(GLOBAL_ZONEID), EBUSY);
    cr_assert_eq(zone_destroy(GLOBAL_ZONEID), EBUSY);
    cr_assert_eq(zone_destroy(id), 0);
    cr_assert_eq(zone_shutdown(GLOBAL_ZONEID), 0);
    cr_assert_eq(zone_shutdown(GLOBAL_ZONEID), EBUSY);
    cr_assert_eq(zone_destroy(GLOBAL_ZONEID), 0);
    cr_assert_eq(zone_destroy(GLOBAL_ZONEID), ENOENT);
}

Test(zone, zone_0_goes_while_a_dead_one_lingers)
{
    zoneid_t id = make_zone();
    zone_t *zone = zone_find_by_id(id);

    cr_assert_eq(zone_destroy(id), 0);
    cr_assert_eq(zone_destroy(GLOBAL_ZONEID), 0);
    zone_rele(zone);
}

Test(zone, zones_may_come_when_zone_0_has_gone)
{
    zoneid_t id;

    cr_assert_eq(zone_destroy(GLOBAL_ZONEID), 0);
    cr_assert_null(zone_find_by_id(GLOBAL_ZONEID));
    cr_assert_eq(zone_status(zone_current()), ZONE_IS_DEAD);
    id = make_zone();
    cr_assert_eq(zone_destroy(id), 0);
}

static void
try_everything(zoneid_t id)
{
    zone_t *zone = zone_find_by_id_nolock(id), *global = zone_find_by_id(GLOBAL_ZONEID);
    zoneid_t other = 77;
    zone_key_t key = 77;

    cr_assert(zone_in_callback());
    cr_assert_eq(zone_create(0, &other), EDEADLK);
    cr_assert_eq(zone_create(0xff, &other), EDEADLK);
    cr_assert_eq(zone_shutdown(id), EDEADLK);
    cr_assert_eq(zone_destroy(id), EDEADLK);
    cr_assert_eq(zone_shutdown(99), EDEADLK);
    cr_assert_eq(zone_key_create(&key, key_b.create, NULL, NULL), EDEADLK);
    cr_assert_eq(zone_key_delete(key_a.number), EDEADLK);
    cr_assert_eq(other, 77);
    cr_assert_eq(key, 77);

    /* The rest is allowed. */
    zone_hold(zone);
    (void)zone_status(zone);
    (void)zone_getspecific(key_a.number, zone);
    cr_assert_eq(zone_enter(global), 0);
    cr_assert_eq(zone_enter(NULL), 0);
    cr_assert(zone_is_valid());
    zone_rele(zone);
    zone_rele(global);
}

Test(zone, in_a_callback_what_may_block_is_refused_and_all_else_works)
{
    zoneid_t id;

    key_a.inside = try_everything;
    cr_assert_eq(recorder_key_create(&key_a), 0);
    id = make_zone();
    cr_assert_eq(zone_shutdown(id), 0);
    cr_assert_eq(zone_destroy(id), 0);
    cr_assert_eq(zone_key_delete(key_a.number), 0);
    recorder_expect("a+0 a+1 a!1 a-1 a!0 a-0");
    cr_assert_not(zone_in_callback());
}

struct call {
    int (*function)(zoneid_t);
    zoneid_t id;
    int result;
    kernel_thread_t *thread;
};

static void
run_call(void *argument)
{
    struct call *call = argument;

    call->result = call->function(call->id);
}

static void
start_call(struct call *call)
{
    call->thread = kernel_thread_create("call", run_call, call);
    cr_assert_not_null(call->thread);
}

static int
end_call(struct call *call)
{
    kernel_thread_join(call->thread);
    return call->result;
}

Test(zone, who_comes_during_a_shutdown_is_refused_but_a_destroy_waits)
{
    struct call shutdown = {.function = zone_shutdown}, destroy = {.function = zone_destroy};
    zoneid_t id;

    make_keys();
    id = shutdown.id = destroy.id = make_zone();
    recorder_clear();
    gate_close_for(&key_b.shutdown_gate, 1);
    start_call(&shutdown);
    gate_await(&key_b.shutdown_gate);
    cr_assert_eq(zone_shutdown(id), EBUSY);
    cr_assert(zone_is_valid());
    start_call(&destroy);
    gate_open(&key_b.shutdown_gate);
    cr_assert_eq(end_call(&shutdown), 0);
    cr_assert_eq(end_call(&destroy), 0);
    recorder_expect("a!1 b!1 c!1 a-1 b-1 c-1");
    delete_keys();
}

Test(zone, who_comes_during_a_destroy_is_refused)
{
    struct call destroy = {.function = zone_destroy};
    zoneid_t id;

    make_keys();
    id = destroy.id = make_zone();
    recorder_clear();
    gate_close_for(&key_a.shutdown_gate, 1);
    gate_close_for(&key_a.destroy_gate, 1);
    start_call(&destroy);
    gate_await(&key_a.shutdown_gate);
    cr_assert_eq(zone_shutdown(id), EBUSY);
    cr_assert_eq(zone_destroy(id), EBUSY);
    cr_assert_eq(zone_destroy(GLOBAL_ZONEID), EBUSY);
    gate_open(&key_a.shutdown_gate);
    gate_await(&key_a.destroy_gate);
    cr_assert_eq(zone_shutdown(id), EBUSY);
    cr_assert_eq(zone_destroy(id), EBUSY);
    cr_assert_eq(zone_destroy(GLOBAL_ZONEID), EBUSY);
    cr_assert(zone_is_valid());
    gate_open(&key_a.destroy_gate);
    cr_assert_eq(end_call(&destroy), 0);
    recorder_expect("a!1 b!1 c!1 a-1 b-1 c-1");
    delete_keys();
}

static int
create_any(zoneid_t unused)
{
    zoneid_t id;

    (void)unused;
    return zone_create(0, &id);
}

Test(zone, a_zone_that_boots_is_not_there_to_shut_down_or_destroy)
{
    struct call create = {.function = create_any};

    make_keys();
    gate_close_for(&key_b.create_gate, 1);
    start_call(&create);
    gate_await(&key_b.create_gate);
    cr_assert_eq(zone_shutdown(1), ENOENT);
    cr_assert_eq(zone_destroy(1), ENOENT);
    cr_assert_null(zone_find_by_id(1));
    cr_assert_not_null(zone_find_by_id_nolock(1));
    cr_assert_eq(zone_count(), 2);
    cr_assert_eq(zone_destroy(GLOBAL_ZONEID), EBUSY);
    cr_assert(zone_is_valid());
    gate_open(&key_b.create_gate);
    cr_assert_eq(end_call(&create), 0);
    cr_assert_eq(zone_destroy(1), 0);
    delete_keys();
}

Test(zone, a_create_without_memory_leaves_nothing_wherever_it_fails)
{
    zoneid_t id = 77;
    int failures = 0;

    make_keys();
    for (uint64_t n = 1;; n++) {
        size_t live = test_memory_live();
        int error;

        test_memory_fail_nth(n);
        error = zone_create(0, &id);
        if (!test_memory_has_failed()) {
            cr_assert_eq(error, 0);
            break;
        }
        failures++;
        cr_assert_eq(error, ENOMEM);
        cr_assert_eq(id, 77);
        cr_assert_eq(zone_count(), 1);
        cr_assert_eq(test_memory_live(), live);
        cr_assert(zone_is_valid());
    }
    /* The zone, and what each of the keys has in it. */
    cr_assert_eq(failures, 4);
    test_memory_fail_nth(0);
    cr_assert_eq(zone_destroy(id), 0);
    delete_keys();
}

Test(zone, fini_is_refused_while_another_zone_exists)
{
    zoneid_t id = make_zone();

    cr_assert_eq(zone_fini(), EBUSY);
    cr_assert_not_null(zone_find_by_id_nolock(id));
    cr_assert_eq(zone_destroy(id), 0);
}

Test(zone, fini_is_refused_while_a_dead_zone_lingers)
{
    zoneid_t id = make_zone();
    zone_t *zone = zone_find_by_id(id);

    cr_assert_eq(zone_destroy(id), 0);
    cr_assert_eq(zone_fini(), EBUSY);
    zone_rele(zone);
}

Test(zone, fini_is_refused_while_a_key_is_left)
{
    make_keys();
    cr_assert_eq(zone_fini(), EBUSY);
    delete_keys();
}

Test(zone, fini_is_refused_while_zone_0_is_held)
{
    zone_t *zone = zone_find_by_id(GLOBAL_ZONEID);

    cr_assert_eq(zone_fini(), EBUSY);
    cr_assert_eq(zone_status(zone), ZONE_IS_RUNNING);
    zone_rele(zone);
}

Test(zone, fini_is_refused_while_zone_0_is_held_after_its_destroy)
{
    zone_t *zone = zone_find_by_id(GLOBAL_ZONEID);

    cr_assert_eq(zone_destroy(GLOBAL_ZONEID), 0);
    cr_assert_eq(zone_fini(), EBUSY);
    zone_rele(zone);
}

Test(zone, init_works_again_after_fini)
{
    cr_assert_eq(zone_destroy(make_zone()), 0);
    cr_assert_eq(zone_fini(), 0);
    cr_assert_eq(test_memory_live(), 0);
    zone_init();
    cr_assert_eq(make_zone(), 1);
    cr_assert_eq(zone_destroy(1), 0);
}

Test(zone, init_twice_is_fatal, .signal = SIGABRT, .fini = NULL)
{
    zone_init();
}

#define CROWD TEST_ROUNDS(5000)

Test(zone, many_zones_are_found_and_go)
{
    for (zoneid_t id = 1; id <= CROWD; id++) {
        cr_assert_eq(make_zone(), id);
    }
    cr_assert_eq(zone_count(), CROWD + 1);
    for (zoneid_t id = 1; id <= CROWD; id++) {
        zone_t *zone = zone_find_by_id(id);

        cr_assert_eq(zone->zone_id, id);
        zone_rele(zone);
    }
    cr_assert(zone_is_valid());
    for (zoneid_t id = 1; id <= CROWD; id++) {
        cr_assert_eq(zone_destroy(id), 0);
    }
}
