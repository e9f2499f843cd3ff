/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Included by illumos sources; nothing of it is used.
 */
#ifndef ILLUMOS_SYS_DISP_H
#define ILLUMOS_SYS_DISP_H

#include <sys/param.h>

#endif
