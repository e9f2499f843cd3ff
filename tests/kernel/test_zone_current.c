/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The current zone of a thread, and the mark of callbacks.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>

#include "recorder.h"

TestSuite(zone_current, .init = services_start, .fini = services_stop);

Test(zone_current, a_thread_starts_in_zone_0)
{
    cr_assert_eq(zone_current(), zone_find_by_id_nolock(GLOBAL_ZONEID));
}

Test(zone_current, entering_a_zone_holds_it)
{
    zoneid_t id = make_zone();
    zone_t *zone = zone_find_by_id(id);

    cr_assert_eq(zone_enter(zone), 0);
    zone_rele(zone);
    cr_assert_eq(zone_current(), zone);
    cr_assert_eq(zone_destroy(id), 0);
    cr_assert_eq(zone_status(zone_current()), ZONE_IS_DEAD);
    cr_assert_eq(zone_lingering_count(), 1);
    cr_assert_eq(zone_enter(NULL), 0);
    cr_assert_eq(zone_lingering_count(), 0);
    cr_assert_eq(zone_current()->zone_id, GLOBAL_ZONEID);
}

Test(zone_current, entering_another_leaves_the_first)
{
    zoneid_t first = make_zone(), second = make_zone();

    cr_assert_eq(zone_enter(zone_find_by_id_nolock(first)), 0);
    cr_assert_eq(zone_enter(zone_find_by_id_nolock(second)), 0);
    cr_assert_eq(zone_current()->zone_id, second);
    cr_assert_eq(zone_destroy(first), 0);
    cr_assert_eq(zone_lingering_count(), 0);
    cr_assert_eq(zone_enter(NULL), 0);
    cr_assert_eq(zone_destroy(second), 0);
}

Test(zone_current, entering_the_same_again_keeps_one_hold)
{
    zoneid_t id = make_zone();

    cr_assert_eq(zone_enter(zone_find_by_id_nolock(id)), 0);
    cr_assert_eq(zone_enter(zone_find_by_id_nolock(id)), 0);
    cr_assert_eq(zone_enter(NULL), 0);
    cr_assert_eq(zone_destroy(id), 0);
    cr_assert_eq(zone_lingering_count(), 0);
}

Test(zone_current, leaving_without_having_entered_does_nothing)
{
    cr_assert_eq(zone_enter(NULL), 0);
    cr_assert_eq(zone_current()->zone_id, GLOBAL_ZONEID);
}

Test(zone_current, a_dead_zone_cannot_be_entered)
{
    zoneid_t here = make_zone(), id = make_zone();
    zone_t *zone = zone_find_by_id(id);

    cr_assert_eq(zone_enter(zone_find_by_id_nolock(here)), 0);
    cr_assert_eq(zone_destroy(id), 0);
    cr_assert_eq(zone_enter(zone), ENOENT);
    cr_assert_eq(zone_current()->zone_id, here);
    zone_rele(zone);
    cr_assert_eq(zone_enter(NULL), 0);
    cr_assert_eq(zone_destroy(here), 0);
}

Test(zone_current, a_zone_that_is_down_can_be_entered)
{
    zoneid_t id = make_zone();

    cr_assert_eq(zone_shutdown(id), 0);
    cr_assert_eq(zone_enter(zone_find_by_id_nolock(id)), 0);
    cr_assert_eq(zone_enter(NULL), 0);
    cr_assert_eq(zone_destroy(id), 0);
}

static void
enter_self(zoneid_t id)
{
    recorder_note("%d", zone_enter(zone_find_by_id_nolock(id)) == ENOENT);
    cr_assert_eq(zone_enter(NULL), 0);
}

Test(zone_current, a_zone_that_boots_cannot_be_entered)
{
    zoneid_t id;

    cr_assert_eq(recorder_key_create(&key_a), 0);
    key_a.inside = enter_self;
    recorder_clear();
    id = make_zone();
    cr_assert_eq(zone_destroy(id), 0);
    /* Not while it is created, but while it is shut down, and not once it is dead. */
    recorder_expect("a+1 1 a!1 0 a-1 1");
    cr_assert_eq(zone_key_delete(key_a.number), 0);
}

static void
look(void *zone)
{
    *(zone_t **)zone = zone_current();
}

Test(zone_current, it_is_the_thread_s_own)
{
    zoneid_t id = make_zone();
    zone_t *seen = NULL;

    cr_assert_eq(zone_enter(zone_find_by_id_nolock(id)), 0);
    kernel_thread_join(kernel_thread_create("look", look, &seen));
    cr_assert_eq(seen->zone_id, GLOBAL_ZONEID);
    cr_assert_eq(zone_enter(NULL), 0);
    cr_assert_eq(zone_destroy(id), 0);
}

Test(zone_current, marks_of_callbacks_nest)
{
    cr_assert_not(zone_in_callback());
    zone_callback_enter();
    zone_callback_enter();
    cr_assert(zone_in_callback());
    zone_callback_exit();
    cr_assert(zone_in_callback());
    zone_callback_exit();
    cr_assert_not(zone_in_callback());
}

Test(zone_current, leaving_a_callback_that_was_not_entered_is_fatal, .signal = SIGABRT,
     .fini = NULL)
{
    zone_callback_exit();
}
