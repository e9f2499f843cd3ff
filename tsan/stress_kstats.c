/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Kstats of stacks, while shared zones come and go and memory fails. One of stack 0 is visible in zone 0, in every
 * shared zone that stands, whichever came first, and in no exclusive one; one of another stack in its zone
 * alone. Names are taken once. At rest the zones that stand see exactly what is left.
 */
#include "stress.h"

#define OWN_MAX    4u
#define HOUSE_MAX  3u
#define MODULE     "stress"
#define CLASS_NAME "net"

/* Of the house: there from before the threads to the end of the round. */
static kstat_t *house[HOUSE_MAX];

static _Thread_local struct own_kstat {
    kstat_t *ks;
    netstackid_t id;
} own[OWN_MAX];

static kstat_t *
create(int instance, char *name, netstackid_t id)
{
    char module[] = MODULE, class_name[] = CLASS_NAME;
    return STRESS_POINTER(kstat_create_netstack,
                          kstat_create_netstack(module, instance, name, class_name, 1, 0, 0, id));
}

static int
remove_kstat(kstat_t *ks, netstackid_t id)
{
    return STRESS_ERROR(kstat_delete_netstack, kstat_delete_netstack(ks, id));
}

/* A kstat of stack 0, in the zones that stand as far as the thread knows. */
static void
check_shared(kstat_t *ks)
{
    const struct stress_zone *zones;
    unsigned count = stress_own_all(&zones);
    STRESS_CHECK(kstat_zone_find(ks, GLOBAL_ZONEID));
    for (unsigned i = 0; i < STRESS_PILLARS; i++) {
        STRESS_CHECK(kstat_zone_find(ks, stress_shared_pillars[i].id));
        STRESS_CHECK(!kstat_zone_find(ks, stress_pillars[i].id));
    }
    for (unsigned i = 0; i < count; i++) {
        STRESS_CHECK(kstat_zone_find(ks, zones[i].id) == (zones[i].uid == 0));
    }
}

static void
check_exclusive(kstat_t *ks, netstackid_t id)
{
    STRESS_CHECK(!kstat_zone_find(ks, GLOBAL_ZONEID));
    for (unsigned i = 0; i < STRESS_PILLARS; i++) {
        STRESS_CHECK(!kstat_zone_find(ks, stress_shared_pillars[i].id));
        STRESS_CHECK(kstat_zone_find(ks, stress_pillars[i].id) == (stress_pillars[i].id == id));
    }
}

static void
check(kstat_t *ks, netstackid_t id)
{
    STRESS_CHECK(kstat_exists(ks));
    if (id == GLOBAL_NETSTACKID) {
        check_shared(ks);
    } else {
        check_exclusive(ks, id);
    }
}

/* A name that no other thread uses. */
static void
name_of(unsigned place, char name[KSTAT_STRLEN])
{
    snprintf(name, KSTAT_STRLEN, "of_%u_%u", stress_self()->index, place);
}

static void
make(unsigned place)
{
    char name[KSTAT_STRLEN];
    name_of(place, name);
    netstackid_t id =
        stress_deed(4) != 0 ? GLOBAL_NETSTACKID : stress_pillars[stress_deed(STRESS_PILLARS)].id;
    own[place] = (struct own_kstat){.ks = create((int)place, name, id), .id = id};
    STRESS_CHECK(own[place].ks != NULL || stress_self()->fault_one_in > 0);
}

static void
unmake(unsigned place)
{
    struct own_kstat *one = &own[place];
    check(one->ks, one->id);
    STRESS_CHECK(remove_kstat(one->ks, one->id + 1) == EINVAL);
    STRESS_CHECK(remove_kstat(one->ks, one->id) == 0);
    one->ks = NULL;
}

static void
step(void)
{
    unsigned place = (unsigned)stress_deed(OWN_MAX);
    if (own[place].ks == NULL) {
        make(place);
    } else if (stress_deed(3) == 0) {
        unmake(place);
    } else {
        char name[KSTAT_STRLEN];
        name_of(place, name);
        STRESS_CHECK(create((int)place, name, own[place].id) == NULL);
        check(own[place].ks, own[place].id);
    }
    check_shared(house[stress_deed(HOUSE_MAX)]);
    if (stress_deed(4) == 0) {
        stress_zones_step();
    }
}

static void
finish(void)
{
    for (unsigned place = 0; place < OWN_MAX; place++) {
        if (own[place].ks != NULL) {
            unmake(place);
        }
    }
    stress_zones_finish();
}

static void
prepare(void)
{
    for (unsigned i = 0; i < HOUSE_MAX; i++) {
        char name[] = "of_the_house";
        house[i] = create((int)i, name, GLOBAL_NETSTACKID);
        STRESS_CHECK(house[i] != NULL);
    }
}

static void
at_rest(void)
{
    STRESS_CHECK(kstat_count() == HOUSE_MAX);
    for (unsigned i = 0; i < HOUSE_MAX; i++) {
        check_shared(house[i]);
        STRESS_CHECK(remove_kstat(house[i], GLOBAL_NETSTACKID) == 0);
    }
    STRESS_CHECK(kstat_count() == 0);
}

const struct stress_program stress_kstats = {
    .name = "stress_kstats",
    .property = "kstats of stacks are made and deleted while shared zones come and go and memory "
                "fails. Each "
                "is visible where it must be and nowhere else, whichever came first.",
    .roles = {{step, finish}, {stress_zones_step, stress_zones_finish}},
    .threads = 6,
    .reaps_max = 64,
    .ids_max = 300,
    .fault_one_in = 200,
    .prepare = prepare,
    .at_rest = at_rest,
    .needs = {STRESS_kstat_create_netstack, STRESS_kstat_delete_netstack, STRESS_zone_create_shared,
              STRESS_zone_create_exclusive, STRESS_zone_destroy},
};
