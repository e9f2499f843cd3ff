/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Subjects of seed_converter by name alone: it converts and never runs, so it needs nothing that is
 * built for a fuzzing engine.
 */
#include "netstack/laboratory.h"

static const struct subject core = {.name = "core"}, reference = {.name = "reference"};

const struct subject *const laboratory_subjects[] = {&core, &reference, NULL};
