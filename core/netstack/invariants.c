/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Executable invariants: what must be true of a stack whenever its lock is free, and of the service
 * whenever its lock is. Each reads under those locks, so both may be called at any time. And what others see of a
 * stack's stage.
 */
#include <stdatomic.h>

#include "netstack_impl.h"

#define service netstack__service

unsigned
netstack_read_flags(const netstack_t *ns)
{
    VERIFY(kernel_mutex_is_held(&ns->netstack_lock));
    unsigned stage = netstack__of(ns)->stage;
    return stage == NETSTACK__UNINITIALISED ? NSF_UNINIT
           : stage >= NETSTACK__CLOSING     ? NSF_CLOSING
                                            : 0;
}

static bool
has_at_most_one(unsigned flags)
{
    return (flags & (flags - 1)) == 0;
}

/* The flags and the pointer of one module on a stack. Requires: netstack_lock. */
static void
check_module(const struct netstack__stack *stack, int module)
{
    unsigned flags = stack->shown.netstack_m_state[module].nms_flags;
    const void *instance =
        atomic_load_explicit(&stack->shown.netstack_modules[module], memory_order_acquire);

    VERIFY((flags & ~(unsigned)(NSS_CREATE_ALL | NSS_SHUTDOWN_ALL | NSS_DESTROY_ALL)) == 0);
    VERIFY(has_at_most_one(flags & NSS_CREATE_ALL));
    VERIFY(has_at_most_one(flags & NSS_SHUTDOWN_ALL));
    VERIFY(has_at_most_one(flags & NSS_DESTROY_ALL));
    VERIFY(has_at_most_one(flags & NSS_ALL_INPROGRESS));
    VERIFY((flags & (NSS_SHUTDOWN_ALL | NSS_DESTROY_ALL)) == 0 ||
           (flags & NSS_CREATE_COMPLETED) != 0);
    VERIFY((flags & NSS_DESTROY_ALL) == 0 || (flags & NSS_SHUTDOWN_ALL) == 0 ||
           (flags & NSS_SHUTDOWN_COMPLETED) != 0);
    bool exists = (flags & NSS_CREATE_COMPLETED) != 0 &&
                  (flags & (NSS_DESTROY_INPROGRESS | NSS_DESTROY_COMPLETED)) == 0;
    VERIFY((instance != NULL) == exists);
    VERIFY((flags & NSS_ALL_INPROGRESS) == 0 || stack->turn != NETSTACK__TURN_NONE);
    VERIFY(!exists || stack->stage != NETSTACK__GONE);
}

/* Stage, word, zones and turn agree. Requires: netstack_lock. */
static void
check_life(const struct netstack__stack *stack)
{
    uint64_t word = kernel_atomic_load(&stack->word);
    uint64_t references = word & NETSTACK__REFS;

    VERIFY(stack->stage < NETSTACK__STAGE_COUNT);
    VERIFY((word & ~(NETSTACK__REFS | NETSTACK__UNINIT | NETSTACK__CLOSED)) == 0);
    VERIFY(((word & NETSTACK__CLOSED) != 0) == (stack->stage >= NETSTACK__CLOSING));
    VERIFY((stack->key & ~NETSTACK__HIDDEN) == (uint32_t)stack->shown.netstack_stackid);
    VERIFY(((stack->key & NETSTACK__HIDDEN) != 0) ==
           ((word & (NETSTACK__UNINIT | NETSTACK__CLOSED)) != 0));
    VERIFY((word & NETSTACK__CLOSED) != 0 ||
           ((word & NETSTACK__UNINIT) != 0) == (stack->stage == NETSTACK__UNINITIALISED));
    VERIFY((stack->shown.netstack_numzones > 0) == (stack->stage < NETSTACK__CLOSING));
    VERIFY(stack->shown.netstack_numzones == 0 || references > 0);
    VERIFY(stack->shown.netstack_numzones <= 1 ||
           stack->shown.netstack_stackid == GLOBAL_NETSTACKID);
    VERIFY(stack->stage != NETSTACK__GONE || references == 0);
    VERIFY(stack->stage != NETSTACK__UNINITIALISED || stack->turn == NETSTACK__TURN_BIRTH);
    VERIFY(stack->uid > 0);
}

bool
netstack_is_valid(const netstack_t *ns)
{
    struct netstack__stack *stack = netstack__of(ns);
    kernel_mutex_enter(&stack->shown.netstack_lock);
    check_life(stack);
    for (int module = 0; module < NS_MAX; module++) {
        check_module(stack, module);
    }
    kernel_mutex_exit(&stack->shown.netstack_lock);
    return true;
}

/* The list: linked both ways, in order of birth, counted by stage. Requires: the service lock. */
static void
check_list(void)
{
    uint64_t stages[NETSTACK__STAGE_COUNT] = {0};
    const struct netstack__stack *previous = NULL;
    for (const struct netstack__stack *stack = service.head; stack != NULL; stack = stack->next) {
        VERIFY(stack->previous == previous);
        VERIFY(previous == NULL || previous->uid < stack->uid);
        VERIFY(stack->uid < service.next_uid);
        VERIFY(stack->pins > 0);
        stages[stack->stage]++;
        previous = stack;
    }
    VERIFY(service.tail == previous);
    uint64_t listed = 0;
    for (int stage = 0; stage < NETSTACK__STAGE_COUNT; stage++) {
        VERIFY(service.stages[stage] == stages[stage]);
        listed += stage < NETSTACK__GONE ? stages[stage] : 0;
    }
    VERIFY(service.by_uid.count == listed);
    VERIFY(service.global == NULL || service.global->stage < NETSTACK__GONE);
}

/* Queue and slots. Requires: the service lock. */
static void
check_service(void)
{
    uint64_t queued = 0;
    for (const struct netstack__stack *stack = service.reap_first; stack != NULL;
         stack = stack->reap_next) {
        VERIFY(stack->stage == NETSTACK__CLOSING);
        VERIFY(stack->reap_next != NULL || service.reap_last == stack);
        queued++;
    }
    VERIFY(service.reaps_begun >= service.reaps_done);
    VERIFY(queued <= netstack__reaps_outstanding());
    VERIFY(netstack__reaps_outstanding() <= service.stages[NETSTACK__CLOSING]);
    for (int module = 0; module < NS_MAX; module++) {
        enum netstack__slot_state state = service.slots[module].state;
        bool born_with = state == NETSTACK__SLOT_REGISTERING || state == NETSTACK__SLOT_REGISTERED;
        VERIFY(((service.modules & (1u << module)) != 0) == born_with);
        VERIFY(!born_with || service.slots[module].create != NULL);
    }
}

bool
netstack_all_valid(void)
{
    kernel_mutex_enter(&service.lock);
    check_list();
    check_service();
    uint64_t limit = service.next_uid;
    kernel_mutex_exit(&service.lock);

    struct netstack__cursor cursor;
    netstack__cursor_init(&cursor, limit, false);
    struct netstack__stack *stack;
    while ((stack = netstack__cursor_next(&cursor)) != NULL) {
        (void)netstack_is_valid(&stack->shown);
    }
    netstack__cursor_fini(&cursor);
    return true;
}
