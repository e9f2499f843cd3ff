/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Memory of the posix backend.
 */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>

#include "kernel/kernel.h"

Test(posix_memory, what_is_allocated_is_zero_and_aligned)
{
    for (size_t size = 1; size < 5000; size = size * 3 + 1) {
        unsigned char *memory = kernel_zalloc("test", size, KERNEL_SLEEP);

        cr_assert_eq((uintptr_t)memory % 16, 0);
        for (size_t i = 0; i < size; i++) {
            cr_assert_eq(memory[i], 0);
            memory[i] = 0xff;
        }
        kernel_free(memory, size);
    }
}

Test(posix_memory, an_allocation_of_nothing_is_fatal, .signal = SIGABRT)
{
    kernel_zalloc("test", 0, KERNEL_NOSLEEP);
}

Test(posix_memory, freeing_null_is_fatal, .signal = SIGABRT)
{
    kernel_free(NULL, 1);
}
