/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The tool's commands, and what their arguments have in common: one way to parse options, one way
 * to say what is wrong with them and what there is instead, one meaning of each exit code.
 */
#ifndef TOOL_COMMAND_H
#define TOOL_COMMAND_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

#include "netstack/laboratory.h"

#define TOOL_DEFAULT_SUBJECT "core"

/* What users and CI depend on. */
enum tool_exit {
    TOOL_OK = 0,
    TOOL_FAILURE = 1,     /* a failure was found or reproduced */
    TOOL_USAGE = 2,       /* unusable arguments or input */
    TOOL_DIFFERED = 3,    /* two runs of one file differed */
    TOOL_ENVIRONMENT = 4, /* the environment lacks something */
    TOOL_INTERNAL = 5,    /* the engine itself is wrong */
};

/* Which of two says more about why something must be looked into. */
enum tool_exit tool_exit_worse(enum tool_exit a, enum tool_exit b);

/* The whole tool: main is one call of it, so that a test links it with subjects of its own. */
int tool_main(int argc, char **argv);

/* How the tool was called, for the commands that it prints. */
extern const char *tool_name;

enum tool_exit command_list(int argc, char **argv);
enum tool_exit command_run(int argc, char **argv);
enum tool_exit command_replay(int argc, char **argv);
enum tool_exit command_explain(int argc, char **argv);
enum tool_exit command_enumerate(int argc, char **argv);
enum tool_exit command_faults(int argc, char **argv);
enum tool_exit command_shrink(int argc, char **argv);
enum tool_exit command_campaign(int argc, char **argv);
enum tool_exit command_report(int argc, char **argv);
enum tool_exit command_convert(int argc, char **argv);
enum tool_exit command_doctor(int argc, char **argv);

/* --- for commands ------------------------------------------------------------------------ */

/* In every command's options, first; and what its parser does with keys that it does not know. */
#define COMMAND_OPTION_HELP                                                                        \
    {                                                                                              \
        "help", 'h', NULL, 0, "Print this help and exit", -1                                       \
    }
error_t command_parse_other(int key, char *argument, struct argp_state *state);

/*
 * Parses; says on stderr what is wrong, and for unknown options which there are.
 * Returns: false: exit with TOOL_USAGE. --help does not return.
 */
bool command_parse(const struct argp *argp, int argc, char **argv, void *input);

/* "heddle run: …" on stderr, with a newline. */
void command_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The values of options. false: has complained, naming the option. */
bool command_number(const char *option, const char *text, uint64_t least, uint64_t most,
                    uint64_t *value);
bool command_seconds(const char *option, const char *text, double *value);

/* What has a name. NULL or false: has complained and said what there is. */
const struct laboratory_target *command_target(const char *name);
const struct subject *command_subject(const char *name);
bool command_strategy(const struct laboratory_target *target, const char *name, uint8_t *code);
bool command_verdict(const char *name, enum heddle_verdict *verdict);

/* Why a subject that people look for is not in this build, or NULL. */
const char *command_subject_absent(const char *name);

#endif
