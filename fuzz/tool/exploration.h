/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which program, under which schedule, is run number n of an exploration: a function of the seed
 * and n alone. Runs come in groups that share a program. The first of a group goes by the fixed
 * policy, which counts the program's scheduling points for strategies that want to know; the others
 * by the strategy.
 */
#ifndef TOOL_EXPLORATION_H
#define TOOL_EXPLORATION_H

#include "netstack/laboratory.h"

#define EXPLORATION_GROUP 8 /* runs, unless the strategy learns from more */
#define EXPLORATION_DEPTH 3 /* where nobody says another */

struct exploration {
    const struct laboratory_target *target;
    const struct subject *subject;
    uint8_t strategy; /* its code in the target's vocabulary */
    uint8_t depth;
    uint64_t seed;
    bool faults;
    uint8_t events; /* enum program_event_model */
};

/* How many runs share a program. */
uint64_t exploration_group(const struct exploration *exploration);

/* Makes the program of a group: run `number` belongs to group number / exploration_group. */
void exploration_program(const struct exploration *exploration, uint64_t group,
                         struct program *program);

/* Sets the schedule of one run of its group. length: points of the fixed run; 0: not known. */
void exploration_schedule(const struct exploration *exploration, uint64_t number, uint32_t length,
                          struct program *program);

/* The command that explores the same, cut where there is no room. */
void exploration_command(const struct exploration *exploration, char *text, size_t size);

#endif
