/* SPDX-License-Identifier: BSD-2-Clause
 *
 * References with a record each: who holds a stack, since when. refs_untracked.c is the other
 * choice.
 *
 * A release gives back the newest record of its tag; without a tag, the newest untagged one of its
 * thread. If there is none, the reference came from another thread: the oldest untagged record
 * goes, and the place of the release is counted as a stray, which says how far the untagged rest
 * can be believed. A reference for which there was no memory is counted as lost. Releases allocate
 * nothing.
 */
#include <string.h>

#include "netstack_impl.h"

const bool netstack__tracked = true;

struct record {
    struct record *next; /* newest first */
    struct netstack__holder holder;
};

/* Of one stack; exists from its first record to its end. */
struct netstack__tracking {
    struct record *records;
    uint64_t count;
    uint64_t stray_count;
    uint64_t strays_elsewhere; /* beyond the places that fit */
    struct netstack__holder strays[NETSTACK__HOLDERS_MAX];
};

/* Guards all records, every stack's `tracking` and `lost`. */
static kernel_mutex_t lock;

void
netstack__track_start(void)
{
    kernel_mutex_init(&lock, "netstack_records");
}

void
netstack__track_hold(struct netstack__stack *stack, const char *tag, kernel_site_t site)
{
    struct record *record = kernel_zalloc("netstack_record", sizeof(*record), KERNEL_NOSLEEP);
    if (record != NULL) {
        record->holder = (struct netstack__holder){
            .tag = tag,
            .site = site,
            .thread = kernel_thread_id(),
            .since_ns = kernel_time_ns(),
        };
    }
    kernel_mutex_enter(&lock);
    if (stack->tracking == NULL) {
        stack->tracking =
            kernel_zalloc("netstack_tracking", sizeof(*stack->tracking), KERNEL_NOSLEEP);
    }
    struct netstack__tracking *tracking = stack->tracking;
    if (tracking != NULL && record != NULL) {
        record->next = tracking->records;
        tracking->records = record;
        tracking->count++;
        record = NULL;
    } else {
        stack->lost++;
    }
    kernel_mutex_exit(&lock);
    if (record != NULL) {
        kernel_free(record, sizeof(*record));
    }
}

/* Where the newest record of a tag, or of an untagged holder in this thread, hangs; NULL: none. */
static struct record **
newest(struct netstack__tracking *tracking, const char *tag)
{
    uint64_t self = kernel_thread_id();
    for (struct record **at = &tracking->records; *at != NULL; at = &(*at)->next) {
        const struct netstack__holder *holder = &(*at)->holder;
        if (tag != NULL ? holder->tag != NULL && strcmp(holder->tag, tag) == 0
                        : holder->tag == NULL && holder->thread == self) {
            return at;
        }
    }
    return NULL;
}

/* Where the oldest untagged record hangs; NULL: none. */
static struct record **
oldest_untagged(struct netstack__tracking *tracking)
{
    struct record **oldest = NULL;
    for (struct record **at = &tracking->records; *at != NULL; at = &(*at)->next) {
        if ((*at)->holder.tag == NULL) {
            oldest = at;
        }
    }
    return oldest;
}

static void
count_stray(struct netstack__tracking *tracking, const char *tag, kernel_site_t site)
{
    for (uint64_t i = 0; i < NETSTACK__HOLDERS_MAX; i++) {
        struct netstack__holder *stray = &tracking->strays[i];
        if (i == tracking->stray_count) {
            *stray = (struct netstack__holder){.tag = tag,
                                               .site = site,
                                               .thread = kernel_thread_id(),
                                               .since_ns = kernel_time_ns()};
            tracking->stray_count++;
        }
        if (stray->site == site) {
            stray->count++;
            return;
        }
    }
    tracking->strays_elsewhere++;
}

/* Takes the record out that a release gives back; NULL if there is none. Requires: lock. */
static struct record *
give_back(struct netstack__stack *stack, const char *tag, kernel_site_t site)
{
    struct netstack__tracking *tracking = stack->tracking;
    struct record **at = tracking != NULL ? newest(tracking, tag) : NULL;
    if (at == NULL && stack->lost > 0) {
        stack->lost--;
        return NULL;
    }
    if (tracking == NULL) {
        return NULL;
    }
    if (at == NULL) {
        count_stray(tracking, tag, site);
        at = oldest_untagged(tracking);
    }
    if (at == NULL) {
        return NULL;
    }
    struct record *record = *at;
    *at = record->next;
    tracking->count--;
    return record;
}

void
netstack__track_rele(struct netstack__stack *stack, const char *tag, kernel_site_t site)
{
    kernel_mutex_enter(&lock);
    struct record *record = give_back(stack, tag, site);
    kernel_mutex_exit(&lock);
    if (record != NULL) {
        kernel_free(record, sizeof(*record));
    }
}

void
netstack__track_forget(struct netstack__stack *stack)
{
    struct netstack__tracking *tracking = stack->tracking;
    if (tracking == NULL) {
        return;
    }
    while (tracking->records != NULL) {
        struct record *record = tracking->records;
        tracking->records = record->next;
        kernel_free(record, sizeof(*record));
    }
    kernel_free(tracking, sizeof(*tracking));
    stack->tracking = NULL;
}

void
netstack__track_read(struct netstack__stack *stack, struct netstack__holders *holders)
{
    *holders = (struct netstack__holders){.tracked = true};
    kernel_mutex_enter(&lock);
    const struct netstack__tracking *tracking = stack->tracking;
    holders->lost = stack->lost;
    if (tracking != NULL) {
        uint64_t copied = 0;
        for (struct record *record = tracking->records;
             record != NULL && copied < NETSTACK__HOLDERS_MAX; record = record->next) {
            holders->newest[copied++] = record->holder;
        }
        holders->count = tracking->count;
        holders->stray_count = tracking->stray_count;
        holders->strays_elsewhere = tracking->strays_elsewhere;
        memcpy(holders->strays, tracking->strays, sizeof(holders->strays));
    }
    kernel_mutex_exit(&lock);
}
