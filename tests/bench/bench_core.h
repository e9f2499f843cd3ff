/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The parts of the core's benchmark. Each leaves the worlds without zones. reference: NULL where
 * this build has none.
 */
#ifndef TESTS_BENCH_CORE_H
#define TESTS_BENCH_CORE_H

#include "bench_world.h"

/* bench_lookups.c */
void bench_references(struct bench_world *core);
void bench_lookups(struct bench_world *core);
void bench_two_threads(struct bench_world *core);

/* bench_modules.c */
void bench_linear(struct bench_world *core);
void bench_quadratic(struct bench_world *core, struct bench_world *reference);
void bench_births(struct bench_world *core, struct bench_world *reference);
void bench_memory(struct bench_world *core);

#endif
