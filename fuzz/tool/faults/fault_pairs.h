/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which pairs of so many things are tried, by number: all of them, or as many as are wanted, those of the things that
 * stand first before others.
 */
#ifndef TOOL_FAULT_PAIRS_H
#define TOOL_FAULT_PAIRS_H

#include <stdint.h>

struct fault_pairs_plan {
    uint64_t all;     /* pairs that there are */
    uint64_t proper;  /* of these, pairs of things that stand first */
    uint64_t planned; /* that are tried */
};

/* singles: how many things; proper: so many stand first; at most wanted pairs are tried. */
struct fault_pairs_plan fault_pairs_plan(uint32_t singles, uint32_t proper, uint64_t wanted);

/*
 * The k-th that is tried, of things i < j. If there are more than are wanted, those of the first things are all tried if
 * they can be; what can not is spread evenly.
 */
void fault_pairs_at(const struct fault_pairs_plan *plan, uint64_t k, uint32_t *i, uint32_t *j);

#endif
