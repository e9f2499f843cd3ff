/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Programs as text: reading it gives an equal program, and it looks as people know it.
 */
#include "sample_vocabulary.h"

#include <criterion/criterion.h>
#include <string.h>

static struct program program, again;

static void
start(void)
{
    program_init(&program);
    program_init(&again);
}

static void
stop(void)
{
    program_fini(&program);
    program_fini(&again);
}

TestSuite(program_print, .init = start, .fini = stop);

static void
assert_parses_to_the_same(void)
{
    struct program_error error;
    size_t size;
    char *text = sample_print(&program, &size);

    cr_assert(program_parse(&again, text, size, &sample_vocabulary, &error), "%d:%d: %s in\n%s",
              error.line, error.column, error.message, text);
    cr_assert(program_equal(&program, &again), "%s", text);
    free(text);
}

Test(program_print, thousands_of_programs_come_back_equal)
{
    uint64_t state = 31;

    for (int i = 0; i < 5000; i++) {
        sample_random_program(&program, &state);
        assert_parses_to_the_same();
    }
}

Test(program_print, the_empty_program_comes_back)
{
    assert_parses_to_the_same();
}

Test(program_print, the_sample_looks_as_it_should)
{
    size_t size;

    sample_program(&program);
    char *text = sample_print(&program, &size);
    cr_assert_str_eq(text, sample_text);
    free(text);
}
