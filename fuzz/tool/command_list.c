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

/* Each fault point with what selects it, then the actions: a fault is one of each. */
static void
list_faults(void)
{
    const struct laboratory_target *target;
    for (size_t i = 0; (target = laboratory_target_at(i)) != NULL; i++) {
        const struct program_vocabulary *vocabulary = target->vocabulary;
        for (uint32_t k = 0; k < vocabulary->fault_point_count; k++) {
            printf("%-*s  fault point of %s; selected by ", NAME_WIDTH,
                   vocabulary->fault_points[k].name, target->name);
            list_parameters(&vocabulary->fault_points[k]);
            printf("%snth\n", vocabulary->fault_points[k].parameter_count > 0 ? ", " : "");
        }
        for (uint32_t k = 0; k < vocabulary->fault_action_count; k++) {
            printf("%-*s  fault action of %s", NAME_WIDTH, vocabulary->fault_actions[k].name,
                   target->name);
            printf("%s", vocabulary->fault_actions[k].parameter_count > 0 ? "; takes " : "");
            list_parameters(&vocabulary->fault_actions[k]);
            putchar('\n');
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
               "argument, all of it.\v"
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
