/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The room's front door: targets, subjects, oracles by name, and running a program.
 */
#include "netstack/comparison.h"
#include "netstack/focus.h"

#include <stdlib.h>
#include <string.h>

/* --- what there is ---------------------------------------------------------------------------- */

static const struct {
    struct laboratory_target is;
    const struct program_vocabulary *(*vocabulary)(void);
} targets[] = {
    {{.name = "lifecycle",
      .property = "stacks, modules, zones, walks and references keep the invariants of the core",
      .generation = {.faults = true}},
     operations_vocabulary},
    {{.name = "differential",
      .property = "one operation at a time, core and reference do the same",
      .peers = {"core", "reference"}},
     operations_vocabulary},
    {{.name = "registry",
      .property = "modules that come and go over stacks that do keep the invariants of the core",
      .generation = {.faults = true}},
     focus_registry},
    {{.name = "references",
      .property =
          "lookups, holds, walks and waits beside ending stacks keep the invariants of the core",
      .generation = {.faults = true}},
     focus_references},
    {{.name = "shared_kstats",
      .property =
          "a kstat of the shared stack is visible in the zones that are attached, and no others",
      .generation = {.faults = true}},
     focus_shared_kstats},
    {{.name = "faults",
      .property =
          "whatever fails, comes late, is stuck or calls back, the core keeps its invariants",
      .generation = {.faults = true}},
     focus_faults},
};

#define TARGETS (sizeof(targets) / sizeof(targets[0]))

const struct laboratory_target *
laboratory_target_at(size_t index)
{
    static struct laboratory_target made[TARGETS];
    if (index >= TARGETS) {
        return NULL;
    }
    if (made[index].vocabulary == NULL) {
        made[index] = targets[index].is;
        made[index].vocabulary = targets[index].vocabulary();
    }
    return &made[index];
}

const struct laboratory_target *
laboratory_target_find(const char *name)
{
    const struct laboratory_target *target;
    for (size_t i = 0; (target = laboratory_target_at(i)) != NULL; i++) {
        if (strcmp(target->name, name) == 0) {
            return target;
        }
    }
    return NULL;
}

const struct subject *
laboratory_subject_find(const char *name)
{
    for (size_t i = 0; laboratory_subjects[i] != NULL; i++) {
        if (strcmp(laboratory_subjects[i]->name, name) == 0) {
            return laboratory_subjects[i];
        }
    }
    return NULL;
}

const struct subject *
laboratory_peer(const struct laboratory_target *target, const struct subject *subject)
{
    if (target->peers[0] == NULL) {
        return NULL;
    }
    bool is_first = strcmp(target->peers[0], subject->name) == 0;
    return laboratory_subject_find(target->peers[is_first ? 1 : 0]);
}

const char *
laboratory_obstacle(const struct laboratory_target *target, const struct subject *subject)
{
    if (target->peers[0] == NULL || laboratory_peer(target, subject) != NULL) {
        return NULL;
    }
    return "the subject to compare with is not in this build: it was configured without "
           "-DHEDDLE_KERNEL_SOURCE=…/netstack.c";
}

bool
laboratory_oracle_at(size_t index, const char **name, const char **summary)
{
    for (size_t i = 0; i <= index; i++) {
        if (netstack_oracles[i] == NULL) {
            return false;
        }
    }
    *name = netstack_oracles[index]->name;
    *summary = netstack_oracles[index]->promise;
    return true;
}

bool
laboratory_check_at(size_t index, const char **name, const char **summary)
{
    for (size_t i = 0; i <= index; i++) {
        if (engine_checks[i].name == NULL) {
            return false;
        }
    }
    *name = engine_checks[index].name;
    *summary = engine_checks[index].promise;
    return true;
}

void
laboratory_choose_oracles(uint64_t indexes)
{
    oracles_choose(indexes);
}

static void
add_fault_counts(struct laboratory_totals *to, const struct laboratory_totals *from)
{
    struct laboratory_fault_count *sums = &to->fault_table[0][0][0];
    const struct laboratory_fault_count *counts = &from->fault_table[0][0][0];
    for (size_t i = 0; i < sizeof(to->fault_table) / sizeof(*sums); i++) {
        sums[i].times += counts[i].times;
        bool is_first =
            counts[i].first != 0 && (sums[i].first == 0 || counts[i].first < sums[i].first);
        sums[i].first = is_first ? counts[i].first : sums[i].first;
    }
}

void
laboratory_add_totals(struct laboratory_totals *to, const struct laboratory_totals *from)
{
    to->executions += from->executions;
    for (size_t i = 0; i < LABORATORY_COUNTERS_MAX; i++) {
        to->successes[i] += from->successes[i];
        to->errors[i] += from->errors[i];
        to->faults[i] += from->faults[i];
    }
    for (size_t i = 0; i < PHASE_COUNT; i++) {
        to->callbacks[i] += from->callbacks[i];
    }
    add_fault_counts(to, from);
    to->preemptions_inside += from->preemptions_inside;
    to->steps += from->steps;
    to->cut_off += from->cut_off;
    to->histories += from->histories;
    to->undecided += from->undecided;
}

_Static_assert(VERB_COUNT <= LABORATORY_COUNTERS_MAX, "each verb has a counter");

/* --- running ---------------------------------------------------------------------------------- */

_Static_assert(sizeof(struct heddle_deviation) == sizeof(struct program_deviation) &&
                   offsetof(struct heddle_deviation, value) ==
                       offsetof(struct program_deviation, value),
               "a program's deviations are the engine's");

static struct heddle_schedule
schedule_of(const struct program *program, bool strict)
{
    return (struct heddle_schedule){
        .strategy = strategy_at(program->strategy.strategy),
        .seed = program->strategy.seed,
        .depth = program->strategy.depth,
        .length = program->strategy.length,
        .deviations = (const struct heddle_deviation *)(const void *)program->deviations,
        .deviation_count = program->deviation_count,
        .strict = strict,
    };
}

/* Loads and stores are counted in the build that the program is of; elsewhere its choices mean nothing. */
static bool
counts_accesses(const struct program *program)
{
    return program->event_model == PROGRAM_EVENT_MODEL_MEMORY && heddle_has_accesses() &&
           strcmp(program->build, heddle_build_id()) == 0;
}

void
laboratory_execute(const struct program *program, const struct laboratory_target *target,
                   const struct subject *subject, const struct laboratory_options *options,
                   struct heddle_log *log, struct laboratory_totals *totals)
{
    static struct laboratory_totals nobody;
    const struct subject *peer = laboratory_peer(target, subject);
    bool oracles = options->oracles && peer == NULL;
    adapter.program = program;
    adapter.subject = subject;
    adapter.peer = peer;
    adapter.log = log;
    adapter.totals = totals != NULL ? totals : &nobody;
    adapter.oracles = oracles;
    adapter.preemptions_outside = 0;

    const struct heddle_globals globals[2] = {subject->globals,
                                              peer != NULL ? peer->globals : subject->globals};
    const struct heddle_run run = {
        .body = peer != NULL ? comparison_body : execute_body,
        .schedule = schedule_of(program, options->strict),
        .observer = oracles ? &adapter_observer_with_oracles : &adapter_observer,
        .globals = globals,
        .globals_count = peer != NULL ? 2 : 1,
        .steps_max = options->steps_max,
        .trace = options->trace,
        .lock_order = oracles,
        .choices = options->choices,
        .accesses = counts_accesses(program),
        .coverage = options->coverage,
    };
    const struct oracle_histories before = oracles_histories;
    heddle_execute(&run, log);

    adapter.totals->histories += oracles_histories.checked - before.checked;
    adapter.totals->undecided += oracles_histories.undecided - before.undecided;
    adapter.totals->executions++;
    adapter.totals->steps += log->result.steps;
    adapter.totals->cut_off += log->result.cut_off;
    if (log->result.preemptions > adapter.preemptions_outside) {
        adapter.totals->preemptions_inside += log->result.preemptions - adapter.preemptions_outside;
    }
}

bool
laboratory_make_explicit(struct program *program, const struct heddle_log *log)
{
    uint32_t count = log->deviation_count;
    if (count >= HEDDLE_DEVIATIONS_MAX) {
        return false;
    }
    if (count > program->deviation_capacity) {
        struct program_deviation *more =
            realloc(program->deviations, count * sizeof(*program->deviations));
        if (more == NULL) {
            return false;
        }
        program->deviations = more;
        program->deviation_capacity = count;
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct heddle_deviation *deviation = &log->deviations[i];
        program->deviations[i] = (struct program_deviation){.task = deviation->task,
                                                            .kind = deviation->kind,
                                                            .k = deviation->k,
                                                            .value = deviation->value};
    }
    heddle_sort_deviations((struct heddle_deviation *)(void *)program->deviations, count);
    program->deviation_count = count;
    program->strategy = (struct program_strategy){0};
    return true;
}
