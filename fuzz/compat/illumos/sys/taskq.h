/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Task queues on the seam.
 */
#ifndef ILLUMOS_SYS_TASKQ_H
#define ILLUMOS_SYS_TASKQ_H

#include <sys/param.h>

#define TQ_SLEEP   KERNEL_SLEEP
#define TQ_NOSLEEP KERNEL_NOSLEEP

#define system_taskq kernel_taskq_system()
#define taskq_dispatch(queue, run, argument, wait)                                                 \
    kernel_taskq_dispatch_at((queue), (run), (argument), (wait), KERNEL_HERE)

#endif
