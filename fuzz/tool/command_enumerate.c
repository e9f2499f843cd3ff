/* SPDX-License-Identifier: BSD-2-Clause
 *
 * heddle enumerate: its arguments. The work is in enumeration.c.
 */
#include <errno.h>
#include <string.h>

#include "tool/command_file.h"
#include "tool/enumeration.h"
#include "tool/output.h"

#define DEFAULT_PREEMPTIONS 2

enum { KEY_PLAIN = 256, KEY_CHECKPOINT };

struct enumerate_arguments {
    struct enumeration_options options;
    struct command_file file;
};

static const struct argp_option options[] = {
    COMMAND_OPTION_HELP,
    COMMAND_OPTION_TARGET,
    COMMAND_OPTION_SUBJECT,
    {"preemptions", 'p', "K", 0, "At most so many in a schedule, or none: no bound; default 2", 0},
    {"plain", KEY_PLAIN, NULL, 0, "Without partial-order reduction: each schedule by itself", 0},
    COMMAND_OPTION_RUNS,
    COMMAND_OPTION_SECONDS(": go on until complete"),
    COMMAND_OPTION_KEEP_GOING,
    COMMAND_OPTION_KNOWN,
    COMMAND_OPTION_FINDINGS,
    {"checkpoint", KEY_CHECKPOINT, "FILE", 0, "Go on from FILE if it is there, and keep it", 0},
    COMMAND_OPTION_JSON,
    {0},
};

static error_t
parse_bound(const char *argument, struct search_options *search)
{
    uint64_t number = SEARCH_UNBOUNDED;
    if (strcmp(argument, "none") != 0 &&
        !command_number("--preemptions", argument, 0, SEARCH_UNBOUNDED - 1, &number)) {
        command_complain("--preemptions none: no bound");
        return EINVAL;
    }
    search->preemptions_max = (uint32_t)number;
    return 0;
}

static error_t
parse_value(int key, char *argument, struct enumeration_options *chosen)
{
    switch (key) {
    case 'p':
        return parse_bound(argument, &chosen->search);
    case KEY_PLAIN:
        chosen->search.plain = true;
        return 0;
    case KEY_CHECKPOINT:
        chosen->checkpoint = argument;
        return 0;
    default:
        return command_parse_finding(&chosen->findings, key, argument);
    }
}

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct enumerate_arguments *arguments = state->input;
    error_t error = parse_value(key, argument, &arguments->options);
    return error == ARGP_ERR_UNKNOWN
               ? command_parse_file(&arguments->file, "a FILE", key, argument, state)
               : error;
}

enum tool_exit
command_enumerate(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "FILE",
        .doc =
            "Runs every schedule of a program that has at most K preemptions, but for those that "
            "only order differently what does not depend on each other, and says whether that was "
            "all of them. A failure is run again in a fresh process, and written as "
            "DIR/<signature>.prog; the first one ends the search unless told to keep going.\v"
            "The file's own strategy and deviations do not matter. Complete is meant as far as "
            "threads share state through the seam's primitives; spurious wake-ups, and timeouts "
            "before their time, are not tried. What share is behind is a guess: of a branch, "
            "nobody knows how large it is.\n\n"
            "Example: heddle enumerate corpus/seeds/lifecycle/last-reference.prog -p 2",
    };
    struct input input;
    struct enumerate_arguments arguments = {
        .options = {.search = {.preemptions_max = DEFAULT_PREEMPTIONS},
                    .findings = COMMAND_FINDINGS_DEFAULT},
    };
    if (!command_parse(&argp, argc, argv, &arguments) ||
        !output_is_usable("-o", arguments.options.findings.directory)) {
        return TOOL_USAGE;
    }
    enum tool_exit code = command_read_file(&arguments.file, &input);
    if (code == TOOL_OK) {
        /* What order of loads and stores would have to be tried, no event says. */
        input.program.event_model = PROGRAM_EVENT_MODEL_SYNC;
        input.program.build[0] = '\0';
        arguments.options.input = &input;
        code = enumeration_run(&arguments.options);
        input_fini(&input);
    }
    return code;
}
