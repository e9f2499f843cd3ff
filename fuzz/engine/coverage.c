/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Pairs out of a log, after its execution: a point pays for keeping its site, and nothing else. Nothing here
 * looks at the execution under way, so a parent finds the pairs of a process that died.
 *
 * A pair's identity costs hashing text, so it is kept from execution to execution, by the addresses of
 * its sites. Kept pairs are of this process alone; what others see is the identity.
 */
#include "engine/coverage.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define SLOTS_BITS 16
#define SLOTS      ((uint32_t)1 << SLOTS_BITS)
#define KEPT_MAX   (SLOTS / 2) /* then all are forgotten, between two executions */
_Static_assert(KEPT_MAX >= 2 * COVERAGE_PAIRS_MAX, "one execution's pairs always fit");

/* A meeting by its addresses, and which pair that is. Inline functions have one text at many addresses. */
struct meeting {
    kernel_site_t before, after; /* NULL: an empty slot */
    uint16_t before_kind, after_kind;
    uint32_t object_kind;
    uint32_t pair;
};

/* The last accesses to an object, by index of event. */
struct object {
    uint32_t execution; /* of which this is */
    uint32_t access, write;
};

struct coverage {
    uint32_t execution; /* counts them, from 1 */
    uint32_t count, found[COVERAGE_PAIRS_MAX];
    uint32_t meeting_count, pair_count;
    struct meeting meetings[SLOTS];
    uint32_t identities[SLOTS]; /* pairs by identity: index + 1; 0: an empty slot */
    struct coverage_pair pairs[KEPT_MAX];
    struct object objects[HEDDLE_EVENTS_MAX];
};

enum access { ACCESS_NONE, ACCESS_READ, ACCESS_WRITE };

/* Those that are not here name a task, or nothing. */
static const uint8_t accesses[HEDDLE_EVENT_SUBJECT] = {
    [HEDDLE_EVENT_MUTEX_INIT] = ACCESS_WRITE,
    [HEDDLE_EVENT_MUTEX_DESTROY] = ACCESS_WRITE,
    [HEDDLE_EVENT_MUTEX_ENTER] = ACCESS_WRITE,
    [HEDDLE_EVENT_MUTEX_TRYENTER] = ACCESS_WRITE,
    [HEDDLE_EVENT_MUTEX_EXIT] = ACCESS_WRITE,
    [HEDDLE_EVENT_CV_INIT] = ACCESS_WRITE,
    [HEDDLE_EVENT_CV_DESTROY] = ACCESS_WRITE,
    [HEDDLE_EVENT_CV_WAIT] = ACCESS_WRITE,
    [HEDDLE_EVENT_CV_WAKE] = ACCESS_WRITE,
    [HEDDLE_EVENT_CV_SIGNAL] = ACCESS_WRITE,
    [HEDDLE_EVENT_CV_BROADCAST] = ACCESS_WRITE,
    [HEDDLE_EVENT_SEMA_INIT] = ACCESS_WRITE,
    [HEDDLE_EVENT_SEMA_DESTROY] = ACCESS_WRITE,
    [HEDDLE_EVENT_SEMA_WAIT] = ACCESS_WRITE,
    [HEDDLE_EVENT_SEMA_TRYWAIT] = ACCESS_WRITE,
    [HEDDLE_EVENT_SEMA_POST] = ACCESS_WRITE,
    [HEDDLE_EVENT_ATOMIC_INIT] = ACCESS_WRITE,
    [HEDDLE_EVENT_ATOMIC_LOAD] = ACCESS_READ,
    [HEDDLE_EVENT_ATOMIC_STORE] = ACCESS_WRITE,
    [HEDDLE_EVENT_ATOMIC_ADD] = ACCESS_WRITE,
    [HEDDLE_EVENT_ATOMIC_COMPARE_EXCHANGE] = ACCESS_WRITE,
    [HEDDLE_EVENT_ALLOC] = ACCESS_WRITE,
    [HEDDLE_EVENT_FREE] = ACCESS_WRITE,
    [HEDDLE_EVENT_TASKQ_CREATE] = ACCESS_WRITE,
    [HEDDLE_EVENT_TASKQ_DESTROY] = ACCESS_WRITE,
    [HEDDLE_EVENT_TASKQ_DISPATCH] = ACCESS_WRITE,
    [HEDDLE_EVENT_TASKQ_RUN] = ACCESS_WRITE,
    [HEDDLE_EVENT_TASKQ_DONE] = ACCESS_WRITE,
};

struct coverage *
coverage_create(void)
{
    struct coverage *coverage = mmap(NULL, sizeof *coverage, PROT_READ | PROT_WRITE,
                                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return coverage == MAP_FAILED ? NULL : coverage;
}

void
coverage_destroy(struct coverage *coverage)
{
    if (coverage != NULL) {
        munmap(coverage, sizeof *coverage);
    }
}

/* --- identities -------------------------------------------------------------------------- */

static uint64_t
hash_site(kernel_site_t site, uint16_t kind, uint64_t seed)
{
    const char *slash = strrchr(site->file, '/');
    const char *file = slash != NULL ? slash + 1 : site->file;
    seed = XXH3_64bits_withSeed(file, strlen(file), seed);
    seed = XXH3_64bits_withSeed(site->function, strlen(site->function), seed);
    const uint32_t numbers[2] = {(uint32_t)site->line, kind};
    return XXH3_64bits_withSeed(numbers, sizeof numbers, seed);
}

static uint64_t
identify(const struct meeting *met)
{
    uint64_t hash = hash_site(met->before, met->before_kind, met->object_kind);
    return hash_site(met->after, met->after_kind, hash);
}

/* The index of the meeting's pair, which is made if it is new. */
static uint32_t
find_pair(struct coverage *coverage, const struct meeting *met)
{
    uint64_t identity = identify(met);
    uint32_t slot = (uint32_t)identity % SLOTS;
    for (; coverage->identities[slot] != 0; slot = (slot + 1) % SLOTS) {
        uint32_t pair = coverage->identities[slot] - 1;
        if (coverage->pairs[pair].identity == identity) {
            return pair;
        }
    }
    coverage->pairs[coverage->pair_count] = (struct coverage_pair){
        .identity = identity,
        .before = met->before,
        .after = met->after,
        .before_kind = met->before_kind,
        .after_kind = met->after_kind,
        .object_kind = met->object_kind,
    };
    coverage->identities[slot] = ++coverage->pair_count;
    return coverage->pair_count - 1;
}

void
coverage_keep_kind(struct heddle_log *log, uint32_t object, const char *name)
{
    if (object < HEDDLE_EVENTS_MAX) {
        log->object_kinds[object] = (uint32_t)XXH3_64bits(name, strlen(name));
    }
}

/* --- finding ----------------------------------------------------------------------------- */

static inline uint32_t
slot_of(const struct meeting *met)
{
    uint64_t hash = (uint64_t)(uintptr_t)met->before * 0x9e3779b97f4a7c15u;
    hash = (hash ^ (uint64_t)(uintptr_t)met->after) * 0xbf58476d1ce4e5b9u;
    uint64_t kinds = (uint64_t)met->before_kind << 16 | met->after_kind;
    hash = (hash ^ kinds << 32 ^ met->object_kind) * 0x94d049bb133111ebu;
    return (uint32_t)(hash >> (64 - SLOTS_BITS));
}

static inline bool
is_same(const struct meeting *a, const struct meeting *b)
{
    return a->before == b->before && a->after == b->after && a->before_kind == b->before_kind &&
           a->after_kind == b->after_kind && a->object_kind == b->object_kind;
}

static void
add_meeting(struct coverage *coverage, const struct meeting *met)
{
    uint32_t slot = slot_of(met);
    while (coverage->meetings[slot].before != NULL && !is_same(&coverage->meetings[slot], met)) {
        slot = (slot + 1) % SLOTS;
    }
    struct meeting *meeting = &coverage->meetings[slot];
    if (meeting->before == NULL) {
        if (coverage->count == COVERAGE_PAIRS_MAX || coverage->meeting_count == KEPT_MAX) {
            return;
        }
        *meeting = *met;
        meeting->pair = find_pair(coverage, met);
        coverage->meeting_count++;
    }
    struct coverage_pair *pair = &coverage->pairs[meeting->pair];
    if (pair->execution == coverage->execution) {
        pair->times++;
    } else if (coverage->count < COVERAGE_PAIRS_MAX) {
        pair->execution = coverage->execution;
        pair->times = 1;
        coverage->found[coverage->count++] = meeting->pair;
    }
}

static void
begin(struct coverage *coverage)
{
    coverage->count = 0;
    coverage->execution++;
    if (coverage->meeting_count > KEPT_MAX / 2 || coverage->execution == 0) {
        coverage->meeting_count = coverage->pair_count = 0;
        memset(coverage->meetings, 0, sizeof coverage->meetings);
        memset(coverage->identities, 0, sizeof coverage->identities);
        memset(coverage->objects, 0, sizeof coverage->objects);
        coverage->execution = 1;
    }
}

/* Remembers the access; and if it meets one, which: the index of its event, else that of this. */
static inline uint32_t
access_object(struct object *object, uint32_t execution, uint32_t index, bool writes)
{
    if (object->execution != execution) {
        *object = (struct object){.execution = execution, .access = index, .write = index};
        return index;
    }
    uint32_t last = writes ? object->access : object->write;
    object->access = index;
    object->write = writes ? index : object->write;
    return last;
}

uint32_t
coverage_look(struct coverage *coverage, const struct heddle_log *log)
{
    uint32_t count = log->event_count < HEDDLE_EVENTS_MAX ? log->event_count : HEDDLE_EVENTS_MAX;
    begin(coverage);
    for (uint32_t i = 0; i < count; i++) {
        const struct heddle_event *event = &log->events[i];
        uint32_t number = event->object;
        if (event->kind >= HEDDLE_EVENT_SUBJECT || accesses[event->kind] == ACCESS_NONE ||
            number == 0 || number >= HEDDLE_EVENTS_MAX) {
            continue;
        }
        uint32_t last = access_object(&coverage->objects[number], coverage->execution, i,
                                      accesses[event->kind] == ACCESS_WRITE);
        const struct heddle_event *before = &log->events[last];
        if (before->task != event->task) {
            add_meeting(coverage, &(struct meeting){.before = log->sites[last],
                                                    .after = log->sites[i],
                                                    .before_kind = before->kind,
                                                    .after_kind = event->kind,
                                                    .object_kind = log->object_kinds[number]});
        }
    }
    return coverage->count;
}

uint32_t
coverage_pair_count(const struct coverage *coverage)
{
    return coverage->count;
}

const struct coverage_pair *
coverage_pair_at(const struct coverage *coverage, uint32_t index)
{
    return &coverage->pairs[coverage->found[index]];
}

void
coverage_count(const struct coverage *coverage, uint8_t *counters, size_t count)
{
    for (uint32_t i = 0; i < coverage->count; i++) {
        uint8_t *counter = &counters[coverage_pair_at(coverage, i)->identity & (count - 1)];
        *counter = (uint8_t)(*counter + (*counter < 255));
    }
}
