/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What engines say of themselves, and what AFL++ keeps: it goes to the corpus folder, where libFuzzer reads it.
 */
#include <ctype.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "tool/campaign/campaign.h"
#include "tool/output.h"

uint64_t
campaign_last_number(const char *path, const char *word)
{
    char text[8192];
    uint64_t number = 0;
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return 0;
    }
    if (fseek(file, -(long)(sizeof(text) - 1), SEEK_END) != 0) {
        rewind(file);
    }
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    for (const char *at = text; (at = strstr(at, word)) != NULL;) {
        at += strlen(word);
        at += strspn(at, " \t:");
        number = isdigit((unsigned char)*at) ? strtoull(at, NULL, 10) : number;
    }
    return number;
}

/* False: it could not be written, and must be tried again. */
static bool
copy_to_corpus(const struct campaign *campaign, const char *target, const char *from)
{
    static uint8_t bytes[1 << 20];
    char to[PATH_MAX];
    FILE *file = fopen(from, "rb");
    size_t size = file != NULL ? fread(bytes, 1, sizeof(bytes), file) : 0;
    if (file != NULL) {
        fclose(file);
    }
    return size == 0 || size > CAMPAIGN_INPUT_MAX ||
           !campaign_path(campaign, to, "corpus/%s/afl-%016" PRIx64, target,
                          (uint64_t)XXH3_64bits(bytes, size)) ||
           access(to, F_OK) == 0 || output_write(to, bytes, size) == 0;
}

/* AFL++ names them id:000123,…; those that it has from others are marked so. */
static void
copy_queue(struct campaign *campaign, struct campaign_instance *instance)
{
    char path[PATH_MAX], entry_path[PATH_MAX];
    uint32_t seen = instance->queue_seen;
    bool whole = true;
    if (!campaign_path(campaign, path, "afl/%s/%s/queue", instance->target, instance->afl_name)) {
        return;
    }
    DIR *directory = opendir(path);
    for (struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
        unsigned id;
        if (sscanf(entry->d_name, "id:%u", &id) != 1 || id < instance->queue_seen) {
            continue;
        }
        seen = id >= seen ? id + 1 : seen;
        if (strstr(entry->d_name, ",sync:") == NULL &&
            snprintf(entry_path, sizeof(entry_path), "%s/%s", path, entry->d_name) < PATH_MAX) {
            whole = copy_to_corpus(campaign, instance->target, entry_path) && whole;
        }
    }
    if (directory != NULL) {
        closedir(directory);
    }
    instance->queue_seen = whole ? seen : instance->queue_seen;
}

void
campaign_observe(struct campaign *campaign)
{
    char path[PATH_MAX];
    for (size_t i = 0; i < campaign->instance_count; i++) {
        struct campaign_instance *instance = &campaign->instances[i];
        uint64_t edges = 0;
        if (instance->engine == CAMPAIGN_AFL) {
            copy_queue(campaign, instance);
            if (campaign_path(campaign, path, "afl/%s/%s/fuzzer_stats", instance->target,
                              instance->afl_name)) {
                edges = campaign_last_number(path, "edges_found");
            }
        } else if (campaign_path(campaign, path, "logs/%s", instance->name)) {
            edges = campaign_last_number(path, " cov:");
        }
        instance->edges = edges > instance->edges ? edges : instance->edges;
    }
}
