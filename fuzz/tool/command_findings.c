/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The options of commands that look for failures.
 */
#include "tool/command_findings.h"

#include <errno.h>

#include "tool/worker.h"

error_t
command_parse_finding(struct finding_options *options, int key, char *argument)
{
    uint64_t number = 0;
    switch (key) {
    case COMMAND_KEY_RUNS:
        return command_number("--runs", argument, 1, UINT64_MAX - 1, &options->runs) ? 0 : EINVAL;
    case COMMAND_KEY_SECONDS:
        return command_seconds("--seconds", argument, &options->seconds) ? 0 : EINVAL;
    case 'k':
        options->keep_going = true;
        return 0;
    case 'j':
        if (!command_number("--jobs", argument, 1, WORKER_JOBS_MAX, &number)) {
            return EINVAL;
        }
        options->jobs = (unsigned)number;
        return 0;
    case COMMAND_KEY_KNOWN:
        options->known = argument;
        return 0;
    case 'o':
        options->directory = argument;
        return 0;
    case COMMAND_KEY_JSON:
        options->json = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}
