/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Kernel statistics, as far as zones see them: a kstat has a name and a set of zones in
 * which it is visible. What it counts is its owner's business.
 */
#ifndef KERNEL_KSTAT_H
#define KERNEL_KSTAT_H

#include "kernel/kernel.h"
#include "kernel/zone.h"

#define KSTAT_STRLEN 31
#define ALL_ZONES    (-1) /* as kstat_create_zone's zone: visible in every zone */

typedef struct kstat {
    char ks_module[KSTAT_STRLEN];
    int ks_instance;
    char ks_name[KSTAT_STRLEN];
    char ks_class[KSTAT_STRLEN];
    unsigned char ks_type;
    unsigned char ks_flags;
    unsigned int ks_ndata;
    uint64_t ks_kid; /* number in order of creation, never reused */
} kstat_t;

void kstat_init(void);

/* Returns: 0; EBUSY, nothing changed, while a kstat is left. */
int kstat_fini(void);

/*
 * Creates a kstat visible in one zone. Two kstats of one module, instance and name may not be
 * visible in the same zone.
 * Returns: the kstat; NULL without memory, for a name that is too long, or for a duplicate.
 */
kstat_t *kstat_create_zone(const char *module, int instance, const char *name, const char *class_name,
                           unsigned char type, unsigned int ndata, unsigned char flags,
                           zoneid_t zone);

/* Removes it from every zone and frees it. Fatal: a kstat that is not there. */
void kstat_delete(kstat_t *ks);

/* Makes it visible in one more zone. Returns: 0; ENOMEM; EEXIST if it or a namesake is already. */
int kstat_zone_add(kstat_t *ks, zoneid_t zone);

/* Takes that back; allocates nothing, cannot fail. Nothing happens if it is not visible there. */
void kstat_zone_remove(kstat_t *ks, zoneid_t zone);

bool kstat_zone_find(kstat_t *ks, zoneid_t zone); /* is it visible in this zone? */
bool kstat_exists(const kstat_t *ks);             /* compares the pointer only */
size_t kstat_count(void);
bool kstat_is_valid(void);

#endif
