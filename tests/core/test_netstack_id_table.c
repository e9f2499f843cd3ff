/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The table of ids by itself: against a plain array, while it grows and shrinks, with and without
 * memory.
 */
#include <signal.h>

#include "netstack/netstack_impl.h"
#include "recording_modules.h"

enum { IDS = 3000 };

static struct netstack__stack stacks[IDS];
static struct netstack__id_table table;
static bool present[IDS];

/* Ids of several patterns: in a row, far apart, negative. */
static netstackid_t
id_of(int i)
{
    static const int strides[] = {1, 4096, -1};
    return i % 3 == 1 ? 10000 + (i - 1) * strides[1] : i * strides[i % 3];
}

static bool
is_hidden(int i)
{
    return i % 5 == 0;
}

static void
check_all(void)
{
    for (int i = 0; i < IDS; i++) {
        struct netstack__stack *found = netstack__id_find(&table, id_of(i));
        cr_assert_eq(found, present[i] ? &stacks[i] : NULL);
        bool shown = present[i] && !is_hidden(i);
        cr_assert_eq(netstack__id_find_shown(&table, id_of(i)), shown ? &stacks[i] : NULL);
    }
}

static void
toggle(int i)
{
    stacks[i].shown.netstack_stackid = id_of(i);
    stacks[i].key = (uint32_t)id_of(i) | (is_hidden(i) ? NETSTACK__HIDDEN : 0);
    if (present[i]) {
        netstack__id_remove(&table, &stacks[i]);
    } else {
        netstack__id_insert(&table, &stacks[i]);
    }
    present[i] = !present[i];
}

static void
prepare(void)
{
    netstack__id_table_init(&table);
}

TestSuite(netstack_id_table, .init = prepare);

Test(netstack_id_table, finds_what_is_there_and_nothing_else)
{
    uint64_t number = 1;
    check_all();
    for (int round = 0; round < 40 * IDS; round++) {
        number = number * 6364136223846793005u + 1442695040888963407u;
        toggle((int)(number >> 40) % IDS);
        if (round % (4 * IDS) == 0) {
            check_all();
        }
    }
    check_all();
    for (int i = 0; i < IDS; i++) {
        if (present[i]) {
            toggle(i);
        }
    }
    check_all();
    cr_assert_eq(table.count, 0);
    cr_assert_eq(test_memory_live(), 0);
}

Test(netstack_id_table, without_memory_it_works_on)
{
    for (int i = 0; i < IDS; i++) {
        test_memory_fail_nth(i % 2 == 0 ? 1 : 0);
        toggle(i);
    }
    check_all();
    for (int i = 0; i < IDS - 1; i++) {
        test_memory_fail_nth(1);
        toggle(i);
    }
    test_memory_fail_nth(0);
    check_all();
    cr_assert_eq(test_memory_live(), 0);
    toggle(IDS - 1);
}

Test(netstack_id_table, memory_goes_with_the_stacks)
{
    for (int i = 0; i < IDS; i++) {
        toggle(i);
    }
    cr_assert_gt(test_memory_live(), 0);
    for (int i = 0; i < IDS - 1; i++) {
        toggle(i);
        cr_assert_leq(table.heads.shift, 64 - NETSTACK__ID_BITS_MIN);
        uint64_t heads = UINT64_C(1) << (64 - table.heads.shift);
        cr_assert(table.next.chains != NULL || heads <= 5 * table.count || heads == 8);
    }
    cr_assert_eq(test_memory_live(), 0);
    check_all();
    toggle(IDS - 1);
}

Test(netstack_id_table, an_id_twice_is_the_end, .signal = SIGABRT)
{
    netstack__id_insert(&table, &stacks[0]);
    netstack__id_insert(&table, &stacks[1]);
}

Test(netstack_id_table, removing_what_is_not_there_is_the_end, .signal = SIGABRT)
{
    netstack__id_remove(&table, &stacks[0]);
}
