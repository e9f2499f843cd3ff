/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a target speaks of: the words are those of all of them, so that a file of one is a file of the other, but
 * generators and mutators pick from a part.
 */
#ifndef NETSTACK_FOCUS_H
#define NETSTACK_FOCUS_H

#include "program/program.h"

const struct program_vocabulary *focus_faults(void);
const struct program_vocabulary *focus_registry(void);
const struct program_vocabulary *focus_references(void);
const struct program_vocabulary *focus_shared_kstats(void);

#endif
