/* SPDX-License-Identifier: BSD-2-Clause
 *
 * heddle shrink: its arguments. The work is in shrinking.c.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "tool/command_file.h"
#include "tool/shrink/shrinking.h"

#define DEFAULT_SECONDS   10
#define DEFAULT_SCHEDULES 300

enum { KEY_SECONDS = 256, KEY_SCHEDULES, KEY_JSON };

struct shrink_arguments {
    struct shrinking_options options;
    struct command_file file;
};

static const struct argp_option options[] = {
    COMMAND_OPTION_HELP,
    COMMAND_OPTION_TARGET,
    COMMAND_OPTION_SUBJECT,
    {"output", 'o', "OUT", 0, "The smaller file; default FILE.min.prog, without FILE's .prog", 0},
    {"seconds", KEY_SECONDS, "T", 0, "Keep what was reached after this time; default 10", 0},
    {"schedules", KEY_SCHEDULES, "N", 0, "Tried of each smaller program; default 300", 0},
    {"json", KEY_JSON, NULL, 0, "One object", 0},
    {0},
};

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct shrink_arguments *arguments = state->input;
    struct shrinking_options *chosen = &arguments->options;
    uint64_t number = 0;
    switch (key) {
    case 'o':
        chosen->output = argument;
        return 0;
    case KEY_SECONDS:
        return command_seconds("--seconds", argument, &chosen->seconds) ? 0 : EINVAL;
    case KEY_SCHEDULES:
        if (!command_number("--schedules", argument, 1, 1000000, &number)) {
            return EINVAL;
        }
        chosen->schedules = (uint32_t)number;
        return 0;
    case KEY_JSON:
        chosen->json = true;
        return 0;
    default:
        return command_parse_file(&arguments->file, "a FILE that fails", key, argument, state);
    }
}

static bool
name_output(const char *path, char output[PATH_MAX])
{
    static const char suffix[] = ".prog";
    size_t length = strlen(path);
    if (length > strlen(suffix) && strcmp(path + length - strlen(suffix), suffix) == 0) {
        length -= strlen(suffix);
    }
    int written = snprintf(output, PATH_MAX, "%.*s.min.prog", (int)length, path);
    return written > 0 && written < PATH_MAX;
}

enum tool_exit
command_shrink(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "FILE",
        .doc = "Makes a failing file smaller and keeps its signature: threads, operations, faults, "
               "numbers, then the switches of its schedule, until nothing that is left can go; an "
               "operation may come to stand in another thread, if that saves a switch. Says how "
               "few switches there must be. Exits 1, as the smaller file fails.\v"
               "Example: heddle shrink findings/0123456789abcdef.prog -o small.prog",
    };
    struct input input;
    char output[PATH_MAX];
    struct shrink_arguments arguments = {
        .options = {.seconds = DEFAULT_SECONDS, .schedules = DEFAULT_SCHEDULES},
    };
    if (!command_parse(&argp, argc, argv, &arguments)) {
        return TOOL_USAGE;
    }
    if (arguments.options.output == NULL) {
        if (!name_output(arguments.file.path, output)) {
            command_complain("-o: FILE's name is too long to make one of it");
            return TOOL_USAGE;
        }
        arguments.options.output = output;
    }
    enum tool_exit code = command_read_file(&arguments.file, &input);
    if (code == TOOL_OK) {
        arguments.options.input = &input;
        code = shrinking_run(&arguments.options);
        input_fini(&input);
    }
    return code;
}
