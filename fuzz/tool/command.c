/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The table of commands, and the parsing of arguments that they share. No command's own work is
 * here.
 */
#include "tool/command.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef HEDDLE_VERSION
#define HEDDLE_VERSION "unknown"
#endif

const char *tool_name = "heddle";

static const char *command_name; /* "heddle run", for messages */
static bool has_complained;

static const struct command {
    const char *name;
    const char *summary;
    enum tool_exit (*run)(int argc, char **argv);
} commands[] = {
    {"list", "Say what there is: targets, strategies, oracles, faults, subjects", command_list},
    {"run", "Generate programs, explore schedules, write each failure as a file", command_run},
    {"replay", "Run files again, a .prog or a fuzzer's bytes, exactly as they ran", command_replay},
    {"explain", "Say what happened, what broke, and which switch made the difference",
     command_explain},
    {"enumerate", "Run every schedule of a program within a bound of preemptions",
     command_enumerate},
    {"faults", "Inject every fault that a program can have, one at a time, then in pairs",
     command_faults},
    {"shrink", "Make a failing file as small as it goes, keeping its signature", command_shrink},
    {"campaign", "Run fuzzing engines side by side, and judge what they find", command_campaign},
    {"report", "Make a page of a campaign: curves, failures explained, coverage", command_report},
    {"convert", "Turn bytes into a .prog, or a .prog into bytes", command_convert},
    {"doctor", "Say what of the environment is missing or slows things down", command_doctor},
};
#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

enum tool_exit
tool_exit_worse(enum tool_exit a, enum tool_exit b)
{
    static const int rank[] = {[TOOL_OK] = 0,          [TOOL_FAILURE] = 1,  [TOOL_USAGE] = 2,
                               [TOOL_ENVIRONMENT] = 3, [TOOL_DIFFERED] = 4, [TOOL_INTERNAL] = 5};
    return rank[a] >= rank[b] ? a : b;
}

static void
print_usage(FILE *out)
{
    fprintf(out,
            "Usage: heddle COMMAND [OPTION…] [FILE…]\n"
            "Finds concurrency bugs, and makes each a file that fails the same way every time.\n\n"
            "Commands:\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        fprintf(out, "  %-9s  %s\n", commands[i].name, commands[i].summary);
    }
    fprintf(out, "\n"
                 "  heddle COMMAND --help   options and an example of each\n"
                 "  heddle --version        version, sanitizers and event models of this build\n"
                 "\n"
                 "Example: heddle run lifecycle --subject core --seconds 20\n"
                 "\n"
                 "Exit codes: 0 nothing wrong; 1 a failure was found or reproduced; 2 unusable\n"
                 "arguments or input; 3 two runs of one file differed; 4 the environment lacks\n"
                 "something; 5 the engine itself is wrong.\n");
}

static enum tool_exit
run_command(const struct command *command, int argc, char **argv)
{
    static char name[64];
    snprintf(name, sizeof(name), "heddle %s", command->name);
    command_name = name;
    argv[0] = name;
    enum tool_exit code = command->run(argc, argv);
    /* If an earlier write failed, its errno is gone. */
    errno = 0;
    if (fflush(stdout) != 0 || ferror(stdout)) {
        command_complain("cannot write the output%s%s", errno != 0 ? ": " : "",
                         errno != 0 ? strerror(errno) : "");
        code = tool_exit_worse(code, TOOL_ENVIRONMENT);
    }
    return code;
}

int
tool_main(int argc, char **argv)
{
    /* A full disk or a closed pipe is an error to report, not a death. */
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    command_name = "heddle";
    if (argc > 0) {
        tool_name = argv[0];
    }
    const char *word = argc > 1 ? argv[1] : "";
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        print_usage(stdout);
        return TOOL_OK;
    }
    if (strcmp(word, "--version") == 0) {
        printf("heddle %s (%s; events: sync%s)\n", HEDDLE_VERSION, heddle_build_sanitizers(),
               heddle_has_accesses() ? ", memory" : "");
        return TOOL_OK;
    }
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(word, commands[i].name) == 0) {
            return (int)run_command(&commands[i], argc - 1, argv + 1);
        }
    }
    if (word[0] != '\0') {
        command_complain("there is no %s '%s'\n", word[0] == '-' ? "option" : "command", word);
    }
    print_usage(stderr);
    return TOOL_USAGE;
}

/* --- options ----------------------------------------------------------------------------- */

void
command_complain(const char *format, ...)
{
    va_list arguments;
    has_complained = true;
    va_start(arguments, format);
    fprintf(stderr, "%s: ", command_name);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

error_t
command_parse_other(int key, char *argument, struct argp_state *state)
{
    switch (key) {
    case ARGP_KEY_INIT:
        /* getopt says what is wrong; what argp adds to it names options that we do not have. */
        state->err_stream = NULL;
        return 0;
    case 'h':
        argp_state_help(state, stdout, ARGP_HELP_USAGE | ARGP_HELP_DOC | ARGP_HELP_LONG);
        exit(TOOL_OK);
    case ARGP_KEY_ARG:
        command_complain("what is '%s' for? There is one argument too many", argument);
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void
print_options(const struct argp *argp)
{
    fprintf(stderr, "Options:");
    for (const struct argp_option *option = argp->options; option->name != NULL; option++) {
        fprintf(stderr, " --%s", option->name);
    }
    fprintf(stderr, ". More: %s --help\n", command_name);
}

bool
command_parse(const struct argp *argp, int argc, char **argv, void *input)
{
    error_t error = argp_parse(argp, argc, argv, ARGP_NO_EXIT | ARGP_NO_HELP, NULL, input);
    /* Then it was getopt that has: of an option that there is not, or that lacks its value. */
    if (error != 0 && !has_complained) {
        print_options(argp);
    }
    return error == 0;
}

bool
command_number(const char *option, const char *text, uint64_t least, uint64_t most, uint64_t *value)
{
    char *end = NULL;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 0);
    if (errno != 0 || end == text || *end != '\0' || strchr(text, '-') != NULL || number < least ||
        number > most) {
        command_complain("%s: '%s' is not a number from %llu to %llu", option, text,
                         (unsigned long long)least, (unsigned long long)most);
        return false;
    }
    *value = number;
    return true;
}

bool
command_seconds(const char *option, const char *text, double *value)
{
    char *end = NULL;
    double number = strtod(text, &end);
    if (end == text || *end != '\0' || !(number > 0) || number > 1e8) {
        command_complain("%s: '%s' is not a number of seconds above 0", option, text);
        return false;
    }
    *value = number;
    return true;
}

/* --- names ------------------------------------------------------------------------------- */

const struct laboratory_target *
command_target(const char *name)
{
    const struct laboratory_target *target = laboratory_target_find(name);
    if (target == NULL) {
        command_complain("there is no target '%s'. There is:", name);
        for (size_t i = 0; (target = laboratory_target_at(i)) != NULL; i++) {
            fprintf(stderr, "  %-12s  %s\n", target->name, target->property);
        }
    }
    return target;
}

const char *
command_subject_absent(const char *name)
{
    if (strcmp(name, "reference") == 0 && laboratory_subject_find(name) == NULL) {
        return "not in this build: it was configured without -DHEDDLE_KERNEL_SOURCE=…/netstack.c";
    }
    return NULL;
}

const struct subject *
command_subject(const char *name)
{
    const struct subject *subject = laboratory_subject_find(name);
    if (subject != NULL) {
        return subject;
    }
    const char *absent = command_subject_absent(name);
    command_complain("there is no subject '%s'%s%s. There is:", name, absent != NULL ? ": " : "",
                     absent != NULL ? absent : "");
    for (size_t i = 0; laboratory_subjects[i] != NULL; i++) {
        fprintf(stderr, "  %-12s  %s\n", laboratory_subjects[i]->name,
                laboratory_subjects[i]->summary);
    }
    return NULL;
}

bool
command_strategy(const struct laboratory_target *target, const char *name, uint8_t *code)
{
    const struct program_vocabulary *vocabulary = target->vocabulary;
    for (uint32_t i = 0; i < vocabulary->strategy_count; i++) {
        if (strcmp(vocabulary->strategies[i], name) == 0) {
            *code = (uint8_t)i;
            return true;
        }
    }
    command_complain("there is no strategy '%s'. There is:", name);
    for (uint32_t i = 0; i < vocabulary->strategy_count; i++) {
        const struct strategy *strategy = strategy_find(vocabulary->strategies[i]);
        fprintf(stderr, "  %-12s  %s\n", vocabulary->strategies[i],
                strategy != NULL ? strategy_summary(strategy) : "");
    }
    return false;
}

bool
command_verdict(const char *name, enum heddle_verdict *verdict)
{
    if (heddle_verdict_parse(name, verdict)) {
        return true;
    }
    command_complain("there is no verdict '%s'. There is:", name);
    for (int i = 0; i < HEDDLE_VERDICT_COUNT; i++) {
        fprintf(stderr, "  %s\n", heddle_verdict_name((enum heddle_verdict)i));
    }
    return false;
}
