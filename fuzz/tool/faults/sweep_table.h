/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a sweep injected and how it ended, as people and machines read it: a row for each point and what happened there,
 * all operations that were called there in one.
 */
#ifndef TOOL_SWEEP_TABLE_H
#define TOOL_SWEEP_TABLE_H

#include <stdio.h>

#include "tool/faults/fault_kinds.h"

struct json_object;

/* One run with one fault that was injected. */
struct fault_single {
    uint64_t signature; /* 0: ok */
    uint32_t series;
    uint16_t nth;
    uint8_t verdict;
};

struct fault_pairs {
    bool asked;
    uint64_t all; /* that there are of the singles */
    uint64_t runs, both, failing;
};

struct fault_table {
    const struct fault_kinds *kinds;
    const struct program_vocabulary *vocabulary;
    const struct fault_single *singles; /* in order of series and nth */
    uint32_t single_count;
    struct fault_pairs pairs;
};

/* list: each single a line; else only those that failed, up to some. */
void fault_table_print(const struct fault_table *table, bool list, FILE *out);

/* NULL for NULL. */
struct json_object *fault_table_json(const struct fault_table *table);

/* The fault of that series at that occurrence. */
struct program_fault fault_table_fault(const struct fault_kinds *kinds, uint32_t series,
                                       uint16_t nth);

#endif
