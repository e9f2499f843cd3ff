/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Slots: what is borrowed stays, what is taken is its taker's alone.
 */
#include <criterion/criterion.h>

#include "netstack/slots.h"

static int things[ROW_SLOTS_MAX + 1];

TestSuite(slots, .init = slots_begin);

Test(slots, a_borrowed_slot_is_not_taken)
{
    struct slot taken;
    cr_assert(slot_put(ROW_HELD, 3, (struct slot){.object = &things[0]}));
    struct slot *borrowed = slot_borrow(ROW_HELD, 3, SORT_ANY);
    cr_assert_eq(borrowed->object, &things[0]);
    cr_assert_not(slot_take(ROW_HELD, 3, SORT_ANY, &taken));
    slot_return(borrowed);
    cr_assert(slot_take(ROW_HELD, 3, SORT_ANY, &taken));
    cr_assert_eq(taken.object, &things[0]);
    cr_assert_null(slot_borrow(ROW_HELD, 3, SORT_ANY));
}

Test(slots, borrowers_may_be_many)
{
    cr_assert(slot_put(ROW_CRED, 0, (struct slot){.object = &things[0]}));
    struct slot *first = slot_borrow(ROW_CRED, 0, SORT_ANY);
    struct slot *second = slot_borrow(ROW_CRED, 2, SORT_ANY);
    cr_assert_eq(first, second);
    slot_return(first);
    struct slot taken;
    cr_assert_not(slot_take(ROW_CRED, 0, SORT_ANY, &taken));
    slot_return(second);
    cr_assert(slot_take(ROW_CRED, 0, SORT_ANY, &taken));
}

Test(slots, only_what_is_of_the_sort_is_found)
{
    struct slot taken;
    cr_assert(slot_put(ROW_KSTAT, 0, (struct slot){.object = &things[0], .sort = SORT_OF_ZONE}));
    cr_assert_null(slot_borrow(ROW_KSTAT, 0, SORT_OF_STACK));
    cr_assert(slot_put(ROW_KSTAT, 0, (struct slot){.object = &things[1], .sort = SORT_OF_STACK}));
    cr_assert(slot_take(ROW_KSTAT, 0, SORT_OF_STACK, &taken));
    cr_assert_eq(taken.object, &things[1]);
}

Test(slots, a_full_row_takes_no_more)
{
    for (uint16_t i = 0; i < SLOTS_HELD; i++) {
        cr_assert(slot_put(ROW_HELD, 5, (struct slot){.object = &things[i]}));
    }
    cr_assert_not(slot_put(ROW_HELD, 5, (struct slot){.object = &things[SLOTS_HELD]}));
}

Test(slots, a_zone_slot_that_is_empty_stands_for_the_next_zone)
{
    cr_assert_eq(slots_zone(4), GLOBAL_ZONEID);
    cr_assert_eq(slots_own_zone(4), ZONE_NONE);
    slots.zones[2] = 77;
    cr_assert_eq(slots_own_zone(4), 77);
    cr_assert_eq(slots_zone(1), 77);
    cr_assert_eq(slots_zone(3), GLOBAL_ZONEID);
}
