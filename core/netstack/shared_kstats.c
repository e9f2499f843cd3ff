/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The kstats of stacks. Those of stack 0 are visible in zone 0 and in every zone attached to it,
 * whichever came first: this file owns both sets and keeps (kstat, zone) complete under one lock.
 * That lock is not taken under any other of the core; under it only the kstats' own is.
 */
#include <errno.h>

#include "kernel/list.h"
#include "netstack_impl.h"

/* A kstat that kstat_create_netstack made. */
struct record {
    struct kernel_table_node by_kstat; /* of its address */
    struct kernel_list link;           /* `shared`, if it is of stack 0 */
    kstat_t *ks;                       /* constant */
    netstackid_t stackid;              /* constant */
};

struct attachment {
    struct kernel_table_node by_zone;
    struct kernel_list link; /* `attached` */
    zoneid_t zone;           /* constant */
};

static kernel_mutex_t lock;
static struct kernel_table records;     /* lock */
static struct kernel_list shared;       /* lock; in order of creation */
static struct kernel_table attachments; /* lock */
static struct kernel_list attached;     /* lock; in order of coming */

void
netstack__shared_start(void)
{
    kernel_mutex_init(&lock, "netstack_shared");
    kernel_table_init(&records);
    kernel_table_init(&attachments);
    kernel_list_init(&shared);
    kernel_list_init(&attached);
}

static struct record *
record_at(struct kernel_list *link)
{
    return KERNEL_CONTAINER_OF(link, struct record, link);
}

static uint64_t
hash_of_kstat(const kstat_t *ks)
{
    return kernel_hash_number((uint64_t)(uintptr_t)ks);
}

static uint64_t
hash_of_zone(zoneid_t zone)
{
    return kernel_hash_number((uint32_t)zone);
}

/* --- zones -------------------------------------------------------------------------------- */

/* Hides the shared kstats before `end` from a zone. Requires: lock. */
static void
hide(zoneid_t zone, const struct kernel_list *end)
{
    for (struct kernel_list *link = shared.next; link != end; link = link->next) {
        kstat_zone_remove(record_at(link)->ks, zone);
    }
}

int
netstack__shared_attach(zoneid_t zone)
{
    struct attachment *attachment =
        kernel_zalloc("netstack_attachment", sizeof(*attachment), KERNEL_NOSLEEP);
    if (attachment == NULL) {
        return ENOMEM;
    }
    attachment->zone = zone;

    kernel_mutex_enter(&lock);
    struct kernel_list *link = shared.next;
    while (link != &shared && kstat_zone_add(record_at(link)->ks, zone) == 0) {
        link = link->next;
    }
    bool complete = link == &shared;
    if (complete) {
        kernel_table_insert(&attachments, &attachment->by_zone, hash_of_zone(zone));
        kernel_list_insert_before(&attached, &attachment->link);
    } else {
        hide(zone, link);
    }
    kernel_mutex_exit(&lock);

    if (!complete) {
        kernel_free(attachment, sizeof(*attachment));
        return ENOMEM;
    }
    return 0;
}

void
netstack__shared_detach(zoneid_t zone)
{
    kernel_mutex_enter(&lock);
    struct kernel_table_node *node = kernel_table_first(&attachments, hash_of_zone(zone));
    VERIFY(node != NULL);
    struct attachment *attachment = KERNEL_CONTAINER_OF(node, struct attachment, by_zone);
    kernel_table_remove(&attachments, node);
    kernel_list_remove(&attachment->link);
    hide(zone, &shared);
    kernel_mutex_exit(&lock);
    kernel_free(attachment, sizeof(*attachment));
}

bool
netstack__shared_is_attached(zoneid_t zone)
{
    kernel_mutex_enter(&lock);
    bool found = kernel_table_first(&attachments, hash_of_zone(zone)) != NULL;
    kernel_mutex_exit(&lock);
    return found;
}

/* --- kstats ------------------------------------------------------------------------------- */

/* Makes a kstat of zone 0 visible in every attached zone. Requires: lock. */
static bool
show_everywhere(kstat_t *ks)
{
    for (struct kernel_list *link = attached.next; link != &attached; link = link->next) {
        if (kstat_zone_add(ks, KERNEL_CONTAINER_OF(link, struct attachment, link)->zone) != 0) {
            return false;
        }
    }
    return true;
}

kstat_t *
kstat_create_netstack(char *module, int instance, char *name, char *class_name, unsigned char type,
                      unsigned int ndata, unsigned char flags, netstackid_t id)
{
    struct record *record = kernel_zalloc("netstack_kstat", sizeof(*record), KERNEL_NOSLEEP);
    if (record == NULL) {
        return NULL;
    }
    kernel_list_init(&record->link);
    record->stackid = id;

    kernel_mutex_enter(&lock);
    kstat_t *ks = kstat_create_zone(module, instance, name, class_name, type, ndata, flags,
                                    netstackid_to_zoneid(id));
    if (ks != NULL && id == GLOBAL_NETSTACKID && !show_everywhere(ks)) {
        kstat_delete(ks);
        ks = NULL;
    }
    if (ks != NULL) {
        record->ks = ks;
        kernel_table_insert(&records, &record->by_kstat, hash_of_kstat(ks));
        if (id == GLOBAL_NETSTACKID) {
            kernel_list_insert_before(&shared, &record->link);
        }
    }
    kernel_mutex_exit(&lock);

    if (ks == NULL) {
        kernel_free(record, sizeof(*record));
    }
    return ks;
}

int
kstat_delete_netstack(kstat_t *ks, netstackid_t id)
{
    kernel_mutex_enter(&lock);
    /* By its address alone: what is not in the table may not be read. */
    struct kernel_table_node *node = kernel_table_first(&records, hash_of_kstat(ks));
    struct record *record =
        node != NULL ? KERNEL_CONTAINER_OF(node, struct record, by_kstat) : NULL;
    if (record == NULL || record->stackid != id) {
        kernel_mutex_exit(&lock);
        return EINVAL;
    }
    kernel_table_remove(&records, node);
    kernel_list_remove(&record->link);
    kstat_delete(ks);
    kernel_mutex_exit(&lock);
    kernel_free(record, sizeof(*record));
    return 0;
}
