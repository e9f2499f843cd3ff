/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Property: whatever zones, modules and lookups do to each other at the same time, under whatever
 * schedule and with whatever faults, the core keeps every promise that an oracle watches: instances
 * are created, shut down and destroyed exactly once and in order, nothing is touched after its end,
 * and everything comes to rest.
 */
#include "targets/harness.h"

const struct fuzz_target fuzz_target = {.target = "lifecycle", .subject = "core"};
