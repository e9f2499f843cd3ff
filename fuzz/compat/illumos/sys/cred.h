/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Credentials: the project's own service.
 */
#ifndef ILLUMOS_SYS_CRED_H
#define ILLUMOS_SYS_CRED_H

#include <sys/param.h>

#include "kernel/cred.h"

#endif
