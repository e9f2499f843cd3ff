/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Property: without faults, one operation at a time, each run to rest, the core does what the
 * reference does: the same answers, the same callbacks in the same order with the same arguments.
 * Where their contracts differ, a row of fuzz/netstack/contract.c says so.
 */
#include "targets/harness.h"

const struct fuzz_target fuzz_target = {.target = "differential", .subject = "core"};
