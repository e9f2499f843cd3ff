/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Invariant 20: at rest, everything put away that the program made, only what the service's start
 * left is there. Judged by the live allocations, kind by kind: no more of any than when the service
 * had started. Stacks, zones, kstats, holders' records are allocations of their kinds.
 */
#include "netstack/oracles/view.h"

#include <stdio.h>
#include <string.h>

#define KINDS_MAX 64

extern const struct oracle oracle_resting_state;

struct inventory {
    size_t count;
    struct {
        const char *kind;
        uint32_t live;
        uint32_t newest; /* object number */
    } of[KINDS_MAX];
};

static struct inventory at_start;
static bool is_started;

static void
begin(const struct subject *subject)
{
    (void)subject;
    is_started = false;
}

/* Kinds are compared by address first: one is named at one place of the source, mostly. */
static size_t
index_of(const struct inventory *inventory, const char *kind)
{
    for (size_t i = 0; i < inventory->count; i++) {
        if (inventory->of[i].kind == kind) {
            return i;
        }
    }
    size_t i = 0;
    while (i < inventory->count &&
           !(inventory->of[i].kind[0] == kind[0] && strcmp(inventory->of[i].kind, kind) == 0)) {
        i++;
    }
    return i;
}

static void
count_one(uint32_t object, const char *kind, void *argument)
{
    struct inventory *inventory = argument;
    size_t i = index_of(inventory, kind);
    if (i == inventory->count) {
        if (i == KINDS_MAX) {
            return;
        }
        inventory->count++;
        inventory->of[i].kind = kind;
        inventory->of[i].live = 0;
        inventory->of[i].newest = 0;
    }
    inventory->of[i].live++;
    if (object > inventory->of[i].newest) {
        inventory->of[i].newest = object;
    }
}

static void
take_inventory(struct inventory *inventory)
{
    inventory->count = 0;
    heddle_live_allocations(count_one, inventory);
}

static uint32_t
live_at_start(const char *kind)
{
    size_t i = index_of(&at_start, kind);
    return i < at_start.count ? at_start.of[i].live : 0;
}

/* Which kind to name if several are too many: the stack's own, else the first of the alphabet. */
static bool
comes_before(const char *kind, const char *other)
{
    const char *first = view.subject->stack_kind;
    if (first != NULL && (strcmp(kind, first) == 0 || strcmp(other, first) == 0)) {
        return strcmp(kind, first) == 0;
    }
    return strcmp(kind, other) < 0;
}

static void
check_rest(const struct observation *what)
{
    static char promise[96];
    struct inventory now;
    take_inventory(&now);

    const char *kind = NULL;
    uint32_t extra = 0, newest = 0;
    for (size_t i = 0; i < now.count; i++) {
        uint32_t before = live_at_start(now.of[i].kind);
        if (now.of[i].live > before && (kind == NULL || comes_before(now.of[i].kind, kind))) {
            kind = now.of[i].kind;
            extra = now.of[i].live - before;
            newest = now.of[i].newest;
        }
    }
    if (kind == NULL) {
        return;
    }
    /* The kind is a constant of the subject's source: one leak, one signature. */
    (void)snprintf(promise, sizeof(promise), "20. Resting state: no %s is left", kind);
    const struct view_stack *stack = view_stack_find(newest);
    view_break(HEDDLE_LEAK, &oracle_resting_state, promise, what, stack == NULL ? 0 : newest,
               "Everything was put away, but %u of kind '%s' more than at the start are left, the "
               "newest of them object %u%s.",
               extra, kind, newest,
               stack == NULL               ? ""
               : stack->closing_since != 0 ? ", which is closing"
                                           : ", which is not closing");
}

static void
observe(const struct observation *what)
{
    if (what->kind == OBSERVE_STARTED) {
        take_inventory(&at_start);
        is_started = true;
    } else if (is_started) {
        check_rest(what);
    }
}

const struct oracle oracle_resting_state = {
    .name = "resting_state",
    .promise = "20. Resting state: when all is put away, only what the start made is left",
    .begin = begin,
    .observe = observe,
    .kinds = 1u << OBSERVE_STARTED | 1u << OBSERVE_REST,
};
