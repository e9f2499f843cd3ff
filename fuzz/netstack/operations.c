/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The operation table: each verb's words, how often a generator picks it, and its body.
 */
#include "netstack/comparison.h"
#include "netstack/operate.h"

#include <string.h>

static const char *const zone_names[] = {"global", "z1", "z2", "z3",  "z4",
                                         "z5",     "z6", "z7", "none"};
static const char *const stack_names[] = {"shared", "exclusive"};
static const char *const yes_names[] = {"yes", "no"};
static const char *const format_names[] = {"text", "json"};
static const char *const kstat_names[] = {"k0", "k1", "k2", "k3"};
static const char *const bad_names[] = {"id_high", "id_negative", "no_create", "no_destroy"};
static const char *const time_names[SLEEP_TIMES] = {"1us",  "10us",  "100us", "1ms",
                                                    "10ms", "100ms", "1s",    "10s"};

/* clang-format off */
#define MODULE    {"module", MODULES, module_names}
#define SHUTDOWN  {"shutdown", 2, yes_names}
#define HOW(n)    {"how", (n), bad_names}
#define STACK     {"stack", 2, stack_names}
#define ZONE      {"zone", SLOTS_ZONE, zone_names}
#define OWN_ZONE  {"zone", SLOTS_ZONE - 1, zone_names + 1}
#define CRED_ZONE {"zone", SLOTS_ZONE + 1, zone_names}
#define HELD      {"held", SLOTS_HELD, NULL}
#define TO_HELD   {"to", SLOTS_HELD, NULL}
#define CURSOR    {"cursor", SLOTS_CURSOR, NULL}
#define UID       {"uid", SLOTS_UID, NULL}
#define NAME      {"name", KSTAT_NAMES, kstat_names}
#define KSTAT     {"kstat", SLOTS_KSTAT, NULL}
#define ZONE_HOLD {"hold", SLOTS_HOLD, NULL}
#define TO_HOLD   {"to", SLOTS_HOLD, NULL}
#define KEY       {"key", SLOTS_KEY, NULL}
#define CRED      {"cred", SLOTS_CRED, NULL}
#define TO_CRED   {"to", SLOTS_CRED, NULL}
#define FORMAT    {"as", 2, format_names}
#define TIME      {"time", SLEEP_TIMES, time_names}
#define STEPS     {"steps", 16, NULL}
#define COUNT     {"count", 16, NULL}
/* clang-format on */

static const struct operation_row {
    struct program_verb words;
    int (*run)(struct operation *op);
} rows[VERB_COUNT] = {
    [VERB_REGISTER] = {{"register", 60, 2, {MODULE, SHUTDOWN}}, operate_register},
    [VERB_UNREGISTER] = {{"unregister", 50, 1, {MODULE}}, operate_unregister},
    [VERB_REGISTER_BAD] = {{"register_bad", 1, 1, {HOW(4)}}, operate_register_bad},
    [VERB_UNREGISTER_BAD] = {{"unregister_bad", 1, 1, {HOW(2)}}, operate_unregister_bad},
    [VERB_ZONE_CREATE] = {{"zone_create", 60, 2, {STACK, OWN_ZONE}}, operate_zone_create},
    [VERB_ZONE_SHUTDOWN] = {{"zone_shutdown", 20, 1, {OWN_ZONE}}, operate_zone_shutdown},
    [VERB_ZONE_DESTROY] = {{"zone_destroy", 50, 1, {OWN_ZONE}}, operate_zone_destroy},
    [VERB_ZONE_SHUTDOWN_GLOBAL] = {{"zone_shutdown_global", 1, 0, {{0}}},
                                   operate_zone_shutdown_global},
    [VERB_ZONE_DESTROY_GLOBAL] = {{"zone_destroy_global", 1, 0, {{0}}},
                                  operate_zone_destroy_global},
    [VERB_ZONE_CREATE_BAD] = {{"zone_create_bad", 1, 0, {{0}}}, operate_zone_create_bad},
    [VERB_FIND_BY_STACKID] = {{"find_by_stackid", 20, 2, {ZONE, HELD}}, operate_find_by_stackid},
    [VERB_FIND_BY_ZONEID] = {{"find_by_zoneid", 20, 2, {ZONE, HELD}}, operate_find_by_zoneid},
    [VERB_FIND_BY_ZONEID_NOLOCK] = {{"find_by_zoneid_nolock", 4, 1, {HELD}},
                                    operate_find_by_zoneid_nolock},
    [VERB_FIND_BY_CRED] = {{"find_by_cred", 8, 2, {CRED, HELD}}, operate_find_by_cred},
    [VERB_GET_CURRENT] = {{"get_current", 10, 1, {HELD}}, operate_get_current},
    [VERB_INUSE_BY_STACKID] = {{"inuse_by_stackid", 6, 1, {ZONE}}, operate_inuse_by_stackid},
    [VERB_HOLD] = {{"hold", 10, 2, {HELD, TO_HELD}}, operate_hold},
    [VERB_RELE] = {{"rele", 30, 1, {HELD}}, operate_rele},
    [VERB_HOLD_IF_ACTIVE] = {{"hold_if_active", 10, 2, {HELD, TO_HELD}}, operate_hold_if_active},
    [VERB_HOLD_TAG] = {{"hold_tag", 5, 2, {HELD, TO_HELD}}, operate_hold_tag},
    [VERB_RELE_TAG] = {{"rele_tag", 5, 1, {HELD}}, operate_rele_tag},
    [VERB_WALK_INIT] = {{"walk_init", 8, 1, {CURSOR}}, operate_walk_init},
    [VERB_WALK_NEXT] = {{"walk_next", 20, 2, {CURSOR, HELD}}, operate_walk_next},
    [VERB_WALK_FINI] = {{"walk_fini", 6, 1, {CURSOR}}, operate_walk_fini},
    [VERB_WALK] = {{"walk", 12, 0, {{0}}}, operate_walk},
    [VERB_STACKID_TO_ZONEID] = {{"stackid_to_zoneid", 1, 1, {ZONE}}, operate_stackid_to_zoneid},
    [VERB_ZONEID_TO_STACKID] = {{"zoneid_to_stackid", 3, 1, {ZONE}}, operate_zoneid_to_stackid},
    [VERB_GET_ZONEID] = {{"get_zoneid", 2, 1, {HELD}}, operate_get_zoneid},
    [VERB_GET_UID] = {{"get_uid", 5, 2, {HELD, UID}}, operate_get_uid},
    [VERB_KSTAT_CREATE_STACK] = {{"kstat_create", 12, 3, {NAME, ZONE, KSTAT}},
                                 operate_kstat_create_stack},
    [VERB_KSTAT_DELETE_STACK] = {{"kstat_delete", 8, 1, {KSTAT}}, operate_kstat_delete_stack},
    [VERB_KSTAT_DELETE_STALE] = {{"kstat_delete_stale", 1, 0, {{0}}}, operate_kstat_delete_stale},
    [VERB_BARRIER] = {{"barrier", 5, 0, {{0}}}, operate_barrier},
    [VERB_WAIT_GONE] = {{"wait_gone", 5, 1, {UID}}, operate_wait_gone},
    [VERB_WAIT_GONE_BAD] = {{"wait_gone_bad", 1, 0, {{0}}}, operate_wait_gone_bad},
    [VERB_CURRENT] = {{"current", 2, 0, {{0}}}, operate_current},
    [VERB_FIGURES] = {{"figures", 2, 0, {{0}}}, operate_figures},
    [VERB_REPORT] = {{"report", 1, 1, {FORMAT}}, operate_report},
    [VERB_IS_VALID] = {{"is_valid", 2, 1, {HELD}}, operate_is_valid},
    [VERB_ALL_VALID] = {{"all_valid", 2, 0, {{0}}}, operate_all_valid},
    [VERB_INIT] = {{"init", 1, 0, {{0}}}, operate_init},
    [VERB_FINI] = {{"fini", 1, 0, {{0}}}, operate_fini},
    [VERB_ZONE_FIND] = {{"zone_find", 8, 2, {ZONE, ZONE_HOLD}}, operate_zone_find},
    [VERB_ZONE_FIND_NOLOCK] = {{"zone_find_nolock", 2, 1, {ZONE_HOLD}}, operate_zone_find_nolock},
    [VERB_ZONE_HOLD] = {{"zone_hold", 2, 2, {ZONE_HOLD, TO_HOLD}}, operate_zone_hold},
    [VERB_ZONE_RELE] = {{"zone_rele", 6, 1, {ZONE_HOLD}}, operate_zone_rele},
    [VERB_ZONE_STATUS] = {{"zone_status", 2, 1, {ZONE_HOLD}}, operate_zone_status},
    [VERB_ZONE_ENTER] = {{"zone_enter", 5, 1, {ZONE_HOLD}}, operate_zone_enter},
    [VERB_ZONE_LEAVE] = {{"zone_leave", 3, 0, {{0}}}, operate_zone_leave},
    [VERB_ZONE_CURRENT] = {{"zone_current", 1, 0, {{0}}}, operate_zone_current},
    [VERB_ZONE_KEY_CREATE] = {{"key_create", 6, 2, {KEY, SHUTDOWN}}, operate_zone_key_create},
    [VERB_ZONE_KEY_CREATE_BAD] = {{"key_create_bad", 1, 0, {{0}}}, operate_zone_key_create_bad},
    [VERB_ZONE_KEY_DELETE] = {{"key_delete", 5, 1, {KEY}}, operate_zone_key_delete},
    [VERB_ZONE_GETSPECIFIC] = {{"getspecific", 3, 2, {KEY, ZONE_HOLD}}, operate_zone_getspecific},
    [VERB_ZONE_IS_VALID] = {{"zone_is_valid", 1, 0, {{0}}}, operate_zone_is_valid},
    [VERB_KSTAT_CREATE_ZONE] = {{"zone_kstat_create", 4, 3, {NAME, ZONE, KSTAT}},
                                operate_kstat_create_zone},
    [VERB_KSTAT_DELETE_ZONE] = {{"zone_kstat_delete", 3, 1, {KSTAT}}, operate_kstat_delete_zone},
    [VERB_KSTAT_ZONE_ADD] = {{"zone_kstat_add", 3, 2, {KSTAT, ZONE}}, operate_kstat_zone_add},
    [VERB_KSTAT_ZONE_REMOVE] = {{"zone_kstat_remove", 3, 2, {KSTAT, ZONE}},
                                operate_kstat_zone_remove},
    [VERB_KSTAT_ZONE_FIND] = {{"kstat_find", 3, 2, {KSTAT, ZONE}}, operate_kstat_zone_find},
    [VERB_KSTAT_IS_VALID] = {{"kstat_is_valid", 1, 1, {KSTAT}}, operate_kstat_is_valid},
    [VERB_CRED_CREATE] = {{"cred_create", 5, 2, {CRED_ZONE, CRED}}, operate_cred_create},
    [VERB_CRED_HOLD] = {{"cred_hold", 2, 2, {CRED, TO_CRED}}, operate_cred_hold},
    [VERB_CRED_RELE] = {{"cred_rele", 4, 1, {CRED}}, operate_cred_rele},
    [VERB_CRED_ZONEID] = {{"cred_zoneid", 1, 1, {CRED}}, operate_cred_zoneid},
    [VERB_SLEEP] = {{"sleep", 8, 1, {TIME}}, operate_sleep},
    [VERB_YIELD] = {{"yield", 4, 1, {STEPS}}, operate_yield},
    [VERB_REAP_LIMIT] = {{"reap_limit", 3, 1, {COUNT}}, operate_reap_limit},
    [VERB_ZONE_IDS] = {{"zone_ids", 2, 1, {COUNT}}, operate_zone_ids},
};

/* --- the vocabulary --------------------------------------------------------------------------- */

#define STRATEGIES_MAX 16

/* A fuzzing engine's input is executed by itself: strategies that learn have nothing to learn from, and some know one schedule. */
static const struct {
    const char *name;
    uint32_t weight;
} strategies_alone[] = {{"random", 1}, {"pct", 3}, {"pos", 3}, {"contend", 1}};

static uint32_t
weight_alone(const char *name)
{
    for (size_t i = 0; i < sizeof(strategies_alone) / sizeof(strategies_alone[0]); i++) {
        if (strcmp(strategies_alone[i].name, name) == 0) {
            return strategies_alone[i].weight;
        }
    }
    return 0;
}

const struct program_vocabulary *
operations_vocabulary(void)
{
    static struct program_vocabulary vocabulary;
    static struct program_verb verbs[VERB_COUNT];
    static const char *strategies[STRATEGIES_MAX];
    static uint32_t weights[STRATEGIES_MAX];

    if (vocabulary.verbs != NULL) {
        return &vocabulary;
    }
    for (uint32_t i = 0; i < VERB_COUNT; i++) {
        verbs[i] = rows[i].words;
    }
    vocabulary.verbs = verbs;
    vocabulary.verb_count = VERB_COUNT;
    fault_vocabulary(&vocabulary);
    vocabulary.choice_kinds = heddle_choice_kind_names;
    vocabulary.choice_kind_count = HEDDLE_CHOICE_KIND_COUNT;
    const struct strategy *strategy;
    while (vocabulary.strategy_count < STRATEGIES_MAX &&
           (strategy = strategy_at(vocabulary.strategy_count)) != NULL) {
        weights[vocabulary.strategy_count] = weight_alone(strategy_name(strategy));
        strategies[vocabulary.strategy_count++] = strategy_name(strategy);
    }
    vocabulary.strategies = strategies;
    vocabulary.strategy_weights = weights;
    return &vocabulary;
}

/* --- running ---------------------------------------------------------------------------------- */

/* A scheduling point of the adapter's, where a change of task is none inside the subject. */
static void
point_before(enum netstack_verb verb)
{
    uint32_t before = adapter.log->event_count;
    heddle_point(EVENT_OPERATION, 0, (uint32_t)verb, KERNEL_HERE);
    adapter.preemptions_outside += adapter.log->event_count != before + 1;
}

int
operation_run(enum netstack_verb verb, const uint16_t *arguments)
{
    point_before(verb);
    struct operation op = {.arguments = arguments};
    int result = rows[verb].run(&op);
    heddle_note(EVENT_RETURN, op.gave, (uint32_t)result, KERNEL_HERE);
    comparison_answer(result, op.value);
    if (result == 0) {
        adapter.totals->successes[verb]++;
    } else if (result != OPERATION_SKIPPED) {
        adapter.totals->errors[verb]++;
    }
    return result;
}
