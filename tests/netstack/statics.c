/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A subject that is nothing but static data of every kind: what it answers tells whether all of it
 * was put back. Compiled with -fcommon.
 */
#include "netstack/subject.h"

extern char __start_subject_statics_data[] __attribute__((visibility("hidden")));
extern char __stop_subject_statics_data[] __attribute__((visibility("hidden")));

int statics_common;
static int initialised = 41;
static volatile int zeroed[300]; /* volatile: all of it stays */
static int *pointer = &initialised;
static const char *text = "before";

/* Counts in every kind of static data; 42 the first time. */
static int
count(void)
{
    static int local = 1000;
    static int zero_local;
    *pointer += 1;
    local++;
    zero_local++;
    zeroed[299]++;
    statics_common++;
    bool first = local == 1001 && zero_local == 1 && zeroed[299] == 1 && statics_common == 1 &&
                 text[0] == 'b' && pointer == &initialised;
    text = "after";
    pointer = &statics_common;
    return first ? initialised : -1;
}

extern const struct subject subject_statics;
const struct subject subject_statics = {
    .name = "statics",
    .globals = {__start_subject_statics_data, __stop_subject_statics_data},
    .stop = count,
};
