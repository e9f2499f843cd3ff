/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Property: whatever zones attach and leave, and whatever memory is lacking, a kstat of the shared stack is visible in
 * zone 0 and the attached zones, in no other, and in none once it is deleted.
 */
#include "targets/harness.h"

const struct fuzz_target fuzz_target = {.target = "shared_kstats", .subject = "core"};
