/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Subjects from one: each sets its error before it starts.
 */
#include "canaries.h"

extern const struct subject subject_canary;

enum canary_error canary_broken;

#define CANARY_START(error)                                                                        \
    static int start_##error(unsigned int reaps_max, unsigned int id_max)                          \
    {                                                                                              \
        canary_broken = CANARY_##error;                                                            \
        return subject_canary.start(reaps_max, id_max);                                            \
    }
CANARY_START(NONE)
CANARIES(CANARY_START)

struct subject canary_subjects[CANARY_COUNT];

__attribute__((constructor)) static void
make_subjects(void)
{
#define CANARY_NAME(error)  [CANARY_##error] = "canary_" #error,
#define CANARY_ENTRY(error) [CANARY_##error] = start_##error,
    static const char *const names[CANARY_COUNT] = {[CANARY_NONE] = "canary",
                                                    CANARIES(CANARY_NAME)};
    static int (*const starts[CANARY_COUNT])(unsigned int, unsigned int) = {
        [CANARY_NONE] = start_NONE, CANARIES(CANARY_ENTRY)};
    for (int error = 0; error < CANARY_COUNT; error++) {
        canary_subjects[error] = subject_canary;
        canary_subjects[error].name = names[error];
        canary_subjects[error].start = starts[error];
    }
}
