/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The companion header of netstack.c: the names and values that its users depend on, with the
 * layout that the source itself reads.
 */
#ifndef ILLUMOS_SYS_NETSTACK_H
#define ILLUMOS_SYS_NETSTACK_H

#include <sys/condvar.h>
#include <sys/cred.h>
#include <sys/kstat.h>
#include <sys/mutex.h>
#include <sys/semaphore.h>
#include <sys/zone.h>

typedef id_t netstackid_t;
typedef int netstack_handle_t;

#define GLOBAL_NETSTACKID 0

/* Modules, in the order of their creation. */
enum {
    NS_DLS,
    NS_IPTUN,
    NS_STR,
    NS_HOOK,
    NS_NETI,
    NS_ARP,
    NS_IP,
    NS_ICMP,
    NS_UDP,
    NS_TCP,
    NS_SCTP,
    NS_RTS,
    NS_IPSEC,
    NS_KEYSOCK,
    NS_SPDSOCK,
    NS_IPSECAH,
    NS_IPSECESP,
    NS_IPNET,
    NS_ILB,
    NS_MAX
};

/* nms_flags: three steps for each of three phases. */
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

/* netstack_flags. */
#define NSF_UNINIT          0x01
#define NSF_CLOSING         0x02
#define NSF_ZONE_CREATE     0x04
#define NSF_ZONE_SHUTDOWN   0x08
#define NSF_ZONE_DESTROY    0x10
#define NSF_ZONE_INPROGRESS (NSF_ZONE_CREATE | NSF_ZONE_SHUTDOWN | NSF_ZONE_DESTROY)

/* nr_flags. */
#define NRF_REGISTERED 0x01
#define NRF_DYING      0x02

typedef struct nm_state {
    uint16_t nms_flags;
    kcondvar_t nms_cv;
} nm_state_t;

typedef struct netstack {
    void *netstack_modules[NS_MAX];
    nm_state_t netstack_m_state[NS_MAX];
    kmutex_t netstack_lock;
    struct netstack *netstack_next;
    netstackid_t netstack_stackid;
    int netstack_numzones;
    int netstack_refcnt;
    int netstack_flags;
    kcondvar_t netstack_cv;
} netstack_t;

struct netstack_registry {
    int nr_flags;
    void *(*nr_create)(netstackid_t, netstack_t *);
    void (*nr_shutdown)(netstackid_t, void *);
    void (*nr_destroy)(netstackid_t, void *);
};

extern uint_t netstack_outstanding_reaps;

void netstack_init(void);
void netstack_register(int module, void *(*create)(netstackid_t, netstack_t *),
                       void (*shutdown)(netstackid_t, void *),
                       void (*destroy)(netstackid_t, void *));
void netstack_unregister(int module);

void netstack_hold(netstack_t *ns);
void netstack_rele(netstack_t *ns);
netstack_t *netstack_hold_if_active(netstack_t *ns);
netstack_t *netstack_get_current(void);
netstack_t *netstack_find_by_cred(const cred_t *cred);
netstack_t *netstack_find_by_zoneid(zoneid_t zone);
netstack_t *netstack_find_by_zoneid_nolock(zoneid_t zone);
netstack_t *netstack_find_by_stackid(netstackid_t id);
boolean_t netstack_inuse_by_stackid(netstackid_t id);

void netstack_next_init(netstack_handle_t *handle);
netstack_t *netstack_next(netstack_handle_t *handle);
void netstack_next_fini(netstack_handle_t *handle);

zoneid_t netstackid_to_zoneid(netstackid_t id);
netstackid_t zoneid_to_netstackid(zoneid_t zone);
zoneid_t netstack_get_zoneid(netstack_t *ns);

kstat_t *kstat_create_netstack(char *module, int instance, char *name, char *class_name,
                               uchar_t type, uint_t ndata, uchar_t flags, netstackid_t id);
void kstat_delete_netstack(kstat_t *ks, netstackid_t id);

#endif
