/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Property: that of fuzz_lifecycle.c, of programs whose memory is lacking or late, whose callbacks fail, are stuck or call
 * back, whose waits end for nothing and whose clocks jump: with every fault that a plan may inject, the core keeps its promises.
 */
#include "targets/harness.h"

const struct fuzz_target fuzz_target = {.target = "faults", .subject = "core"};
