/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the targets of the two written forms share: a program that one of them read goes through both and comes back.
 */
#ifndef TARGETS_DECODERS_H
#define TARGETS_DECODERS_H

#include "program/program.h"

const struct program_vocabulary *decoders_vocabulary(void);

/* One more execution, for the tally. */
void decoders_count(void);

/* Ends the process with the property's words if it does not hold. */
void decoders_require(bool holds, const char *property);

/* Both forms, there and back: equal programs, equal bytes, equal text. */
void decoders_round_trip(const struct program *program);

#endif
