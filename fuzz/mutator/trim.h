/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Trimming for fuzzing engines that ask for it: smaller and smaller programs of one, each by a piece less, of which the engine
 * says whether it still does the same. `heddle shrink` is for people and goes further (tool/shrink).
 */
#ifndef MUTATOR_TRIM_H
#define MUTATOR_TRIM_H

#include "mutator/mutator.h"

struct mutator_trim {
    struct program kept, tried;
    size_t limit; /* bytes; no candidate has more */
    uint32_t pass, chunk, floor, position;
    uint32_t done, most; /* candidates */
};

void mutator_trim_init(struct mutator_trim *trim);
void mutator_trim_fini(struct mutator_trim *trim);

/*
 * Begins with an input. Returns: how many candidates there are at most; 0: none. The same input and
 * the same answers give the same candidates.
 */
uint32_t mutator_trim_start(struct mutator_trim *trim, const uint8_t *bytes, size_t size);

/*
 * Writes the candidate: a valid program with the input's head, no larger than it.
 * Requires: fewer were judged than there are; `out` has room for the input. Returns: its size.
 */
size_t mutator_trim_next(struct mutator_trim *trim, uint8_t *out);

/* Tells whether the candidate does the same: the others are made of it then. Returns: how many were judged, or the number that
 * start returned: there are no more. */
uint32_t mutator_trim_judge(struct mutator_trim *trim, bool is_same);

#endif
