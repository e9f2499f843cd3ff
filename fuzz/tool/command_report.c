/* SPDX-License-Identifier: BSD-2-Clause
 *
 * heddle report: its arguments, and where the page goes. What is on it is in campaign/campaign_page.c and the page_*.c beside it.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/campaign/campaign_page.h"
#include "tool/output.h"

struct report_arguments {
    const char *directory, *output;
};

static const struct argp_option options[] = {
    COMMAND_OPTION_HELP,
    {"output", 'o', "OUT", 0, "The page; default: DIR/report.html", 0},
    {0},
};

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct report_arguments *arguments = state->input;
    switch (key) {
    case 'o':
        if (argument[0] == '\0') {
            command_complain("-o: needs the name of a file");
            return EINVAL;
        }
        arguments->output = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->directory != NULL) {
            break;
        }
        arguments->directory = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        command_complain("needs DIR, a campaign's directory");
        return EINVAL;
    default:
        break;
    }
    return command_parse_other(key, argument, state);
}

static enum tool_exit
write_page(const struct campaign_account *account, const char *path)
{
    char *text = NULL;
    size_t size = 0;
    enum tool_exit code = TOOL_OK;
    FILE *out = open_memstream(&text, &size);
    int error = out == NULL ? ENOMEM : 0;
    if (error == 0) {
        code = campaign_page(account, out);
        error = fclose(out) == 0 ? output_write(path, text, size) : errno;
    }
    free(text);
    if (error != 0) {
        command_complain("%s: %s", path, strerror(error));
        return output_exit(error);
    }
    printf("%s: %zu distinct failure%s in %" PRIu64 " executions\n", path, account->failure_count,
           account->failure_count == 1 ? "" : "s", account->sum.runs);
    return code;
}

enum tool_exit
command_report(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "DIR",
        .doc = "Makes a page of a campaign, whether it runs, was killed or has ended; it only "
               "reads there. What ran, how coverage, corpus, executions and failures grew, each "
               "failure with what broke and its timeline, which faults were injected where and "
               "which never, interleavings, operations. The page needs nothing but itself.\v"
               "Failures are run again, to be explained; those that this build cannot run are "
               "shown as they were written down when they were found.\n\n"
               "Example: heddle report campaign -o campaign.html",
    };
    struct report_arguments arguments = {0};
    struct campaign_account *account;
    char path[PATH_MAX];
    if (!command_parse(&argp, argc, argv, &arguments)) {
        return TOOL_USAGE;
    }
    enum tool_exit code = campaign_account_read(arguments.directory, &account);
    if (code != TOOL_OK) {
        return code;
    }
    if (arguments.output != NULL) {
        code = write_page(account, arguments.output);
    } else if (campaign_path(&account->campaign, path, "report.html")) {
        code = write_page(account, path);
    } else {
        command_complain("%s: %s", arguments.directory, strerror(ENAMETOOLONG));
        code = TOOL_USAGE;
    }
    campaign_account_destroy(account);
    return code;
}
