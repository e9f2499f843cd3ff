/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Property: whoever looks up, holds, walks and gives back while stacks end, gets what was active, keeps what it holds,
 * and waits for no longer than it takes; and what nobody holds is reaped.
 */
#include "targets/harness.h"

const struct fuzz_target fuzz_target = {.target = "references", .subject = "core"};
