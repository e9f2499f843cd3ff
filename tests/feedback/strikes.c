/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A fuzz target in which nothing is ever new but which fault struck where and when: an input says which, and the code
 * that runs is always the same. Built twice: as it is, and deaf, which does not tell the fuzzing engine of faults.
 */
#include <stdio.h>
#include <stdlib.h>

#include "targets/feedback.h"

#define CELLS ((size_t)LABORATORY_POINTS_MAX * LABORATORY_KINDS_MAX * LABORATORY_STATES_MAX)
#define APART 5 /* cells of two bytes that are next to each other */
_Static_assert(UINT8_MAX *APART < CELLS, "each byte has a cell");

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static struct heddle_log *log;
static struct laboratory_totals totals;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    log = heddle_log_create();
#ifdef DEAF
    unsigned int which = FEEDBACK_PAIRS;
#else
    unsigned int which = FEEDBACK_FAULTS;
#endif
    if (log == NULL || !feedback_init(which)) {
        perror("no memory");
        exit(2);
    }
    return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    feedback_expect(&totals, true);
    /* What libFuzzer tries first, nothing, is a fault like another. */
    size_t cell = (size > 0 ? bytes[0] : 0u) * (size_t)APART;
    (&totals.fault_table[0][0][0])[cell].times++;
    feedback_add(log, 0);
    return 0;
}
