/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a vocabulary may not say, since one of the written forms could not.
 */
#include "sample_vocabulary.h"

#include <criterion/criterion.h>

Test(program_vocabulary, the_samples_are_valid)
{
    cr_assert(program_vocabulary_is_valid(&sample_vocabulary));
    cr_assert(program_vocabulary_is_valid(&sample_vocabulary_without_faults));
    cr_assert(program_vocabulary_is_valid(&sample_vocabulary_bare));
}

/* Two verbs, of which the second is not the first. */
static bool
verb_is_valid(struct program_verb verb)
{
    const struct program_verb verbs[] = {{.name = "verb"}, verb};
    struct program_vocabulary vocabulary = sample_vocabulary;

    vocabulary.verbs = verbs;
    vocabulary.verb_count = 2;
    return program_vocabulary_is_valid(&vocabulary);
}

static bool
point_is_valid(struct program_verb point)
{
    struct program_vocabulary vocabulary = sample_vocabulary;

    vocabulary.fault_points = &point;
    vocabulary.fault_point_count = 1;
    return program_vocabulary_is_valid(&vocabulary);
}

Test(program_vocabulary, verbs_are_words_of_their_own)
{
    cr_assert(verb_is_valid((struct program_verb){.name = "other"}));
    cr_assert_not(verb_is_valid((struct program_verb){.name = "verb"}));
    cr_assert_not(verb_is_valid((struct program_verb){.name = ""}));
    cr_assert_not(verb_is_valid((struct program_verb){.name = NULL}));
    cr_assert_not(verb_is_valid((struct program_verb){.name = "two words"}));
    cr_assert_not(verb_is_valid((struct program_verb){.name = "a=b"}));
    cr_assert_not(verb_is_valid((struct program_verb){.name = "a:b"}));
    cr_assert_not(verb_is_valid((struct program_verb){.name = "a#b"}));
    cr_assert_not(verb_is_valid((struct program_verb){.name = "thread"}));
    cr_assert_not(verb_is_valid((struct program_verb){.name = "faults"}));
    cr_assert_not(verb_is_valid((struct program_verb){.name = "schedule"}));
    cr_assert_not(verb_is_valid((struct program_verb){.name = "end"}));
    cr_assert(verb_is_valid((struct program_verb){.name = "target"}));
}

Test(program_vocabulary, parameters_have_limits_and_names_of_their_own)
{
    static const char *const doubles[] = {"on", "on"};

    cr_assert(verb_is_valid((struct program_verb){"v", 1, 1, {{"x", 65536, NULL}}}));
    cr_assert(verb_is_valid((struct program_verb){"v", 1, 1, {{"thread", 1, NULL}}}));
    cr_assert_not(verb_is_valid((struct program_verb){"v", 1, 1, {{"x", 65537, NULL}}}));
    cr_assert_not(verb_is_valid((struct program_verb){"v", 1, 1, {{"x", 0, NULL}}}));
    cr_assert_not(
        verb_is_valid((struct program_verb){"v", 1, 2, {{"x", 1, NULL}, {"x", 1, NULL}}}));
    cr_assert_not(verb_is_valid((struct program_verb){"v", 1, 1, {{"x", 2, doubles}}}));
    cr_assert_not(verb_is_valid((struct program_verb){"v", 1, 5, {{"x", 1, NULL}}}));
}

Test(program_vocabulary, selectors_leave_room_for_nth_and_onwards)
{
    cr_assert(point_is_valid((struct program_verb){"p", 1, 1, {{"x", 1, NULL}}}));
    cr_assert_not(point_is_valid((struct program_verb){"p", 1, 1, {{"nth", 1, NULL}}}));
    cr_assert_not(point_is_valid((struct program_verb){"p", 1, 1, {{"onwards", 1, NULL}}}));
    cr_assert_not(point_is_valid((struct program_verb){.name = "faults"}));
}

Test(program_vocabulary, there_is_a_strategy_and_kinds_begin_no_section)
{
    static const char *const kinds[] = {"task", "schedule"};
    struct program_vocabulary vocabulary = sample_vocabulary;

    vocabulary.strategy_count = 0;
    cr_assert_not(program_vocabulary_is_valid(&vocabulary));
    vocabulary = sample_vocabulary;
    vocabulary.choice_kinds = kinds;
    vocabulary.choice_kind_count = 2;
    cr_assert_not(program_vocabulary_is_valid(&vocabulary));
}
