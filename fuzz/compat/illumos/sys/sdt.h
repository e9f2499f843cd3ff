/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Static probes on the seam. The types that stand between the arguments are for DTrace alone.
 */
#ifndef ILLUMOS_SYS_SDT_H
#define ILLUMOS_SYS_SDT_H

#include "kernel/kernel.h"

#define DTRACE_PROBE1(name, type0, arg0) kernel_probe(KERNEL_PROBE_##name, (arg0), 0)
#define DTRACE_PROBE2(name, type0, arg0, type1, arg1)                                              \
    kernel_probe(KERNEL_PROBE_##name, (arg0), (arg1))

#endif
