/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the commands have in common that look for failures: for how long, with how many workers, what is known, and
 * where it goes.
 */
#ifndef TOOL_COMMAND_FINDINGS_H
#define TOOL_COMMAND_FINDINGS_H

#include "tool/command.h"

struct finding_options {
    uint64_t runs;  /* UINT64_MAX: no limit */
    double seconds; /* 0: no limit */
    bool keep_going;
    unsigned jobs;
    const char *known;     /* directory of known failures, or NULL */
    const char *directory; /* where findings go */
    bool json;
};
#define COMMAND_FINDINGS_DEFAULT                                                                   \
    {                                                                                              \
        .runs = UINT64_MAX, .jobs = 1, .directory = "findings"                                     \
    }

/* In such a command's options; what it does not list, nobody can give it. */
enum command_findings_key {
    COMMAND_KEY_RUNS = 512,
    COMMAND_KEY_SECONDS,
    COMMAND_KEY_KNOWN,
    COMMAND_KEY_JSON
};
#define COMMAND_OPTION_RUNS                                                                        \
    {                                                                                              \
        "runs", COMMAND_KEY_RUNS, "N", 0, "Stop after so many executions", 0                       \
    }
#define COMMAND_OPTION_SECONDS(otherwise)                                                          \
    {                                                                                              \
        "seconds", COMMAND_KEY_SECONDS, "T", 0, "Stop after this time; default" otherwise, 0       \
    }
#define COMMAND_OPTION_KEEP_GOING                                                                  \
    {                                                                                              \
        "keep-going", 'k', NULL, 0, "Go on after a failure; write each distinct one", 0            \
    }
#define COMMAND_OPTION_JOBS                                                                        \
    {                                                                                              \
        "jobs", 'j', "N", 0, "Worker processes; default 1. The findings are the same", 0           \
    }
#define COMMAND_OPTION_KNOWN                                                                       \
    {                                                                                              \
        "known", COMMAND_KEY_KNOWN, "DIR", 0,                                                      \
            "Pass over failures whose signature is there, as a .prog's name or in its head", 0     \
    }
#define COMMAND_OPTION_FINDINGS                                                                    \
    {                                                                                              \
        "output", 'o', "DIR", 0, "Where findings are written; default findings", 0                 \
    }
#define COMMAND_OPTION_JSON                                                                        \
    {                                                                                              \
        "json", COMMAND_KEY_JSON, NULL, 0,                                                         \
            "One object a line for each failure, the last one with totals", 0                      \
    }

/* One of these; ARGP_ERR_UNKNOWN: none of them. */
error_t command_parse_finding(struct finding_options *options, int key, char *argument);

#endif
