/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Task queues come with the device interface.
 */
#ifndef ILLUMOS_SYS_SUNDDI_H
#define ILLUMOS_SYS_SUNDDI_H

#include <sys/taskq.h>

#endif
