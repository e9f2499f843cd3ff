/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Kstats: the project's own service.
 */
#ifndef ILLUMOS_SYS_KSTAT_H
#define ILLUMOS_SYS_KSTAT_H

#include <sys/param.h>

#include "kernel/kstat.h"

#endif
