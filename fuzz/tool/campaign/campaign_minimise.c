/* SPDX-License-Identifier: BSD-2-Clause
 *
 * At a campaign's end: each corpus as small as keeps its coverage.
 */
#include <dirent.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "tool/campaign/campaign.h"
#include "tool/campaign/campaign_process.h"
#include "tool/output.h"

#define MERGE_SECONDS "120"

static void
remove_folder(const char *path)
{
    const char *const arguments[] = {"rm", "-rf", "--", path, NULL};
    (void)process_call(arguments, NULL);
}

/* Files of a folder that are not empty. */
static uint64_t
count_whole(const char *folder)
{
    char path[PATH_MAX];
    uint64_t count = 0;
    DIR *directory = opendir(folder);
    for (struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
        struct stat status;
        count += entry->d_name[0] != '.' &&
                 snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name) < PATH_MAX &&
                 stat(path, &status) == 0 && status.st_size > 0;
    }
    if (directory != NULL) {
        closedir(directory);
    }
    return count;
}

/* libFuzzer's set cover. */
static bool
merge(const struct campaign *campaign, const char *target, const char *from, const char *to)
{
    const char *directory = campaign->options->directory;
    struct process_line line = {0};
    char log[PATH_MAX];
    process_put_made(&line, "%s/fuzz/bin/fuzz_%s", campaign->options->trees, target);
    process_put(&line, "-merge=1");
    process_put(&line, "-set_cover_merge=1");
    process_put(&line, "-max_total_time=" MERGE_SECONDS);
    process_put(&line, "--keep-going=1");
    process_put_made(&line, "--findings=%s/incoming", directory);
    process_put_made(&line, "--known=%s/failures", directory);
    process_put(&line, to);
    process_put(&line, from);
    bool merged = campaign_path(campaign, log, "logs/%s-minimise", target) && !line.failed &&
                  process_call(line.arguments, log) == 0;
    process_line_fini(&line);
    /* libFuzzer does not notice what it could not write. */
    return merged && count_whole(to) == campaign_last_number(log, "MERGE-OUTER");
}

/* Into a folder beside it; only a whole one takes the place. */
static bool
minimise(const struct campaign *campaign, const char *target)
{
    char from[PATH_MAX], to[PATH_MAX], old[PATH_MAX];
    if (!campaign_has_program(campaign, "fuzz", target) ||
        !campaign_path(campaign, from, "corpus/%s", target) ||
        !campaign_path(campaign, to, "corpus/.%s.small", target) ||
        !campaign_path(campaign, old, "corpus/.%s.old", target)) {
        return false;
    }
    remove_folder(to);
    remove_folder(old);
    if (output_make_directory(to) != 0) {
        return false;
    }
    if (!merge(campaign, target, from, to)) {
        remove_folder(to);
        return false;
    }
    bool done = rename(from, old) == 0 && rename(to, from) == 0;
    if (done) {
        remove_folder(old);
    }
    return done;
}

void
campaign_minimise(struct campaign *campaign)
{
    for (size_t i = 0; i < campaign->options->target_count; i++) {
        const char *target = campaign->options->targets[i];
        char folder[PATH_MAX];
        snprintf(folder, sizeof(folder), "corpus/%s", target);
        uint64_t before = campaign_count(campaign, folder, "");
        if (minimise(campaign, target)) {
            printf("corpus/%s: %" PRIu64 " inputs of %" PRIu64 " have all the coverage\n", target,
                   campaign_count(campaign, folder, ""), before);
        } else {
            printf("corpus/%s: left as it is, %" PRIu64
                   " inputs; the smaller one was not finished\n",
                   target, before);
        }
    }
}
