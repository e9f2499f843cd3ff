/* SPDX-License-Identifier: BSD-2-Clause
 *
 * References: the word of a stack (netstack_impl.h) and how it may change.
 *
 *   1. Who holds a stack may add to its count. Others need it active: a lookup adds while it keeps
 *      the stack from closing (lookup.c, 2), everybody else in one step with seeing neither bit. None
 *      is given after closing, none by a stack that is not born.
 *   2. Zero is final. netstack_hold needs a reference to add to, and is the end without one; the
 *      others need a stack that is not closing, and one at zero is: the zones attached have a
 *      reference until the stack is closed.
 *   3. A release sees the count that was before its own, so exactly one made it zero. That one is
 *      alone, by (2), and the stack stays listed until it says otherwise: its reap is outstanding from
 *      the moment when it queues it, under the service lock, before its call returns.
 *   4. Nobody else touches a stack after giving its reference back, unless it has a pin.
 */
#include "netstack_impl.h"

#define service netstack__service

void
netstack__tell_taken(struct netstack__stack *stack, const char *tag, kernel_site_t site)
{
    kernel_probe(KERNEL_PROBE_netstack__inc__ref, &stack->shown, 0);
    netstack__track_hold(stack, tag, site);
}

static void
tell_dropped(struct netstack__stack *stack, const char *tag, kernel_site_t site)
{
    netstack__track_rele(stack, tag, site);
    kernel_probe(KERNEL_PROBE_netstack__dec__ref, &stack->shown, 0);
}

/* Drops a reference; true if another is left. *word: as it was. */
static inline bool
unref_another(struct netstack__stack *stack, uint64_t *word)
{
    *word = kernel_atomic_fetch_add(&stack->word, UINT64_MAX);
    return __builtin_expect((*word & NETSTACK__REFS) > 1, 1);
}

/* Where no other is left: it was the last, or the end. */
static void
check_last(struct netstack__stack *stack, uint64_t word, kernel_site_t site)
{
    if ((word & NETSTACK__REFS) == 0) {
        kernel_panic_at(site, "netstack_rele of stack %d, uid %llu, which nobody holds",
                        stack->shown.netstack_stackid, (unsigned long long)stack->uid);
    }
    VERIFY((word & NETSTACK__CLOSED) != 0);
}

bool
netstack__unref(struct netstack__stack *stack, const char *tag, kernel_site_t site)
{
    tell_dropped(stack, tag, site);
    uint64_t word;
    if (unref_another(stack, &word)) {
        return false;
    }
    check_last(stack, word, site);
    return true;
}

static void
queue_reap(struct netstack__stack *stack)
{
    kernel_mutex_enter(&service.lock);
    netstack__reap_begun(stack);
    kernel_mutex_exit(&service.lock);
}

void
netstack_hold_at(netstack_t *ns, const char *tag, kernel_site_t site)
{
    struct netstack__stack *stack = netstack__of(ns);
    uint64_t word = kernel_atomic_fetch_add(&stack->word, 1);
    if ((word & NETSTACK__REFS) == 0 || (word & NETSTACK__REFS) == NETSTACK__REFS) {
        kernel_panic_at(site, "netstack_hold of stack %d, uid %llu, from a count of %llu",
                        ns->netstack_stackid, (unsigned long long)stack->uid,
                        (unsigned long long)(word & NETSTACK__REFS));
    }
    netstack__ref_taken(stack, tag, site);
}

/* The rare ends of a release stand apart: the common one is a leaf. */

static __attribute__((noinline)) void
rele_last(struct netstack__stack *stack, uint64_t word, kernel_site_t site)
{
    check_last(stack, word, site);
    queue_reap(stack);
}

static __attribute__((noinline)) void
rele_watched(struct netstack__stack *stack, const char *tag, kernel_site_t site)
{
    if (netstack__unref(stack, tag, site)) {
        queue_reap(stack);
    }
}

void
netstack_rele_at(netstack_t *ns, const char *tag, kernel_site_t site)
{
    struct netstack__stack *stack = netstack__of(ns);
    if (__builtin_expect(netstack__is_watched(), 0)) {
        rele_watched(stack, tag, site);
        return;
    }
    uint64_t word;
    if (!unref_another(stack, &word)) {
        rele_last(stack, word, site);
    }
}

netstack_t *
netstack_hold_if_active(netstack_t *ns)
{
    struct netstack__stack *stack = netstack__of(ns);
    if (!netstack__ref_if_active(stack)) {
        return NULL;
    }
    netstack__ref_taken(stack, NULL, KERNEL_HERE);
    return ns;
}

/* The plain names, for those who take an address; calls go through the macros. */
void(netstack_hold)(netstack_t *ns)
{
    netstack_hold_at(ns, NULL, KERNEL_HERE);
}

void(netstack_rele)(netstack_t *ns)
{
    netstack_rele_at(ns, NULL, KERNEL_HERE);
}

void(netstack_hold_tag)(netstack_t *ns, const char *tag)
{
    netstack_hold_at(ns, tag, KERNEL_HERE);
}

void(netstack_rele_tag)(netstack_t *ns, const char *tag)
{
    netstack_rele_at(ns, tag, KERNEL_HERE);
}
