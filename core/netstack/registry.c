/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Register and unregister of modules: who creates what where, and all or nothing.
 *
 * A slot is free, registering, registered or unregistering. It changes under the service lock,
 * and only the thread that took it out of "free" or "registered" changes it on.
 *
 *   1. Taking the slot reads next_uid in the same critical section. Births listed before (a lower
 *      uid) do not know the module: register visits them. Births listed later have the module in
 *      the set that they copied when they were listed: they create it themselves, in order.
 *   2. register ends: the stacks below that uid are finitely many, each is visited once, and
 *      every wait is for turns of one stack (apply.c, 1).
 *   3. When register returned 0, every live stack has its instance: those below the uid were
 *      visited while live, or will not be live again; those above went live after their creates.
 *   4. unregister is complete: it first takes the module out of the set, reading next_uid in the
 *      same critical section; births listed later never create it. Every stack below that uid is
 *      visited twice, each time in a turn: after the birth, zone shutdown or reap that was in
 *      progress. After the first visits every instance is shut down, after the second destroyed
 *      (apply.c, 2). A stack that is passed over because it is gone was torn down by its reap
 *      before. Only then is the slot free, so no callback of it can start again.
 *   5. Rollback is an unregister backward. Births may have made instances beside the registration
 *      that fails: these go too.
 */
#include <errno.h>

#include "netstack_impl.h"

#define service netstack__service

/* --- passes over the stacks ----------------------------------------------------------------- */

/* Runs create on every live stack below a uid. Returns: 0; ENOMEM at the first that fails. */
static int
create_everywhere(int module, uint64_t limit)
{
    struct netstack__cursor cursor;
    netstack__cursor_init(&cursor, limit, false);
    bool created = true;
    struct netstack__stack *stack;
    while (created && (stack = netstack__cursor_next(&cursor)) != NULL) {
        if (netstack__turn_begin_live(stack, module)) {
            created = netstack__create(stack, module);
            netstack__turn_end(stack);
        }
    }
    netstack__cursor_fini(&cursor);
    return created ? 0 : ENOMEM;
}

static void
shutdown_everywhere(int module, uint64_t limit, bool backward)
{
    struct netstack__cursor cursor;
    netstack__cursor_init(&cursor, limit, backward);
    struct netstack__stack *stack;
    while ((stack = netstack__cursor_next(&cursor)) != NULL) {
        netstack__turn_begin(stack, NETSTACK__TURN_MODULE, module);
        netstack__shutdown(stack, module);
        netstack__turn_end(stack);
    }
    netstack__cursor_fini(&cursor);
}

static void
destroy_everywhere(int module, uint64_t limit, bool backward)
{
    struct netstack__cursor cursor;
    netstack__cursor_init(&cursor, limit, backward);
    struct netstack__stack *stack;
    while ((stack = netstack__cursor_next(&cursor)) != NULL) {
        netstack__turn_begin(stack, NETSTACK__TURN_MODULE, module);
        netstack__destroy(stack, module);
        netstack__forget(stack, module);
        netstack__turn_end(stack);
    }
    netstack__cursor_fini(&cursor);
}

/* --- slots -------------------------------------------------------------------------------- */

/* Closes a slot to births. Returns: the uid below which instances may be. Requires: service lock.
 */
static uint64_t
close_slot(int module)
{
    service.slots[module].state = NETSTACK__SLOT_UNREGISTERING;
    service.modules &= ~(1u << module);
    return service.next_uid;
}

static void
set_slot_state(int module, enum netstack__slot_state state)
{
    kernel_mutex_enter(&service.lock);
    service.slots[module].state = state;
    kernel_mutex_exit(&service.lock);
}

/* Removes every instance of a slot that is closed, and frees it. */
static void
clear_slot(int module, uint64_t limit, bool backward)
{
    shutdown_everywhere(module, limit, backward);
    destroy_everywhere(module, limit, backward);
    set_slot_state(module, NETSTACK__SLOT_FREE);
}

/* Takes a free slot. Returns: 0 with the uid below which register creates; ENXIO; EEXIST. */
static int
take_slot(int module, const struct netstack__slot *taken, uint64_t *limit)
{
    int error = 0;
    kernel_mutex_enter(&service.lock);
    if (service.phase != NETSTACK__RUNNING) {
        error = ENXIO;
    } else if (service.slots[module].state != NETSTACK__SLOT_FREE) {
        error = EEXIST;
    } else {
        service.slots[module] = *taken;
        service.modules |= 1u << module;
        *limit = service.next_uid;
    }
    kernel_mutex_exit(&service.lock);
    return error;
}

static void
roll_back(int module)
{
    kernel_mutex_enter(&service.lock);
    uint64_t limit = close_slot(module);
    kernel_mutex_exit(&service.lock);
    clear_slot(module, limit, true);
}

/* --- the calls ---------------------------------------------------------------------------- */

int
netstack_register(int module, void *(*create)(netstackid_t, netstack_t *),
                  void (*shutdown)(netstackid_t, void *), void (*destroy)(netstackid_t, void *))
{
    int error = netstack__check_context();
    if (error != 0) {
        return error;
    }
    if (module < 0 || module >= NS_MAX || create == NULL || destroy == NULL) {
        return EINVAL;
    }
    struct netstack__slot slot = {NETSTACK__SLOT_REGISTERING, create, shutdown, destroy};
    uint64_t limit;
    error = take_slot(module, &slot, &limit);
    if (error != 0) {
        return error;
    }
    error = create_everywhere(module, limit);
    if (error != 0) {
        roll_back(module);
        return error;
    }
    set_slot_state(module, NETSTACK__SLOT_REGISTERED);
    return 0;
}

int
netstack_unregister(int module)
{
    int error = netstack__check_context();
    if (error != 0) {
        return error;
    }
    if (module < 0 || module >= NS_MAX) {
        return EINVAL;
    }
    uint64_t limit = 0;
    kernel_mutex_enter(&service.lock);
    if (service.phase != NETSTACK__RUNNING) {
        error = ENXIO;
    } else if (service.slots[module].state == NETSTACK__SLOT_FREE) {
        error = ENOENT;
    } else if (service.slots[module].state != NETSTACK__SLOT_REGISTERED) {
        error = EBUSY;
    } else {
        limit = close_slot(module);
    }
    kernel_mutex_exit(&service.lock);
    if (error == 0) {
        clear_slot(module, limit, false);
    }
    return error;
}
