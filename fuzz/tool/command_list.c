/* SPDX-License-Identifier: BSD-2-Clause
 *
 * heddle list: what there is in this build, a line each.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tool/command.h"

#define NAME_WIDTH 22

static void
list_targets(void)
{
    const struct laboratory_target *target;
    for (size_t i = 0; (target = laboratory_target_at(i)) != NULL; i++) {
        printf("%-*s  %s\n", NAME_WIDTH, target->name, target->property);
    }
}

static void
list_strategies(void)
{
    const struct strategy *strategy;
    for (size_t i = 0; (strategy = strategy_at(i)) != NULL; i++) {
        printf("%-*s  %s\n", NAME_WIDTH, strategy_name(strategy), strategy_summary(strategy));
    }
}

static void
list_oracles(void)
{
    const char *name, *summary;
    for (size_t i = 0; laboratory_oracle_at(i, &name, &summary); i++) {
        printf("%-*s  %s\n", NAME_WIDTH, name, summary);
    }
    for (size_t i = 0; laboratory_check_at(i, &name, &summary); i++) {
        printf("%-*s  %s\n", NAME_WIDTH, name, summary);
    }
}

static void
list_parameters(const struct program_verb *verb)
{
    for (uint32_t i = 0; i < verb->parameter_count; i++) {
        printf("%s%s", i == 0 ? "" : ", ", verb->parameters[i].name);
    }
}

/* What may happen at a point, by kind. */
static void
list_legal(uint32_t point, const struct program_vocabulary *vocabulary)
{
    const struct laboratory_fault_words *words = laboratory_fault_words();
    const char *before = ": ";
    for (uint32_t kind = 0; kind < words->kind_count; kind++) {
        for (uint32_t i = 0; i < vocabulary->fault_action_count; i++) {
            if (laboratory_fault_kind(i) == kind && laboratory_fault_is_legal(point, i)) {
                printf("%s%s", before, words->kinds[kind]);
                before = ", ";
                break;
            }
        }
    }
    putchar('\n');
}

static void
list_faults_of(const struct program_vocabulary *vocabulary)
{
    const struct laboratory_fault_words *words = laboratory_fault_words();
    for (uint32_t i = 0; i < vocabulary->fault_point_count; i++) {
        const struct program_verb *point = &vocabulary->fault_points[i];
        printf("%-*s  point, by ", NAME_WIDTH, point->name);
        list_parameters(point);
        fputs(point->parameter_count > 0 ? ", nth" : "nth", stdout);
        list_legal(i, vocabulary);
    }
    for (uint32_t i = 0; i < vocabulary->fault_action_count; i++) {
        const struct program_verb *action = &vocabulary->fault_actions[i];
        printf("%-*s  action, %s%s", NAME_WIDTH, action->name,
               words->kinds[laboratory_fault_kind(i)], action->parameter_count > 0 ? ": " : "");
        list_parameters(action);
        putchar('\n');
    }
}

/* Targets have the same faults as a rule, and then these are told once. */
static bool
is_told(size_t below, const struct program_vocabulary *vocabulary)
{
    for (size_t i = 0; i < below; i++) {
        const struct program_vocabulary *other = laboratory_target_at(i)->vocabulary;
        if (other->fault_points == vocabulary->fault_points &&
            other->fault_actions == vocabulary->fault_actions) {
            return true;
        }
    }
    return false;
}

/* Each fault point with what selects it and what may happen there, then the actions: a fault is one of each. */
static void
list_faults(void)
{
    const struct laboratory_target *target;
    for (size_t i = 0; (target = laboratory_target_at(i)) != NULL; i++) {
        if (!is_told(i, target->vocabulary)) {
            list_faults_of(target->vocabulary);
        }
    }
}

static void
list_subjects(void)
{
    for (size_t i = 0; laboratory_subjects[i] != NULL; i++) {
        printf("%-*s  %s\n", NAME_WIDTH, laboratory_subjects[i]->name,
               laboratory_subjects[i]->summary);
    }
    const char *absent = command_subject_absent("reference");
    if (absent != NULL) {
        printf("%-*s  %s\n", NAME_WIDTH, "(reference)", absent);
    }
}

static void
list_events(void)
{
    printf("%-*s  choices before each primitive of the seam: locks, atomic words, memory, tasks\n",
           NAME_WIDTH, "sync");
    if (heddle_has_accesses()) {
        printf("%-*s  before loads and stores, too; and races by happens-before. Build %s\n",
               NAME_WIDTH, "memory", heddle_build_id());
    } else {
        printf("%-*s  not in this build, which cannot see loads and stores: preset access can\n",
               NAME_WIDTH, "(memory)");
    }
}

static const struct list {
    const char *name;
    void (*print)(void);
} lists[] = {
    {"targets", list_targets}, {"strategies", list_strategies}, {"oracles", list_oracles},
    {"faults", list_faults},   {"subjects", list_subjects},     {"events", list_events},
};
#define LIST_COUNT (sizeof(lists) / sizeof(lists[0]))

static const struct argp_option options[] = {COMMAND_OPTION_HELP, {0}};

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    const struct list **chosen = state->input;
    if (key != ARGP_KEY_ARG || *chosen != NULL) {
        return command_parse_other(key, argument, state);
    }
    for (size_t i = 0; i < LIST_COUNT; i++) {
        if (strcmp(argument, lists[i].name) == 0) {
            *chosen = &lists[i];
            return 0;
        }
    }
    command_complain("there is no list '%s'. There is: targets strategies oracles faults subjects "
                     "events",
                     argument);
    return EINVAL;
}

enum tool_exit
command_list(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "[targets|strategies|oracles|faults|subjects|events]",
        .doc = "Says what there is in this build, a line each: name and summary. Without an "
               "argument, all of it. A fault in a .prog is a point with what selects an "
               "occurrence, a colon, and an action with its arguments; of faults, first each point "
               "with the kinds of actions that may happen there, then each action with its kind.\v"
               "Example: heddle list subjects",
    };
    const struct list *chosen = NULL;
    if (!command_parse(&argp, argc, argv, &chosen)) {
        return TOOL_USAGE;
    }
    if (chosen != NULL) {
        chosen->print();
        return TOOL_OK;
    }
    for (size_t i = 0; i < LIST_COUNT; i++) {
        printf("%s%s:\n", i == 0 ? "" : "\n", lists[i].name);
        lists[i].print();
    }
    return TOOL_OK;
}
