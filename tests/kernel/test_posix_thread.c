/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Threads of the posix backend: their numbers and slots.
 */
#include <criterion/criterion.h>

#include "kernel/kernel.h"

#define THREADS 8

static void
note_id(void *id)
{
    *(uint64_t *)id = kernel_thread_id();
}

Test(posix_thread, every_thread_has_a_number_of_its_own_that_is_not_0)
{
    uint64_t ids[THREADS + 1];

    ids[THREADS] = kernel_thread_id();
    for (int i = 0; i < THREADS; i++) {
        kernel_thread_join(kernel_thread_create("test", note_id, &ids[i]));
    }
    for (int i = 0; i <= THREADS; i++) {
        cr_assert_neq(ids[i], 0);
        for (int j = 0; j < i; j++) {
            cr_assert_neq(ids[i], ids[j]);
        }
    }
}

Test(posix_thread, a_number_stays_the_same)
{
    cr_assert_eq(kernel_thread_id(), kernel_thread_id());
}

static void
set_slot_and_look(void *was_null)
{
    *(bool *)was_null = kernel_slot_get(KERNEL_SLOT_NETSTACK) == NULL;
    kernel_slot_set(KERNEL_SLOT_NETSTACK, was_null);
}

Test(posix_thread, slots_are_each_thread_s_own)
{
    int mine;
    bool was_null = false;

    cr_assert_null(kernel_slot_get(KERNEL_SLOT_NETSTACK));
    kernel_slot_set(KERNEL_SLOT_NETSTACK, &mine);
    kernel_thread_join(kernel_thread_create("a name longer than any debugger keeps",
                                            set_slot_and_look, &was_null));
    cr_assert(was_null);
    cr_assert_eq(kernel_slot_get(KERNEL_SLOT_NETSTACK), &mine);
    cr_assert_null(kernel_slot_get(KERNEL_SLOT_ZONE));
}

static void
store(void *place)
{
    *(int *)place = 42;
}

Test(posix_thread, what_a_thread_wrote_is_seen_after_its_join)
{
    int place = 0;

    kernel_thread_join(kernel_thread_create("test", store, &place));
    cr_assert_eq(place, 42);
}
