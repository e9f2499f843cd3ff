# SPDX-License-Identifier: BSD-2-Clause
# sha256 3578ee73fe2ad56767f33730903829e90a426bbdcf2c069d122f2900459483c2
#
# Repairs: a walk counts positions in the list, so it skips a stack when an earlier one is unlinked.
# Promise: 14: a stack that is active from the walk's begin to its end is returned exactly once,
# none twice.
#
# The handle is now an id: a step returns the active stack with the lowest id that is not below it.
#
# Why it is right:
# 1. Ids of listed stacks differ (15) and a stack's id never changes.
# 2. The handle only grows, and passes an id only by returning its stack or having seen, under the
#    stack's lock, that it is not active. So a stack that is active throughout is returned once,
#    whatever is linked or unlinked elsewhere.

1424,1455c\
    netstack_t *candidate;\
\
    mutex_enter(&netstack_g_lock);\
    for (;;) {\
        candidate = NULL;\
        for (netstack_t *other = netstack_head; other != NULL; other = other->netstack_next) {\
            if (other->netstack_stackid >= *handle &&\
                (candidate == NULL || other->netstack_stackid < candidate->netstack_stackid)) {\
                candidate = other;\
            }\
        }\
        if (candidate == NULL) {\
            break;\
        }\
        *handle = candidate->netstack_stackid + 1;\
        if (netstack_hold_if_active(candidate) != NULL) {\
            break;\
        }\
    }\
    mutex_exit(&netstack_g_lock);\
    return candidate;
