/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Booting and halting, registering and unregistering, without anything that costs beside the subject.
 */
#include "bench_world.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#define REAPS_MAX 1024u
#define ID_MAX    4194303u

void
bench_expect(int error, const char *what)
{
    if (error != 0) {
        fprintf(stderr, "heddle-bench-core: %s: %s\n", what, strerror(error));
        exit(4);
    }
}

void *
bench_zalloc(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (memory == NULL) {
        bench_expect(ENOMEM, "memory");
    }
    return memory;
}

void
bench_world_start(struct bench_world *world, const struct subject *subject)
{
    *world = (struct bench_world){.subject = subject};
    bench_expect(subject->start(REAPS_MAX, ID_MAX), "starting the subject");
}

void
bench_world_wait_gone(struct bench_world *world, zoneid_t zone)
{
    while (world->subject->inuse_by_stackid(zone)) {
        sched_yield();
    }
}

static void
boot(struct bench_world *world, uint32_t flags, zoneid_t *zone)
{
    bench_expect(world->subject->zone_create(flags, zone), "zone_create");
}

static void
halt(struct bench_world *world, zoneid_t zone)
{
    bench_expect(world->subject->zone_shutdown(zone), "zone_shutdown");
    bench_expect(world->subject->zone_destroy(zone), "zone_destroy");
}

zoneid_t
bench_world_boot_and_halt(struct bench_world *world, uint32_t flags)
{
    zoneid_t zone;
    boot(world, flags, &zone);
    halt(world, zone);
    return zone;
}

void
bench_world_resize(struct bench_world *world, uint32_t count)
{
    if (count > world->room) {
        world->zones = realloc(world->zones, count * sizeof *world->zones);
        if (world->zones == NULL) {
            bench_expect(ENOMEM, "memory");
        }
        world->room = count;
    }
    uint32_t before = world->count;
    while (world->count < count) {
        boot(world, ZF_NET_EXCL, &world->zones[world->count++]);
    }
    while (world->count > count) {
        halt(world, world->zones[--world->count]);
    }
    for (uint32_t i = count; i < before; i++) {
        bench_world_wait_gone(world, world->zones[i]);
    }
}

/* --- modules ------------------------------------------------------------------------------ */

static void *
create(int stackid, subject_stack_t *stack)
{
    static char instance;
    (void)stackid;
    (void)stack;
    return &instance;
}

static void
end(int stackid, void *instance)
{
    (void)stackid;
    (void)instance;
}

void
bench_world_register(struct bench_world *world, int module)
{
    bench_expect(world->subject->register_module(module, create, end, end), "register");
}

void
bench_world_unregister(struct bench_world *world, int module)
{
    bench_expect(world->subject->unregister_module(module), "unregister");
}

void
bench_world_register_all(struct bench_world *world)
{
    for (int module = 0; module < BENCH_MODULES; module++) {
        bench_world_register(world, module);
    }
}

void
bench_world_unregister_all(struct bench_world *world)
{
    for (int module = 0; module < BENCH_MODULES; module++) {
        bench_world_unregister(world, module);
    }
}
