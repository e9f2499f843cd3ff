# SPDX-License-Identifier: BSD-2-Clause
# sha256 3578ee73fe2ad56767f33730903829e90a426bbdcf2c069d122f2900459483c2
#
# Repairs: register and unregister wait on a stack that nobody keeps for them.
# Promise: 1 and 26: when a stack is freed, no thread sleeps on it or is about to touch it; whoever
# slept has run before.
#
# A thread of register or unregister now pins the stack that it is at: a record on its own stack, in
# a list under the global lock. The reap frees a stack only when no pin names it.
#
# Why it is right:
# 1. A pin is set and cleared under the global lock, and set only while the stack is listed.
# 2. The reap looks for pins after it unlinked the stack, under the same lock, and waits for the
#    last to go. So every pin was set before, by 1, and none comes later.
# 3. Whoever cleared its pin holds the global lock until it has left the stack (it goes on to the
#    next, or back to the head), so the reap, which needs the lock, comes after.
# 4. The reap's wait ends: what a pinned thread waits for, the end of a birth or of a callback on
#    this stack, waits for no reap. Other waiters (birth, zone shutdown, the reap itself) have their
#    zone's reference, or are the reap.

128i\
struct repair_pin {\
    netstack_t *stack;\
    struct repair_pin *next;\
};\
static struct repair_pin *repair_pins;\
static kcondvar_t repair_unpinned;\
\
static void\
repair_pin_set(struct repair_pin *pin, netstack_t *stack)\
{\
    VERIFY(MUTEX_HELD(&netstack_g_lock));\
    pin->stack = stack;\
    pin->next = repair_pins;\
    repair_pins = pin;\
}\
\
static void\
repair_pin_clear(struct repair_pin *pin)\
{\
    struct repair_pin **link = &repair_pins;\
\
    VERIFY(MUTEX_HELD(&netstack_g_lock));\
    while (*link != pin) {\
        link = &(*link)->next;\
    }\
    *link = pin->next;\
    cv_broadcast(&repair_unpinned);\
}\
\
static boolean_t\
repair_is_pinned(netstack_t *stack)\
{\
    struct repair_pin *pin = repair_pins;\
\
    while (pin != NULL && pin->stack != stack) {\
        pin = pin->next;\
    }\
    return pin != NULL;\
}\

144i\
    cv_init(&repair_unpinned, NULL, CV_DEFAULT, NULL);
626i\
        struct repair_pin pin;\
        repair_pin_set(&pin, ns);
628i\
            repair_pin_clear(&pin);
631i\
            repair_pin_clear(&pin);
633i\
            repair_pin_clear(&pin);
1092i\
    while (repair_is_pinned(ns)) {\
        cv_wait(&repair_unpinned, &netstack_g_lock);\
    }
