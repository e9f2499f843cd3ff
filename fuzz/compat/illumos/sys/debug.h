/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ASSERT and VERIFY, both active in every build: a failed one is a finding.
 */
#ifndef ILLUMOS_SYS_DEBUG_H
#define ILLUMOS_SYS_DEBUG_H

#include "kernel/kernel.h"

#define ASSERT(claim) ((claim) ? (void)0 : kernel_verify_failed(#claim, KERNEL_HERE))

#endif
