/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Ids of zones: how they come round, and the filter that keeps some back.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>

#include "recorder.h"

static void
start_with_four_ids(void)
{
    zone_id_max = 4;
    services_start();
}

TestSuite(zone_entry, .init = start_with_four_ids, .fini = services_stop);

static void
destroy_all(void)
{
    for (zoneid_t id = 1; id <= (zoneid_t)zone_id_max; id++) {
        (void)zone_destroy(id);
    }
}

Test(zone_entry, an_id_is_not_reused_before_all_others_were)
{
    for (zoneid_t i = 0; i < 10; i++) {
        zoneid_t id = make_zone();

        cr_assert_eq(id, i % 4 + 1);
        cr_assert_eq(zone_destroy(id), 0);
    }
}

Test(zone_entry, an_id_in_use_is_passed_over)
{
    zoneid_t keeper = make_zone();

    cr_assert_eq(keeper, 1);
    for (zoneid_t i = 0; i < 9; i++) {
        zoneid_t id = make_zone();

        cr_assert_eq(id, i % 3 + 2);
        cr_assert_eq(zone_destroy(id), 0);
    }
    cr_assert_eq(zone_destroy(keeper), 0);
}

Test(zone_entry, when_all_ids_are_in_use_there_is_none)
{
    zoneid_t id = 77;

    for (int i = 0; i < 4; i++) {
        make_zone();
    }
    cr_assert_eq(zone_create(0, &id), EAGAIN);
    cr_assert_eq(id, 77);
    cr_assert_eq(zone_destroy(3), 0);
    cr_assert_eq(make_zone(), 3);
    destroy_all();
}

Test(zone_entry, a_lingering_zone_keeps_its_id)
{
    zone_t *zone;

    make_zone();
    zone = zone_find_by_id(1);
    cr_assert_eq(zone_destroy(1), 0);
    for (zoneid_t id = 2; id <= 4; id++) {
        cr_assert_eq(make_zone(), id);
    }
    cr_assert_eq(zone_create(0, &(zoneid_t){0}), EAGAIN);
    zone_rele(zone);
    cr_assert_eq(make_zone(), 1);
    destroy_all();
}

static bool
claim_two_and_three(zoneid_t id)
{
    recorder_note("?%d", id);
    return id == 2 || id == 3;
}

Test(zone_entry, what_the_filter_claims_is_not_given_out)
{
    zone_set_id_filter(claim_two_and_three);
    cr_assert_eq(make_zone(), 1);
    cr_assert_eq(make_zone(), 4);
    recorder_expect("?1 ?2 ?3 ?4");
    cr_assert_eq(zone_create(0, &(zoneid_t){0}), EAGAIN);
    zone_set_id_filter(NULL);
    cr_assert_eq(make_zone(), 2);
    destroy_all();
}

static bool
claim_all(zoneid_t id)
{
    (void)id;
    return true;
}

Test(zone_entry, a_filter_that_claims_everything_is_asked_once_for_each_id)
{
    cr_assert_eq(recorder_key_create(&key_a), 0);
    recorder_clear();
    zone_set_id_filter(claim_all);
    cr_assert_eq(zone_create(0, &(zoneid_t){0}), EAGAIN);
    zone_set_id_filter(NULL);
    recorder_expect("");
    cr_assert_eq(zone_key_delete(key_a.number), 0);
}

static bool
call_zones(zoneid_t id)
{
    zone_t *zone = zone_find_by_id(GLOBAL_ZONEID);

    /* What the id is asked for is not there yet, and not while the answer is no. */
    cr_assert_null(zone_find_by_id_nolock(id));
    cr_assert_null(zone_find_by_id(id));
    zone_rele(zone);
    cr_assert_eq(zone_create(0, &id), EDEADLK);
    cr_assert(zone_is_valid());
    return false;
}

Test(zone_entry, the_filter_is_a_callback_and_no_lock_is_held)
{
    zone_set_id_filter(call_zones);
    cr_assert_eq(zone_destroy(make_zone()), 0);
    zone_set_id_filter(NULL);
}

static struct gate filter_gate;

static bool
wait_in_filter(zoneid_t id)
{
    (void)id;
    gate_pass(&filter_gate);
    recorder_note("asked");
    return false;
}

static void
create_one(void *id)
{
    cr_assert_eq(zone_create(0, id), 0);
}

static void
open_gate(void *unused)
{
    (void)unused;
    recorder_note("opened");
    gate_open(&filter_gate);
}

Test(zone_entry, taking_the_filter_away_waits_for_its_calls)
{
    kernel_thread_t *creator, *opener;
    zoneid_t id;

    gate_close_for(&filter_gate, 1);
    zone_set_id_filter(wait_in_filter);
    creator = kernel_thread_create("create", create_one, &id);
    gate_await(&filter_gate);
    opener = kernel_thread_create("open", open_gate, NULL);
    zone_set_id_filter(NULL);
    recorder_note("gone");
    recorder_expect("opened asked gone");
    kernel_thread_join(opener);
    kernel_thread_join(creator);
    cr_assert_eq(zone_destroy(id), 0);
}

Test(zone_entry, a_second_filter_is_fatal, .signal = SIGABRT, .fini = NULL)
{
    zone_set_id_filter(claim_all);
    zone_set_id_filter(claim_two_and_three);
}

Test(zone_entry, a_release_too_many_is_fatal, .signal = SIGABRT, .fini = NULL)
{
    zone_t *zone = zone_find_by_id(GLOBAL_ZONEID);

    /* Ours, the zone's own and the service's; then one more. */
    for (int i = 0; i < 4; i++) {
        zone_rele(zone);
    }
}
