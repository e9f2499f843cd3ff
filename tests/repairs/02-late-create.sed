# SPDX-License-Identifier: BSD-2-Clause
# sha256 3578ee73fe2ad56767f33730903829e90a426bbdcf2c069d122f2900459483c2
#
# Repairs: register goes on to create on a stack that closes meanwhile.
# Promise: 6: a create by register starts only on a live stack. 4: what was created is destroyed
# before its stack is freed: the reap looks only at creates that had ended when it began.
#
# A create that is wanted but not begun is dropped once the stack is closing; and a stack closes
# only when no create is running on it.
#
# Why it is right:
# 1. Closing, and the step from wanted to running, happen under the stack's lock.
# 2. The last zone's detaching waits until it sees, in one critical section, that none of the
#    modules has a create running, and closes the stack in that same section. So a create either
#    ended before, and the reap finds it complete, or finds the stack closing, and never begins.
# 3. The wait ends: a create callback waits for no zone, and each module creates on a stack once.

106i\
static boolean_t wait_for_nms_inprogress(netstack_t *, nm_state_t *, kmutex_t *);\
\
static void\
repair_wait_for_creates(netstack_t *stack)\
{\
    int module = 0;\
\
    VERIFY(MUTEX_HELD(&stack->netstack_lock));\
    while (module < NS_MAX) {\
        nm_state_t *state = &stack->netstack_m_state[module];\
        if (state->nms_flags & NSS_CREATE_INPROGRESS) {\
            (void)wait_for_nms_inprogress(stack, state, NULL);\
            module = 0; /* the lock was dropped */\
        } else {\
            module++;\
        }\
    }\
}\

501i\
    if (ns->netstack_numzones == 1) {\
        repair_wait_for_creates(ns);\
    }
703i\
    if (ns->netstack_flags & NSF_CLOSING) {\
        nms->nms_flags &= ~NSS_CREATE_NEEDED;\
    }
