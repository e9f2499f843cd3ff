/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Time.
 */
#ifndef ILLUMOS_SYS_SYSTM_H
#define ILLUMOS_SYS_SYSTM_H

#include <sys/param.h>

#define gethrtime() ((hrtime_t)kernel_time_ns())

#endif
