/* SPDX-License-Identifier: BSD-2-Clause
 *
 * heddle run: its arguments. The work is in hunt.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/command.h"
#include "tool/hunt.h"
#include "tool/output.h"

#define DEFAULT_SECONDS 20

enum { KEY_STRATEGY = 256, KEY_DEPTH, KEY_SEED, KEY_FAULTS, KEY_EVENTS };

static const struct argp_option options[] = {
    COMMAND_OPTION_HELP,
    {"subject", 's', "SUBJECT", 0, "What is run: core (default) or another of `heddle list`", 0},
    {"strategy", KEY_STRATEGY, "NAME", 0, "How schedules are chosen; default portfolio", 0},
    {"depth", KEY_DEPTH, "D", 0, "Bug depth that pct looks for; default 3", 0},
    {"seed", KEY_SEED, "N", 0, "Everything follows from it; default 1", 0},
    COMMAND_OPTION_RUNS,
    COMMAND_OPTION_SECONDS(" 20 without --runs"),
    {"faults", KEY_FAULTS, "on|off", 0, "Whether programs have faults; default on", 0},
    {"events", KEY_EVENTS, "MODEL", 0,
     "Before what there are choices: sync, or in builds that have it memory, the default there", 0},
    COMMAND_OPTION_KEEP_GOING,
    COMMAND_OPTION_JOBS,
    COMMAND_OPTION_KNOWN,
    COMMAND_OPTION_FINDINGS,
    COMMAND_OPTION_JSON,
    {0},
};

static bool
parse_events(const char *name, uint8_t *events)
{
    bool memory = strcmp(name, "memory") == 0;
    if (!memory && strcmp(name, "sync") != 0) {
        command_complain("--events: '%s' is neither sync nor memory", name);
        return false;
    }
    if (memory && !heddle_has_accesses()) {
        command_complain("--events: this build cannot see loads and stores; the one of preset "
                         "access can");
        return false;
    }
    *events = memory ? PROGRAM_EVENT_MODEL_MEMORY : PROGRAM_EVENT_MODEL_SYNC;
    return true;
}

static error_t
parse_value(int key, char *argument, struct hunt_options *hunt)
{
    uint64_t number = 0;
    struct exploration *exploration = &hunt->exploration;
    switch (key) {
    case 's':
        exploration->subject = command_subject(argument);
        return exploration->subject != NULL ? 0 : EINVAL;
    case KEY_STRATEGY:
        hunt->strategy = argument;
        return 0;
    case KEY_DEPTH:
        if (!command_number("--depth", argument, 1, UINT8_MAX, &number)) {
            return EINVAL;
        }
        exploration->depth = (uint8_t)number;
        return 0;
    case KEY_SEED:
        return command_number("--seed", argument, 0, UINT64_MAX, &exploration->seed) ? 0 : EINVAL;
    case KEY_FAULTS:
        exploration->faults = strcmp(argument, "on") == 0;
        if (!exploration->faults && strcmp(argument, "off") != 0) {
            command_complain("--faults: '%s' is neither on nor off", argument);
            return EINVAL;
        }
        return 0;
    case KEY_EVENTS:
        return parse_events(argument, &exploration->events) ? 0 : EINVAL;
    default:
        return command_parse_finding(&hunt->findings, key, argument);
    }
}

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct hunt_options *hunt = state->input;
    switch (key) {
    case ARGP_KEY_ARG:
        if (hunt->exploration.target != NULL) {
            break;
        }
        hunt->exploration.target = command_target(argument);
        return hunt->exploration.target != NULL ? 0 : EINVAL;
    case ARGP_KEY_NO_ARGS:
        command_complain("needs a TARGET; `heddle list targets` says which there are");
        return EINVAL;
    default:
        break;
    }
    error_t error = parse_value(key, argument, hunt);
    return error == ARGP_ERR_UNKNOWN ? command_parse_other(key, argument, state) : error;
}

enum tool_exit
command_run(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "TARGET",
        .doc = "Generates concurrent programs for TARGET and runs each under several schedules. A "
               "failure is run again in a fresh process, and written as DIR/<signature>.prog; the "
               "first one ends the run unless told to keep going.\v"
               "The first of each eight runs (portfolio: of 32) goes by the fixed policy, which "
               "counts the program's scheduling points; the others go by the strategy.\n\n"
               "Example: heddle run lifecycle --subject reference --seconds 20 --keep-going",
    };
    struct hunt_options hunt = {
        .exploration = {.seed = 1,
                        .depth = EXPLORATION_DEPTH,
                        .faults = true,
                        .events = heddle_has_accesses() ? PROGRAM_EVENT_MODEL_MEMORY
                                                        : PROGRAM_EVENT_MODEL_SYNC},
        .strategy = "portfolio",
        .findings = COMMAND_FINDINGS_DEFAULT,
    };
    if (!command_parse(&argp, argc, argv, &hunt) ||
        !command_strategy(hunt.exploration.target, hunt.strategy, &hunt.exploration.strategy) ||
        !output_is_usable("-o", hunt.findings.directory)) {
        return TOOL_USAGE;
    }
    if (hunt.exploration.subject == NULL) {
        hunt.exploration.subject = command_subject(TOOL_DEFAULT_SUBJECT);
        if (hunt.exploration.subject == NULL) {
            return TOOL_USAGE;
        }
    }
    const char *obstacle = laboratory_obstacle(hunt.exploration.target, hunt.exploration.subject);
    if (obstacle != NULL) {
        command_complain("%s on %s: %s", hunt.exploration.target->name,
                         hunt.exploration.subject->name, obstacle);
        return TOOL_ENVIRONMENT;
    }
    if (hunt.findings.runs == UINT64_MAX && hunt.findings.seconds == 0) {
        hunt.findings.seconds = DEFAULT_SECONDS;
    }
    if (!hunt.findings.json) {
        char command[256];
        exploration_command(&hunt.exploration, command, sizeof(command));
        puts(command);
        fflush(stdout);
    }
    return hunt_run(&hunt);
}
