/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Lookups: each by its argument, on stacks in each state, among few and many.
 */
#include "recording_modules.h"

TestSuite(netstack_lookup, .init = core_start, .fini = core_stop);

/* Expects a stack, and gives the reference back. */
static void
expect_stack(netstack_t *ns, netstackid_t id)
{
    cr_assert_not_null(ns);
    cr_assert_eq(ns->netstack_stackid, id);
    netstack_rele(ns);
}

Test(netstack_lookup, by_stackid)
{
    zoneid_t zone = make_exclusive_zone();
    expect_stack(netstack_find_by_stackid(0), 0);
    expect_stack(netstack_find_by_stackid(zone), zone);
    cr_assert_null(netstack_find_by_stackid(zone + 1));
    cr_assert_null(netstack_find_by_stackid(-1));
}

Test(netstack_lookup, by_zoneid)
{
    zoneid_t exclusive = make_exclusive_zone();
    zoneid_t shared = make_zone();
    expect_stack(netstack_find_by_zoneid(0), 0);
    expect_stack(netstack_find_by_zoneid(exclusive), exclusive);
    expect_stack(netstack_find_by_zoneid(shared), 0);
    expect_stack(netstack_find_by_zoneid_nolock(exclusive), exclusive);
    expect_stack(netstack_find_by_zoneid_nolock(shared), 0);
    cr_assert_null(netstack_find_by_zoneid(shared + 1));
    cr_assert_null(netstack_find_by_zoneid_nolock(shared + 1));
    cr_assert_null(netstack_find_by_zoneid(-1));
}

Test(netstack_lookup, by_zoneid_of_a_zone_that_is_gone)
{
    zoneid_t exclusive = make_exclusive_zone();
    zoneid_t shared = make_zone();
    cr_assert_eq(zone_shutdown(exclusive), 0);
    expect_stack(netstack_find_by_zoneid(exclusive), exclusive);
    cr_assert_eq(zone_destroy(exclusive), 0);
    cr_assert_eq(zone_destroy(shared), 0);
    cr_assert_null(netstack_find_by_zoneid(exclusive));
    cr_assert_null(netstack_find_by_zoneid(shared));
}

Test(netstack_lookup, by_credential)
{
    zoneid_t exclusive = make_exclusive_zone();
    zoneid_t shared = make_zone();
    static const zoneid_t no_zone = ZONEID_NONE;
    const struct {
        zoneid_t zone;
        netstackid_t stack;
    } rows[] = {{exclusive, exclusive}, {shared, 0}, {0, 0}, {no_zone, 0}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cred_t *cred = cred_create(rows[i].zone);
        expect_stack(netstack_find_by_cred(cred), rows[i].stack);
        cred_rele(cred);
    }
    cred_t *cred = cred_create(shared + 1);
    cr_assert_null(netstack_find_by_cred(cred));
    cred_rele(cred);
}

Test(netstack_lookup, of_the_current_zone)
{
    expect_stack(netstack_get_current(), 0);
    zoneid_t id = make_exclusive_zone();
    zone_t *zone = zone_find_by_id(id);
    cr_assert_eq(zone_enter(zone), 0);
    zone_rele(zone);
    expect_stack(netstack_get_current(), id);
    cr_assert_eq(zone_destroy(id), 0);
    cr_assert_null(netstack_get_current());
    cr_assert_eq(zone_enter(NULL), 0);
    expect_stack(netstack_get_current(), 0);
}

Test(netstack_lookup, in_use_is_every_listed_stack)
{
    zoneid_t zone = make_exclusive_zone();
    cr_assert(netstack_inuse_by_stackid(0));
    cr_assert(netstack_inuse_by_stackid(zone));
    cr_assert_not(netstack_inuse_by_stackid(zone + 1));
    netstack_t *ns = netstack_find_by_stackid(zone);
    cr_assert_eq(zone_destroy(zone), 0);
    cr_assert(netstack_inuse_by_stackid(zone));
    cr_assert_null(netstack_find_by_stackid(zone));
    netstack_rele(ns);
    cr_assert_eq(netstack_barrier(), 0);
    cr_assert_not(netstack_inuse_by_stackid(zone));
}

Test(netstack_lookup, among_many_stacks)
{
    enum { STACKS = TEST_ROUNDS(3000) };
    for (int i = 1; i <= STACKS; i++) {
        cr_assert_eq(make_exclusive_zone(), i);
    }
    for (int i = 0; i <= STACKS; i++) {
        expect_stack(netstack_find_by_stackid(i), i);
    }
    for (int i = 1; i <= STACKS; i += 2) {
        cr_assert_eq(zone_destroy(i), 0);
    }
    cr_assert_eq(netstack_barrier(), 0);
    for (int i = 1; i <= STACKS; i++) {
        cr_assert_eq(netstack_inuse_by_stackid(i), i % 2 == 0);
    }
}
