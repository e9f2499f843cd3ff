/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The subjects of heddle_canaries: the canary, correct, and broken in every way.
 */
#include "canaries.h"
#include "netstack/laboratory.h"

#define CANARY_ROW(error) &canary_subjects[CANARY_##error],

const struct subject *const laboratory_subjects[] = {CANARY_ROW(NONE) CANARIES(CANARY_ROW) NULL};
