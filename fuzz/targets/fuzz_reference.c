/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Property: that of fuzz_lifecycle.c, asked of the reference, the kernel source that this build was
 * given (HEDDLE_KERNEL_SOURCE). What it is known to break can be passed over with --known=DIR.
 */
#include "targets/harness.h"

const struct fuzz_target fuzz_target = {.target = "lifecycle", .subject = "reference"};
