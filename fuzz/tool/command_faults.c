/* SPDX-License-Identifier: BSD-2-Clause
 *
 * heddle faults: its arguments. The work is in fault_sweep.c.
 */
#include <errno.h>

#include "tool/command_file.h"
#include "tool/faults/fault_sweep.h"
#include "tool/output.h"

#define DEFAULT_PAIRS 100000

enum { KEY_PAIRS = 256, KEY_PAIRS_MAX, KEY_LIST };

struct faults_arguments {
    struct fault_sweep_options options;
    struct command_file file;
};

static const struct argp_option options[] = {
    COMMAND_OPTION_HELP,
    COMMAND_OPTION_TARGET,
    COMMAND_OPTION_SUBJECT,
    {"pairs", KEY_PAIRS, NULL, 0, "Then any two of the faults that were injected", 0},
    {"pairs-max", KEY_PAIRS_MAX, "N", 0, "At most so many pairs; default 100000", 0},
    COMMAND_OPTION_JOBS,
    COMMAND_OPTION_SECONDS(": go on until complete"),
    COMMAND_OPTION_KNOWN,
    COMMAND_OPTION_FINDINGS,
    {"list", KEY_LIST, NULL, 0, "Each fault that was injected and how it ended, a line each", 0},
    COMMAND_OPTION_JSON,
    {0},
};

static error_t
parse_value(int key, char *argument, struct fault_sweep_options *chosen)
{
    switch (key) {
    case KEY_PAIRS:
        chosen->pairs = true;
        return 0;
    case KEY_PAIRS_MAX:
        return command_number("--pairs-max", argument, 1, UINT64_MAX, &chosen->pairs_max) ? 0
                                                                                          : EINVAL;
    case KEY_LIST:
        chosen->list = true;
        return 0;
    default:
        return command_parse_finding(&chosen->findings, key, argument);
    }
}

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct faults_arguments *arguments = state->input;
    error_t error = parse_value(key, argument, &arguments->options);
    return error == ARGP_ERR_UNKNOWN
               ? command_parse_file(&arguments->file, "a FILE", key, argument, state)
               : error;
}

/* Who bounds pairs wants some. */
static bool
pairs_make_sense(struct fault_sweep_options *chosen)
{
    if (chosen->pairs_max != 0 && !chosen->pairs) {
        command_complain("--pairs-max: there are no pairs without --pairs");
        return false;
    }
    chosen->pairs_max = chosen->pairs_max != 0 ? chosen->pairs_max : DEFAULT_PAIRS;
    return true;
}

enum tool_exit
command_faults(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "FILE",
        .doc = "Runs a program, with its own schedule and without its own faults, again and again: "
               "each time with one fault, of every kind that is legal at a point, at its 0th, 1st, "
               "2nd … occurrence, once and from then on, until a run does not get there. Says what "
               "was injected and how it ended; a failure is run again in a fresh process, and "
               "written as DIR/<signature>.prog.\v"
               "Arguments of what happens at a point are all 0; then each that an operation or "
               "fault of the file gives to what has the same name, once; at most 8 sets of them. "
               "With --pairs, any two of the faults that were injected follow. Where that is more "
               "than --pairs-max, pairs of faults that are no calls of operations come first, and "
               "of the rest so many are run, evenly spread; then it does not say complete.\n\n"
               "Example: heddle faults corpus/seeds/lifecycle/no-memory.prog --pairs --jobs 2",
    };
    struct input input;
    struct faults_arguments arguments = {
        .options = {.findings = COMMAND_FINDINGS_DEFAULT},
    };
    if (!command_parse(&argp, argc, argv, &arguments) || !pairs_make_sense(&arguments.options) ||
        !output_is_usable("-o", arguments.options.findings.directory)) {
        return TOOL_USAGE;
    }
    enum tool_exit code = command_read_file(&arguments.file, &input);
    if (code == TOOL_OK) {
        arguments.options.input = &input;
        code = fault_sweep_run(&arguments.options);
        input_fini(&input);
    }
    return code;
}
