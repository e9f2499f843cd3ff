/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Probes as USDT: provider netstack, the names of probes.h, two arguments each. A probe that
 * nobody traces costs a nop. Without <sys/sdt.h> they cost, and give, nothing.
 */
#include "kernel/posix/posix_backend.h"

#if __has_include(<sys/sdt.h>)
#include <sys/sdt.h>
#define FIRE(name, arg0, arg1) DTRACE_PROBE2(netstack, name, arg0, arg1)
#else
#define FIRE(name, arg0, arg1) (void)(arg0), (void)(arg1)
#endif

#define CASE(name, first, second)                                                                  \
    case KERNEL_PROBE_##name:                                                                      \
        FIRE(name, arg0, arg1);                                                                    \
        break;

void
kernel_probe_at(enum kernel_probe probe, uintptr_t arg0, uintptr_t arg1, kernel_site_t site)
{
    (void)site;
    switch (probe) {
        KERNEL_PROBES(CASE)
    case KERNEL_PROBE_COUNT:
        break;
    }
}
