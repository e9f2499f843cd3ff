/* SPDX-License-Identifier: BSD-2-Clause
 *
 * heddle replay: its arguments, and the files that can be used. The work is in rerun.c.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "tool/command.h"
#include "tool/rerun.h"
#include "tool/worker.h"

enum { KEY_TRACE = 256, KEY_EXPECT, KEY_JSON };

struct replay_arguments {
    struct rerun_options options;
    char **paths;
    size_t count;
};

static const struct argp_option options[] = {
    COMMAND_OPTION_HELP,
    {"target", 't', "TARGET", 0, "Target of bytes without a head", 0},
    {"subject", 's', "SUBJECT", 0, "Run it on this subject, whatever the file says", 0},
    {"repeat", 'n', "N", 0, "Run each file so often, and compare the hashes; default 1", 0},
    {"trace", KEY_TRACE, NULL, 0, "Print every event of the first run", 0},
    {"expect", KEY_EXPECT, "VERDICT", 0, "Exit 0 if this is the verdict of every file, else 1", 0},
    {"jobs", 'j', "N", 0, "Worker processes; default 1", 0},
    {"json", KEY_JSON, NULL, 0, "One object a line for each file, the last one with totals", 0},
    {0},
};

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct replay_arguments *replay = state->input;
    struct rerun_options *chosen = &replay->options;
    uint64_t number = 0;
    switch (key) {
    case 't':
        chosen->target = argument;
        return command_target(argument) != NULL ? 0 : EINVAL;
    case 's':
        chosen->subject = argument;
        return command_subject(argument) != NULL ? 0 : EINVAL;
    case 'n':
        return command_number("--repeat", argument, 1, UINT32_MAX, &chosen->repeat) ? 0 : EINVAL;
    case 'j':
        if (!command_number("--jobs", argument, 1, WORKER_JOBS_MAX, &number)) {
            return EINVAL;
        }
        chosen->jobs = (unsigned)number;
        return 0;
    case KEY_TRACE:
        chosen->trace = true;
        return 0;
    case KEY_EXPECT:
        chosen->expects = true;
        return command_verdict(argument, &chosen->expected) ? 0 : EINVAL;
    case KEY_JSON:
        chosen->json = true;
        return 0;
    case ARGP_KEY_ARG:
        return ARGP_ERR_UNKNOWN; /* all of them at once, then: */
    case ARGP_KEY_ARGS:
        replay->paths = state->argv + state->next;
        replay->count = (size_t)(state->argc - state->next);
        return 0;
    case ARGP_KEY_NO_ARGS:
        command_complain("needs a FILE: a .prog, or the bytes that a fuzzer left");
        return EINVAL;
    default:
        return command_parse_other(key, argument, state);
    }
}

enum tool_exit
command_replay(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "FILE...",
        .doc = "Runs files again exactly as they ran: a .prog, or the bytes that libFuzzer or "
               "AFL++ left; the head of the file says target and subject.\v"
               "Example: heddle replay --repeat 1000 findings/0123456789abcdef.prog",
    };
    struct replay_arguments replay = {.options = {.repeat = 1, .jobs = 1}};
    if (!command_parse(&argp, argc, argv, &replay)) {
        return TOOL_USAGE;
    }
    struct input *inputs = calloc(replay.count, sizeof(*inputs));
    if (inputs == NULL) {
        command_complain("no memory for %zu files", replay.count);
        return TOOL_ENVIRONMENT;
    }
    enum tool_exit code = TOOL_OK;
    size_t usable = 0;
    for (size_t i = 0; i < replay.count; i++) {
        enum tool_exit error = input_read_usable(&inputs[usable], replay.paths[i],
                                                 replay.options.target, replay.options.subject);
        usable += error == TOOL_OK ? 1 : 0;
        code = tool_exit_worse(code, error);
    }
    if (usable > 0) {
        code = tool_exit_worse(code, rerun_files(&replay.options, inputs, usable));
    }
    for (size_t i = 0; i < usable; i++) {
        input_fini(&inputs[i]);
    }
    free(inputs);
    return code;
}
