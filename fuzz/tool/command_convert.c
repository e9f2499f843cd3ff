/* SPDX-License-Identifier: BSD-2-Clause
 *
 * heddle convert: between a fuzzer's bytes and the text that people read.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/command.h"
#include "tool/input.h"
#include "tool/output.h"

struct conversion {
    const char *in, *out, *target, *subject;
};

static const struct argp_option options[] = {
    COMMAND_OPTION_HELP,
    {"target", 't', "TARGET", 0, "Target of bytes that have no head; recorded in OUT", 0},
    {"subject", 's', "SUBJECT", 0, "Subject to record in OUT", 0},
    {0},
};

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct conversion *conversion = state->input;
    switch (key) {
    case 't':
        conversion->target = argument;
        return command_target(argument) != NULL ? 0 : EINVAL;
    case 's':
        conversion->subject = argument;
        return command_subject(argument) != NULL ? 0 : EINVAL;
    case ARGP_KEY_ARG:
        if (state->arg_num > 1) {
            break;
        }
        *(state->arg_num == 0 ? &conversion->in : &conversion->out) = argument;
        return 0;
    case ARGP_KEY_END:
        if (state->arg_num < 2) {
            command_complain("needs two files: IN and OUT");
            return EINVAL;
        }
        return 0;
    default:
        break;
    }
    return command_parse_other(key, argument, state);
}

static char *
make_text(const struct input *input, size_t *size)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, size);
    if (out == NULL) {
        return NULL;
    }
    program_print(&input->program, input->target->vocabulary, out);
    return fclose(out) == 0 ? text : NULL;
}

static char *
make_bytes(const struct input *input, size_t *size)
{
    *size = program_encode(&input->program, NULL, 0);
    char *bytes = malloc(*size);
    if (bytes != NULL) {
        program_encode(&input->program, (uint8_t *)bytes, *size);
    }
    return bytes;
}

static enum tool_exit
convert(const struct conversion *conversion, struct input *input)
{
    struct program *program = &input->program;
    /* Bytes without a head name no target; without one the result would be for nobody. */
    snprintf(program->target, sizeof(program->target), "%s", input->target->name);
    if (conversion->subject != NULL) {
        snprintf(program->subject, sizeof(program->subject), "%s", conversion->subject);
    }
    size_t size = 0;
    char *content = input->text ? make_bytes(input, &size) : make_text(input, &size);
    int error = content != NULL ? output_write(conversion->out, content, size) : ENOMEM;
    free(content);
    if (error != 0) {
        command_complain("%s: cannot be written: %s", conversion->out, strerror(error));
        return output_exit(error);
    }
    return TOOL_OK;
}

enum tool_exit
command_convert(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "IN OUT",
        .doc = "Turns a .prog into bytes, or bytes into a .prog, as IN's content decides. OUT is "
               "written whole or not at all.\v"
               "Example: heddle convert crash-5ba93c9db0 crash.prog",
    };
    struct conversion conversion = {0};
    struct input input;
    if (!command_parse(&argp, argc, argv, &conversion) ||
        !input_read(&input, conversion.in, conversion.target, conversion.subject)) {
        return TOOL_USAGE;
    }
    enum tool_exit code = TOOL_USAGE;
    if (output_is_file(conversion.out, conversion.in)) {
        command_complain("%s: is IN and OUT", conversion.out);
    } else {
        code = convert(&conversion, &input);
    }
    input_fini(&input);
    return code;
}
