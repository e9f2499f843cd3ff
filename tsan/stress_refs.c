/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Hold and release. Threads find stacks that others boot and halt, hold them, with tags and without, hand
 * references to each other, and give them back: often the last one, on a stack that is closing.
 *
 * While a thread has a reference the stack is the one that it was, is listed, and its id is given to nobody.
 * Once it is closing it is never active again.
 */
#include "stress.h"

#define MAILBOXES 8u
#define HELD_MAX  4u

static netstack_t *_Atomic mailboxes[MAILBOXES];

/* References of this thread. */
static _Thread_local struct held {
    netstack_t *ns;
    uint64_t uid;
    bool is_closing; /* seen so */
} held[HELD_MAX];

static void
release(netstack_t *ns)
{
    if (ns != NULL) {
        STRESS_VOID(netstack_rele, netstack_rele(ns));
    }
}

/* A pillar, or what has a random id. */
static netstack_t *
find(void)
{
    bool pillar = stress_deed(4) == 0;
    netstackid_t id = pillar ? stress_pillars[stress_deed(STRESS_PILLARS)].id
                             : (netstackid_t)stress_deed(stress_program.ids_max);
    netstack_t *ns = STRESS_POINTER(netstack_find_by_stackid, netstack_find_by_stackid(id));
    STRESS_CHECK(ns == NULL ? !pillar : ns->netstack_stackid == id);
    return ns;
}

static void
check_held(struct held *one)
{
    netstack_t *ns = one->ns;
    STRESS_CHECK(netstack_get_uid(ns) == one->uid);
    STRESS_CHECK(
        STRESS_POINTER(netstack_inuse_by_stackid, netstack_inuse_by_stackid(ns->netstack_stackid)));
    netstack_t *again = STRESS_POINTER(netstack_hold_if_active, netstack_hold_if_active(ns));
    STRESS_CHECK(again == NULL || (again == ns && !one->is_closing));
    one->is_closing = again == NULL;
    release(again);
    netstack_t *found =
        STRESS_POINTER(netstack_find_by_stackid, netstack_find_by_stackid(ns->netstack_stackid));
    STRESS_CHECK(found == NULL || (found == ns && !one->is_closing));
    one->is_closing = found == NULL;
    release(found);
}

/* More references, and back. */
static void
hold_and_release(netstack_t *ns)
{
    unsigned count = 1 + (unsigned)stress_deed(3);
    for (unsigned i = 0; i < count; i++) {
        STRESS_VOID(netstack_hold, netstack_hold(ns));
    }
    STRESS_VOID(netstack_hold_tag, netstack_hold_tag(ns, "stress"));
    for (unsigned i = 0; i < count; i++) {
        STRESS_VOID(netstack_rele, netstack_rele(ns));
    }
    STRESS_VOID(netstack_rele_tag, netstack_rele_tag(ns, "stress"));
}

/* Leaves the reference to whoever comes next, and takes one that another left. */
static void
exchange(struct held *one)
{
    netstack_t *ns =
        atomic_exchange_explicit(&mailboxes[stress_deed(MAILBOXES)], one->ns, memory_order_acq_rel);
    *one = (struct held){.ns = ns, .uid = ns != NULL ? netstack_get_uid(ns) : 0};
}

static void
step(void)
{
    struct held *one = &held[stress_deed(HELD_MAX)];
    if (one->ns == NULL) {
        one->ns = find();
        one->uid = one->ns != NULL ? netstack_get_uid(one->ns) : 0;
        one->is_closing = false;
        return;
    }
    check_held(one);
    switch (stress_deed(4)) {
    case 0:
        exchange(one);
        break;
    case 1:
        hold_and_release(one->ns);
        break;
    default:
        release(one->ns);
        one->ns = NULL;
        break;
    }
}

static void
let_go(void)
{
    for (unsigned i = 0; i < HELD_MAX; i++) {
        release(held[i].ns);
        held[i].ns = NULL;
    }
    for (unsigned i = 0; i < MAILBOXES; i++) {
        release(atomic_exchange_explicit(&mailboxes[i], NULL, memory_order_acq_rel));
    }
}

const struct stress_program stress_refs = {
    .name = "stress_refs",
    .property = "stacks are found, held, handed on and released while their zones come and go. A "
                "held stack "
                "stays what it is; the last release, by whomever, leads to one reap.",
    .roles = {{stress_zones_step, stress_zones_finish}, {step, NULL}, {step, NULL}},
    .let_go = let_go,
    .threads = 6,
    .stable_modules = 1u << NS_STR | 1u << NS_IP,
    .reaps_max = 64,
    .ids_max = 300,
    .needs = {STRESS_netstack_hold, STRESS_netstack_rele, STRESS_netstack_hold_tag,
              STRESS_netstack_hold_if_active, STRESS_netstack_find_by_stackid, STRESS_zone_destroy,
              STRESS_netstack_wait_gone},
};
