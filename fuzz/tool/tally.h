/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a fuzz target did, in a file that it maps: whoever kills it, and however often it starts again, the file has it all. One
 * process writes, anybody may read.
 */
#ifndef TOOL_TALLY_H
#define TOOL_TALLY_H

#include "netstack/laboratory.h"

struct tally {
    uint64_t magic; /* of this layout */
    uint64_t runs, passed_over;
    uint64_t doubled; /* executed twice, and compared */
    uint64_t pairs;   /* interleaving pairs, of the process that writes now */
    struct laboratory_totals totals;
};

/*
 * Maps the file, which is made if it is not there, to go on with what it has. One of another layout begins anew.
 * Returns: NULL: errno.
 */
struct tally *tally_open(const char *path);

/* Reads what is there; false: nothing that can be read. */
bool tally_read(const char *path, struct tally *tally);

/* Adds one up; pairs are those of the one that has most, since which are the same nobody knows. */
void tally_add(struct tally *sum, const struct tally *tally);

#endif
