# SPDX-License-Identifier: BSD-2-Clause
# sha256 3578ee73fe2ad56767f33730903829e90a426bbdcf2c069d122f2900459483c2
#
# Repairs: the last release waits for a free place among the outstanding reaps, and may wait for
# itself.
# Promise: 23: the wait-for graph has no cycle. That release may wait at all is the reference's
# contract; that it may wait for the reap in whose callback it is made, or for one that waits for
# that callback, is not.
#
# The limit moves to births, which nothing in a reap waits for: an exclusive zone's stack is made
# only while fewer reaps are outstanding. Release counts and never waits.
#
# Why it is right: outstanding reaps are counted from the release that dispatches one to its end,
# under a lock of their own, taken with no other held. The end of each wakes the births. A birth
# that waits is not yet listed and holds none of the module's locks; so no reap, callback, register
# or unregister waits for it.

128i\
static kmutex_t repair_reaps_lock;\
static kcondvar_t repair_reap_ended;\
static uint_t repair_reaps; /* repair_reaps_lock */\

144i\
    mutex_init(&repair_reaps_lock, NULL, MUTEX_DEFAULT, NULL);\
    cv_init(&repair_reap_ended, NULL, CV_DEFAULT, NULL);
345i\
    if (zone->zone_flags & ZF_NET_EXCL) {\
        mutex_enter(&repair_reaps_lock);\
        while (repair_reaps >= netstack_outstanding_reaps) {\
            cv_wait(&repair_reap_ended, &repair_reaps_lock);\
        }\
        mutex_exit(&repair_reaps_lock);\
    }
1109c\
    mutex_enter(&repair_reaps_lock);\
    repair_reaps--;\
    cv_broadcast(&repair_reap_ended);\
    mutex_exit(&repair_reaps_lock);
1143,1153c\
        mutex_enter(&repair_reaps_lock);\
        repair_reaps++;\
        mutex_exit(&repair_reaps_lock);
