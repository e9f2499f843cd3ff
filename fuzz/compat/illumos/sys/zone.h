/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Zones: the project's own service.
 */
#ifndef ILLUMOS_SYS_ZONE_H
#define ILLUMOS_SYS_ZONE_H

#include <sys/param.h>

#include "kernel/zone.h"

#endif
