/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What callbacks may call, and what answers EDEADLK there, in each of the three.
 */
#include "recording_modules.h"

TestSuite(netstack_context, .init = core_start, .fini = core_stop);

static void *
create_never(netstackid_t id, netstack_t *ns)
{
    (void)ns;
    cr_assert_fail("create for %d", id);
    return NULL;
}

static void
destroy_never(netstackid_t id, void *instance)
{
    (void)instance;
    cr_assert_fail("destroy for %d", id);
}

static void *
key_create_never(zoneid_t id)
{
    cr_assert_fail("create for %d", id);
    return NULL;
}

static void
call_what_is_refused(char phase, netstackid_t id, netstack_t *ns)
{
    (void)phase;
    zoneid_t zone = -7;
    zone_key_t key = 99;
    cr_assert_eq(netstack_register(NS_ILB, create_never, NULL, destroy_never), EDEADLK);
    cr_assert_eq(netstack_unregister(NS_IP), EDEADLK);
    cr_assert_eq(netstack_barrier(), EDEADLK);
    cr_assert_eq(netstack_wait_gone(netstack_get_uid(ns)), EDEADLK);
    cr_assert_eq(netstack_init(), EDEADLK);
    cr_assert_eq(netstack_fini(), EDEADLK);
    cr_assert_eq(zone_create(0, &zone), EDEADLK);
    cr_assert_eq(zone_shutdown(id), EDEADLK);
    cr_assert_eq(zone_destroy(id), EDEADLK);
    cr_assert_eq(zone_key_create(&key, key_create_never, NULL, NULL), EDEADLK);
    cr_assert_eq(zone_key_delete(1), EDEADLK);
    cr_assert_eq(zone, -7);
    cr_assert_eq(key, 99);
}

Test(netstack_context, blocking_calls_are_refused_in_every_callback)
{
    modules[NS_IP].inside = call_what_is_refused;
    cr_assert_eq(module_register(NS_IP), 0); /* create by register */
    zoneid_t first = make_exclusive_zone();  /* create by birth */
    (void)make_exclusive_zone();
    cr_assert_eq(zone_destroy(first), 0); /* shutdown by zone, destroy by reap */
    cr_assert_eq(netstack_barrier(), 0);
    cr_assert_eq(netstack_unregister(NS_IP), 0); /* shutdown and destroy by unregister */
    recorder_expect("6+0 6+1 6+2 6!1 6-1 6!0 6!2 6-0 6-2");
}

static void
call_what_is_allowed(char phase, netstackid_t id, netstack_t *ns)
{
    netstack_t *global = netstack_find_by_stackid(0);
    cr_assert_not_null(global);
    cr_assert_eq(netstack_current(), ns);
    netstack_hold(global);
    netstack_rele(global);
    netstack_rele(global);

    netstack_handle_t walk;
    netstack_next_init(&walk);
    netstack_t *next;
    while ((next = netstack_next(&walk)) != NULL) {
        netstack_rele(next);
    }
    netstack_next_fini(&walk);

    kstat_t *ks = kstat_create_netstack("m", 0, "inside", "c", 0, 0, 0, id);
    cr_assert_not_null(ks);
    cr_assert_eq(kstat_delete_netstack(ks, id), 0);
    cr_assert(netstack_inuse_by_stackid(id));
    cr_assert(netstack_is_valid(ns));

    netstack_t *active = netstack_hold_if_active(ns);
    /* Only the last shutdown of a zone and register's phases run on an active stack. */
    if (phase == '+' && id != 0) {
        cr_assert_null(active);
    }
    if (active != NULL) {
        netstack_rele(active);
    }
}

Test(netstack_context, everything_else_works_in_every_callback)
{
    modules[NS_IP].inside = call_what_is_allowed;
    cr_assert_eq(module_register(NS_IP), 0);
    zoneid_t zone = make_exclusive_zone();
    cr_assert_eq(zone_destroy(zone), 0);
    cr_assert_eq(netstack_barrier(), 0);
    cr_assert_eq(netstack_unregister(NS_IP), 0);
    recorder_expect("6+0 6+1 6!1 6-1 6!0 6-0");
}

static zoneid_t entered;

static void
ask_for_the_zones_stack(char phase, netstackid_t id, netstack_t *ns)
{
    (void)phase;
    (void)ns;
    /* Its own stack is not active yet; the shared zone's is. */
    cr_assert_null(netstack_find_by_zoneid_nolock(id));
    netstack_t *shared = netstack_find_by_zoneid_nolock(entered);
    cr_assert_eq(shared->netstack_stackid, 0);
    netstack_rele(shared);
    netstack_t *current = netstack_get_current();
    cr_assert_eq(current->netstack_stackid, 0);
    netstack_rele(current);
}

Test(netstack_context, lookups_in_a_callback_answer_by_their_argument)
{
    entered = make_zone();
    cr_assert_eq(module_register(NS_IP), 0);
    modules[NS_IP].inside = ask_for_the_zones_stack;
    (void)make_exclusive_zone();
    modules[NS_IP].inside = NULL;
}

Test(netstack_context, blocking_calls_are_refused_where_a_failure_is_undone)
{
    modules[NS_DLS].inside = call_what_is_refused;
    cr_assert_eq(module_register(NS_DLS), 0);
    cr_assert_eq(module_register(NS_IP), 0);
    recorder_clear();
    modules[NS_IP].fails_for = 1;
    cr_assert_eq(boot_exclusive(0), ENOMEM); /* shutdown and destroy by a birth's undo */
    recorder_expect("0+1 6+1 0!1 0-1");

    modules[NS_TCP].inside = call_what_is_refused;
    modules[NS_IP].fails_for = -1;
    modules[NS_TCP].fails_for = make_exclusive_zone();
    recorder_clear();
    cr_assert_eq(module_register(NS_TCP), ENOMEM); /* and by rollback */
    recorder_expect("9+0 9+2 9!0 9-0");
}

/* In callbacks of a key for a zone there need not be a stack. */
static void
call_what_a_key_is_refused(zoneid_t id)
{
    (void)id;
    cr_assert_null(netstack_current());
    cr_assert_eq(netstack_register(NS_ILB, create_never, NULL, destroy_never), EDEADLK);
    cr_assert_eq(netstack_unregister(NS_IP), EDEADLK);
    cr_assert_eq(netstack_barrier(), EDEADLK);
    cr_assert_eq(netstack_wait_gone(1), EDEADLK);
    cr_assert_eq(netstack_init(), EDEADLK);
    cr_assert_eq(netstack_fini(), EDEADLK);
}

Test(netstack_context, blocking_calls_are_refused_in_callbacks_of_zone_keys)
{
    key_a.inside = call_what_a_key_is_refused;
    cr_assert_eq(recorder_key_create(&key_a), 0);
    zoneid_t zone = make_exclusive_zone();
    cr_assert_eq(zone_destroy(zone), 0);
    cr_assert_eq(zone_key_delete(key_a.number), 0);
    recorder_expect("a+0 a+1 a!1 a-1 a!0 a-0");
}

/* --- what is not in a callback -------------------------------------------------------------------- */

static kernel_sema_t done;

static void
expect_no_context(void *unused)
{
    (void)unused;
    cr_assert_null(netstack_current());
    cr_assert_not(zone_in_callback());
    cr_assert_eq(netstack_barrier(), 0);
    kernel_sema_post(&done);
}

static void
let_others_work(char phase, netstackid_t id, netstack_t *ns)
{
    (void)phase;
    (void)id;
    kernel_thread_t *thread = kernel_thread_create("other", expect_no_context, NULL);
    cr_assert_not_null(thread);
    kernel_sema_wait(&done);
    kernel_thread_join(thread);
    cr_assert(kernel_taskq_dispatch(kernel_taskq_system(), expect_no_context, NULL, KERNEL_SLEEP));
    kernel_sema_wait(&done);
    cr_assert_eq(netstack_current(), ns);
}

Test(netstack_context, threads_and_tasks_of_a_callback_do_not_inherit_its_stack)
{
    kernel_sema_init(&done, 0, "done");
    modules[NS_IP].inside = let_others_work;
    cr_assert_eq(module_register(NS_IP), 0);
    cr_assert_eq(netstack_unregister(NS_IP), 0);
    recorder_expect("6+0 6!0 6-0");
    kernel_sema_destroy(&done);
}
