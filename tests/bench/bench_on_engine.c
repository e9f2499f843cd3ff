/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The benchmarks of heddle-bench: those that need the engine.
 */
#include "bench.h"

const struct bench_entry bench_entries[] = {
    {"engine", bench_engine},   {"programs", bench_programs},     {"engines", bench_engines},
    {"oracles", bench_oracles}, {"strategies", bench_strategies}, {NULL, NULL},
};
