/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Invariant 16: a stack's zone count is the zones attached; between calls a kstat of the shared
 * stack is visible in exactly these and zone 0, one of another stack in that one's zone alone. The
 * count is judged whenever the stack's lock is about to be released, and at rest: never less than
 * the zones surely attached, and no more where no call is under way that attaches or detaches one.
 * Visibility is judged where the program asks for it, if the zone was surely there, or surely not,
 * from the call to its return.
 */
#include "netstack/contract.h"
#include "netstack/operations.h"
#include "netstack/oracles/view.h"

#define KSTATS_MAX 256

extern const struct oracle oracle_shared_stack;

static struct {
    uint32_t number;
    int stackid;
} known[KSTATS_MAX];
static uint32_t known_count;
static bool is_running; /* neither the start nor the stop is a call that is told */

static void
begin(const struct subject *subject)
{
    (void)subject;
    known_count = 0;
    is_running = false;
}

/* --- how many zones --------------------------------------------------------------------------- */

static void
check_count(const struct observation *what, const struct view_stack *stack)
{
    uint32_t zones = view.subject->stack_zones(stack->address);
    bool is_known = is_running && !view.zones_unsure && view.zone_calls == 0;
    if (zones >= stack->zones && (!is_known || zones == stack->zones)) {
        return;
    }
    /* Whoever unlocks the stack next sees it: where that is says nothing of the bug. */
    struct observation seen = *what;
    seen.kind = OBSERVE_REST;
    view_break(HEDDLE_INVARIANT, &oracle_shared_stack,
               zones < stack->zones ? "16. Shared stack: every zone that is attached is counted"
                                    : "16. Shared stack: no zone is counted that is not attached",
               &seen, stack->number,
               "Task %u (%s): stack %u (id %d) counts %u zone(s), and %u are attached.",
               (unsigned)what->task, view_call_name(view.call), stack->number, stack->id, zones,
               stack->zones);
}

static void
check_rest(const struct observation *what)
{
    for (uint32_t i = 0; i < view.stack_count; i++) {
        const struct view_stack *stack = view_stack_at(i);
        if (stack->freed_since == 0 && stack->address != NULL) {
            check_count(what, stack);
        }
    }
}

/* --- what is visible where -------------------------------------------------------------------- */

static void
keep(const struct observation *what)
{
    if (known_count < KSTATS_MAX) {
        known[known_count].number = what->kstat;
        known[known_count++].stackid = what->zone;
    }
}

enum sight { SIGHT_UNKNOWN, SIGHT_YES, SIGHT_NO };

/* Of a kstat of stack 0, in another zone than 0, while the call is under way. */
static enum sight
expected_of_shared(int id)
{
    const struct view_zone *zone = view_zone_find(id);
    if (view.zones_unsure || zone == NULL) {
        return SIGHT_UNKNOWN;
    }
    if (zone->attached && zone->attached_since < view.call->since) {
        const struct view_stack *stack = view_stack_find(zone->stack);
        if (stack == NULL || view_zone_is_own(zone, stack)) {
            return stack == NULL ? SIGHT_UNKNOWN : SIGHT_NO;
        }
        bool may_lack = (view.subject->differences & CONTRACT_KSTAT_ADD_IGNORED) != 0;
        return may_lack ? SIGHT_UNKNOWN : SIGHT_YES;
    }
    bool is_gone = zone->destroyed && zone->ended_since < view.call->since &&
                   view.zone_calls == 0 && view.zones_since < view.call->since;
    return is_gone ? SIGHT_NO : SIGHT_UNKNOWN;
}

static void
check_sight(const struct observation *what)
{
    for (uint32_t i = 0; i < known_count; i++) {
        if (known[i].number != what->kstat) {
            continue;
        }
        int stackid = known[i].stackid, zone = view.call->zone;
        enum sight expected = stackid == zone ? SIGHT_YES
                              : stackid != 0  ? SIGHT_NO
                                              : expected_of_shared(zone);
        bool is_seen = what->result == 0;
        if (expected == SIGHT_UNKNOWN || is_seen == (expected == SIGHT_YES)) {
            return;
        }
        view_break(HEDDLE_INVARIANT, &oracle_shared_stack,
                   is_seen ? "16. Shared stack: a kstat is visible in its stack's zones alone"
                           : "16. Shared stack: a kstat is visible in all zones of its stack",
                   what, 0, "Task %u finds kstat %u, of stack id %d, %svisible in zone %d.",
                   (unsigned)what->task, what->kstat, stackid, is_seen ? "" : "not ", zone);
    }
}

static void
observe(const struct observation *what)
{
    if (what->kind == OBSERVE_STARTED || what->kind == OBSERVE_REST) {
        is_running = what->kind == OBSERVE_STARTED;
    } else if (what->kind == OBSERVE_THREADS_DONE) {
        if (view.subject->stack_zones != NULL) {
            check_rest(what);
        }
    } else if (what->kind == OBSERVE_UNLOCK) {
        const struct view_stack *stack = view.stack;
        if (stack != NULL && stack->address != NULL && view.subject->stack_zones != NULL) {
            check_count(what, stack);
        }
    } else if (view.call == NULL) {
        return;
    } else if (view.call->verb == VERB_KSTAT_CREATE_STACK && what->result == 0) {
        keep(what);
    } else if (view.call->verb == VERB_KSTAT_ZONE_FIND) {
        check_sight(what);
    }
}

const struct oracle oracle_shared_stack = {
    .name = "shared_stack",
    .promise = "16. Shared stack: it counts its zones, and its kstats are visible in just these",
    .begin = begin,
    .observe = observe,
    .kinds = 1u << OBSERVE_UNLOCK | 1u << OBSERVE_RETURN | 1u << OBSERVE_THREADS_DONE |
             1u << OBSERVE_STARTED | 1u << OBSERVE_REST,
};
