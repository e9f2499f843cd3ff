/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The netstack: instances of a network stack for zones, and the modules that have state
 * in each. Names and values are those of illumos' <sys/netstack.h>, so code written
 * against it compiles unmodified; where illumos has a void function that can fail, this one
 * returns an error. Modules are created in ascending order and torn down in descending.
 *
 * In a callback, the calls marked (E) return EDEADLK at once and change nothing. Outside the time
 * from netstack_init to netstack_fini they return ENXIO, and lookups find nothing; before the first
 * netstack_init nothing else may be called.
 */
#ifndef NETSTACK_NETSTACK_H
#define NETSTACK_NETSTACK_H

#include <stdio.h>

#include "kernel/kernel.h"
#include "kernel/zone.h"
#include "kernel/kstat.h"
#include "kernel/cred.h"

typedef int netstackid_t;
#define GLOBAL_NETSTACKID 0

#define NS_DLS      0
#define NS_IPTUN    1
#define NS_STR      2
#define NS_HOOK     3
#define NS_NETI     4
#define NS_ARP      5
#define NS_IP       6
#define NS_ICMP     7
#define NS_UDP      8
#define NS_TCP      9
#define NS_SCTP     10
#define NS_RTS      11
#define NS_IPSEC    12
#define NS_KEYSOCK  13
#define NS_SPDSOCK  14
#define NS_IPSECAH  15
#define NS_IPSECESP 16
#define NS_IPNET    17
#define NS_ILB      18
#define NS_MAX      19

/* nms_flags: at most one of needed, in progress and completed for each phase. */
#define NSS_CREATE_NEEDED       0x001
#define NSS_CREATE_INPROGRESS   0x002
#define NSS_CREATE_COMPLETED    0x004
#define NSS_CREATE_ALL          0x007
#define NSS_SHUTDOWN_NEEDED     0x010
#define NSS_SHUTDOWN_INPROGRESS 0x020
#define NSS_SHUTDOWN_COMPLETED  0x040
#define NSS_SHUTDOWN_ALL        0x070
#define NSS_DESTROY_NEEDED      0x100
#define NSS_DESTROY_INPROGRESS  0x200
#define NSS_DESTROY_COMPLETED   0x400
#define NSS_DESTROY_ALL         0x700
#define NSS_ALL_INPROGRESS      0x222

#define NSF_UNINIT          0x01
#define NSF_CLOSING         0x02
#define NSF_ZONE_CREATE     0x04
#define NSF_ZONE_SHUTDOWN   0x08
#define NSF_ZONE_DESTROY    0x10
#define NSF_ZONE_INPROGRESS 0x1c

typedef struct nm_state {
    uint16_t nms_flags; /* netstack_lock */
} nm_state_t;

/* What a module may read. The rest of a stack lies behind it. */
typedef struct netstack {
    void *_Atomic netstack_modules[NS_MAX]; /* NULL, then create's result, then NULL again */
    nm_state_t netstack_m_state[NS_MAX];    /* netstack_lock */
    netstackid_t netstack_stackid;          /* constant */
    uint32_t netstack_numzones;             /* netstack_lock: attached */
    kernel_mutex_t netstack_lock;
} netstack_t;

/* A walk in progress; nothing in it is for the caller. */
typedef struct netstack_handle {
    uint64_t opaque[6];
} netstack_handle_t;

/* How many reaps may be outstanding before births wait; read by netstack_init, 0 is refused. */
extern unsigned int netstack_outstanding_reaps;

/*
 * Starts the service: the zone key, the reaper, the global stack.
 * Requires: zone_init and kstat_init were called.
 * Returns: 0; EINVAL (netstack_outstanding_reaps is 0); EBUSY (already started, or fini
 * unfinished); ENOMEM: then the service is off, unless somebody holds stack 0 already, which
 * netstack_fini sees through. (E)
 */
int netstack_init(void);

/*
 * Ends it. Returns: 0, and init works again; EBUSY, nothing changed, while a module is registered
 * or a zone other than 0 exists; else it waits for the reaps, and if references remain EBUSY: then
 * netstack_report says whose, and only netstack_rele and netstack_fini work until fini is called
 * again. EBUSY also while another init or fini is at work. ENXIO: not started. (E)
 */
int netstack_fini(void);

/*
 * Registers a module and runs `create` on every live stack, in order of birth, before it returns.
 * All or nothing: if a create returns NULL, the instances made are shut down and destroyed in
 * reverse. Returns: 0; EINVAL (id out of range, create or destroy missing); EEXIST (slot taken);
 * ENOMEM. (E)
 */
int netstack_register(int module, void *(*create)(netstackid_t, netstack_t *),
                      void (*shutdown)(netstackid_t, void *),
                      void (*destroy)(netstackid_t, void *));

/*
 * Unregisters: shutdown on all instances, then destroy on all, in order of birth. After 0 no
 * callback of the registration runs or will run. Returns: 0; EINVAL (id); ENOENT (not registered);
 * EBUSY (register, rollback or another unregister of it is running). (E)
 */
int netstack_unregister(int module);

/*
 * References. A hold from zero is fatal. rele waits for nothing; it may be the caller's last look
 * at ns. hold: requires a reference or, in a callback, the callback's stack with one. The macros
 * below tell tracking builds where a reference was taken.
 */
void netstack_hold(netstack_t *ns);
void netstack_rele(netstack_t *ns);

/* Returns: ns, held; NULL if it is not active. Requires: a reference, or the callback's stack. */
netstack_t *netstack_hold_if_active(netstack_t *ns);

/*
 * Lookups: the stack, active and held, or NULL. by_zoneid of an attached shared zone is the global
 * stack's. by_zoneid_nolock is for create callbacks, where the zone is not yet found otherwise.
 */
netstack_t *netstack_get_current(void);
netstack_t *netstack_find_by_cred(const cred_t *cred);
netstack_t *netstack_find_by_zoneid(zoneid_t zone);
netstack_t *netstack_find_by_zoneid_nolock(zoneid_t zone);
netstack_t *netstack_find_by_stackid(netstackid_t id);
bool netstack_inuse_by_stackid(netstackid_t id); /* any listed stack, lingering too */

/*
 * A walk over the active stacks: each that is active throughout comes exactly once, held. After
 * NULL it stays NULL. netstack_next_fini is mandatory.
 */
void netstack_next_init(netstack_handle_t *handle);
netstack_t *netstack_next(netstack_handle_t *handle);
void netstack_next_fini(netstack_handle_t *handle);

zoneid_t netstackid_to_zoneid(netstackid_t id);   /* identity */
netstackid_t zoneid_to_netstackid(zoneid_t zone); /* 0 for attached shared zones, else identity */
zoneid_t netstack_get_zoneid(netstack_t *ns);
uint64_t netstack_get_uid(const netstack_t *ns); /* never reused; the first is 1 */

/*
 * A kstat of a stack: id 0 is visible in zone 0 and every attached shared zone, else in that zone
 * alone. create: NULL without memory or for a duplicate. delete: 0; EINVAL for one that is not
 * there.
 */
kstat_t *kstat_create_netstack(char *module, int instance, char *name, char *class_name,
                               unsigned char type, unsigned int ndata, unsigned char flags,
                               netstackid_t id);
int kstat_delete_netstack(kstat_t *ks, netstackid_t id);

/* Waits until all reaps outstanding at the call have ended. 0. (E) */
int netstack_barrier(void);

/* Waits until that stack is unlinked. 0, at once if it is; ENOENT (uid never given out). (E) */
int netstack_wait_gone(uint64_t uid);

/* The stack that the calling callback is for, pinned, no reference; elsewhere NULL. */
netstack_t *netstack_current(void);

/* References that carry the holder's name in a tracking build: releases pair with their tag. */
void netstack_hold_tag(netstack_t *ns, const char *tag);
void netstack_rele_tag(netstack_t *ns, const char *tag);

/* What the four do. tag: NULL, or outlives the reference. */
void netstack_hold_at(netstack_t *ns, const char *tag, kernel_site_t site);
void netstack_rele_at(netstack_t *ns, const char *tag, kernel_site_t site);
#define netstack_hold(ns)          netstack_hold_at((ns), NULL, KERNEL_HERE)
#define netstack_rele(ns)          netstack_rele_at((ns), NULL, KERNEL_HERE)
#define netstack_hold_tag(ns, tag) netstack_hold_at((ns), (tag), KERNEL_HERE)
#define netstack_rele_tag(ns, tag) netstack_rele_at((ns), (tag), KERNEL_HERE)

/*
 * Figures, all at one instant. Times in nanoseconds. live: what register would create on. closing:
 * ever since the last zone left, until the memory is free; lingering: those of them that are still
 * listed. waits: how often a call slept.
 */
struct netstack_figures {
    uint64_t live, closing, lingering;
    uint64_t reaps_outstanding, reaps_done, reap_longest_ns;
    uint64_t waits;
};
void netstack_read_figures(struct netstack_figures *figures);

/* Writes figures and the holders of lingering stacks, for people or as one JSON object. */
void netstack_report(FILE *out, bool as_json);

/* NSF_UNINIT until all creates of the birth ended, NSF_CLOSING from then on. Locks: netstack_lock is held. */
unsigned netstack_read_flags(const netstack_t *ns);

/* Executable invariants: of one stack, and of all. True, or the end with what is wrong. */
bool netstack_is_valid(const netstack_t *ns);
bool netstack_all_valid(void);

#endif
