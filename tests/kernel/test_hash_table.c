/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Hash tables.
 */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "counting_memory.h"
#include "kernel/hash_table.h"

#define NODES 3000

static struct kernel_table table;
static struct kernel_table_node nodes[NODES];

static void
make(void)
{
    kernel_table_init(&table);
}

TestSuite(hash_table, .init = make);

static void
insert_all(void)
{
    for (uint64_t i = 0; i < NODES; i++) {
        kernel_table_insert(&table, &nodes[i], kernel_hash_number(i));
    }
}

static void
expect_found_from(uint64_t first)
{
    for (uint64_t i = 0; i < NODES; i++) {
        struct kernel_table_node *found = kernel_table_first(&table, kernel_hash_number(i));

        cr_assert_eq(found, i < first ? NULL : &nodes[i]);
        cr_assert(found == NULL || kernel_table_next(found) == NULL);
    }
}

Test(hash_table, what_was_inserted_is_found_however_many_there_are)
{
    insert_all();
    cr_assert_eq(table.count, NODES);
    cr_assert_eq(table.bucket_count, NODES);
    expect_found_from(0);
}

Test(hash_table, what_was_removed_is_not_found_and_the_rest_is)
{
    insert_all();
    for (uint64_t i = 0; i < NODES; i++) {
        kernel_table_remove(&table, &nodes[i]);
        if (i % 500 == 0) {
            expect_found_from(i + 1);
        }
    }
    expect_found_from(NODES);
}

Test(hash_table, an_empty_one_has_no_memory)
{
    insert_all();
    cr_assert_gt(test_memory_live(), 0);
    for (uint64_t i = 0; i < NODES; i++) {
        kernel_table_remove(&table, &nodes[NODES - 1 - i]);
    }
    cr_assert_eq(test_memory_live(), 0);
    cr_assert_eq(table.bucket_count, KERNEL_TABLE_BUCKETS_MIN);
    kernel_table_fini(&table);
}

Test(hash_table, a_few_nodes_need_no_allocation)
{
    test_memory_fail_nth(1);
    for (uint64_t i = 0; i < KERNEL_TABLE_BUCKETS_MIN; i++) {
        kernel_table_insert(&table, &nodes[i], kernel_hash_number(i));
    }
    cr_assert_not(test_memory_has_failed());
}

Test(hash_table, without_memory_to_grow_it_still_works)
{
    for (uint64_t i = 0; i < NODES; i++) {
        test_memory_fail_nth(1);
        kernel_table_insert(&table, &nodes[i], kernel_hash_number(i));
    }
    cr_assert_eq(table.bucket_count, KERNEL_TABLE_BUCKETS_MIN);
    expect_found_from(0);
}

Test(hash_table, nodes_of_one_hash_are_all_found)
{
    size_t found = 0;

    for (int i = 0; i < 100; i++) {
        kernel_table_insert(&table, &nodes[i], i % 2 == 0 ? 5 : 5 + KERNEL_TABLE_BUCKETS_MIN);
    }
    for (struct kernel_table_node *node = kernel_table_first(&table, 5); node != NULL;
         node = kernel_table_next(node)) {
        cr_assert_eq((node - nodes) % 2, 0);
        found++;
    }
    cr_assert_eq(found, 50);
}

Test(hash_table, strings_hash_by_all_their_bytes)
{
    cr_assert_eq(kernel_hash_string(1, "tcp"), kernel_hash_string(1, "tcp"));
    cr_assert_neq(kernel_hash_string(1, "tcp"), kernel_hash_string(2, "tcp"));
    cr_assert_neq(kernel_hash_string(1, "tcp"), kernel_hash_string(1, "tcq"));
    cr_assert_neq(kernel_hash_string(1, "tcp"), kernel_hash_string(1, "tc"));
}

static size_t
chain_length_max(void)
{
    size_t longest = 0;

    for (size_t i = 0; i < KERNEL_TABLE_BUCKETS_MIN; i++) {
        size_t length = 0;

        for (struct kernel_table_node *at = table.first_buckets[i]; at != NULL; at = at->next) {
            length++;
        }
        longest = length > longest ? length : longest;
    }
    return longest;
}

Test(hash_table, chains_stay_short)
{
    insert_all();
    cr_assert_leq(chain_length_max(), 10);
}
