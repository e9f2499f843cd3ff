/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The directory of a campaign: its folders, its lock, and campaign.json.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "tool/campaign/campaign.h"
#include "tool/output.h"
#include "tool/terminal.h"

#define STATE_VERSION 1
#define ROOM_MIN      (UINT64_C(4) << 20) /* bytes */

#ifndef HEDDLE_COMMIT
#define HEDDLE_COMMIT "unknown"
#endif

bool
campaign_path(const struct campaign *campaign, char path[PATH_MAX], const char *format, ...)
{
    va_list arguments;
    int length = snprintf(path, PATH_MAX, "%s/", campaign->options->directory);
    if (length < 0 || length >= PATH_MAX) {
        return false;
    }
    va_start(arguments, format);
    int rest = vsnprintf(path + length, (size_t)(PATH_MAX - length), format, arguments);
    va_end(arguments);
    return rest >= 0 && rest < PATH_MAX - length;
}

uint64_t
campaign_count(const struct campaign *campaign, const char *folder, const char *suffix)
{
    char path[PATH_MAX];
    size_t end = strlen(suffix);
    uint64_t count = 0;
    DIR *directory = campaign_path(campaign, path, "%s", folder) ? opendir(path) : NULL;
    for (struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
        size_t length = strlen(entry->d_name);
        count += entry->d_name[0] != '.' && length >= end &&
                 strcmp(entry->d_name + length - end, suffix) == 0;
    }
    if (directory != NULL) {
        closedir(directory);
    }
    return count;
}

double
campaign_seconds(const struct campaign *campaign)
{
    double until = campaign->stopped > 0 ? campaign->stopped : terminal_now();
    return campaign->seconds_before + until - campaign->started;
}

/* --- campaign.json ------------------------------------------------------------------------- */

static void
put_number(struct json_object *object, const char *name, uint64_t number)
{
    json_object_object_add(object, name, json_object_new_uint64(number));
}

static struct json_object *
history_of(const struct campaign *campaign)
{
    struct json_object *history = json_object_new_array();
    for (size_t i = 0; i < campaign->history_count; i++) {
        const struct campaign_sample *sample = &campaign->history[i];
        struct json_object *point = json_object_new_object();
        json_object_object_add(point, "seconds", json_object_new_double(sample->seconds));
        put_number(point, "runs", sample->runs);
        put_number(point, "edges", sample->edges);
        put_number(point, "corpus", sample->corpus);
        put_number(point, "failures", sample->failures);
        put_number(point, "pairs", sample->pairs);
        json_object_array_add(history, point);
    }
    return history;
}

int
campaign_save(const struct campaign *campaign)
{
    const struct campaign_options *options = campaign->options;
    char path[PATH_MAX];
    struct json_object *state = json_object_new_object();
    struct json_object *targets = json_object_new_array();
    put_number(state, "version", STATE_VERSION);
    for (size_t i = 0; i < options->target_count; i++) {
        json_object_array_add(targets, json_object_new_string(options->targets[i]));
    }
    json_object_object_add(state, "targets", targets);
    json_object_object_add(state, "commit", json_object_new_string(HEDDLE_COMMIT));
    json_object_object_add(state, "libfuzzer", json_object_new_boolean(options->libfuzzer));
    json_object_object_add(state, "afl", json_object_new_boolean(options->afl));
    json_object_object_add(state, "seconds", json_object_new_double(campaign_seconds(campaign)));
    put_number(state, "seed", campaign->seed);
    put_number(state, "lives", campaign->lives);
    put_number(state, "duplicates", campaign->duplicates);
    put_number(state, "unreproduced", campaign->unreproduced);
    put_number(state, "unstable", campaign->unstable);
    put_number(state, "internal", campaign->internal);
    put_number(state, "restarts", campaign->restarts);
    json_object_object_add(state, "history", history_of(campaign));
    const char *text = json_object_to_json_string_ext(state, JSON_C_TO_STRING_PRETTY);
    int error = campaign_path(campaign, path, "campaign.json")
                    ? output_write(path, text, strlen(text))
                    : ENAMETOOLONG;
    json_object_put(state);
    return error;
}

/* A full disk is as good as full a little before: engines write more than campaign.json. */
static int
find_obstacle(const struct campaign *campaign)
{
    struct statvfs status;
    int error = campaign_save(campaign);
    if (error == 0 && statvfs(campaign->options->directory, &status) == 0 &&
        (uint64_t)status.f_bavail * status.f_frsize < ROOM_MIN) {
        error = ENOSPC;
    }
    return error;
}

void
campaign_check_room(struct campaign *campaign)
{
    const char *directory = campaign->options->directory;
    int error = find_obstacle(campaign);
    if (error != 0 && campaign->obstacle == 0) {
        terminal_progress_erase();
        command_complain("nothing more can be written in %s: %s. What runs goes on; engines that "
                         "end, and failures, wait until it can",
                         directory, strerror(error));
    } else if (error == 0 && campaign->obstacle != 0) {
        terminal_progress_erase();
        command_complain("%s can be written in again: all goes on", directory);
        campaign->judge_at = 0;
    }
    campaign->obstacle = error;
}

static uint64_t
number_in(struct json_object *object, const char *name)
{
    struct json_object *value = json_object_object_get(object, name);
    return value != NULL ? json_object_get_uint64(value) : 0;
}

static bool
take_history(struct campaign *campaign, struct json_object *history)
{
    size_t count =
        json_object_is_type(history, json_type_array) ? json_object_array_length(history) : 0;
    campaign->history = calloc(count + 1, sizeof(*campaign->history));
    if (campaign->history == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        struct json_object *point = json_object_array_get_idx(history, i);
        campaign->history[i] = (struct campaign_sample){
            .seconds = json_object_get_double(json_object_object_get(point, "seconds")),
            .runs = number_in(point, "runs"),
            .edges = number_in(point, "edges"),
            .corpus = number_in(point, "corpus"),
            .failures = number_in(point, "failures"),
            .pairs = number_in(point, "pairs")};
    }
    campaign->history_count = count;
    return true;
}

static void
take_record(struct campaign_record *record, struct json_object *state)
{
    struct json_object *targets = json_object_object_get(state, "targets");
    struct json_object *commit = json_object_object_get(state, "commit");
    size_t count =
        json_object_is_type(targets, json_type_array) ? json_object_array_length(targets) : 0;
    *record = (struct campaign_record){
        .target_count = count < CAMPAIGN_TARGETS_MAX ? count : CAMPAIGN_TARGETS_MAX,
        .libfuzzer = json_object_get_boolean(json_object_object_get(state, "libfuzzer")),
        .afl = json_object_get_boolean(json_object_object_get(state, "afl"))};
    for (size_t i = 0; i < record->target_count; i++) {
        const char *name = json_object_get_string(json_object_array_get_idx(targets, i));
        snprintf(record->targets[i], sizeof(record->targets[i]), "%s", name != NULL ? name : "");
    }
    snprintf(record->commit, sizeof(record->commit), "%s",
             commit != NULL ? json_object_get_string(commit) : "");
}

enum tool_exit
campaign_load(struct campaign *campaign, struct campaign_record *record)
{
    char path[PATH_MAX];
    errno = ENAMETOOLONG;
    struct json_object *state =
        campaign_path(campaign, path, "campaign.json") ? json_object_from_file(path) : NULL;
    if (state == NULL) {
        command_complain("%s is no campaign's directory: %s", campaign->options->directory,
                         access(path, R_OK) == 0 ? json_util_get_last_err() : strerror(errno));
        return TOOL_USAGE;
    }
    enum tool_exit code = TOOL_OK;
    if (number_in(state, "version") != STATE_VERSION) {
        command_complain("%s is of another version of heddle", path);
        code = TOOL_USAGE;
    } else if (!take_history(campaign, json_object_object_get(state, "history"))) {
        command_complain("no memory for the campaign's history");
        code = TOOL_ENVIRONMENT;
    }
    campaign->seconds_before = json_object_get_double(json_object_object_get(state, "seconds"));
    campaign->seed = number_in(state, "seed");
    campaign->lives = (unsigned)number_in(state, "lives");
    campaign->duplicates = number_in(state, "duplicates");
    campaign->unreproduced = number_in(state, "unreproduced");
    campaign->unstable = number_in(state, "unstable");
    campaign->internal = number_in(state, "internal");
    campaign->restarts = number_in(state, "restarts");
    if (record != NULL) {
        take_record(record, state);
    }
    json_object_put(state);
    return code;
}

/* --- where engines begin ------------------------------------------------------------------- */

static bool
has_files(const char *path)
{
    bool any = false;
    DIR *directory = opendir(path);
    for (struct dirent *entry; !any && directory != NULL && (entry = readdir(directory)) != NULL;) {
        any = entry->d_name[0] != '.';
    }
    if (directory != NULL) {
        closedir(directory);
    }
    return any;
}

int
campaign_seeds(const struct campaign *campaign, const char *target, char path[PATH_MAX], bool *ours)
{
    char nothing[PATH_MAX];
    int length = snprintf(path, PATH_MAX, "%s/fuzz/corpus/%s", campaign->options->trees, target);
    *ours = length >= PATH_MAX || !has_files(path);
    if (!*ours) {
        return 0;
    }
    if (!campaign_path(campaign, path, "seeds/%s", target) ||
        !campaign_path(campaign, nothing, "seeds/%s/nothing", target)) {
        return ENAMETOOLONG;
    }
    /* A byte, since AFL++ passes over empty files: every target takes it for a program of nothing. */
    int error = has_files(path) ? 0 : output_make_directory(path);
    return error == 0 && !has_files(path) ? output_write(nothing, "\n", 1) : error;
}

/* --- opening ------------------------------------------------------------------------------- */

static int
make_folders(const struct campaign *campaign)
{
    static const char *const folders[] = {"incoming", "failures", "unreproduced",
                                          "tallies",  "logs",     "afl"};
    char path[PATH_MAX];
    int error = 0;
    for (size_t i = 0; error == 0 && i < sizeof(folders) / sizeof(folders[0]); i++) {
        error = campaign_path(campaign, path, "%s", folders[i]) ? output_make_directory(path)
                                                                : ENAMETOOLONG;
    }
    for (size_t i = 0; error == 0 && i < campaign->options->target_count; i++) {
        const char *target = campaign->options->targets[i];
        error = campaign_path(campaign, path, "corpus/%s", target) ? output_make_directory(path)
                                                                   : ENAMETOOLONG;
    }
    return error;
}

/* The lock is the process's, and goes with it however it ends. */
static int
lock(const struct campaign *campaign)
{
    char path[PATH_MAX];
    if (!campaign_path(campaign, path, "lock")) {
        return ENAMETOOLONG;
    }
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (file < 0 || flock(file, LOCK_EX | LOCK_NB) != 0) {
        return errno;
    }
    return 0;
}

bool
campaign_is_running(const struct campaign *campaign)
{
    char path[PATH_MAX];
    int file = campaign_path(campaign, path, "lock") ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    bool running = file >= 0 && flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (file >= 0) {
        close(file);
    }
    return running;
}

bool
campaign_is_whole(const char *name)
{
    const char *dot = strrchr(name, '.');
    return name[0] != '.' && (dot == NULL || strlen(dot) != strlen(".XXXXXX"));
}

/* What a killed writer was in the middle of: "NAME.prog.Ab12Cd" (output.c), ".NAME.prog" (the judge). */
static void
sweep(const struct campaign *campaign, const char *folder)
{
    char path[PATH_MAX];
    DIR *directory = campaign_path(campaign, path, "%s", folder) ? opendir(path) : NULL;
    for (struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
        const char *name = entry->d_name;
        if (!campaign_is_whole(name) && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
            campaign_path(campaign, path, "%s/%s", folder, name)) {
            unlink(path);
        }
    }
    if (directory != NULL) {
        closedir(directory);
    }
}

/* The seed that it has, or the one that is asked for, or one that people can type. */
static enum tool_exit
settle_seed(struct campaign *campaign)
{
    const struct campaign_options *options = campaign->options;
    uint32_t drawn = 0;
    if (campaign->seed != 0 && options->is_seeded && options->seed != campaign->seed) {
        command_complain("--seed: the campaign in %s has the seed %" PRIu64, options->directory,
                         campaign->seed);
        return TOOL_USAGE;
    }
    if (campaign->seed == 0 && options->is_seeded) {
        campaign->seed = options->seed;
    }
    while (campaign->seed == 0) {
        if (getrandom(&drawn, sizeof(drawn), 0) != (ssize_t)sizeof(drawn)) {
            command_complain("no seed can be drawn: %s", strerror(errno));
            return TOOL_ENVIRONMENT;
        }
        campaign->seed = drawn;
    }
    return TOOL_OK;
}

/* Says where there are no seeds, but should be. */
static int
prepare_seeds(const struct campaign *campaign)
{
    int error = 0;
    for (size_t i = 0; i < campaign->options->target_count && error == 0; i++) {
        const char *target = campaign->options->targets[i];
        char path[PATH_MAX];
        bool ours = false;
        error = campaign_seeds(campaign, target, path, &ours);
        if (error == 0 && ours && campaign_takes_programs(target)) {
            command_complain("%s/fuzz/corpus/%s has no seeds: the engines begin with an empty "
                             "program (%s). Where the target has seeds, `cmake --build build/fuzz "
                             "--target seeds_%s` makes them",
                             campaign->options->trees, target, path, target);
        }
    }
    return error;
}

enum tool_exit
campaign_open(struct campaign *campaign)
{
    const struct campaign_options *options = campaign->options;
    char path[PATH_MAX];
    bool is_there = campaign_path(campaign, path, "campaign.json") && access(path, F_OK) == 0;
    if (is_there && !options->resume) {
        command_complain("-o: %s holds a campaign; --resume goes on with it", options->directory);
        return TOOL_USAGE;
    }
    enum tool_exit code = options->resume ? campaign_load(campaign, NULL) : TOOL_OK;
    if (code == TOOL_OK) {
        code = settle_seed(campaign);
    }
    if (code != TOOL_OK) {
        return code;
    }
    int error = make_folders(campaign);
    if (error == 0) {
        error = lock(campaign);
    }
    if (error == EWOULDBLOCK) {
        command_complain("-o: another campaign runs in %s", options->directory);
        return TOOL_USAGE;
    }
    if (error == 0) {
        sweep(campaign, "incoming");
        sweep(campaign, "failures");
        campaign->lives++;
        error = campaign_save(campaign);
    }
    if (error == 0) {
        error = prepare_seeds(campaign);
    }
    if (error != 0) {
        command_complain("-o: %s: %s", options->directory, strerror(error));
        return output_exit(error);
    }
    return campaign_share_open(campaign);
}
