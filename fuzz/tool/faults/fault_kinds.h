/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Every kind of fault that a program can be given, from the vocabulary alone: what may happen at a point, the
 * selectors it can have, arguments that make sense. A series is one kind, at its 0th, 1st, 2nd … occurrence.
 */
#ifndef TOOL_FAULT_KINDS_H
#define TOOL_FAULT_KINDS_H

#include "netstack/laboratory.h"

#define FAULT_TUPLES_MAX 8    /* sets of arguments of one action */
#define FAULT_PLACES_MAX 1024 /* sets of selectors of all points */

/* A point with its selectors. */
struct fault_place {
    uint8_t point;
    bool reached; /* for whoever finds out */
    uint16_t selectors[PROGRAM_ARGUMENTS_MAX];
    uint32_t probe; /* an action that is legal there */
};

struct fault_series {
    struct program_fault fault; /* its nth is 0 */
    uint32_t place;
    bool is_call; /* the action is one of the vocabulary's operations */
};

/* Those that are no calls come first, and each kind once before onwards. */
struct fault_kinds {
    uint32_t place_count, series_count;
    struct fault_place *places;
    struct fault_series *series;
};

/*
 * Of an action's arguments: all 0; then each value that an operation or a fault of the program gives to a parameter of that
 * name, once; where there is none and the action is no call, the greatest. FAULT_TUPLES_MAX in all.
 * Returns: false without memory; nothing is to be finished then.
 */
bool fault_kinds_init(struct fault_kinds *kinds, const struct program *program,
                      const struct program_vocabulary *vocabulary);
void fault_kinds_fini(struct fault_kinds *kinds);

#endif
