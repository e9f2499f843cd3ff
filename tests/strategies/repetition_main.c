/* SPDX-License-Identifier: BSD-2-Clause
 *
 * repetition STRATEGY LIST SEED: prints the hashes of one list, in a process that has done nothing else and
 * never forgot anything.
 */
#include "repetition.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

int
main(int argc, char **argv)
{
    static uint64_t hashes[REPETITION_EXECUTIONS];
    struct heddle_log *log = heddle_log_create();
    const struct strategy *strategy = argc == 4 ? strategy_find(argv[1]) : NULL;
    if (strategy == NULL || log == NULL) {
        return 2;
    }
    enum repetition_list list = (enum repetition_list)atoi(argv[2]);
    repetition_execute(strategy, list, strtoull(argv[3], NULL, 10), log, hashes);
    for (uint32_t i = 0; i < REPETITION_EXECUTIONS; i++) {
        printf("%" PRIx64 "\n", hashes[i]);
    }
    return 0;
}
