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
#include "tool/worker.h"

#define DEFAULT_SECONDS 20

enum {
    KEY_STRATEGY = 256,
    KEY_DEPTH,
    KEY_SEED,
    KEY_RUNS,
    KEY_SECONDS,
    KEY_FAULTS,
    KEY_EVENTS,
    KEY_KNOWN,
    KEY_JSON
};

static const struct argp_option options[] = {
    COMMAND_OPTION_HELP,
    {"subject", 's', "SUBJECT", 0, "What is run: core (default) or another of `heddle list`", 0},
    {"strategy", KEY_STRATEGY, "NAME", 0, "How schedules are chosen; default portfolio", 0},
    {"depth", KEY_DEPTH, "D", 0, "Bug depth that pct looks for; default 3", 0},
    {"seed", KEY_SEED, "N", 0, "Everything follows from it; default 1", 0},
    {"runs", KEY_RUNS, "N", 0, "Stop after so many executions", 0},
    {"seconds", KEY_SECONDS, "T", 0, "Stop after this time; default 20 without --runs", 0},
    {"faults", KEY_FAULTS, "on|off", 0, "Whether programs have faults; default on", 0},
    {"events", KEY_EVENTS, "MODEL", 0,
     "Before what there are choices: sync, or in builds that have it memory, the default there", 0},
    {"keep-going", 'k', NULL, 0, "Go on after a failure; write each distinct one", 0},
    {"jobs", 'j', "N", 0, "Worker processes; default 1. The findings are the same", 0},
    {"known", KEY_KNOWN, "DIR", 0,
     "Pass over failures whose signature is there, as a .prog's name or in its head", 0},
    {"output", 'o', "DIR", 0, "Where findings are written; default findings", 0},
    {"json", KEY_JSON, NULL, 0, "One object a line for each failure, the last one with totals", 0},
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
    case KEY_RUNS:
        return command_number("--runs", argument, 1, UINT64_MAX - 1, &hunt->runs) ? 0 : EINVAL;
    case KEY_SECONDS:
        return command_seconds("--seconds", argument, &hunt->seconds) ? 0 : EINVAL;
    case KEY_FAULTS:
        exploration->faults = strcmp(argument, "on") == 0;
        if (!exploration->faults && strcmp(argument, "off") != 0) {
            command_complain("--faults: '%s' is neither on nor off", argument);
            return EINVAL;
        }
        return 0;
    case KEY_EVENTS:
        return parse_events(argument, &exploration->events) ? 0 : EINVAL;
    case 'j':
        if (!command_number("--jobs", argument, 1, WORKER_JOBS_MAX, &number)) {
            return EINVAL;
        }
        hunt->jobs = (unsigned)number;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct hunt_options *hunt = state->input;
    switch (key) {
    case 'k':
        hunt->keep_going = true;
        return 0;
    case KEY_KNOWN:
        hunt->known = argument;
        return 0;
    case 'o':
        hunt->directory = argument;
        return 0;
    case KEY_JSON:
        hunt->json = true;
        return 0;
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
               "counts the program's "
               "scheduling points; the others go by the strategy.\n\n"
               "Example: heddle run lifecycle --subject reference --seconds 20 --keep-going",
    };
    struct hunt_options hunt = {
        .exploration = {.seed = 1,
                        .depth = EXPLORATION_DEPTH,
                        .faults = true,
                        .events = heddle_has_accesses() ? PROGRAM_EVENT_MODEL_MEMORY
                                                        : PROGRAM_EVENT_MODEL_SYNC},
        .strategy = "portfolio",
        .runs = UINT64_MAX,
        .jobs = 1,
        .directory = "findings",
    };
    if (!command_parse(&argp, argc, argv, &hunt) ||
        !command_strategy(hunt.exploration.target, hunt.strategy, &hunt.exploration.strategy) ||
        !output_is_usable("-o", hunt.directory)) {
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
    if (hunt.runs == UINT64_MAX && hunt.seconds == 0) {
        hunt.seconds = DEFAULT_SECONDS;
    }
    if (!hunt.json) {
        char command[256];
        exploration_command(&hunt.exploration, command, sizeof(command));
        puts(command);
        fflush(stdout);
    }
    return hunt_run(&hunt);
}
