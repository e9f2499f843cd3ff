/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Data races by happens-before, after FastTrack (Flanagan and Freund, PLDI 2009): what is kept of an access is
 * an epoch, the task and its own count, for one comparison with the clock of a later task says whether it
 * knows of it. FastTrack keeps the last write and the last read of a variable, or all reads that know nothing
 * of each other; here that is done for each byte: eight bytes have a list of accesses, each with the bytes
 * that it stands for.
 *
 * An access that is ordered after another and at variance with whatever that one is at variance with takes
 * its place: what would race with the old one later knows nothing of the new one either, or else it knew of the
 * old one. At variance are two accesses of different tasks of which one writes and one is not atomic. So a
 * plain write replaces all, a read only reads, and an atomic access no plain one; FastTrack's rules are
 * these without the atomic ones. The first race of an execution ends it, and none before it is missed.
 */
#include <stdio.h>
#include <stdlib.h>

#include "engine/access_parts.h"
#include "engine/address_map.h"

struct record {
    uint32_t clock; /* with task: the epoch */
    uint32_t chain;
    access_pc_t pc;
    uint32_t next; /* in the list of the eight bytes, or of those that are free; 0: none */
    uint8_t task, kind, size; /* size: of the whole access, UINT8_MAX: or more */
    uint8_t bytes;            /* of the eight, a bit each */
};

struct eight {
    uint32_t first;
    bool is_shared;
};

static struct address_map numbers; /* of eights, by address / 8 */
static struct eight *eights;
static uint32_t eight_count, eight_capacity;

static struct record *records; /* the first is none */
static uint32_t record_count, record_capacity, record_free;

static void *
enlarge(void *memory, uint32_t *capacity, size_t size)
{
    *capacity = *capacity == 0 ? 1024 : *capacity * 2;
    void *larger = realloc(memory, *capacity * size);
    if (larger == NULL) {
        fputs("heddle: no memory to watch loads and stores\n", stderr);
        exit(4);
    }
    return larger;
}

void
race_begin(void)
{
    address_map_clear(&numbers);
    /* Number 0 is no eight, and record 0 no record. */
    eight_count = 1;
    record_count = 1;
    record_free = 0;
    race_clock_begin();
    race_report_begin();
}

static uint32_t
find_eight(const void *address)
{
    uint32_t *number = address_map_put(&numbers, (uintptr_t)address / 8);
    if (*number == 0) {
        if (eight_count >= eight_capacity) {
            eights = enlarge(eights, &eight_capacity, sizeof *eights);
        }
        eights[eight_count] = (struct eight){0};
        *number = eight_count++;
    }
    return *number;
}

uint32_t
race_object(const void *address)
{
    return find_eight(address);
}

bool
race_is_shared(const void *address)
{
    const uint32_t *number = address_map_find(&numbers, (uintptr_t)address / 8);
    return number != NULL && eights[*number].is_shared;
}

static uint32_t
new_record(void)
{
    if (record_free != 0) {
        uint32_t number = record_free;
        record_free = records[number].next;
        return number;
    }
    if (record_count >= record_capacity) {
        records = enlarge(records, &record_capacity, sizeof *records);
    }
    return record_count++;
}

/* Bits of those that the one has and the other lacks. */
static bool
conflict(uint8_t a, uint8_t b)
{
    return ((a | b) & ACCESS_WRITE) != 0 && (a & b & ACCESS_ATOMIC) == 0;
}

/* Is whatever conflicts with `old` in conflict with `now`? */
static bool
replaces(uint8_t now, uint8_t old)
{
    return (now & ACCESS_WRITE) >= (old & ACCESS_WRITE) &&
           (now & ACCESS_ATOMIC) <= (old & ACCESS_ATOMIC);
}

static struct race_access
access_of(const struct record *record)
{
    return (struct race_access){.pc = record->pc,
                                .chain = record->chain,
                                .task = record->task,
                                .kind = record->kind,
                                .size = record->size};
}

static _Noreturn void
fail(const struct record *old, const struct record *now, uintptr_t address)
{
    struct race_access before = access_of(old), after = access_of(now);
    const void *place = (const void *)(address + (unsigned)__builtin_ctz(old->bytes & now->bytes));
    if (old->kind & ACCESS_FREE) {
        race_found_freed(&before, &after, place);
    }
    race_found(&before, &after, place);
}

/* Compares the access with those of the same eight bytes, and leaves it there in place of what it replaces. */
static void
check_eight(struct eight *eight, const struct record *now, uintptr_t address)
{
    const struct clock *known = &race_clocks[now->task];
    const struct record *last = &records[eight->first];
    /* Same epoch: what was checked then is what would be checked now. */
    if (eight->first != 0 && last->task == now->task && last->clock == now->clock &&
        (now->bytes & ~last->bytes) == 0 && replaces(last->kind, now->kind) &&
        ((last->kind | now->kind) & ACCESS_FREE) == 0) {
        return;
    }
    for (uint32_t *link = &eight->first; *link != 0;) {
        struct record *old = &records[*link];
        if ((old->bytes & now->bytes) != 0) {
            bool ordered = old->task == now->task || old->clock <= known->at[old->task];
            if ((old->kind & ACCESS_FREE) != 0 || (!ordered && conflict(old->kind, now->kind))) {
                fail(old, now, address);
            }
            if (ordered && replaces(now->kind, old->kind)) {
                old->bytes &= (uint8_t)~now->bytes;
            }
        }
        if (old->bytes == 0) {
            uint32_t number = *link;
            *link = old->next;
            old->next = record_free;
            record_free = number;
        } else {
            link = &old->next;
        }
    }
    uint32_t number = new_record(); /* may move the records */
    records[number] = *now;
    records[number].next = eight->first;
    eight->first = number;
}

void
race_check(const void *address, size_t size, enum access_kind kind, access_pc_t pc)
{
    const struct task *self = exec.current;
    bool is_own = access_is_on_own_stack(address);
    struct record now = {.clock = race_clocks[self->number].at[self->number],
                         .chain = access_chain_now(),
                         .pc = pc,
                         .task = (uint8_t)self->number,
                         .kind = (uint8_t)kind,
                         .size = size < UINT8_MAX ? (uint8_t)size : UINT8_MAX};
    uintptr_t at = (uintptr_t)address, end = at + size;
    while (at < end) {
        uintptr_t start = at & ~(uintptr_t)7;
        uint32_t from = (uint32_t)(at - start);
        uint32_t to = end - start < 8 ? (uint32_t)(end - start) : 8;
        now.bytes = (uint8_t)((1u << to) - (1u << from));
        uint32_t number = find_eight((const void *)start); /* may move them */
        struct eight *eight = &eights[number];
        eight->is_shared = eight->is_shared || !is_own;
        check_eight(eight, &now, start);
        at = start + 8;
    }
}
