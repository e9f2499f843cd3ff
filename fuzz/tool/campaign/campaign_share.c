/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Campaigns on several hosts, over one folder that all of them reach: SHARE/HOST/ is laid out as a campaign's directory, with
 * corpus/, failures/, tallies/ and campaign.json. A host writes in its own folder alone, each file whole or not at all, so nobody
 * needs a lock; it reads everybody else's. What comes from others is called from-HOST-NAME in the corpus, and is not passed on.
 *
 * The exchange is a process of its own: where the folder does not answer, the campaign goes on.
 */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tool/campaign/campaign.h"
#include "tool/output.h"
#include "tool/terminal.h"

#define PAUSE_SECONDS 5.0  /* at least, between exchanges */
#define PAUSE_FACTOR  20.0 /* and so many times what the last one took */
#define FILE_SIZE_MAX (16u << 20)
#define FROM          "from-"

/* In memory that the process of the exchange writes and the campaign reads. */
struct campaign_exchange {
    uint64_t inputs, failures; /* that came from others, in this life */
    int error;                 /* errno of the last exchange */
    char path[PATH_MAX];       /* what it could not do it with */
};

/* --- files ---------------------------------------------------------------------------------- */

/* Remembers the first thing that does not work. */
static void
note_error(struct campaign_exchange *exchange, int error, const char *path)
{
    if (error != 0 && exchange->error == 0) {
        exchange->error = error;
        snprintf(exchange->path, sizeof(exchange->path), "%s", path);
    }
}

/* Returns: 0, also if it is gone meanwhile, or larger than anything that belongs here; or errno. */
static int
copy_file(const char *from, const char *to, size_t size_max, bool *copied)
{
    struct stat status;
    FILE *file = fopen(from, "rb");
    *copied = false;
    if (file == NULL) {
        return errno == ENOENT ? 0 : errno;
    }
    int error = fstat(fileno(file), &status) == 0 ? 0 : errno;
    size_t size = error == 0 && S_ISREG(status.st_mode) && status.st_size > 0 &&
                          (uint64_t)status.st_size <= size_max
                      ? (size_t)status.st_size
                      : 0;
    uint8_t *bytes = size > 0 ? malloc(size) : NULL;
    if (size > 0 && bytes == NULL) {
        error = ENOMEM;
    } else if (size > 0 && fread(bytes, 1, size, file) != size) {
        error = EIO;
    } else if (size > 0) {
        error = output_write(to, bytes, size);
        *copied = error == 0;
    }
    fclose(file);
    free(bytes);
    return error;
}

static bool
join(char path[PATH_MAX], const char *folder, const char *before, const char *name)
{
    int length = snprintf(path, PATH_MAX, "%s/%s%s", folder, before, name);
    return length > 0 && length < PATH_MAX;
}

/*
 * Copies those files of a folder that end so, and are not there: under neither name, if they get one in front of theirs. What came
 * from others stays out. Returns: how many.
 */
static uint64_t
copy_new(struct campaign_exchange *exchange, const char *from, const char *to, const char *before,
         const char *suffix)
{
    char source[PATH_MAX], here[PATH_MAX], renamed[PATH_MAX];
    uint64_t count = 0;
    DIR *directory = opendir(from);
    if (directory == NULL) {
        note_error(exchange, errno == ENOENT ? 0 : errno, from);
        return 0;
    }
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        const char *name = entry->d_name;
        size_t length = strlen(name), end = strlen(suffix);
        bool copied = false;
        if (!campaign_is_whole(name) || strncmp(name, FROM, strlen(FROM)) == 0 || length < end ||
            strcmp(name + length - end, suffix) != 0 || !join(source, from, "", name) ||
            !join(here, to, "", name) || !join(renamed, to, before, name) ||
            access(here, F_OK) == 0 || access(renamed, F_OK) == 0) {
            continue;
        }
        note_error(exchange, copy_file(source, renamed, FILE_SIZE_MAX, &copied), renamed);
        count += copied;
    }
    closedir(directory);
    return count;
}

/* --- the exchange --------------------------------------------------------------------------- */

static bool
share_path(const struct campaign *campaign, char path[PATH_MAX], const char *host,
           const char *folder)
{
    int length = snprintf(path, PATH_MAX, "%s/%s/%s", campaign->options->share, host, folder);
    return length > 0 && length < PATH_MAX;
}

/* From SHARE/HOST/FOLDER to DIRECTORY/FOLDER, or the other way round. */
static uint64_t
exchange_folder(struct campaign *campaign, const char *host, const char *folder, const char *before,
                const char *suffix, bool pull)
{
    char here[PATH_MAX], there[PATH_MAX];
    if (!campaign_path(campaign, here, "%s", folder) ||
        !share_path(campaign, there, host, folder)) {
        return 0;
    }
    return pull ? copy_new(campaign->exchange, there, here, before, suffix)
                : copy_new(campaign->exchange, here, there, before, suffix);
}

/* .prog last, since it is what counts. Returns: how many of those. */
static uint64_t
exchange_failures(struct campaign *campaign, const char *host, bool pull)
{
    (void)exchange_folder(campaign, host, "failures", "", ".json", pull);
    (void)exchange_folder(campaign, host, "failures", "", ".txt", pull);
    return exchange_folder(campaign, host, "failures", "", ".prog", pull);
}

/* What is not the same for long: it takes the place of what is there. */
static void
publish_figures(struct campaign *campaign)
{
    char here[PATH_MAX], there[PATH_MAX], name[96];
    bool copied;
    for (size_t i = 0; i <= campaign->instance_count; i++) {
        bool last = i == campaign->instance_count;
        snprintf(name, sizeof(name), last ? "%scampaign.json" : "tallies/%s",
                 last ? "" : campaign->instances[i].name);
        if (campaign_path(campaign, here, "%s", name) &&
            share_path(campaign, there, campaign->options->host, name)) {
            note_error(campaign->exchange, copy_file(here, there, FILE_SIZE_MAX, &copied), there);
        }
    }
}

static void
publish(struct campaign *campaign)
{
    const char *host = campaign->options->host;
    char folder[80];
    for (size_t i = 0; i < campaign->options->target_count; i++) {
        snprintf(folder, sizeof(folder), "corpus/%s", campaign->options->targets[i]);
        (void)exchange_folder(campaign, host, folder, "", "", false);
    }
    (void)exchange_failures(campaign, host, false);
    publish_figures(campaign);
}

static void
pull_from(struct campaign *campaign, const char *host)
{
    char folder[80], before[NAME_MAX + 16];
    snprintf(before, sizeof(before), FROM "%s-", host);
    for (size_t i = 0; i < campaign->options->target_count; i++) {
        snprintf(folder, sizeof(folder), "corpus/%s", campaign->options->targets[i]);
        campaign->exchange->inputs += exchange_folder(campaign, host, folder, before, "", true);
    }
    campaign->exchange->failures += exchange_failures(campaign, host, true);
}

static void
pull(struct campaign *campaign)
{
    const struct campaign_options *options = campaign->options;
    DIR *directory = opendir(options->share);
    note_error(campaign->exchange, directory != NULL ? 0 : errno, options->share);
    for (struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
        if (entry->d_name[0] != '.' && strcmp(entry->d_name, options->host) != 0) {
            pull_from(campaign, entry->d_name);
        }
    }
    if (directory != NULL) {
        closedir(directory);
    }
}

/* --- in the campaign ------------------------------------------------------------------------ */

static int
make_folder(const struct campaign *campaign, const char *folder)
{
    char path[PATH_MAX];
    return share_path(campaign, path, campaign->options->host, folder) ? output_make_directory(path)
                                                                       : ENAMETOOLONG;
}

/* Once, at the beginning: what was made while the share is away, its mount would hide. */
static int
make_folders(const struct campaign *campaign)
{
    char folder[80];
    int error = make_folder(campaign, "tallies");
    error = error == 0 ? make_folder(campaign, "failures") : error;
    for (size_t i = 0; i < campaign->options->target_count && error == 0; i++) {
        snprintf(folder, sizeof(folder), "corpus/%s", campaign->options->targets[i]);
        error = make_folder(campaign, folder);
    }
    return error;
}

enum tool_exit
campaign_share_open(struct campaign *campaign)
{
    const struct campaign_options *options = campaign->options;
    char path[PATH_MAX];
    if (options->share == NULL) {
        return TOOL_OK;
    }
    int error = make_folders(campaign);
    if (error != 0) {
        command_complain("--share: %s: %s", options->share, strerror(error));
        return output_exit(error);
    }
    struct json_object *other = share_path(campaign, path, options->host, "campaign.json")
                                    ? json_object_from_file(path)
                                    : NULL;
    struct json_object *seed = json_object_object_get(other, "seed");
    bool is_ours = seed == NULL || json_object_get_uint64(seed) == campaign->seed;
    json_object_put(other);
    if (!is_ours) {
        command_complain("--host: %s/%s is another campaign's, which has another seed: each "
                         "campaign needs a name of its own",
                         options->share, options->host);
        return TOOL_USAGE;
    }
    campaign->exchange = mmap(NULL, sizeof(*campaign->exchange), PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (campaign->exchange == MAP_FAILED) {
        campaign->exchange = NULL;
        command_complain("--share: %s", strerror(errno));
        return TOOL_ENVIRONMENT;
    }
    return TOOL_OK;
}

static void
exchange(struct campaign *campaign, bool with_others)
{
    char path[PATH_MAX];
    bool is_there =
        share_path(campaign, path, campaign->options->host, "tallies") && access(path, W_OK) == 0;
    campaign->exchange->error = 0;
    if (!is_there) {
        note_error(campaign->exchange, errno, path);
        return;
    }
    publish(campaign);
    if (with_others) {
        pull(campaign);
    }
}

static void
begin(struct campaign *campaign, bool with_others)
{
    fflush(NULL);
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        signal(SIGINT, SIG_IGN);
        if (getppid() == parent) {
            exchange(campaign, with_others);
        }
        _exit(0);
    }
    campaign->exchanging = pid > 0 ? pid : 0;
    campaign->exchange_began = terminal_now();
}

/* Said once each: that it cannot be done, and that it can again. */
static void
end(struct campaign *campaign)
{
    double took = terminal_now() - campaign->exchange_began;
    bool cannot = campaign->exchange->error != 0;
    campaign->exchanging = 0;
    campaign->exchange_at =
        terminal_now() +
        (took * PAUSE_FACTOR > PAUSE_SECONDS ? took * PAUSE_FACTOR : PAUSE_SECONDS);
    if (cannot != campaign->cannot_share) {
        terminal_progress_erase();
        if (cannot) {
            command_complain("nothing is exchanged with other hosts now: %s: %s. It is tried again",
                             campaign->exchange->path, strerror(campaign->exchange->error));
        } else {
            command_complain("%s can be used again", campaign->options->share);
        }
    }
    campaign->cannot_share = cannot;
}

void
campaign_share(struct campaign *campaign)
{
    if (campaign->exchange == NULL) {
        return;
    }
    if (campaign->exchanging != 0) {
        if (waitpid(campaign->exchanging, NULL, WNOHANG) == campaign->exchanging) {
            end(campaign);
        }
    } else if (terminal_now() >= campaign->exchange_at) {
        begin(campaign, true);
    }
}

static void
await(struct campaign *campaign)
{
    while (campaign->exchanging != 0) {
        if (waitpid(campaign->exchanging, NULL, 0) == campaign->exchanging) {
            end(campaign);
        }
    }
}

void
campaign_share_now(struct campaign *campaign, bool with_others)
{
    if (campaign->exchange != NULL) {
        await(campaign);
        begin(campaign, with_others);
        await(campaign);
    }
}

void
campaign_share_tell(const struct campaign *campaign)
{
    if (campaign->exchange != NULL) {
        printf("%" PRIu64 " inputs and %" PRIu64
               " failures of other hosts, by %s; this one is %s\n",
               campaign->exchange->inputs, campaign->exchange->failures, campaign->options->share,
               campaign->options->host);
    }
}
