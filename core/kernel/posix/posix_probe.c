/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Probes as USDT: provider netstack, the names and arguments of probes.h, each of eight bytes, and a
 * semaphore that tracers raise. It is one for all probes: where nobody traces, a probe costs the look
 * at it. Without <sys/sdt.h> probes give nothing.
 */
#include "kernel/posix/posix_backend.h"

#if __has_include(<sys/sdt.h>)
#define _SDT_HAS_SEMAPHORES 1
#include <sys/sdt.h>

/* Tracers find it by the place in the file: it must not be in .bss. */
__attribute__((section(".probes"))) volatile uint16_t kernel_probes_wanted = 0;

#define SEMAPHORE(name, first, second)                                                             \
    extern volatile uint16_t netstack_##name##_semaphore                                           \
        __attribute__((alias("kernel_probes_wanted"), visibility("hidden"), unused));
KERNEL_PROBES(SEMAPHORE)

#define FIRE_1(name, arg0, arg1) DTRACE_PROBE1(netstack, name, arg0)
#define FIRE_2(name, arg0, arg1) DTRACE_PROBE2(netstack, name, arg0, arg1)
#else
volatile uint16_t kernel_probes_wanted = 0;
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
