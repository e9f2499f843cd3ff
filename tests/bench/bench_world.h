/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A subject that runs on threads, with as many zones as a benchmark wants; and modules whose callbacks return
 * a constant.
 */
#ifndef TESTS_BENCH_WORLD_H
#define TESTS_BENCH_WORLD_H

#include <stdint.h>
#include <stdlib.h>

#include "netstack/subject.h"

#define BENCH_MODULES 19 /* NS_MAX */

struct bench_world {
    const struct subject *subject;
    zoneid_t *zones; /* in order of birth */
    uint32_t count, room;
};

/* Starts the subject, for good: not every subject can be stopped. */
void bench_world_start(struct bench_world *world, const struct subject *subject);

/* Boots exclusive zones, or halts the youngest, until there are `count`, and all others unlinked. */
void bench_world_resize(struct bench_world *world, uint32_t count);

/* Boots and halts one zone, and returns its id; the reap may go on. */
zoneid_t bench_world_boot_and_halt(struct bench_world *world, uint32_t flags);

/* Waits until no stack with that id is listed any more. */
void bench_world_wait_gone(struct bench_world *world, zoneid_t zone);

void bench_world_register(struct bench_world *world, int module);
void bench_world_unregister(struct bench_world *world, int module);
void bench_world_register_all(struct bench_world *world);
void bench_world_unregister_all(struct bench_world *world);

/* The end of the program if an error is not 0. */
void bench_expect(int error, const char *what);

/* Zeroed memory, or the end. */
void *bench_zalloc(size_t count, size_t size);

#endif
