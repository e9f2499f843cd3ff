/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Start and end of the service: netstack_init, netstack_fini, and what both need to undo.
 *
 * The phases are off, starting, running, stopping, stopped half-way; all of them change under the
 * service lock, and stopping is claimed by one thread. Locks are made by the first init and never
 * destroyed, so a call that meets fini finds an empty table. Fini answers 0 when no stack is listed
 * any more; memory that only a pin keeps (a walk that nobody ended) is its owner's to free.
 */
#include <errno.h>
#include <stdatomic.h>

#include "netstack_impl.h"

unsigned int netstack_outstanding_reaps = 1024;

struct netstack__service netstack__service;
#define service netstack__service

/* Were the locks made? The language's own atomic: the seam's have to be made first, too. */
enum { LOCKS_NONE, LOCKS_IN_MAKING, LOCKS_MADE };
static _Atomic int locks = LOCKS_NONE;

static bool
locks_are_made(void)
{
    return atomic_load_explicit(&locks, memory_order_acquire) == LOCKS_MADE;
}

/* Makes the locks, once a process. False if another thread is just doing it. */
static bool
make_locks(void)
{
    int expected = LOCKS_NONE;
    if (!atomic_compare_exchange_strong(&locks, &expected, LOCKS_IN_MAKING)) {
        return expected == LOCKS_MADE;
    }
    kernel_mutex_init(&service.lock, "netstack_service");
    kernel_cv_init(&service.work, "netstack_work");
    kernel_cv_init(&service.reaped, "netstack_reaped");
    kernel_cv_init(&service.admitted, "netstack_admitted");
    netstack__lookup_start();
    netstack__shared_start();
    netstack__track_start();
    kernel_table_init(&service.by_uid);
    service.next_uid = 1;
    atomic_store_explicit(&locks, LOCKS_MADE, memory_order_release);
    return true;
}

int
netstack__check_context(void)
{
    if (zone_in_callback()) {
        return EDEADLK;
    }
    return locks_are_made() ? 0 : ENXIO;
}

/* Claims the start of the service. Returns: 0; EBUSY. */
static int
claim_start(void)
{
    int error = EBUSY;
    kernel_mutex_enter(&service.lock);
    if (service.phase == NETSTACK__OFF) {
        service.phase = NETSTACK__STARTING;
        service.reaps_max = netstack_outstanding_reaps;
        service.stop = false;
        error = 0;
    }
    kernel_mutex_exit(&service.lock);
    return error;
}

static void
set_phase(enum netstack__phase phase)
{
    kernel_mutex_enter(&service.lock);
    service.phase = phase;
    kernel_mutex_exit(&service.lock);
}

static uint64_t
listed_count(void)
{
    uint64_t count = 0;
    for (int stage = 0; stage < NETSTACK__GONE; stage++) {
        count += service.stages[stage];
    }
    return count;
}

/*
 * Second half of the end: waits for the reaps, then stops the reaper. Returns: 0, the service is
 * off; EBUSY, a stack is still referenced. Requires: the claim of the phase, no zone attached.
 */
static int
stop(void)
{
    kernel_mutex_enter(&service.lock);
    while (netstack__reaps_outstanding() > 0) {
        service.waits++;
        kernel_cv_wait(&service.reaped, &service.lock);
    }
    if (listed_count() > 0) {
        service.phase = NETSTACK__STOPPED_HALFWAY;
        kernel_mutex_exit(&service.lock);
        return EBUSY;
    }
    service.stop = true;
    kernel_cv_signal(&service.work);
    kernel_mutex_exit(&service.lock);

    kernel_thread_join(service.reaper);
    service.reaper = NULL;
    zone_set_id_filter(NULL);
    set_phase(NETSTACK__OFF);
    return 0;
}

int
netstack_init(void)
{
    if (zone_in_callback()) {
        return EDEADLK;
    }
    if (netstack_outstanding_reaps == 0) {
        return EINVAL;
    }
    if (!make_locks() || claim_start() != 0) {
        return EBUSY;
    }

    service.reaper = kernel_thread_create("netstack_reaper", netstack__reaper_run, NULL);
    if (service.reaper == NULL) {
        set_phase(NETSTACK__OFF);
        return ENOMEM;
    }
    zone_set_id_filter(netstack_inuse_by_stackid);
    int error = netstack__attach_start(&service.key);
    if (error != 0) {
        set_phase(NETSTACK__STOPPING);
        /* If somebody found stack 0 meanwhile and holds it, fini has to finish this. */
        (void)stop();
        return error;
    }
    set_phase(NETSTACK__RUNNING);
    return 0;
}

/* Claims the end. Returns: 0 with *first, if the zones are still attached; EBUSY; ENXIO. */
static int
claim_stop(bool *first)
{
    int error = 0;
    kernel_mutex_enter(&service.lock);
    *first = service.phase == NETSTACK__RUNNING;
    if (service.phase == NETSTACK__OFF) {
        error = ENXIO;
    } else if (service.phase != NETSTACK__RUNNING && service.phase != NETSTACK__STOPPED_HALFWAY) {
        error = EBUSY;
    } else if (service.zones > 0) {
        error = EBUSY;
    }
    for (int module = 0; error == 0 && module < NS_MAX; module++) {
        if (service.slots[module].state != NETSTACK__SLOT_FREE) {
            error = EBUSY;
        }
    }
    if (error == 0) {
        service.phase = NETSTACK__STOPPING;
    }
    kernel_mutex_exit(&service.lock);
    return error;
}

int
netstack_fini(void)
{
    int error = netstack__check_context();
    if (error != 0) {
        return error;
    }
    /* Zones that are booting or halting and not attached: the claim does not see those. */
    if (zone_count() > 1) {
        return EBUSY;
    }
    bool first;
    error = claim_stop(&first);
    if (error != 0) {
        return error;
    }
    if (first) {
        VERIFY(zone_key_delete(service.key) == 0);
    }
    return stop();
}
