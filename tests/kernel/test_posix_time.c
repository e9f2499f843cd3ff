/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Time of the posix backend.
 */
#include <criterion/criterion.h>

#include "kernel/kernel.h"

Test(posix_time, time_never_goes_back)
{
    uint64_t last = kernel_time_ns();

    for (int i = 0; i < 1000; i++) {
        uint64_t now = kernel_time_ns();

        cr_assert_geq(now, last);
        last = now;
    }
}

Test(posix_time, a_sleep_is_no_shorter_than_asked)
{
    uint64_t start = kernel_time_ns();

    kernel_sleep_ns(2000000);
    cr_assert_geq(kernel_time_ns() - start, 2000000);
}

Test(posix_time, a_sleep_of_nothing_returns)
{
    kernel_sleep_ns(0);
}
