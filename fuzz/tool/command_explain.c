/* SPDX-License-Identifier: BSD-2-Clause
 *
 * heddle explain: its arguments, and what is drawn where. The explanation is made in explain/.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/command_file.h"
#include "tool/explain/explanation.h"
#include "tool/failure_report.h"
#include "tool/output.h"
#include "tool/terminal.h"

enum { KEY_ALL = 256, KEY_HTML, KEY_PERFETTO };

struct explain_arguments {
    struct command_file file;
    const char *html, *perfetto;
    bool all;
};

static const struct argp_option options[] = {
    COMMAND_OPTION_HELP,
    COMMAND_OPTION_TARGET,
    COMMAND_OPTION_SUBJECT,
    {"all", KEY_ALL, NULL, 0, "Every event of every task, not only what matters", 0},
    {"html", KEY_HTML, "OUT", 0, "Write it as a page, too", 0},
    {"perfetto", KEY_PERFETTO, "OUT", 0, "Write it as a trace that Perfetto opens, too", 0},
    {0},
};

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct explain_arguments *arguments = state->input;
    switch (key) {
    case KEY_ALL:
        arguments->all = true;
        return 0;
    case KEY_HTML:
        arguments->html = argument;
        return 0;
    case KEY_PERFETTO:
        arguments->perfetto = argument;
        return 0;
    default:
        return command_parse_file(&arguments->file, "a FILE", key, argument, state);
    }
}

/* --- drawing -------------------------------------------------------------------------------- */

/* How often a newline stands in it. */
static uint32_t
count_lines(const char *text)
{
    uint32_t count = 0;
    for (; *text != '\0'; text++) {
        count += *text == '\n';
    }
    return count;
}

static void
print_command(const struct explain_arguments *arguments)
{
    report_print_argument(tool_name, stdout);
    fputs(" replay ", stdout);
    if (arguments->file.target != NULL) {
        printf("--target %s ", arguments->file.target);
    }
    if (arguments->file.subject != NULL) {
        printf("--subject %s ", arguments->file.subject);
    }
    report_print_argument(arguments->file.path, stdout);
    putchar('\n');
}

static void
print_text(const struct explanation *explanation, const struct explain_arguments *arguments,
           const char *words)
{
    const struct heddle_result *result = &explanation->outcome->result;
    bool failed = explanation_failed(explanation);
    printf("%s on %s: ", arguments->file.path, explanation->input->subject->name);
    terminal_print(stdout, failed ? TERMINAL_BAD : TERMINAL_GOOD,
                   heddle_verdict_name(result->verdict));
    printf("\n\n");
    uint32_t others = 3 + count_lines(words) + (failed ? 1 : 0);
    uint32_t room = others + 8 < EXPLANATION_LINES ? EXPLANATION_LINES - others : 8;
    explain_text(explanation, arguments->all ? 0 : room, stdout);
    printf("\n%s", words);
    if (failed) {
        print_command(arguments);
    }
}

static enum tool_exit
write_drawing(const char *path, const struct explanation *explanation, const char *words,
              bool as_html)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    int error = out == NULL ? ENOMEM : 0;
    if (error == 0) {
        if (as_html) {
            explain_html(explanation, words, out);
        } else {
            explain_perfetto(explanation, out);
        }
        error = fclose(out) == 0 ? output_write(path, text, size) : errno;
    }
    free(text);
    if (error != 0) {
        command_complain("%s: %s", path, strerror(error));
        return output_exit(error);
    }
    return TOOL_OK;
}

static enum tool_exit
draw(const struct explanation *explanation, const struct explain_arguments *arguments)
{
    enum tool_exit code = TOOL_OK;
    char *words = explain_words_text(explanation);
    if (words == NULL) {
        command_complain("%s", strerror(ENOMEM));
        return TOOL_ENVIRONMENT;
    }
    print_text(explanation, arguments, words);
    if (arguments->html != NULL) {
        code = tool_exit_worse(code, write_drawing(arguments->html, explanation, words, true));
    }
    if (arguments->perfetto != NULL) {
        code = tool_exit_worse(code, write_drawing(arguments->perfetto, explanation, words, false));
    }
    free(words);
    return code;
}

/* A drawing in the place of what it shows, or of the other drawing, would destroy it. */
static bool
may_draw(const struct explain_arguments *arguments)
{
    const char *const paths[] = {arguments->html, arguments->perfetto};
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        if (paths[i] != NULL && output_is_file(paths[i], arguments->file.path)) {
            command_complain("%s: is FILE and OUT", paths[i]);
            return false;
        }
    }
    if (paths[0] != NULL && paths[1] != NULL &&
        (strcmp(paths[0], paths[1]) == 0 || output_is_file(paths[0], paths[1]))) {
        command_complain("%s: a page and a trace need a file each", paths[1]);
        return false;
    }
    return true;
}

/* --- the whole ------------------------------------------------------------------------------ */

static enum tool_exit
explain(const struct input *input, const struct explain_arguments *arguments)
{
    struct outcome *outcome = NULL;
    struct explanation *explanation = explanation_create(input, &outcome);
    enum tool_exit code;
    bool differed = false;
    if (explanation == NULL) {
        command_complain("%s: cannot be run: %s", input->path, strerror(errno));
        return TOOL_ENVIRONMENT;
    }
    if (!explanation_try(explanation, &differed)) {
        command_complain("%s: cannot be tried without its switches: %s", input->path,
                         strerror(errno));
        code = TOOL_ENVIRONMENT;
    } else if (differed) {
        command_complain("%s: two runs of it differed, so there is nothing to explain: heddle "
                         "replay --repeat 2 says where",
                         input->path);
        code = TOOL_DIFFERED;
    } else {
        enum heddle_verdict verdict = outcome->result.verdict;
        explanation_select(explanation);
        code = verdict == HEDDLE_INTERNAL ? TOOL_INTERNAL
               : verdict == HEDDLE_OK     ? TOOL_OK
                                          : TOOL_FAILURE;
        code = tool_exit_worse(code, draw(explanation, arguments));
    }
    explanation_destroy(explanation);
    outcome_destroy(outcome);
    return code;
}

enum tool_exit
command_explain(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "FILE",
        .doc = "Shows what happened in an execution, a column a task, and says in words what "
               "broke, what each task was doing, and which switch made the difference. Events have "
               "the numbers of heddle replay --trace.\v"
               "Example: heddle explain findings/0123456789abcdef.prog --html page.html",
    };
    struct explain_arguments arguments = {0};
    struct input input;
    if (!command_parse(&argp, argc, argv, &arguments) || !may_draw(&arguments)) {
        return TOOL_USAGE;
    }
    enum tool_exit code = command_read_file(&arguments.file, &input);
    if (code == TOOL_OK) {
        code = explain(&input, &arguments);
        input_fini(&input);
    }
    return code;
}
