/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The current process, as far as its zone.
 */
#ifndef ILLUMOS_SYS_PROC_H
#define ILLUMOS_SYS_PROC_H

#include <sys/cred.h>
#include <sys/zone.h>

typedef struct proc {
    zone_t *p_zone;
} proc_t;

#define curproc (&(proc_t){.p_zone = zone_current()})

#endif
