/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading a campaign's directory.
 */
#include "tool/campaign/campaign_account.h"

#include <dirent.h>
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names of a folder's files that end so and are not hidden, into a list of things; false: no memory. */
struct listing {
    void *items;
    size_t count, size; /* size: of one */
};

static void *
add_item(struct listing *listing)
{
    char *items = realloc(listing->items, (listing->count + 1) * listing->size);
    if (items == NULL) {
        return NULL;
    }
    listing->items = items;
    void *item = items + listing->count++ * listing->size;
    memset(item, 0, listing->size);
    return item;
}

static bool
list_folder(const struct campaign *campaign, const char *folder, const char *suffix,
            bool (*take)(const struct campaign *campaign, const char *name,
                         struct listing *listing),
            struct listing *listing)
{
    char path[PATH_MAX];
    bool ok = true;
    DIR *directory = campaign_path(campaign, path, "%s", folder) ? opendir(path) : NULL;
    for (struct dirent *entry; ok && directory != NULL && (entry = readdir(directory)) != NULL;) {
        size_t length = strlen(entry->d_name), end = strlen(suffix);
        if (entry->d_name[0] != '.' && length > end &&
            strcmp(entry->d_name + length - end, suffix) == 0) {
            ok = take(campaign, entry->d_name, listing);
        }
    }
    if (directory != NULL) {
        closedir(directory);
    }
    return ok;
}

/* --- instances ----------------------------------------------------------------------------- */

static bool
take_instance(const struct campaign *campaign, const char *name, struct listing *listing)
{
    struct account_instance *instance = add_item(listing);
    if (instance != NULL) {
        snprintf(instance->name, sizeof(instance->name), "%s", name);
    }
    (void)campaign;
    return instance != NULL;
}

static int
by_name(const void *a, const void *b)
{
    return strcmp(((const struct account_instance *)a)->name,
                  ((const struct account_instance *)b)->name);
}

static void
read_tallies(struct campaign_account *account)
{
    for (size_t i = 0; i < account->instance_count; i++) {
        struct account_instance *instance = &account->instances[i];
        struct tally tally;
        char path[PATH_MAX];
        instance->readable =
            campaign_path(&account->campaign, path, "tallies/%s", instance->name) &&
            tally_read(path, &tally);
        if (!instance->readable) {
            account->unreadable++;
            continue;
        }
        instance->runs = tally.runs;
        instance->passed_over = tally.passed_over;
        instance->doubled = tally.doubled;
        instance->pairs = tally.pairs;
        tally_add(&account->sum, &tally);
    }
}

/* --- failures ------------------------------------------------------------------------------ */

/* "# promise: …": the head of a .prog, as report_print_prog writes it. */
static void
read_head(struct account_failure *failure)
{
    const struct {
        const char *name;
        char *value;
        size_t size;
    } fields[] = {
        {"# verdict: ", failure->verdict, sizeof(failure->verdict)},
        {"# promise: ", failure->promise, sizeof(failure->promise)},
        {"# oracle: ", failure->oracle, sizeof(failure->oracle)},
        {"# place: ", failure->place, sizeof(failure->place)},
        {"# found by: ", failure->found_by, sizeof(failure->found_by)},
    };
    char *line = NULL;
    size_t room = 0;
    FILE *file = fopen(failure->path, "r");
    while (file != NULL && getline(&line, &room, file) > 0 && line[0] == '#') {
        line[strcspn(line, "\n")] = '\0';
        for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
            size_t length = strlen(fields[i].name);
            if (strncmp(line, fields[i].name, length) == 0) {
                snprintf(fields[i].value, fields[i].size, "%s", line + length);
            }
        }
    }
    free(line);
    if (file != NULL) {
        fclose(file);
    }
}

static void
take_text(struct json_object *object, const char *name, char *text, size_t size)
{
    struct json_object *value = json_object_object_get(object, name);
    if (value != NULL) {
        snprintf(text, size, "%s", json_object_get_string(value));
    }
}

static void
describe_process(struct json_object *meta, char *text, size_t size)
{
    char instance[64] = "", engine[16] = "", role[16] = "", seed[24] = "", run[24] = "";
    take_text(meta, "instance", instance, sizeof(instance));
    take_text(meta, "engine", engine, sizeof(engine));
    take_text(meta, "role", role, sizeof(role));
    take_text(meta, "seed", seed, sizeof(seed));
    take_text(meta, "run", run, sizeof(run));
    if (instance[0] != '\0') {
        snprintf(text, size, "%s (%s%s%s)%s%s%s%s", instance, engine, role[0] != '\0' ? ", " : "",
                 role, seed[0] != '\0' ? ", seed " : "", seed, run[0] != '\0' ? ", execution " : "",
                 run);
    }
}

/* Who ran when it was found says more than the shrinking that wrote the file. */
static void
read_origin(struct account_failure *failure, const char *path)
{
    struct json_object *meta = json_object_from_file(path);
    struct json_object *seconds = json_object_object_get(meta, "campaign_seconds");
    failure->seconds = seconds != NULL ? json_object_get_double(seconds) : -1;
    take_text(meta, "found_by", failure->found_by, sizeof(failure->found_by));
    take_text(meta, "file", failure->file, sizeof(failure->file));
    take_text(meta, "commit", failure->commit, sizeof(failure->commit));
    take_text(meta, "build", failure->build, sizeof(failure->build));
    take_text(meta, "found", failure->found, sizeof(failure->found));
    take_text(meta, "judged", failure->judged, sizeof(failure->judged));
    describe_process(meta, failure->process, sizeof(failure->process));
    json_object_put(meta);
}

static bool
take_failure(const struct campaign *campaign, const char *name, struct listing *listing)
{
    struct account_failure *failure = add_item(listing);
    char origin[PATH_MAX];
    if (failure == NULL) {
        return false;
    }
    int length = (int)(strlen(name) - strlen(".prog"));
    snprintf(failure->name, sizeof(failure->name), "%.*s", length, name);
    failure->seconds = -1;
    if (campaign_path(campaign, failure->path, "failures/%s", name)) {
        read_head(failure);
    }
    if (campaign_path(campaign, origin, "failures/%.*s.json", length, name)) {
        read_origin(failure, origin);
    }
    return true;
}

static int
by_seconds(const void *a, const void *b)
{
    const struct account_failure *one = a, *other = b;
    return one->seconds < other->seconds   ? -1
           : one->seconds > other->seconds ? 1
                                           : strcmp(one->name, other->name);
}

/* --- the whole ----------------------------------------------------------------------------- */

static bool
read_folders(struct campaign_account *account)
{
    struct listing instances = {.size = sizeof(*account->instances)};
    struct listing failures = {.size = sizeof(*account->failures)};
    bool ok = list_folder(&account->campaign, "tallies", "", take_instance, &instances) &&
              list_folder(&account->campaign, "failures", ".prog", take_failure, &failures);
    account->instances = instances.items;
    account->instance_count = instances.count;
    account->failures = failures.items;
    account->failure_count = failures.count;
    if (!ok) {
        return false;
    }
    if (instances.count > 0) {
        qsort(account->instances, instances.count, sizeof(*account->instances), by_name);
    }
    if (failures.count > 0) {
        qsort(account->failures, failures.count, sizeof(*account->failures), by_seconds);
    }
    read_tallies(account);
    for (size_t i = 0; i < account->record.target_count; i++) {
        char folder[80];
        snprintf(folder, sizeof(folder), "corpus/%s", account->record.targets[i]);
        account->inputs += campaign_count(&account->campaign, folder, "");
    }
    account->waiting = campaign_count(&account->campaign, "incoming", "");
    return true;
}

enum tool_exit
campaign_account_read(const char *directory, struct campaign_account **to)
{
    struct campaign_account *account = calloc(1, sizeof(*account));
    *to = NULL;
    if (account == NULL) {
        command_complain("%s", strerror(ENOMEM));
        return TOOL_ENVIRONMENT;
    }
    account->options.directory = directory;
    account->campaign.options = &account->options;
    enum tool_exit code = campaign_load(&account->campaign, &account->record);
    if (code == TOOL_OK && !read_folders(account)) {
        command_complain("%s", strerror(ENOMEM));
        code = TOOL_ENVIRONMENT;
    }
    if (code != TOOL_OK) {
        campaign_account_destroy(account);
        return code;
    }
    account->running = campaign_is_running(&account->campaign);
    *to = account;
    return TOOL_OK;
}

bool
campaign_account_has_tallies(const struct campaign_account *account)
{
    return account->instance_count > account->unreadable;
}

void
campaign_account_destroy(struct campaign_account *account)
{
    if (account != NULL) {
        free(account->campaign.history);
        free(account->instances);
        free(account->failures);
        free(account);
    }
}
