/* SPDX-License-Identifier: BSD-2-Clause
 *
 * References: the word of a stack (netstack_impl.h) and how it may change.
 *
 *   1. A lookup adds a reference only to a word that is neither uninitialised nor closing, seen
 *      and changed in one step: none is given after closing, none by a stack that is not born.
 *   2. Zero is final. netstack_hold needs a reference to add to, and is the end without one; a
 *      lookup needs a word that is not closing, and a word at zero is closing: the zones attached
 *      have a reference until the stack is closed.
 *   3. The step to zero is made under the service lock, with what follows from it: a reap is
 *      counted as outstanding from the same instant, and who made it zero is alone, by (2).
 *   4. Nobody touches a stack after giving its reference back, except to queue it in (3), where
 *      only the reaper can take it from the queue, and needs the same lock for that.
 */
#include "netstack_impl.h"

#define service netstack__service

bool
netstack__ref_if_active(struct netstack__stack *stack)
{
    uint64_t word = kernel_atomic_load(&stack->word);
    do {
        if ((word & (NETSTACK__UNINIT | NETSTACK__CLOSED)) != 0) {
            return false;
        }
    } while (!kernel_atomic_compare_exchange(&stack->word, &word, word + 1));
    return true;
}

void
netstack__ref_taken(struct netstack__stack *stack, const char *tag, kernel_site_t site)
{
    kernel_probe(KERNEL_PROBE_netstack__inc__ref, &stack->shown, 0);
    netstack__track_hold(stack, tag, site);
}

bool
netstack__unref(struct netstack__stack *stack, const char *tag, kernel_site_t site)
{
    netstack__track_rele(stack, tag, site);
    kernel_probe(KERNEL_PROBE_netstack__dec__ref, &stack->shown, 0);

    uint64_t word = kernel_atomic_load(&stack->word);
    while ((word & NETSTACK__REFS) > 1) {
        if (kernel_atomic_compare_exchange(&stack->word, &word, word - 1)) {
            return false;
        }
    }

    kernel_mutex_enter(&service.lock);
    word = kernel_atomic_fetch_add(&stack->word, UINT64_MAX);
    if ((word & NETSTACK__REFS) == 0) {
        kernel_panic_at(site, "netstack_rele of stack %d, uid %llu, which nobody holds",
                        stack->shown.netstack_stackid, (unsigned long long)stack->uid);
    }
    if ((word & NETSTACK__REFS) > 1) {
        kernel_mutex_exit(&service.lock);
        return false;
    }
    VERIFY((word & NETSTACK__CLOSED) != 0);
    return true;
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

void
netstack_rele_at(netstack_t *ns, const char *tag, kernel_site_t site)
{
    struct netstack__stack *stack = netstack__of(ns);
    if (netstack__unref(stack, tag, site)) {
        netstack__reap_begun(stack);
        kernel_mutex_exit(&service.lock);
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
