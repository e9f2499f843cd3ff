/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Kernel statistics. One lock guards everything here. Each (kstat, zone) in which it is visible
 * is a `sight`, found by a hash of name and zone; two sights of one name and zone do not exist.
 * A kstat for ALL_ZONES has one sight, of that zone, and its name is in no other zone.
 */
#include <errno.h>
#include <string.h>

#include "kernel/hash_table.h"
#include "kernel/kstat.h"
#include "kernel/list.h"

struct kstat_entry {
    kstat_t kstat;                       /* constant */
    struct kernel_list link;             /* kstats.all */
    struct kernel_table_node by_address; /* kstats.by_address */
    struct kernel_list sights;           /* in order of adding */
};

struct sight {
    struct kernel_list link;          /* its kstat's sights */
    struct kernel_table_node by_name; /* kstats.sights */
    struct kstat_entry *entry;        /* constant */
    zoneid_t zone;                    /* constant */
};

static struct {
    kernel_mutex_t lock;
    struct kernel_list all; /* in order of creation */
    struct kernel_table by_address;
    struct kernel_table sights;
    size_t sight_count;
    uint64_t last_kid;
} kstats;

static struct kstat_entry *
entry_of(const kstat_t *ks)
{
    return KERNEL_CONTAINER_OF(ks, struct kstat_entry, kstat);
}

static uint64_t
hash_address(const kstat_t *ks)
{
    return kernel_hash_number((uint64_t)(uintptr_t)ks);
}

static uint64_t
hash_sight(const kstat_t *ks, zoneid_t zone)
{
    uint64_t hash =
        kernel_hash_number(((uint64_t)(uint32_t)zone << 32) | (uint32_t)ks->ks_instance);

    return kernel_hash_string(kernel_hash_string(hash, ks->ks_module), ks->ks_name);
}

/* Names are zero behind their end, so they compare as a whole. */
static bool
is_same_name(const kstat_t *a, const kstat_t *b)
{
    return a->ks_instance == b->ks_instance && memcmp(a->ks_name, b->ks_name, KSTAT_STRLEN) == 0 &&
           memcmp(a->ks_module, b->ks_module, KSTAT_STRLEN) == 0;
}

/* The sight of that name in that zone, whose ever it is; NULL: none. Requires: lock held. */
static struct sight *
find_sight(const kstat_t *ks, zoneid_t zone)
{
    struct kernel_table_node *node = kernel_table_first(&kstats.sights, hash_sight(ks, zone));

    for (; node != NULL; node = kernel_table_next(node)) {
        struct sight *sight = KERNEL_CONTAINER_OF(node, struct sight, by_name);

        if (sight->zone == zone && is_same_name(&sight->entry->kstat, ks)) {
            return sight;
        }
    }
    return NULL;
}

/* Would a sight of ks in that zone collide with one that exists? Requires: lock held. */
static bool
is_taken(const kstat_t *ks, zoneid_t zone)
{
    if (find_sight(ks, zone) != NULL || find_sight(ks, ALL_ZONES) != NULL) {
        return true;
    }
    if (zone != ALL_ZONES) {
        return false;
    }
    /* All zones at once are asked for rarely, so a look at every kstat will do. */
    for (struct kernel_list *link = kstats.all.next; link != &kstats.all; link = link->next) {
        struct kstat_entry *other = KERNEL_CONTAINER_OF(link, struct kstat_entry, link);

        if (is_same_name(&other->kstat, ks) && !kernel_list_is_empty(&other->sights)) {
            return true;
        }
    }
    return false;
}

/* Requires: lock held. */
static bool
is_there(const kstat_t *ks)
{
    struct kernel_table_node *node = kernel_table_first(&kstats.by_address, hash_address(ks));

    /* The hash is one to one. */
    return node != NULL;
}

/* Requires: lock held, not taken. */
static void
link_sight(struct sight *sight, struct kstat_entry *entry, zoneid_t zone)
{
    sight->entry = entry;
    sight->zone = zone;
    kernel_list_insert_before(&entry->sights, &sight->link);
    kernel_table_insert(&kstats.sights, &sight->by_name, hash_sight(&entry->kstat, zone));
    kstats.sight_count++;
}

/* Requires: lock held. The caller frees it. */
static void
unlink_sight(struct sight *sight)
{
    kernel_list_remove(&sight->link);
    kernel_table_remove(&kstats.sights, &sight->by_name);
    kstats.sight_count--;
}

void
kstat_init(void)
{
    kernel_mutex_init(&kstats.lock, "kstats");
    kernel_list_init(&kstats.all);
    kernel_table_init(&kstats.by_address);
    kernel_table_init(&kstats.sights);
    kstats.sight_count = 0;
    kstats.last_kid = 0;
}

int
kstat_fini(void)
{
    bool is_empty;

    kernel_mutex_enter(&kstats.lock);
    is_empty = kernel_list_is_empty(&kstats.all);
    kernel_mutex_exit(&kstats.lock);
    if (!is_empty) {
        return EBUSY;
    }
    kernel_table_fini(&kstats.sights);
    kernel_table_fini(&kstats.by_address);
    kernel_mutex_destroy(&kstats.lock);
    return 0;
}

/* Copies a name into what is zero; says whether it fits with its end. */
static bool
copy_name(char to[KSTAT_STRLEN], const char *from)
{
    size_t length = strlen(from);

    if (length >= KSTAT_STRLEN) {
        return false;
    }
    memcpy(to, from, length);
    return true;
}

/* Lists a kstat with its first sight, unless its name is taken there. */
static bool
publish(struct kstat_entry *entry, struct sight *sight, zoneid_t zone)
{
    bool is_free;

    kernel_list_init(&entry->sights);
    kernel_mutex_enter(&kstats.lock);
    is_free = !is_taken(&entry->kstat, zone);
    if (is_free) {
        entry->kstat.ks_kid = ++kstats.last_kid;
        kernel_list_insert_before(&kstats.all, &entry->link);
        kernel_table_insert(&kstats.by_address, &entry->by_address, hash_address(&entry->kstat));
        link_sight(sight, entry, zone);
    }
    kernel_mutex_exit(&kstats.lock);
    return is_free;
}

kstat_t *
kstat_create_zone(const char *module, int instance, const char *name, const char *class_name,
                  unsigned char type, unsigned int ndata, unsigned char flags, zoneid_t zone)
{
    struct kstat_entry *entry = kernel_zalloc("kstat", sizeof(*entry), KERNEL_NOSLEEP);
    struct sight *sight;

    if (entry == NULL) {
        return NULL;
    }
    sight = kernel_zalloc("kstat_sight", sizeof(*sight), KERNEL_NOSLEEP);
    if (sight == NULL) {
        kernel_free(entry, sizeof(*entry));
        return NULL;
    }
    entry->kstat.ks_instance = instance;
    entry->kstat.ks_type = type;
    entry->kstat.ks_flags = flags;
    entry->kstat.ks_ndata = ndata;
    if (!copy_name(entry->kstat.ks_module, module) || !copy_name(entry->kstat.ks_name, name) ||
        !copy_name(entry->kstat.ks_class, class_name) || !publish(entry, sight, zone)) {
        kernel_free(sight, sizeof(*sight));
        kernel_free(entry, sizeof(*entry));
        return NULL;
    }
    return &entry->kstat;
}

void
kstat_delete(kstat_t *ks)
{
    struct kstat_entry *entry = entry_of(ks);
    struct kernel_list gone;

    kernel_list_init(&gone);
    kernel_mutex_enter(&kstats.lock);
    VERIFY(is_there(ks));
    kernel_list_remove(&entry->link);
    kernel_table_remove(&kstats.by_address, &entry->by_address);
    while (!kernel_list_is_empty(&entry->sights)) {
        struct sight *sight = KERNEL_CONTAINER_OF(entry->sights.next, struct sight, link);

        unlink_sight(sight);
        kernel_list_insert_before(&gone, &sight->link);
    }
    kernel_mutex_exit(&kstats.lock);

    while (!kernel_list_is_empty(&gone)) {
        struct sight *sight = KERNEL_CONTAINER_OF(gone.next, struct sight, link);

        kernel_list_remove(&sight->link);
        kernel_free(sight, sizeof(*sight));
    }
    kernel_free(entry, sizeof(*entry));
}

int
kstat_zone_add(kstat_t *ks, zoneid_t zone)
{
    struct sight *sight = kernel_zalloc("kstat_sight", sizeof(*sight), KERNEL_NOSLEEP);
    bool is_free;

    if (sight == NULL) {
        return ENOMEM;
    }
    kernel_mutex_enter(&kstats.lock);
    VERIFY(is_there(ks));
    is_free = !is_taken(ks, zone);
    if (is_free) {
        link_sight(sight, entry_of(ks), zone);
    }
    kernel_mutex_exit(&kstats.lock);
    if (!is_free) {
        kernel_free(sight, sizeof(*sight));
        return EEXIST;
    }
    return 0;
}

void
kstat_zone_remove(kstat_t *ks, zoneid_t zone)
{
    struct sight *sight;

    kernel_mutex_enter(&kstats.lock);
    VERIFY(is_there(ks));
    sight = find_sight(ks, zone);
    if (sight != NULL && sight->entry == entry_of(ks)) {
        unlink_sight(sight);
    } else {
        sight = NULL;
    }
    kernel_mutex_exit(&kstats.lock);
    if (sight != NULL) {
        kernel_free(sight, sizeof(*sight));
    }
}

bool
kstat_zone_find(kstat_t *ks, zoneid_t zone)
{
    struct sight *sight;
    bool is_found;

    kernel_mutex_enter(&kstats.lock);
    VERIFY(is_there(ks));
    sight = find_sight(ks, zone);
    if (sight == NULL) {
        sight = find_sight(ks, ALL_ZONES);
    }
    is_found = sight != NULL && sight->entry == entry_of(ks);
    kernel_mutex_exit(&kstats.lock);
    return is_found;
}

bool
kstat_exists(const kstat_t *ks)
{
    bool exists;

    kernel_mutex_enter(&kstats.lock);
    exists = is_there(ks);
    kernel_mutex_exit(&kstats.lock);
    return exists;
}

size_t
kstat_count(void)
{
    size_t count;

    kernel_mutex_enter(&kstats.lock);
    count = kstats.by_address.count;
    kernel_mutex_exit(&kstats.lock);
    return count;
}

bool
kstat_is_valid(void)
{
    size_t kstat_count = 0, sight_count = 0;
    uint64_t last_kid = 0;

    kernel_mutex_enter(&kstats.lock);
    for (struct kernel_list *link = kstats.all.next; link != &kstats.all; link = link->next) {
        struct kstat_entry *entry = KERNEL_CONTAINER_OF(link, struct kstat_entry, link);

        kstat_count++;
        VERIFY(is_there(&entry->kstat));
        VERIFY(entry->kstat.ks_kid > last_kid);
        last_kid = entry->kstat.ks_kid;
        for (struct kernel_list *at = entry->sights.next; at != &entry->sights; at = at->next) {
            struct sight *sight = KERNEL_CONTAINER_OF(at, struct sight, link);

            sight_count++;
            VERIFY(sight->entry == entry);
            /* The first found of a name is this one: there is no second. */
            VERIFY(find_sight(&entry->kstat, sight->zone) == sight);
            VERIFY(sight->zone == ALL_ZONES || find_sight(&entry->kstat, ALL_ZONES) == NULL);
        }
    }
    VERIFY(kstat_count == kstats.by_address.count);
    VERIFY(sight_count == kstats.sight_count && sight_count == kstats.sights.count);
    kernel_mutex_exit(&kstats.lock);
    return true;
}
