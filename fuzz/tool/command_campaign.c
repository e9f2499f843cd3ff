/* SPDX-License-Identifier: BSD-2-Clause
 *
 * heddle campaign: its arguments. The work is in campaign.c.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool/campaign/campaign.h"
#include "tool/output.h"

#define DEFAULT_TARGET  "lifecycle"
#define DEFAULT_SECONDS 3600
#define HOST_SIZE_MAX   16

enum { KEY_ENGINE = 256, KEY_HOST, KEY_SHARE, KEY_SECONDS, KEY_RESUME, KEY_SEED, KEY_TREES };

static const struct argp_option options[] = {
    COMMAND_OPTION_HELP,
    {"engine", KEY_ENGINE, "ENGINE", 0, "libfuzzer, afl or both; default both", 0},
    {"jobs", 'j', "N", 0, "Processes of engines, for all targets; default: one a processor", 0},
    {"seconds", KEY_SECONDS, "T", 0, "Of all its lives together; default 3600", 0},
    {"output", 'o', "DIR", 0, "The campaign's directory", 0},
    {"seed", KEY_SEED, "N", 0,
     "Of all its randomness, from 1; default: drawn, and written to campaign.json", 0},
    {"resume", KEY_RESUME, NULL, 0,
     "Go on with the campaign in DIR, interrupted or killed; with its targets and engines, unless "
     "others are named",
     0},
    {"share", KEY_SHARE, "DIR", 0,
     "Exchange inputs and failures with campaigns on other hosts, by this folder that all reach",
     0},
    {"host", KEY_HOST, "NAME", 0, "What this one is called there; default: the host's name", 0},
    {"trees", KEY_TREES, "DIR", 0,
     "Where the build trees fuzz, afl, afl-asan and release are; default: beside this program's",
     0},
    {0},
};

static error_t
parse_engine(struct campaign_options *chosen, const char *name)
{
    chosen->libfuzzer = strcmp(name, "libfuzzer") == 0 || strcmp(name, "both") == 0;
    chosen->afl = strcmp(name, "afl") == 0 || strcmp(name, "both") == 0;
    if (!chosen->libfuzzer && !chosen->afl) {
        command_complain("--engine: '%s' is none of libfuzzer, afl and both", name);
        return EINVAL;
    }
    return 0;
}

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct campaign_options *chosen = state->input;
    uint64_t number = 0;
    switch (key) {
    case KEY_ENGINE:
        return parse_engine(chosen, argument);
    case 'j':
        if (!command_number("--jobs", argument, 1, CAMPAIGN_INSTANCES_MAX / 2, &number)) {
            return EINVAL;
        }
        chosen->jobs = (unsigned)number;
        return 0;
    case KEY_SECONDS:
        return command_seconds("--seconds", argument, &chosen->seconds) ? 0 : EINVAL;
    case 'o':
        chosen->directory = argument;
        return 0;
    case KEY_SEED:
        chosen->is_seeded = true;
        return command_number("--seed", argument, 1, UINT64_MAX, &chosen->seed) ? 0 : EINVAL;
    case KEY_SHARE:
        chosen->share = argument;
        return 0;
    case KEY_HOST:
        chosen->host = argument;
        return 0;
    case KEY_RESUME:
        chosen->resume = true;
        return 0;
    case KEY_TREES:
        chosen->trees = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (chosen->target_count == CAMPAIGN_TARGETS_MAX) {
            command_complain("more than %d targets", CAMPAIGN_TARGETS_MAX);
            return EINVAL;
        }
        chosen->targets[chosen->target_count++] = argument;
        return 0;
    case ARGP_KEY_END:
        if (chosen->directory == NULL) {
            command_complain("needs -o DIR, the campaign's directory");
            return EINVAL;
        }
        if (chosen->host != NULL && chosen->share == NULL) {
            command_complain("--host: needs --share DIR, where that name is used");
            return EINVAL;
        }
        return 0;
    default:
        break;
    }
    return command_parse_other(key, argument, state);
}

/* This program is build/<preset>/bin/heddle. */
static bool
find_trees(char trees[PATH_MAX])
{
    ssize_t length = readlink("/proc/self/exe", trees, PATH_MAX - 1);
    if (length <= 0) {
        return false;
    }
    trees[length] = '\0';
    for (int i = 0; i < 3; i++) {
        char *slash = strrchr(trees, '/');
        if (slash == NULL) {
            return false;
        }
        *slash = '\0';
    }
    return true;
}

/* Names go into paths: a slash in one would lead elsewhere. */
static bool
names_are_usable(const struct campaign_options *chosen)
{
    for (size_t i = 0; i < chosen->target_count; i++) {
        if (chosen->targets[i][0] == '\0' ||
            strspn(chosen->targets[i], "abcdefghijklmnopqrstuvwxyz_") !=
                strlen(chosen->targets[i])) {
            command_complain("'%s' is no fuzz target's name; fuzz/targets/ has them, as lifecycle",
                             chosen->targets[i]);
            return false;
        }
    }
    return true;
}

/* It is part of files' names, and of those of AFL++'s processes, which have at most so many characters. */
static bool
settle_host(struct campaign_options *chosen, char host[HOST_NAME_MAX + 1])
{
    static const char usable[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    if (chosen->share == NULL) {
        chosen->host = "";
        return true;
    }
    if (chosen->host == NULL) {
        if (gethostname(host, HOST_NAME_MAX) != 0) {
            host[0] = '\0';
        }
        host[HOST_SIZE_MAX] = '\0';
        host[strcspn(host, ".")] = '\0';
        for (char *at = host + strspn(host, usable); *at != '\0'; at += strspn(at, usable)) {
            *at = '_'; /* most often a '-' */
        }
        chosen->host = host;
    }
    size_t length = strlen(chosen->host);
    if (length == 0 || length > HOST_SIZE_MAX || strspn(chosen->host, usable) != length) {
        command_complain("--host: '%s' is no name for a host: letters, digits and '_', at most %d",
                         chosen->host, HOST_SIZE_MAX);
        return false;
    }
    return true;
}

/* What is not said stays as it was in the last life of a campaign that goes on. */
static enum tool_exit
settle_targets(struct campaign_options *chosen, struct campaign_record *record)
{
    bool has_engine = chosen->libfuzzer || chosen->afl, has_target = chosen->target_count > 0;
    *record = (struct campaign_record){.libfuzzer = true, .afl = true};
    if (chosen->resume && !(has_target && has_engine)) {
        struct campaign campaign = {.options = chosen};
        enum tool_exit code = campaign_load(&campaign, record);
        free(campaign.history);
        if (code != TOOL_OK) {
            return code;
        }
    }
    for (size_t i = 0; !has_target && i < record->target_count; i++) {
        chosen->targets[chosen->target_count++] = record->targets[i];
    }
    if (chosen->target_count == 0) {
        chosen->targets[chosen->target_count++] = DEFAULT_TARGET;
    }
    if (!has_engine) {
        chosen->libfuzzer = record->libfuzzer || !record->afl;
        chosen->afl = record->afl || !record->libfuzzer;
    }
    return names_are_usable(chosen) ? TOOL_OK : TOOL_USAGE;
}

enum tool_exit
command_campaign(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "[TARGET...]",
        .doc = "Runs fuzzing engines side by side over one corpus, for hours: libFuzzer, and AFL++ "
               "with a main, secondaries and one under AddressSanitizer. Each new failure is "
               "confirmed by replay, told apart by its signature, shrunk and explained, while the "
               "engines go on. Five executions in a hundred are done twice and compared.\v"
               "TARGET is a fuzz target: lifecycle (default), registry, references, shared_kstats, "
               "faults, text, bytes; with a kernel source, reference and differential, too. Killed "
               "at any moment, --resume goes on with nothing lost. On several hosts: one campaign "
               "each, with a directory of its own and the same --share (docs/many-hosts.md).\n\n"
               "Example: heddle campaign reference --engine both --seconds 600 -o campaign",
    };
    char trees[PATH_MAX], host[HOST_NAME_MAX + 1];
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    struct campaign_record record;
    struct campaign_options chosen = {.jobs = processors > 0 ? (unsigned)processors : 1,
                                      .seconds = DEFAULT_SECONDS};
    if (!command_parse(&argp, argc, argv, &chosen) || !settle_host(&chosen, host) ||
        !output_is_usable("-o", chosen.directory) ||
        (chosen.share != NULL && !output_is_usable("--share", chosen.share))) {
        return TOOL_USAGE;
    }
    enum tool_exit code = settle_targets(&chosen, &record);
    if (code != TOOL_OK) {
        return code;
    }
    if (chosen.trees == NULL) {
        if (!find_trees(trees)) {
            command_complain("cannot find the build trees; --trees says where they are");
            return TOOL_ENVIRONMENT;
        }
        chosen.trees = trees;
    }
    return campaign_run(&chosen);
}
