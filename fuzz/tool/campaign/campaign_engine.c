/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The engines of a campaign: who runs what, with which arguments; starting, watching, stopping.
 *
 * libFuzzer runs as processes of their own over one corpus folder, which each reads again every second (-reload): they
 * need no fork mode, whose gain is to survive crashes, since a failure never ends a target here (--keep-going). AFL++
 * runs as a main and secondaries, one of them under ASan. What AFL++ keeps is copied to the corpus folder; the main reads
 * that folder as a foreign queue (-F).
 *
 * Every process dies with this one, so a campaign that is killed leaves nobody behind.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "tool/campaign/campaign.h"
#include "tool/output.h"
#include "tool/terminal.h"

#define ARGUMENTS_MAX   40
#define SHORT_LIFE      5.0 /* seconds; so many in a row, and it is given up */
#define SHORT_LIVES_MAX 5
#define STOP_SECONDS    5.0
#define INPUT_SIZE_MAX  4096 /* bytes, as the clusters' .options have it */
#define DOUBLE_EVERY    20   /* five in a hundred */

struct command_line {
    const char *arguments[ARGUMENTS_MAX + 1];
    size_t count;
    char *owned[ARGUMENTS_MAX];
    size_t owned_count;
    bool failed;
};

static void
put(struct command_line *line, const char *argument)
{
    line->failed = line->failed || line->count == ARGUMENTS_MAX || argument == NULL;
    if (!line->failed) {
        line->arguments[line->count++] = argument;
    }
}

static void put_made(struct command_line *line, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
put_made(struct command_line *line, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0) {
        text = NULL;
    }
    va_end(arguments);
    put(line, text);
    if (!line->failed) {
        line->owned[line->owned_count++] = text;
    } else {
        free(text);
    }
}

static void
free_line(struct command_line *line)
{
    for (size_t i = 0; i < line->owned_count; i++) {
        free(line->owned[i]);
    }
}

/* --- planning ------------------------------------------------------------------------------ */

static const char *
tree_of(enum campaign_engine engine, enum campaign_role role)
{
    return engine == CAMPAIGN_LIBFUZZER ? "fuzz" : role == CAMPAIGN_ASAN ? "afl-asan" : "afl";
}

bool
campaign_has_program(const struct campaign *campaign, const char *tree, const char *target)
{
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/%s/bin/fuzz_%s", campaign->options->trees, tree, target);
    return access(path, X_OK) == 0;
}

static bool
has_command(const char *name)
{
    const char *const arguments[] = {"sh", "-c", "command -v \"$0\"", name, NULL};
    return campaign_call(arguments, NULL) == 0;
}

static void
add_instance(struct campaign *campaign, const char *target, enum campaign_engine engine,
             enum campaign_role role, unsigned number)
{
    if (campaign->instance_count == CAMPAIGN_INSTANCES_MAX) {
        return;
    }
    struct campaign_instance *instance = &campaign->instances[campaign->instance_count++];
    *instance = (struct campaign_instance){.target = target, .engine = engine, .role = role};
    if (engine == CAMPAIGN_LIBFUZZER) {
        snprintf(instance->name, sizeof(instance->name), "%s-libfuzzer-%u", target, number);
    } else if (role == CAMPAIGN_SECONDARY) {
        snprintf(instance->name, sizeof(instance->name), "%s-afl-%u", target, number);
    } else {
        snprintf(instance->name, sizeof(instance->name), "%s-afl-%s", target,
                 role == CAMPAIGN_MAIN ? "main" : "asan");
    }
}

/* Of `count` processes of AFL++, the second is under ASan, where that is built. */
static void
add_afl(struct campaign *campaign, const char *target, unsigned count)
{
    bool has_asan = campaign_has_program(campaign, "afl-asan", target);
    for (unsigned i = 0; i < count; i++) {
        add_instance(campaign, target, CAMPAIGN_AFL,
                     i == 0               ? CAMPAIGN_MAIN
                     : i == 1 && has_asan ? CAMPAIGN_ASAN
                                          : CAMPAIGN_SECONDARY,
                     i);
    }
}

/* Says what is missing; the other engine goes on without it. */
static bool
engine_is_there(const struct campaign *campaign, enum campaign_engine engine, const char *target)
{
    const char *tree = tree_of(engine, CAMPAIGN_MAIN);
    if (engine == CAMPAIGN_AFL && !has_command("afl-fuzz")) {
        command_complain(
            "afl-fuzz is not installed: `apt-get install afl++`, or --engine libfuzzer");
        return false;
    }
    if (!campaign_has_program(campaign, tree, target)) {
        command_complain("%s/%s/bin/fuzz_%s is not there: `cmake --preset %s && cmake --build "
                         "build/%s`, or ci/campaign, which does that",
                         campaign->options->trees, tree, target, tree, tree);
        return false;
    }
    return true;
}

enum tool_exit
campaign_plan(struct campaign *campaign)
{
    const struct campaign_options *options = campaign->options;
    unsigned each = options->jobs / (unsigned)options->target_count;
    each = each > 0 ? each : 1;
    for (size_t i = 0; i < options->target_count; i++) {
        const char *target = options->targets[i];
        bool libfuzzer =
            options->libfuzzer && engine_is_there(campaign, CAMPAIGN_LIBFUZZER, target);
        bool afl = options->afl && engine_is_there(campaign, CAMPAIGN_AFL, target);
        /* Who asked for both gets both, though that be one more than jobs. */
        unsigned of_afl = !afl ? 0 : !libfuzzer ? each : each / 2 > 0 ? each / 2 : 1;
        unsigned of_libfuzzer = !libfuzzer ? 0 : each > of_afl ? each - of_afl : 1;
        for (unsigned j = 0; j < of_libfuzzer; j++) {
            add_instance(campaign, target, CAMPAIGN_LIBFUZZER, CAMPAIGN_SECONDARY, j + 1);
        }
        add_afl(campaign, target, of_afl);
    }
    return campaign->instance_count > 0 ? TOOL_OK : TOOL_ENVIRONMENT;
}

/* --- starting ------------------------------------------------------------------------------ */

/* What all targets take: harness.h. */
static void
put_ours(struct command_line *line, const struct campaign *campaign,
         const struct campaign_instance *instance)
{
    const char *directory = campaign->options->directory;
    put_made(line, "--known=%s/failures", directory);
    put_made(line, "--findings=%s/incoming", directory);
    put_made(line, "--tally=%s/tallies/%s", directory, instance->name);
    put_made(line, "--double=%d", DOUBLE_EVERY);
    put(line, "--keep-going=1");
    put(line, "--with-parent=1");
}

static void
put_program(struct command_line *line, const struct campaign *campaign,
            const struct campaign_instance *instance)
{
    put_made(line, "%s/%s/bin/fuzz_%s", campaign->options->trees,
             tree_of(instance->engine, instance->role), instance->target);
}

static void
make_libfuzzer(struct command_line *line, const struct campaign *campaign,
               const struct campaign_instance *instance)
{
    const char *directory = campaign->options->directory;
    put_program(line, campaign, instance);
    put_made(line, "%s/corpus/%s", directory, instance->target);
    put_made(line, "%s/fuzz/corpus/%s", campaign->options->trees, instance->target);
    put(line, "-reload=1");
    put(line, "-timeout=60");
    put(line, "-rss_limit_mb=4096");
    put_made(line, "-max_len=%d", INPUT_SIZE_MAX);
    put_made(line, "-artifact_prefix=%s/incoming/%s-", directory, instance->name);
    put_ours(line, campaign, instance);
}

static void
make_afl(struct command_line *line, const struct campaign *campaign,
         const struct campaign_instance *instance)
{
    const char *directory = campaign->options->directory;
    put(line, "afl-fuzz");
    put(line, instance->role == CAMPAIGN_MAIN ? "-M" : "-S");
    put(line, instance->name);
    put(line, "-i");
    put_made(line, "%s/fuzz/corpus/%s", campaign->options->trees, instance->target);
    put(line, "-o");
    put_made(line, "%s/afl/%s", directory, instance->target);
    if (instance->role == CAMPAIGN_MAIN) {
        put(line, "-F");
        put_made(line, "%s/corpus/%s", directory, instance->target);
    }
    put(line, "-G");
    put_made(line, "%d", INPUT_SIZE_MAX);
    put(line, "-t");
    put(line, "5000+");
    put(line, "-m");
    put(line, "none");
    put(line, "--");
    put_program(line, campaign, instance);
    put_ours(line, campaign, instance);
}

static void
set_afl_environment(const struct campaign *campaign, const struct campaign_instance *instance)
{
    char module[PATH_MAX];
    snprintf(module, sizeof(module), "%s/release/lib/libheddle_mutator_%s.so",
             campaign->options->trees, instance->target);
    setenv("AFL_SKIP_CPUFREQ", "1", 1);
    setenv("AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES", "1", 1);
    setenv("AFL_NO_AFFINITY", "1", 1);
    setenv("AFL_NO_UI", "1", 1);
    setenv("AFL_AUTORESUME", "1", 1);
    if (access(module, R_OK) == 0) {
        setenv("AFL_CUSTOM_MUTATOR_LIBRARY", module, 1);
        /* Else most executions are of bytes that it changed blindly (docs/feedback.md). */
        setenv("AFL_CUSTOM_MUTATOR_ONLY", "1", 1);
    }
    if (instance->role == CAMPAIGN_ASAN) {
        setenv("ASAN_OPTIONS", "abort_on_error=1:symbolize=0:detect_leaks=0", 1);
    }
}

/* In the child: nothing comes back from here. */
static _Noreturn void
become(const struct campaign *campaign, const struct campaign_instance *instance,
       const char *const arguments[], const char *log)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpgid(0, 0);
    int out = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    int in = open("/dev/null", O_RDONLY);
    if (out >= 0 && in >= 0) {
        dup2(in, STDIN_FILENO);
        dup2(out, STDOUT_FILENO);
        dup2(out, STDERR_FILENO);
    }
    if (instance->engine == CAMPAIGN_AFL) {
        set_afl_environment(campaign, instance);
    }
    execvp(arguments[0], (char *const *)(uintptr_t)arguments);
    fprintf(stderr, "%s: %s\n", arguments[0], strerror(errno));
    _exit(127);
}

static void
start(struct campaign *campaign, struct campaign_instance *instance)
{
    struct command_line line = {0};
    char log[PATH_MAX];
    (instance->engine == CAMPAIGN_LIBFUZZER ? make_libfuzzer : make_afl)(&line, campaign, instance);
    if (line.failed || !campaign_path(campaign, log, "logs/%s", instance->name)) {
        instance->given_up = true;
        free_line(&line);
        return;
    }
    pid_t pid = fork();
    if (pid == 0) {
        become(campaign, instance, line.arguments, log);
    }
    free_line(&line);
    instance->pid = pid > 0 ? pid : 0;
    instance->started = terminal_now();
    instance->start_at = instance->started + SHORT_LIFE; /* if it could not be started */
}

/* --- watching ------------------------------------------------------------------------------ */

static void
tell_last_words(const struct campaign *campaign, const struct campaign_instance *instance)
{
    char path[PATH_MAX], line[256], last[3][256] = {{0}};
    FILE *log = campaign_path(campaign, path, "logs/%s", instance->name) ? fopen(path, "r") : NULL;
    size_t count = 0;
    while (log != NULL && fgets(line, sizeof(line), log) != NULL) {
        snprintf(last[count++ % 3], sizeof(last[0]), "%s", line);
    }
    for (size_t i = count < 3 ? 0 : count - 3; i < count; i++) {
        fprintf(stderr, "  %s", last[i % 3]);
    }
    if (log != NULL) {
        fclose(log);
    }
}

static void
bury(struct campaign *campaign, struct campaign_instance *instance, int status)
{
    double now = terminal_now();
    bool was_short = now - instance->started < SHORT_LIFE;
    instance->pid = 0;
    instance->deaths = was_short ? instance->deaths + 1 : 0;
    campaign->restarts++;
    instance->start_at = now + (was_short ? 1 : 0);
    terminal_progress_erase();
    fprintf(stderr, "%s ended (%s %d)", instance->name,
            WIFSIGNALED(status) ? "signal" : "exit code",
            WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    if (instance->deaths >= SHORT_LIVES_MAX) {
        instance->given_up = true;
        fprintf(stderr,
                ", %u times soon after its start: given up, the rest goes on. It said last:\n",
                instance->deaths);
        tell_last_words(campaign, instance);
    } else {
        fputs("; it is started again\n", stderr);
    }
}

void
campaign_tend(struct campaign *campaign)
{
    for (size_t i = 0; i < campaign->instance_count; i++) {
        struct campaign_instance *instance = &campaign->instances[i];
        int status;
        if (instance->pid != 0 && waitpid(instance->pid, &status, WNOHANG) == instance->pid) {
            bury(campaign, instance, status);
        }
        if (instance->pid == 0 && !instance->given_up && terminal_now() >= instance->start_at) {
            start(campaign, instance);
        }
    }
}

/* --- what they say of themselves ------------------------------------------------------------ */

/* The number behind the last of this word in the end of a file; 0: it is not there. */
static uint64_t
last_number(const char *path, const char *word)
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
    return size > 0 && size <= INPUT_SIZE_MAX &&
           campaign_path(campaign, to, "corpus/%s/afl-%016" PRIx64, target,
                         (uint64_t)XXH3_64bits(bytes, size)) &&
           (access(to, F_OK) == 0 || output_write(to, bytes, size) == 0);
}

/* AFL++ names them id:000123,…; those that it has from others are marked so. */
static void
copy_queue(struct campaign *campaign, struct campaign_instance *instance)
{
    char path[PATH_MAX], entry_path[PATH_MAX];
    uint32_t seen = instance->queue_seen;
    if (!campaign_path(campaign, path, "afl/%s/%s/queue", instance->target, instance->name)) {
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
            copy_to_corpus(campaign, instance->target, entry_path);
        }
    }
    if (directory != NULL) {
        closedir(directory);
    }
    instance->queue_seen = seen;
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
                              instance->name)) {
                edges = last_number(path, "edges_found");
            }
        } else if (campaign_path(campaign, path, "logs/%s", instance->name)) {
            edges = last_number(path, " cov:");
        }
        instance->edges = edges > instance->edges ? edges : instance->edges;
    }
}

/* --- stopping ------------------------------------------------------------------------------ */

static bool
anybody_runs(struct campaign *campaign)
{
    bool runs = false;
    for (size_t i = 0; i < campaign->instance_count; i++) {
        struct campaign_instance *instance = &campaign->instances[i];
        if (instance->pid != 0 && waitpid(instance->pid, NULL, WNOHANG) == instance->pid) {
            instance->pid = 0;
        }
        runs = runs || instance->pid != 0;
    }
    return runs;
}

static void
signal_all(const struct campaign *campaign, int number)
{
    for (size_t i = 0; i < campaign->instance_count; i++) {
        if (campaign->instances[i].pid != 0) {
            kill(-campaign->instances[i].pid, number);
        }
    }
}

void
campaign_stop(struct campaign *campaign)
{
    double until = terminal_now() + STOP_SECONDS;
    signal_all(campaign, SIGINT);
    while (anybody_runs(campaign) && terminal_now() < until) {
        usleep(50000);
    }
    signal_all(campaign, SIGKILL);
    while (anybody_runs(campaign)) {
        usleep(10000);
    }
}
