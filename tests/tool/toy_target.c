/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A fuzz target over the toy laboratory, to test the harness: toy_driver.
 */
#include "targets/harness.h"

const struct fuzz_target fuzz_target = {.target = "toy", .subject = "various"};
