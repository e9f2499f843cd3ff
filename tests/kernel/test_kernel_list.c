/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Linked lists.
 */
#include <criterion/criterion.h>

#include "kernel/list.h"

struct element {
    int number;
    struct kernel_list link;
};

static int
number_of(struct kernel_list *link)
{
    return KERNEL_CONTAINER_OF(link, struct element, link)->number;
}

TestSuite(kernel_list);

Test(kernel_list, elements_stand_where_they_were_put)
{
    struct kernel_list list;
    struct element one = {.number = 1}, two = {.number = 2}, three = {.number = 3};

    kernel_list_init(&list);
    cr_assert(kernel_list_is_empty(&list));
    kernel_list_insert_before(&list, &one.link);
    kernel_list_insert_before(&list, &three.link);
    kernel_list_insert_before(&three.link, &two.link);
    cr_assert_eq(number_of(list.next), 1);
    cr_assert_eq(number_of(list.next->next), 2);
    cr_assert_eq(number_of(list.prev), 3);
    cr_assert_eq(list.prev->next, &list);
}

Test(kernel_list, a_removed_element_is_in_no_list)
{
    struct kernel_list list;
    struct element one = {.number = 1}, two = {.number = 2};

    kernel_list_init(&list);
    kernel_list_insert_before(&list, &one.link);
    kernel_list_insert_before(&list, &two.link);
    kernel_list_remove(&one.link);
    cr_assert(kernel_list_is_empty(&one.link));
    cr_assert_eq(list.next, &two.link);
    kernel_list_remove(&two.link);
    cr_assert(kernel_list_is_empty(&list));
}
