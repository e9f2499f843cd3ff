/* SPDX-License-Identifier: BSD-2-Clause
 *
 * So many stacks live at once, without modules: each is found, a walk meets them all, and they go again.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "stress_watch.h"

static void
boot_all(zoneid_t *ids, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        int error = STRESS_ERROR(zone_create_exclusive, zone_create(ZF_NET_EXCL, &ids[i]));
        STRESS_CHECK(error == 0);
    }
}

static void
find_all(const zoneid_t *ids, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        netstack_t *ns = STRESS_POINTER(netstack_find_by_stackid, netstack_find_by_stackid(ids[i]));
        STRESS_CHECK(ns != NULL && ns->netstack_stackid == ids[i]);
        STRESS_VOID(netstack_rele, netstack_rele(ns));
    }
}

static uint64_t
walk_all(void)
{
    uint64_t met = 0, last = 0;
    netstack_handle_t handle;
    netstack_t *ns;
    netstack_next_init(&handle);
    while ((ns = STRESS_POINTER(netstack_next, netstack_next(&handle))) != NULL) {
        STRESS_CHECK(netstack_get_uid(ns) > last);
        last = netstack_get_uid(ns);
        met++;
        STRESS_VOID(netstack_rele, netstack_rele(ns));
    }
    netstack_next_fini(&handle);
    return met;
}

static void
halt_all(const zoneid_t *ids, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        (void)STRESS_ERROR(zone_destroy, zone_destroy(ids[i]));
    }
}

static void
live_at_once(uint64_t count)
{
    zoneid_t *ids = calloc(count, sizeof(*ids));
    STRESS_CHECK(ids != NULL);
    boot_all(ids, count);
    struct netstack_figures figures;
    netstack_read_figures(&figures);
    STRESS_CHECK(figures.live == 1 + STRESS_PILLARS + count);
    struct stress_memory memory = stress_memory_read();
    printf("%s: %" PRIu64 " live: %" PRId64 " bytes of the seam, %.0f a stack with its zone\n",
           stress_program.name, figures.live, memory.bytes,
           (double)memory.bytes / (double)figures.live);
    find_all(ids, count);
    STRESS_CHECK(walk_all() == figures.live);
    halt_all(ids, count);
    free(ids);
}

const struct stress_program stress_crowd = {
    .name = "stress_crowd",
    .property = "so many stacks are live at once, are found and walked over, and go again. Memory "
                "is back at "
                "its baseline.",
    .threads = 1,
    .reaps_max = 1024,
    .ids_max = 4194303,
    .volume = live_at_once,
    .count = 1000000,
    .needs = {STRESS_zone_create_exclusive, STRESS_zone_destroy, STRESS_netstack_find_by_stackid,
              STRESS_netstack_next},
};
