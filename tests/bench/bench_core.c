/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the netstack costs, on threads: beside a bare table and bare counters where that is the
 * measure, beside the reference where that is. Both subjects are the objects that the engine runs,
 * linked with the posix backend, in one program.
 */
#include "bench_core.h"

#include "bench.h"

extern const struct subject subject_core;
#ifdef HEDDLE_REFERENCE
extern const struct subject subject_reference;
static const struct subject *const reference_subject = &subject_reference;
#else
static const struct subject *const reference_subject;
#endif

const struct bench_entry bench_entries[] = {{"core", bench_core}, {NULL, NULL}};

int
bench_core(const char *corpus)
{
    (void)corpus;
    struct bench_world core, other, *reference = NULL;
    bench_world_start(&core, &subject_core);
    if (reference_subject != NULL) {
        bench_world_start(&other, reference_subject);
        reference = &other;
    }

    bench_references(&core);
    bench_lookups(&core);
    bench_two_threads(&core);
    bench_linear(&core);
    bench_quadratic(&core, reference);
    bench_births(&core, reference);
    bench_memory(&core);
    return 0;
}
