/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Atomic words of the posix backend.
 */
#include <criterion/criterion.h>

#include "kernel/kernel.h"

Test(posix_atomic, a_word_starts_with_its_value_and_keeps_what_is_stored)
{
    kernel_atomic_t word;

    kernel_atomic_init(&word, 7, "test");
    cr_assert_eq(kernel_atomic_load(&word), 7);
    kernel_atomic_store(&word, UINT64_MAX);
    cr_assert_eq(kernel_atomic_load(&word), UINT64_MAX);
}

Test(posix_atomic, fetch_add_returns_the_value_before)
{
    kernel_atomic_t word;

    kernel_atomic_init(&word, 1, "test");
    cr_assert_eq(kernel_atomic_fetch_add(&word, 2), 1);
    cr_assert_eq(kernel_atomic_fetch_add(&word, UINT64_MAX), 3);
    cr_assert_eq(kernel_atomic_load(&word), 2);
}

Test(posix_atomic, compare_exchange_stores_where_the_word_is_as_expected)
{
    kernel_atomic_t word;
    uint64_t expected = 5;

    kernel_atomic_init(&word, 5, "test");
    cr_assert(kernel_atomic_compare_exchange(&word, &expected, 6));
    cr_assert_eq(kernel_atomic_load(&word), 6);
    cr_assert_eq(expected, 5);
}

Test(posix_atomic, a_compare_exchange_that_fails_says_what_the_word_is)
{
    kernel_atomic_t word;
    uint64_t expected = 4;

    kernel_atomic_init(&word, 5, "test");
    cr_assert_not(kernel_atomic_compare_exchange(&word, &expected, 6));
    cr_assert_eq(kernel_atomic_load(&word), 5);
    cr_assert_eq(expected, 5);
}

Test(posix_atomic, add_if_adds_where_the_masked_bits_are_within_the_bounds)
{
    kernel_atomic_t word;

    kernel_atomic_init(&word, 0xf05, "test");
    cr_assert_not(kernel_atomic_add_if(&word, 1, 0xff, 6, 9));
    cr_assert_not(kernel_atomic_add_if(&word, 1, 0xff, 0, 4));
    cr_assert_eq(kernel_atomic_load(&word), 0xf05);
    cr_assert(kernel_atomic_add_if(&word, 1, 0xff, 5, 9));
    cr_assert(kernel_atomic_add_if(&word, UINT64_MAX, 0xff, 0, 6));
    cr_assert(kernel_atomic_add_if(&word, 0x10, 0, 0, 0));
    cr_assert_eq(kernel_atomic_load(&word), 0xf15);
}

/* What the macros do in place is there by name, too. */
Test(posix_atomic, the_functions_do_the_same)
{
    kernel_atomic_t word;
    uint64_t expected = 5;

    kernel_atomic_init_at(&word, 4, "test", KERNEL_HERE);
    kernel_atomic_store_at(&word, 5, KERNEL_HERE);
    cr_assert_eq(kernel_atomic_fetch_add_at(&word, 1, KERNEL_HERE), 5);
    cr_assert_not(kernel_atomic_compare_exchange_at(&word, &expected, 8, KERNEL_HERE));
    cr_assert(kernel_atomic_compare_exchange_at(&word, &expected, 8, KERNEL_HERE));
    cr_assert_not(kernel_atomic_add_if_at(&word, 1, UINT64_MAX, 9, 9, KERNEL_HERE));
    cr_assert(kernel_atomic_add_if_at(&word, 1, UINT64_MAX, 8, 8, KERNEL_HERE));
    cr_assert_eq(kernel_atomic_load_at(&word, KERNEL_HERE), 9);
}

#define ADDERS        4
#define ADDS_PER_TASK 20000

static void
add_many(void *word)
{
    for (int i = 0; i < ADDS_PER_TASK; i++) {
        kernel_atomic_fetch_add(word, 1);
    }
}

Test(posix_atomic, no_addition_of_several_threads_is_lost)
{
    kernel_thread_t *threads[ADDERS];
    kernel_atomic_t word;

    kernel_atomic_init(&word, 0, "test");
    for (int i = 0; i < ADDERS; i++) {
        threads[i] = kernel_thread_create("adder", add_many, &word);
        cr_assert_not_null(threads[i]);
    }
    for (int i = 0; i < ADDERS; i++) {
        kernel_thread_join(threads[i]);
    }
    cr_assert_eq(kernel_atomic_load(&word), ADDERS * ADDS_PER_TASK);
}
