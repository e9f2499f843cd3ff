/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Oracle resting_state: what may be left when all is put away.
 */
#include <string.h>

#include "telling.h"

static void
all_put_away(void)
{
    live_add(50, "zone");
    boots(ANN, STACK, NS_MAX, 0);
    halts(ANN, STACK, NS_MAX, 0);
    freed(REAPER, STACK);
    live_remove(50);
    threads_done();
    rests();
}

/* What the start made may be replaced: counted are kinds, not numbers. */
static void
table_replaced(void)
{
    live_remove(GLOBAL);
    live_add(60, "stack");
    rests();
}

static void
stack_left(void)
{
    live_add(50, "zone");
    boots(ANN, STACK, NS_MAX, 0);
    rests();
}

static void
kstat_left(void)
{
    live_add(61, "shared kstat");
    live_add(60, "kstat");
    rests();
}

Test(oracle_resting_state, only_what_was_there_at_the_start)
{
    assert_silent(all_put_away);
    assert_silent(table_replaced);
}

Test(oracle_resting_state, a_stack_that_is_left_is_named_first)
{
    assert_caught_as(stack_left, HEDDLE_LEAK, "resting_state", "no stack is left");
}

Test(oracle_resting_state, anything_else_by_its_kind)
{
    assert_caught_as(kstat_left, HEDDLE_LEAK, "resting_state", "no kstat is left");
    cr_assert_not_null(strstr(last_message(), "object 60"));
}
