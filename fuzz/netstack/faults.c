/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The table of faults, and the words for them. How they are counted and injected: plan.c.
 */
#include "netstack/fault_table.h"
#include "netstack/adapter.h"

#include <string.h>

/* --- what is legal where ------------------------------------------------------------------------ */

const char *const fault_kind_names[FAULT_KIND_COUNT] = {
    [FAULT_FAIL] = "fail",         [FAULT_CALL] = "call",   [FAULT_CALL_OWN] = "call_own",
    [FAULT_SLOW] = "slow",         [FAULT_STUCK] = "stuck", [FAULT_LATE] = "late",
    [FAULT_FIRST] = "first",       [FAULT_LIMIT] = "limit", [FAULT_JUMP] = "jump",
    [FAULT_SPURIOUS] = "spurious", [FAULT_KEEP] = "keep",
};

/* A cell is NULL where the pair is legal, else the reason why it is not. */
#define LEGAL NULL

/* Reasons that hold at several points. */
#define NO_CALLBACK  "no callback runs here: nobody is there to call"
#define NO_OWN       "no callback runs here: nothing is its own"
#define BY_LATE      "what is slow here comes late"
#define NO_STOP      "a primitive of the kernel ends: that somebody is stuck shows in callbacks"
#define BY_SLOW      "what is late here is slow"
#define NO_QUEUE     "nothing is queued here"
#define HAS_STARTED  "the limits are read when the service starts"
#define NO_WAIT      "nothing waits here"
#define NO_CLOCK     "time is read elsewhere; it jumps where it is read"
#define NO_REFERENCE "no reference is kept here"
#define MAY_NOT_FAIL "what is torn down may be slow, not fail"

/* The reap limit is set before the start; where a callback says it, it is a call that does nothing. */
#define OF_CALLBACK(fail)                                                                          \
    {                                                                                              \
        [FAULT_FAIL] = (fail), [FAULT_CALL] = LEGAL, [FAULT_CALL_OWN] = LEGAL,                     \
        [FAULT_SLOW] = LEGAL, [FAULT_STUCK] = LEGAL, [FAULT_LATE] = BY_SLOW,                       \
        [FAULT_FIRST] = NO_QUEUE, [FAULT_LIMIT] = LEGAL, [FAULT_SPURIOUS] = NO_WAIT,               \
        [FAULT_JUMP] = NO_CLOCK, [FAULT_KEEP] = NO_REFERENCE,                                      \
    }
/* `…` what differs from what is the same at all points that are no callbacks. */
#define OF_PRIMITIVE(fail, late, first, limit, spurious, jump, keep)                               \
    {                                                                                              \
        [FAULT_FAIL] = (fail), [FAULT_CALL] = NO_CALLBACK, [FAULT_CALL_OWN] = NO_OWN,              \
        [FAULT_SLOW] = BY_LATE, [FAULT_STUCK] = NO_STOP, [FAULT_LATE] = (late),                    \
        [FAULT_FIRST] = (first), [FAULT_LIMIT] = (limit), [FAULT_SPURIOUS] = (spurious),           \
        [FAULT_JUMP] = (jump), [FAULT_KEEP] = (keep),                                              \
    }

static const char *const objections[POINT_COUNT][FAULT_KIND_COUNT] = {
    [POINT_CREATE] = OF_CALLBACK(LEGAL),
    [POINT_SHUTDOWN] = OF_CALLBACK(MAY_NOT_FAIL),
    [POINT_DESTROY] = OF_CALLBACK(MAY_NOT_FAIL),
    [POINT_CREATE_OF] = OF_CALLBACK(LEGAL),
    [POINT_SHUTDOWN_OF] = OF_CALLBACK(MAY_NOT_FAIL),
    [POINT_DESTROY_OF] = OF_CALLBACK(MAY_NOT_FAIL),
    [POINT_KEY_CREATE] = OF_CALLBACK(LEGAL),
    [POINT_KEY_SHUTDOWN] = OF_CALLBACK(MAY_NOT_FAIL),
    [POINT_KEY_DESTROY] = OF_CALLBACK(MAY_NOT_FAIL),
    [POINT_ALLOC] =
        OF_PRIMITIVE(LEGAL, LEGAL, NO_QUEUE, HAS_STARTED, NO_WAIT, NO_CLOCK, NO_REFERENCE),
    [POINT_ALLOC_SLEEP] = OF_PRIMITIVE("an allocation that may wait never fails (kernel.h)", LEGAL,
                                       NO_QUEUE, HAS_STARTED, NO_WAIT, NO_CLOCK, NO_REFERENCE),
    [POINT_KSTAT_ADD] =
        OF_PRIMITIVE(LEGAL, LEGAL, NO_QUEUE, HAS_STARTED, NO_WAIT, NO_CLOCK, NO_REFERENCE),
    [POINT_DISPATCH] = OF_PRIMITIVE("a dispatch that may wait never fails (kernel.h)", LEGAL, LEGAL,
                                    HAS_STARTED, NO_WAIT, NO_CLOCK, NO_REFERENCE),
    [POINT_WORK] = OF_PRIMITIVE("a signal is not lost", LEGAL,
                                "the order of the service's work is its own, and promised",
                                HAS_STARTED, NO_WAIT, NO_CLOCK, NO_REFERENCE),
    [POINT_START] =
        OF_PRIMITIVE("without a service there is nothing to test", "nobody runs beside the start",
                     NO_QUEUE, LEGAL, NO_WAIT, NO_CLOCK, NO_REFERENCE),
    [POINT_WAIT] = OF_PRIMITIVE("waiting cannot fail", "whoever waits is late by that", NO_QUEUE,
                                HAS_STARTED, LEGAL, NO_CLOCK, NO_REFERENCE),
    /* There is no jump back: the clock is monotonic (gethrtime(9F)). */
    [POINT_CLOCK] = OF_PRIMITIVE("reading the time cannot fail", "a jump ahead is a late reading",
                                 NO_QUEUE, HAS_STARTED, NO_WAIT, LEGAL, NO_REFERENCE),
    [POINT_REFERENCE] =
        OF_PRIMITIVE("a lookup has given it already", "it is late who does not let go", NO_QUEUE,
                     HAS_STARTED, NO_WAIT, NO_CLOCK, LEGAL),
};

const char *
fault_objection(enum fault_point point, enum fault_kind kind)
{
    return objections[point][kind];
}

/* --- actions and verbs -------------------------------------------------------------------------- */

/* Where in the actions the verbs lie, in order. The last run grows with the verbs. */
static const struct {
    uint32_t action, verb, count;
} runs[] = {
    {1, 0, FIRST_VERBS},
    {ACTION_LATER_VERBS, FIRST_VERBS, VERB_COUNT - FIRST_VERBS},
};
#define RUNS (sizeof(runs) / sizeof(runs[0]))

_Static_assert(VERB_ZONE_IDS == FIRST_VERBS - 1, "files know the first verbs' actions by index");

enum netstack_verb
fault_verb(uint32_t action)
{
    for (size_t i = 0; i < RUNS; i++) {
        if (action - runs[i].action < runs[i].count) {
            return (enum netstack_verb)(action - runs[i].action + runs[i].verb);
        }
    }
    return VERB_COUNT;
}

uint32_t
fault_action_of(enum netstack_verb verb)
{
    size_t i = 0;
    while (verb - runs[i].verb >= runs[i].count) {
        i++;
    }
    return verb - runs[i].verb + runs[i].action;
}

enum fault_kind
fault_kind(uint32_t action)
{
    switch (action) {
    case ACTION_FAIL:
        return FAULT_FAIL;
    case ACTION_STUCK:
        return FAULT_STUCK;
    case ACTION_CALL_OWN:
        return FAULT_CALL_OWN;
    case ACTION_LATE:
        return FAULT_LATE;
    case ACTION_FIRST:
        return FAULT_FIRST;
    case ACTION_SPURIOUS:
        return FAULT_SPURIOUS;
    case ACTION_JUMP:
        return FAULT_JUMP;
    case ACTION_KEEP:
        return FAULT_KEEP;
    default:
        break;
    }
    switch (fault_verb(action)) {
    case VERB_SLEEP:
    case VERB_YIELD:
        return FAULT_SLOW;
    case VERB_REAP_LIMIT:
    case VERB_ZONE_IDS:
        return FAULT_LIMIT;
    default:
        return FAULT_CALL;
    }
}

bool
laboratory_fault_is_legal(uint32_t point, uint32_t action)
{
    return objections[point][fault_kind(action)] == LEGAL;
}

/* --- words -------------------------------------------------------------------------------------- */

/* Only ever add at the end of these: their index is in files. */
#define STUCKS 2
static const char *const stuck_names[STUCKS] = {"1h", "1day"};
static const uint64_t stucks_ns[STUCKS] = {3600000000000, 86400000000000};

#define TIMES 5
static const char *const time_names[TIMES] = {"10us", "1ms", "100ms", "10s", "1h"};
static const uint64_t times_ns[TIMES] = {10000, 1000000, 100000000, 10000000000, 3600000000000};

/* Calls whose stack, zone, module or key can be the callback's own. */
#define OWN_CALLS 14
static const char *const own_names[OWN_CALLS] = {
    "register",          "unregister",     "zone_shutdown",    "zone_destroy",
    "find_by_stackid",   "find_by_zoneid", "inuse_by_stackid", "stackid_to_zoneid",
    "zoneid_to_stackid", "kstat_create",   "hold_if_active",   "zone_find",
    "key_create",        "key_delete"};
static const uint8_t own_verbs[OWN_CALLS] = {
    VERB_REGISTER,          VERB_UNREGISTER,         VERB_ZONE_SHUTDOWN,    VERB_ZONE_DESTROY,
    VERB_FIND_BY_STACKID,   VERB_FIND_BY_ZONEID,     VERB_INUSE_BY_STACKID, VERB_STACKID_TO_ZONEID,
    VERB_ZONEID_TO_STACKID, VERB_KSTAT_CREATE_STACK, VERB_HOLD_IF_ACTIVE,   VERB_ZONE_FIND,
    VERB_ZONE_KEY_CREATE,   VERB_ZONE_KEY_DELETE};

uint64_t
fault_stuck_ns(uint16_t how)
{
    return stucks_ns[how];
}

uint64_t
fault_time_ns(uint16_t how)
{
    return times_ns[how];
}

enum netstack_verb
fault_own_verb(uint16_t call)
{
    return (enum netstack_verb)own_verbs[call];
}

#define MODULE                                                                                     \
    {                                                                                              \
        {                                                                                          \
            "module", MODULES, module_names                                                        \
        }                                                                                          \
    }
static const struct program_verb points[POINT_COUNT] = {
    [POINT_CREATE] = {"create", 12, 0, {{0}}},
    [POINT_SHUTDOWN] = {"shutdown", 8, 0, {{0}}},
    [POINT_DESTROY] = {"destroy", 8, 0, {{0}}},
    [POINT_CREATE_OF] = {"create_of", 3, 1, MODULE},
    [POINT_SHUTDOWN_OF] = {"shutdown_of", 2, 1, MODULE},
    [POINT_DESTROY_OF] = {"destroy_of", 2, 1, MODULE},
    [POINT_KEY_CREATE] = {"key_create", 3, 0, {{0}}},
    [POINT_KEY_SHUTDOWN] = {"key_shutdown", 2, 0, {{0}}},
    [POINT_KEY_DESTROY] = {"key_destroy", 2, 0, {{0}}},
    [POINT_ALLOC] = {"alloc", 6, 0, {{0}}},
    [POINT_ALLOC_SLEEP] = {"alloc_sleep", 1, 0, {{0}}},
    [POINT_KSTAT_ADD] = {"kstat_add", 2, 0, {{0}}},
    [POINT_DISPATCH] = {"dispatch", 2, 0, {{0}}},
    [POINT_WORK] = {"work", 4, 0, {{0}}},
    [POINT_START] = {"start", 2, 0, {{0}}},
    [POINT_WAIT] = {"wait", 4, 0, {{0}}},
    [POINT_CLOCK] = {"clock", 3, 0, {{0}}},
    [POINT_REFERENCE] = {"reference", 3, 0, {{0}}},
};

/* As often as all the calls together, a callback fails, and as often again it dawdles. */
#define WEIGHT_FAIL   120
#define WEIGHT_DAWDLE 60
#define WEIGHT_OTHER  60

static struct program_verb actions[ACTION_COUNT] = {
    [ACTION_FAIL] = {"fail", WEIGHT_FAIL, 0, {{0}}},
    [ACTION_STUCK] = {"stuck", WEIGHT_OTHER, 1, {{"for", STUCKS, stuck_names}}},
    [ACTION_CALL_OWN] = {"call_own",
                         2 * WEIGHT_OTHER,
                         2,
                         {{"call", OWN_CALLS, own_names}, {"to", SLOTS_HELD, NULL}}},
    [ACTION_LATE] = {"late", WEIGHT_OTHER, 1, {{"by", TIMES, time_names}}},
    [ACTION_FIRST] = {"first", WEIGHT_OTHER, 0, {{0}}},
    [ACTION_SPURIOUS] = {"spurious", WEIGHT_OTHER, 0, {{0}}},
    [ACTION_JUMP] = {"jump", WEIGHT_OTHER, 1, {{"by", TIMES, time_names}}},
    [ACTION_KEEP] = {"keep", WEIGHT_OTHER, 0, {{0}}},
};

static uint32_t
group_of(uint32_t action)
{
    return (uint32_t)fault_kind(action);
}

void
fault_vocabulary(struct program_vocabulary *vocabulary)
{
    for (size_t i = 0; i < RUNS; i++) {
        memcpy(&actions[runs[i].action], &vocabulary->verbs[runs[i].verb],
               runs[i].count * sizeof(actions[0]));
    }
    actions[fault_action_of(VERB_SLEEP)].weight = WEIGHT_DAWDLE;
    actions[fault_action_of(VERB_YIELD)].weight = WEIGHT_DAWDLE;
    vocabulary->fault_points = points;
    vocabulary->fault_point_count = POINT_COUNT;
    vocabulary->fault_actions = actions;
    vocabulary->fault_action_count = ACTION_COUNT;
    vocabulary->fault_is_legal = laboratory_fault_is_legal;
    vocabulary->fault_group = group_of;
}
