# SPDX-License-Identifier: BSD-2-Clause
# sha256 3578ee73fe2ad56767f33730903829e90a426bbdcf2c069d122f2900459483c2
#
# Repairs: the lookup by zone id follows the zone's pointer to a stack that may be gone.
# Promise: 1: nothing touches a stack after its free. The lookup holds the zone, but a zone's hold
# keeps only the zone; its stack may be closed, reaped and freed between the zone's lookup and the
# stack's.
#
# The lookup now goes by the id of the zone's stack: its own, or the global one.
#
# Why it is right: the list is searched under the global lock, and the reap unlinks a stack under
# that lock before it frees it. An exclusive zone's stack has the zone's id, and while the zone is
# held its id is not given out again; so the stack that is found is the zone's.

978c\
    ns = netstack_find_by_stackid(\
        (zone->zone_flags & ZF_NET_EXCL) ? (netstackid_t)zoneid : GLOBAL_NETSTACKID);
