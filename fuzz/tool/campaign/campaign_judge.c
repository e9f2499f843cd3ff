/* SPDX-License-Identifier: BSD-2-Clause
 *
 * From a file that an engine left to a failure that is believed: replayed, told apart by its signature, shrunk,
 * explained. A process of its own does it, with this program's own commands, while the engines run on. The file stays in
 * incoming/ until its failure is whole in failures/, so whoever is killed in between has lost nothing.
 */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tool/campaign/campaign.h"
#include "tool/campaign/campaign_origin.h"
#include "tool/campaign/campaign_process.h"
#include "tool/output.h"
#include "tool/terminal.h"

#ifndef HEDDLE_COMMIT
#define HEDDLE_COMMIT "unknown"
#endif

/* What became of a file; the judge's exit code. */
enum judgement {
    JUDGED_NEW = 10,
    JUDGED_DUPLICATE,
    JUDGED_UNREPRODUCED,
    JUDGED_UNSTABLE,
    JUDGED_INTERNAL,
    JUDGED_IMPOSSIBLE, /* nothing can be written, or the like: it is tried again */
};

struct case_file {
    const struct campaign *campaign;
    const char *name; /* in incoming/ */
    char path[PATH_MAX];
    struct json_object *result; /* of its replay */
    char signature[20];
};

static const char *
text_in(struct json_object *object, const char *name)
{
    struct json_object *value = json_object_object_get(object, name);
    const char *text = value != NULL ? json_object_get_string(value) : NULL;
    return text != NULL ? text : "";
}

/* The first object that a command printed. */
static struct json_object *
first_object(const char *path)
{
    char *line = NULL;
    size_t room = 0;
    struct json_object *object = NULL;
    FILE *file = fopen(path, "r");
    while (file != NULL && object == NULL && getline(&line, &room, file) > 0) {
        object = line[0] == '{' ? json_tokener_parse(line) : NULL;
    }
    free(line);
    if (file != NULL) {
        fclose(file);
    }
    return object;
}

static int
replay(const struct case_file *file, const char *path, struct json_object **result)
{
    char output[PATH_MAX];
    *result = NULL;
    if (!campaign_path(file->campaign, output, "logs/judge-replay")) {
        return -1;
    }
    const char *const arguments[] = {file->campaign->program, "replay", "--json", path, NULL};
    int code = process_call(arguments, output);
    *result = first_object(output);
    return code;
}

/* Does this file fail as the first one did? Then its result takes the place of that one's. */
static bool
is_the_same(struct case_file *file, const char *path)
{
    struct json_object *result;
    bool same = replay(file, path, &result) == TOOL_FAILURE &&
                strcmp(text_in(result, "signature"), file->signature) == 0;
    if (same) {
        json_object_put(file->result);
        file->result = result;
    } else {
        json_object_put(result);
    }
    return same;
}

static enum judgement
put_aside(const struct case_file *file, enum judgement judgement)
{
    char path[PATH_MAX];
    return campaign_path(file->campaign, path, "unreproduced/%s", file->name) &&
                   rename(file->path, path) == 0
               ? judgement
               : JUDGED_IMPOSSIBLE;
}

static int
write_meta(const struct case_file *file, const char *path)
{
    static const char *const taken_over[] = {"target", "subject", "verdict",  "oracle", "signature",
                                             "hash",   "faults",  "injected", "where"};
    struct json_object *meta = json_object_new_object();
    json_object_object_add(meta, "commit", json_object_new_string(HEDDLE_COMMIT));
    json_object_object_add(meta, "build", json_object_new_string(heddle_build_id()));
    json_object_object_add(meta, "judged", campaign_time(time(NULL)));
    json_object_object_add(meta, "campaign_seconds",
                           json_object_new_double(campaign_seconds(file->campaign)));
    json_object_object_add(meta, "campaign_seed", json_object_new_uint64(file->campaign->seed));
    campaign_origin(meta, file->path, file->name);
    for (size_t i = 0; i < sizeof(taken_over) / sizeof(taken_over[0]); i++) {
        struct json_object *value = json_object_object_get(file->result, taken_over[i]);
        json_object_object_add(meta, taken_over[i], json_object_get(value));
    }
    const char *text = json_object_to_json_string_ext(meta, JSON_C_TO_STRING_PRETTY);
    int error = output_write(path, text, strlen(text));
    json_object_put(meta);
    return error;
}

/* Shrunk if that is possible and shows the same, else as it was found. From then on, file->result is of this one. */
static bool
make_small(struct case_file *file, const char *small)
{
    const struct campaign *campaign = file->campaign;
    const char *const shrink[] = {campaign->program, "shrink", file->path, "-o", small, NULL};
    const char *const as_it_is[] = {campaign->program, "convert", file->path, small, NULL};
    char log[PATH_MAX];
    if (!campaign_path(campaign, log, "logs/judge-shrink")) {
        return false;
    }
    if (process_call(shrink, log) == TOOL_FAILURE && is_the_same(file, small)) {
        return true;
    }
    return process_call(as_it_is, log) == 0 && is_the_same(file, small);
}

/*
 * What a command says of the small file, as a file that is whole, and that calls it by the name that it will have.
 * Returns: the command's exit code, or -1: there is no such file.
 */
static int
write_words(const struct case_file *file, const char *command, const char *small, const char *to)
{
    const char *const arguments[] = {file->campaign->program, command, small, NULL};
    char said[PATH_MAX], hidden[40], *text = NULL;
    size_t size = 0;
    snprintf(hidden, sizeof(hidden), "/.%s.prog", file->signature);
    if (!campaign_path(file->campaign, said, "logs/judge-%s", command)) {
        return -1;
    }
    int code = process_call(arguments, said);
    FILE *in = fopen(said, "r"), *out = open_memstream(&text, &size);
    char *line = NULL;
    size_t room = 0;
    while (in != NULL && out != NULL && getline(&line, &room, in) > 0) {
        const char *rest = line;
        for (const char *at; (at = strstr(rest, hidden)) != NULL; rest = at + 2) {
            fprintf(out, "%.*s/", (int)(at - rest), rest);
        }
        fputs(rest, out);
    }
    bool whole = in != NULL && ferror(in) == 0 && out != NULL && fclose(out) == 0 && size > 0 &&
                 output_write(to, text, size) == 0;
    if (in != NULL) {
        fclose(in);
    }
    free(line);
    free(text);
    return whole ? code : -1;
}

/* .json and .txt first, since .prog is what counts. */
static enum judgement
keep(struct case_file *file)
{
    const struct campaign *campaign = file->campaign;
    char small[PATH_MAX], text[PATH_MAX], meta[PATH_MAX], prog[PATH_MAX];
    if (!campaign_path(campaign, small, "failures/.%s.prog", file->signature) ||
        !campaign_path(campaign, text, "failures/%s.txt", file->signature) ||
        !campaign_path(campaign, meta, "failures/%s.json", file->signature) ||
        !campaign_path(campaign, prog, "failures/%s.prog", file->signature) ||
        !make_small(file, small)) {
        return JUDGED_IMPOSSIBLE;
    }
    int explained = write_words(file, "explain", small, text);
    if (explained != TOOL_FAILURE && explained != TOOL_OK) {
        explained = write_words(file, "replay", small, text);
    }
    if (explained < 0 || write_meta(file, meta) != 0 || rename(small, prog) != 0) {
        return JUDGED_IMPOSSIBLE;
    }
    unlink(file->path);
    return JUDGED_NEW;
}

static bool
has_words(const struct case_file *file, const char *log)
{
    char path[PATH_MAX];
    struct stat status;
    return campaign_path(file->campaign, path, "logs/%s", log) && stat(path, &status) == 0 &&
           status.st_size > 0;
}

static bool
has_same(struct json_object *one, struct json_object *other, const char *name)
{
    return text_in(one, name)[0] != '\0' && strcmp(text_in(one, name), text_in(other, name)) == 0;
}

/*
 * libFuzzer's own artifact of a death that an unstable-….prog tells of? A start of an engine has a seed of its own, and ends
 * once; what is the same in a fresh process says nothing more of it.
 */
static bool
is_of_unstable(const struct case_file *file)
{
    static const char *const folders[] = {"incoming", "unreproduced"};
    struct json_object *mine = json_object_new_object();
    bool found = false;
    campaign_origin(mine, file->path, file->name);
    for (int i = 0; i < 2 && strstr(file->name, "-crash-") != NULL; i++) {
        char path[PATH_MAX];
        DIR *directory =
            campaign_path(file->campaign, path, "%s", folders[i]) ? opendir(path) : NULL;
        for (struct dirent *entry;
             !found && directory != NULL && (entry = readdir(directory)) != NULL;) {
            struct json_object *other = json_object_new_object();
            if (strncmp(entry->d_name, "unstable-", 9) == 0 &&
                campaign_path(file->campaign, path, "%s/%s", folders[i], entry->d_name)) {
                campaign_origin(other, path, entry->d_name);
                found = has_same(mine, other, "instance") && has_same(mine, other, "seed");
            }
            json_object_put(other);
        }
        if (directory != NULL) {
            closedir(directory);
        }
    }
    json_object_put(mine);
    return found;
}

static enum judgement
judge(struct case_file *file)
{
    char known[PATH_MAX];
    int code = replay(file, file->path, &file->result);
    if (code == TOOL_DIFFERED || strncmp(file->name, "unstable-", 9) == 0) {
        return put_aside(file, JUDGED_UNSTABLE);
    }
    if (code == TOOL_INTERNAL) {
        return put_aside(file, JUDGED_INTERNAL);
    }
    /* That a command could not say what it saw says nothing of the file; that this build cannot run it does. */
    bool is_refused = code == TOOL_USAGE || code == TOOL_ENVIRONMENT;
    if (is_refused ? !has_words(file, "judge-replay") : file->result == NULL) {
        return JUDGED_IMPOSSIBLE;
    }
    snprintf(file->signature, sizeof(file->signature), "%s", text_in(file->result, "signature"));
    if (code == TOOL_OK && is_of_unstable(file)) {
        unlink(file->path);
        return JUDGED_DUPLICATE;
    }
    if (code != TOOL_FAILURE || strlen(file->signature) != 16) {
        return put_aside(file, JUDGED_UNREPRODUCED);
    }
    if (!campaign_path(file->campaign, known, "failures/%s.prog", file->signature)) {
        return JUDGED_IMPOSSIBLE;
    }
    if (access(known, F_OK) == 0) {
        unlink(file->path);
        return JUDGED_DUPLICATE;
    }
    return keep(file);
}

/* --- in the campaign ------------------------------------------------------------------------ */

/* A file that is whole: ours have a name of their own until they are, libFuzzer's take a moment. */
static bool
next_file(const struct campaign *campaign, char name[NAME_MAX + 1])
{
    char path[PATH_MAX];
    bool found = false;
    DIR *directory = campaign_path(campaign, path, "incoming") ? opendir(path) : NULL;
    for (struct dirent *entry;
         !found && directory != NULL && (entry = readdir(directory)) != NULL;) {
        struct stat status;
        const char *dot = strrchr(entry->d_name, '.');
        bool in_the_making = dot != NULL && strcmp(dot, ".prog") != 0;
        found = entry->d_name[0] != '.' && !in_the_making &&
                campaign_path(campaign, path, "incoming/%s", entry->d_name) &&
                stat(path, &status) == 0 && S_ISREG(status.st_mode) &&
                time(NULL) - status.st_mtime >= 1;
        if (found) {
            snprintf(name, NAME_MAX + 1, "%s", entry->d_name);
        }
    }
    if (directory != NULL) {
        closedir(directory);
    }
    return found;
}

/* What has to do with the disk is said when it is noticed. */
static void
cannot_judge(struct campaign *campaign)
{
    campaign->judge_at = terminal_now() + 10;
    campaign_check_room(campaign);
    if (campaign->obstacle == 0 && !campaign->cannot_judge) {
        campaign->cannot_judge = true;
        terminal_progress_erase();
        command_complain("a failure cannot be judged now, and waits in incoming/ in %s; "
                         "logs/judge-* there has what was said",
                         campaign->options->directory);
    }
}

static void
take_judgement(struct campaign *campaign, int status)
{
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : JUDGED_IMPOSSIBLE;
    campaign->cannot_judge = campaign->cannot_judge && code == JUDGED_IMPOSSIBLE;
    switch (code) {
    case JUDGED_NEW:
        break;
    case JUDGED_DUPLICATE:
        campaign->duplicates++;
        break;
    case JUDGED_UNREPRODUCED:
        campaign->unreproduced++;
        break;
    case JUDGED_UNSTABLE:
        campaign->unstable++;
        terminal_progress_erase();
        command_complain("an execution was not the same twice: see unreproduced/ in %s",
                         campaign->options->directory);
        break;
    case JUDGED_INTERNAL:
        campaign->internal++;
        terminal_progress_erase();
        command_complain("the engine itself is wrong: see unreproduced/ in %s",
                         campaign->options->directory);
        break;
    default:
        cannot_judge(campaign);
        break;
    }
    campaign->judge = 0;
}

bool
campaign_judge(struct campaign *campaign)
{
    char name[NAME_MAX + 1];
    int status;
    if (campaign->judge != 0) {
        if (waitpid(campaign->judge, &status, WNOHANG) != campaign->judge) {
            return true;
        }
        take_judgement(campaign, status);
    }
    if (terminal_now() < campaign->judge_at || !next_file(campaign, name)) {
        return false;
    }
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        struct case_file file = {.campaign = campaign, .name = name};
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        signal(SIGINT, SIG_IGN); /* what has begun is brought to its end */
        _exit(campaign_path(campaign, file.path, "incoming/%s", name) ? (int)judge(&file)
                                                                      : JUDGED_IMPOSSIBLE);
    }
    campaign->judge = pid > 0 ? pid : 0;
    return true;
}
