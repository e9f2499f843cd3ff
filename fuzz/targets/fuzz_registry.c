/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Property: whoever registers and unregisters modules while stacks come and go, each instance is created, shut down and
 * destroyed exactly once, register is all or nothing, and after unregister no callback runs.
 */
#include "targets/harness.h"

const struct fuzz_target fuzz_target = {.target = "registry", .subject = "core"};
