/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Oracle linearizable, of walks: what they give, and who is to blame when others saw what they did not.
 */
#include <string.h>

#include "telling.h"

static const char *const oracle = "linearizable";

static void
walks(uint32_t first, uint32_t second, bool halts_meanwhile)
{
    boots(ANN, STACK, NS_MAX, 0);
    walk_begins(BOB, 1);
    if (halts_meanwhile) {
        halts(ANN, STACK, NS_MAX, 0);
        freed(REAPER, STACK);
    }
    walk_gives(BOB, 1, first);
    if (second != 0) {
        walk_gives(BOB, 1, second);
    }
    walk_gives(BOB, 1, 0);
    walk_finishes(BOB, 1);
    if (halts_meanwhile) {
        rests();
    } else {
        is_put_away();
    }
}

static void
walk_of_both(void)
{
    walks(GLOBAL, STACK, false);
}

static void
walk_of_one_that_closed(void)
{
    walks(GLOBAL, 0, true);
}

static void
walk_skips(void)
{
    walks(GLOBAL, 0, false);
}

static void
walk_repeats(void)
{
    walks(STACK, STACK, false);
}

static void
walk_gives_the_global_one_alone(uint16_t task, uint32_t cursor)
{
    walk_gives(task, cursor, GLOBAL);
    walk_gives(task, cursor, 0);
    walk_finishes(task, cursor);
}

/* It may close meanwhile, but was seen to be active after the walk had come to its end without it. */
static void
walk_skips_what_is_found_then(uint32_t found)
{
    boots(ANN, STACK, NS_MAX, 0);
    walk_begins(BOB, 1);
    begins_to_halt(ANN, STACK);
    walk_gives_the_global_one_alone(BOB, 1);
    asks(CAT, VERB_FIND_BY_STACKID, STACK, found);
    has_halted(ANN, STACK);
    freed(REAPER, STACK);
    rests();
}

static void
walk_skips_and_it_is_found(void)
{
    walk_skips_what_is_found_then(STACK);
}

static void
walk_skips_and_it_is_not_found(void)
{
    walk_skips_what_is_found_then(0);
}

static void
two_walks_skip_and_it_is_found(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    walk_begins(BOB, 1);
    walk_begins(CAT, 2);
    begins_to_halt(ANN, STACK);
    walk_gives_the_global_one_alone(BOB, 1);
    walk_gives_the_global_one_alone(CAT, 2);
    asks(CAT, VERB_FIND_BY_STACKID, STACK, STACK);
    has_halted(ANN, STACK);
    freed(REAPER, STACK);
    rests();
}

static void
walk_skips_after_one_that_does_not(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    for (uint32_t i = 1; i <= 2; i++) {
        walk_begins(BOB, i);
        walk_gives(BOB, i, GLOBAL);
        if (i == 1) {
            walk_gives(BOB, i, STACK);
        }
        walk_gives(BOB, i, 0);
        walk_finishes(BOB, i);
    }
    rests();
}

static size_t
count_words(const char *text, const char *words)
{
    size_t count = 0;
    for (; (text = strstr(text, words)) != NULL; text++) {
        count++;
    }
    return count;
}

/* What there is room for is needed for what is. */
Test(oracle_linearizable, of_a_walk_that_skipped_no_other_walk_is_told)
{
    assert_caught_alone(walk_skips_after_one_that_does_not, oracle, "14. Walk");
    cr_expect_eq(count_words(last_message(), "a walk begins"), 1);
    cr_expect_eq(count_words(last_message(), "a walk gives it"), 0);
}

/* The lookup saw the contradiction; it is the walk that was wrong. */
Test(oracle_linearizable, a_walk_that_skipped_is_to_blame_for_what_is_found_later)
{
    assert_silent(walk_skips_and_it_is_not_found);
    assert_caught_as(walk_skips_and_it_is_found, HEDDLE_MODEL_MISMATCH, oracle, "14. Walk");
    cr_expect_not_null(strstr(last_message(), "but not with this beside it, "));
    cr_expect_not_null(strstr(last_message(), "task 3's a call of 20: stack 20 is given"));
    assert_caught_as(two_walks_skip_and_it_is_found, HEDDLE_MODEL_MISMATCH, oracle, "14. Walk");
}

Test(oracle_linearizable, a_walk_gives_what_is_active_once)
{
    assert_silent(walk_of_both);
    assert_silent(walk_of_one_that_closed);
    assert_caught_alone(walk_skips, oracle, "14. Walk");
    assert_caught_alone(walk_repeats, oracle, "14. Walk");
}
