/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Probes of the posix backend. That they are in the object file, ctest's posix_probe_notes says.
 */
#include <criterion/criterion.h>

#include "kernel/kernel.h"

Test(posix_probe, every_probe_can_be_fired_with_nobody_listening)
{
    cr_assert_eq(kernel_probes_wanted, 0);
    for (int probe = 0; probe < KERNEL_PROBE_COUNT; probe++) {
        kernel_probe((enum kernel_probe)probe, &probe, 1);
        kernel_probe_at((enum kernel_probe)probe, 2, 1, KERNEL_HERE);
    }
}

Test(posix_probe, there_are_twenty_three)
{
    cr_assert_eq((int)KERNEL_PROBE_COUNT, 23);
}
