/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Keys: the data that they attach to zones, and their callbacks.
 *
 * Why each zone gets exactly one create for each key, and what was created is always undone:
 * 1. An instance is listed before its create is called and removed after its destroy returned,
 *    in a turn of its zone and under the lock. So in a turn "has no instance" means: create was
 *    not called, or all is over.
 * 2. A birth creates for every key that is listed and not leaving, in ascending order, and ends
 *    in the critical section that finds no more. A key is listed in the critical section that
 *    reads the serial of the last zone: zones up to that one are zone_key_create's to visit, later
 *    ones create for themselves, and where both come, the second finds the instance.
 * 3. A leaving key is created for no zone, so what instances it has are on zones that were born
 *    before. Removing the key visits those, waits for the turn in progress, shuts down what was
 *    not shut down, then in a second pass destroys what is left. Hence the key has no instance
 *    then, and nobody else a pointer to it.
 * 4. Each pass goes by ascending (or descending) serial over zones that existed at its start, and
 *    waits for one turn a zone at most: whatever others create meanwhile, it ends.
 * 5. Who waits for a turn has none, and holds no lock: waits for turns form no cycle. Callbacks
 *    cannot ask for one (EDEADLK). The line of registrations is joined before any turn.
 */
#include <errno.h>

#include "kernel/zone_private.h"

static struct zone_key *
key_of(struct kernel_list *link)
{
    return KERNEL_CONTAINER_OF(link, struct zone_key, link);
}

static struct zone_instance *
instance_of(struct kernel_list *link)
{
    return KERNEL_CONTAINER_OF(link, struct zone_instance, link);
}

static struct zone_instance *
find_instance_locked(const struct zone_entry *entry, zone_key_t number)
{
    const struct kernel_list *list = &entry->instances;

    for (struct kernel_list *link = list->next; link != list; link = link->next) {
        if (instance_of(link)->key->number == number) {
            return instance_of(link);
        }
    }
    return NULL;
}

/* --- one instance, in a turn -------------------------------------------------------------- */

static void
remove_instance_locked(struct zone_instance *instance)
{
    kernel_list_remove(&instance->link);
    instance->key->instance_count--;
    kernel_free(instance, sizeof(*instance));
}

/* A new instance in its place by number; NULL without memory. */
static struct zone_instance *
add_instance_locked(struct zone_entry *entry, struct zone_key *key)
{
    struct zone_instance *instance =
        kernel_zalloc("zone_instance", sizeof(*instance), KERNEL_NOSLEEP);
    struct kernel_list *place = &entry->instances;

    if (instance == NULL) {
        return NULL;
    }
    while (place->prev != &entry->instances &&
           instance_of(place->prev)->key->number > key->number) {
        place = place->prev;
    }
    instance->key = key;
    key->instance_count++;
    kernel_list_insert_before(place, &instance->link);
    return instance;
}

static int
create_instance_locked(struct zone_entry *entry, struct zone_key *key)
{
    struct zone_instance *instance = add_instance_locked(entry, key);
    void *data;

    if (instance == NULL) {
        return ENOMEM;
    }
    entry->zone.zone_create_error = ENOMEM;
    kernel_mutex_exit(&zone__all.lock);
    zone_callback_enter();
    data = key->create(entry->zone.zone_id);
    zone_callback_exit();
    kernel_mutex_enter(&zone__all.lock);

    if (data == NULL) {
        remove_instance_locked(instance);
        return entry->zone.zone_create_error;
    }
    instance->data = data;
    instance->is_created = true;
    return 0;
}

/* Calls one of the key's functions, which may be missing, for a zone. */
static void
call_locked(zone_callback_fn callback, struct zone_entry *entry, void *data)
{
    if (callback == NULL) {
        return;
    }
    kernel_mutex_exit(&zone__all.lock);
    zone_callback_enter();
    callback(entry->zone.zone_id, data);
    zone_callback_exit();
    kernel_mutex_enter(&zone__all.lock);
}

static void
shutdown_instance_locked(struct zone_entry *entry, struct zone_instance *instance)
{
    VERIFY(instance->is_created);
    if (!instance->is_shut_down) {
        call_locked(instance->key->shutdown, entry, instance->data);
        instance->is_shut_down = true;
    }
}

static void
destroy_instance_locked(struct zone_entry *entry, struct zone_instance *instance)
{
    void *data = instance->data;

    VERIFY(instance->is_created && instance->is_shut_down);
    instance->data = NULL;
    call_locked(instance->key->destroy, entry, data);
    remove_instance_locked(instance);
}

/* --- all keys of one zone, in a turn ------------------------------------------------------- */

/* The first key after that number for which zones are to create; NULL: none. */
static struct zone_key *
next_key_locked(zone_key_t number)
{
    struct kernel_list *list = &zone__all.keys;

    for (struct kernel_list *link = list->next; link != list; link = link->next) {
        struct zone_key *key = key_of(link);

        if (key->number > number && key->state != ZONE_KEY_LEAVING) {
            return key;
        }
    }
    return NULL;
}

int
zone__create_all_locked(struct zone_entry *entry)
{
    struct zone_key *key = next_key_locked(ZONE_KEY_NONE);

    while (key != NULL) {
        /* The key may be gone once the lock was dropped and its instance failed. */
        zone_key_t number = key->number;
        int error = create_instance_locked(entry, key);

        if (error != 0) {
            return error;
        }
        key = next_key_locked(number);
    }
    return 0;
}

void
zone__shutdown_all_locked(struct zone_entry *entry, bool reverse)
{
    struct kernel_list *list = &entry->instances;
    struct kernel_list *link = reverse ? list->prev : list->next;

    /* Only the turn's owner changes the list, so the way on is sound after each call. */
    while (link != list) {
        shutdown_instance_locked(entry, instance_of(link));
        link = reverse ? link->prev : link->next;
    }
}

void
zone__destroy_all_locked(struct zone_entry *entry, bool reverse)
{
    struct kernel_list *list = &entry->instances;

    while (!kernel_list_is_empty(list)) {
        destroy_instance_locked(entry, instance_of(reverse ? list->prev : list->next));
    }
}

/* --- one key on all zones ------------------------------------------------------------------ */

/*
 * What a pass does to one zone. is_due is asked before waiting for a turn: whether there can be
 * anything to do; visit, in the turn, must look again.
 */
struct pass {
    bool (*is_due)(const struct zone_entry *entry, const struct zone_key *key);
    int (*visit)(struct zone_entry *entry, struct zone_key *key);
};

static bool
is_create_due(const struct zone_entry *entry, const struct zone_key *key)
{
    const struct zone_instance *instance = find_instance_locked(entry, key->number);

    /* Also where a birth is in the middle of it: zone_key_create returns when all are done. */
    return entry->status != ZONE_IS_DEAD && (instance == NULL || !instance->is_created);
}

static int
visit_create_locked(struct zone_entry *entry, struct zone_key *key)
{
    if (entry->status == ZONE_IS_DEAD || find_instance_locked(entry, key->number) != NULL) {
        return 0;
    }
    return create_instance_locked(entry, key);
}

static bool
is_removal_due(const struct zone_entry *entry, const struct zone_key *key)
{
    return find_instance_locked(entry, key->number) != NULL;
}

static int
visit_shutdown_locked(struct zone_entry *entry, struct zone_key *key)
{
    struct zone_instance *instance = find_instance_locked(entry, key->number);

    if (instance != NULL) {
        shutdown_instance_locked(entry, instance);
    }
    return 0;
}

static int
visit_destroy_locked(struct zone_entry *entry, struct zone_key *key)
{
    struct zone_instance *instance = find_instance_locked(entry, key->number);

    if (instance != NULL) {
        destroy_instance_locked(entry, instance);
    }
    return 0;
}

static const struct pass create_pass = {is_create_due, visit_create_locked};
static const struct pass shutdown_pass = {is_removal_due, visit_shutdown_locked};
static const struct pass destroy_pass = {is_removal_due, visit_destroy_locked};

/* Visits all zones that are listed now, until one visit fails. */
static int
visit_zones_locked(const struct pass *pass, struct zone_key *key, bool reverse)
{
    struct kernel_list *list = &zone__all.list;
    uint64_t last_serial = zone__all.last_serial;
    struct kernel_list *link = reverse ? list->prev : list->next;
    int error = 0;

    while (link != list && error == 0) {
        struct zone_entry *entry = KERNEL_CONTAINER_OF(link, struct zone_entry, link);
        bool is_due;

        if (entry->serial > last_serial) {
            break;
        }
        is_due = pass->is_due(entry, key);
        if (is_due) {
            zone__turn_enter_locked(entry);
            error = pass->visit(entry, key);
        }
        /* While the turn keeps the zone in its place. */
        link = reverse ? link->prev : link->next;
        if (is_due) {
            zone__turn_exit_locked(entry);
        }
    }
    return error;
}

/* --- registration ------------------------------------------------------------------------- */

/* Takes a key that births no longer see from all zones, and frees it. */
static void
remove_key_locked(struct zone_key *key, bool reverse)
{
    VERIFY(key->state == ZONE_KEY_LEAVING);
    (void)visit_zones_locked(&shutdown_pass, key, reverse);
    (void)visit_zones_locked(&destroy_pass, key, reverse);
    VERIFY(key->instance_count == 0);
    kernel_list_remove(&key->link);
    kernel_free(key, sizeof(*key));
}

int
zone_key_create(zone_key_t *number, zone_create_fn create, zone_callback_fn shutdown,
                zone_callback_fn destroy)
{
    struct zone_key *key;
    int error;

    if (zone_in_callback()) {
        return EDEADLK;
    }
    if (create == NULL) {
        return EINVAL;
    }
    key = kernel_zalloc("zone_key", sizeof(*key), KERNEL_NOSLEEP);
    if (key == NULL) {
        return ENOMEM;
    }
    key->create = create;
    key->shutdown = shutdown;
    key->destroy = destroy;
    key->state = ZONE_KEY_REGISTERING;

    kernel_mutex_enter(&zone__all.lock);
    zone__line_enter_locked(&zone__all.registrations);
    key->number = ++zone__all.last_key;
    /* Callbacks may ask for it. */
    *number = key->number;
    kernel_list_insert_before(&zone__all.keys, &key->link);
    error = visit_zones_locked(&create_pass, key, false);
    if (error == 0) {
        key->state = ZONE_KEY_REGISTERED;
    } else {
        *number = ZONE_KEY_NONE;
        key->state = ZONE_KEY_LEAVING;
        remove_key_locked(key, true);
    }
    zone__line_exit_locked(&zone__all.registrations);
    kernel_mutex_exit(&zone__all.lock);
    return error;
}

static struct zone_key *
find_key_locked(zone_key_t number)
{
    struct kernel_list *list = &zone__all.keys;

    for (struct kernel_list *link = list->next; link != list; link = link->next) {
        if (key_of(link)->number == number) {
            return key_of(link);
        }
    }
    return NULL;
}

int
zone_key_delete(zone_key_t number)
{
    struct zone_key *key;
    int error = 0;

    if (zone_in_callback()) {
        return EDEADLK;
    }
    kernel_mutex_enter(&zone__all.lock);
    key = find_key_locked(number);
    if (key == NULL) {
        error = ENOENT;
    } else if (key->state != ZONE_KEY_REGISTERED) {
        error = EBUSY;
    } else {
        key->state = ZONE_KEY_LEAVING;
        remove_key_locked(key, false);
    }
    kernel_mutex_exit(&zone__all.lock);
    return error;
}

void *
zone_getspecific(zone_key_t number, zone_t *zone)
{
    struct zone_instance *instance;
    void *data;

    kernel_mutex_enter(&zone__all.lock);
    instance = find_instance_locked(zone__entry(zone), number);
    data = instance == NULL ? NULL : instance->data;
    kernel_mutex_exit(&zone__all.lock);
    return data;
}

/* --- validity ----------------------------------------------------------------------------- */

void
zone__check_instances_locked(const struct zone_entry *entry)
{
    const struct kernel_list *list = &entry->instances;
    zone_key_t last = ZONE_KEY_NONE;

    for (struct kernel_list *link = list->next; link != list; link = link->next) {
        struct zone_instance *instance = instance_of(link);

        VERIFY(instance->key->number > last);
        last = instance->key->number;
        VERIFY(find_key_locked(last) == instance->key);
        VERIFY(instance->is_created || !instance->is_shut_down);
        VERIFY(instance->is_created || instance->data == NULL);
    }
}

/* How many zones have an instance of that key. */
static size_t
count_instances_locked(const struct zone_key *key)
{
    struct kernel_list *list = &zone__all.list;
    size_t count = 0;

    for (struct kernel_list *link = list->next; link != list; link = link->next) {
        struct zone_entry *entry = KERNEL_CONTAINER_OF(link, struct zone_entry, link);

        count += find_instance_locked(entry, key->number) != NULL ? 1 : 0;
    }
    return count;
}

void
zone__check_keys_locked(void)
{
    struct kernel_list *list = &zone__all.keys;
    zone_key_t last = ZONE_KEY_NONE;

    for (struct kernel_list *link = list->next; link != list; link = link->next) {
        struct zone_key *key = key_of(link);

        VERIFY(key->number > last && key->number <= zone__all.last_key);
        last = key->number;
        VERIFY(count_instances_locked(key) == key->instance_count);
    }
}
