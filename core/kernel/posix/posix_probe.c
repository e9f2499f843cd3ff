/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Probes as USDT: provider netstack, the names and arguments of probes.h, each of eight bytes. One
 * that nobody traces costs a call and a nop. Without <sys/sdt.h> they give nothing.
 */
#include "kernel/posix/posix_backend.h"

#if __has_include(<sys/sdt.h>)
#include <sys/sdt.h>
#define FIRE_1(name, arg0, arg1) DTRACE_PROBE1(netstack, name, arg0)
#define FIRE_2(name, arg0, arg1) DTRACE_PROBE2(netstack, name, arg0, arg1)
#else
#define FIRE_1(name, arg0, arg1) (void)(arg0), (void)(arg1)
#define FIRE_2(name, arg0, arg1) (void)(arg0), (void)(arg1)
#endif

/* How many arguments there are, by what probes.h says the second one is. */
#define FIRE_none     FIRE_1
#define FIRE_stack    FIRE_2
#define FIRE_module   FIRE_2
#define FIRE_instance FIRE_2
#define FIRE_nms      FIRE_2

#define CASE(name, first, second)                                                                  \
    case KERNEL_PROBE_##name:                                                                      \
        FIRE_##second(name, arg0, arg1);                                                           \
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
