/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The engines of a campaign: who runs what, with which arguments; starting, watching, stopping.
 *
 * libFuzzer runs as processes of their own over one corpus folder, which each reads again every second (-reload): they
 * need no fork mode, whose gain is to survive crashes, since a failure never ends a target here (--keep-going). AFL++
 * runs as a main and secondaries, one of them under ASan. What AFL++ keeps is copied to the corpus folder; the main reads
 * that folder as a foreign queue (-F).
 */
#include <dirent.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "tool/campaign/campaign.h"
#include "tool/campaign/campaign_process.h"
#include "tool/terminal.h"

#define SHORT_LIFE      5.0 /* seconds; so many in a row, and it is given up */
#define SHORT_LIVES_MAX 5
#define STOP_SECONDS    5.0
#define DOUBLE_EVERY    20 /* five in a hundred */

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

static void
add_instance(struct campaign *campaign, const char *target, enum campaign_engine engine,
             enum campaign_role role, unsigned number)
{
    if (campaign->instance_count == CAMPAIGN_INSTANCES_MAX) {
        return;
    }
    struct campaign_instance *instance = &campaign->instances[campaign->instance_count++];
    *instance = (struct campaign_instance){.target = target, .engine = engine, .role = role};
    const char *host = campaign->options->host, *dash = host[0] != '\0' ? "-" : "";
    char kind[32];
    if (role == CAMPAIGN_SECONDARY) {
        snprintf(kind, sizeof(kind), "%u", number);
    } else {
        snprintf(kind, sizeof(kind), "%s", role == CAMPAIGN_MAIN ? "main" : "asan");
    }
    snprintf(instance->name, sizeof(instance->name), "%s%s%s-%s-%s", host, dash, target,
             engine == CAMPAIGN_LIBFUZZER ? "libfuzzer" : "afl", kind);
    if (host[0] != '\0') {
        snprintf(instance->afl_name, sizeof(instance->afl_name), "%s-%s", host, kind);
    } else {
        memcpy(instance->afl_name, instance->name, sizeof(instance->afl_name));
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

/* Puts the names of the targets that the tree has into `names`, with commas. False: it has none. */
static bool
list_programs(const struct campaign *campaign, const char *tree, char *names, size_t size)
{
    static const char prefix[] = "fuzz_";
    char path[PATH_MAX];
    struct dirent **entries;
    size_t length = 0;
    names[0] = '\0';
    snprintf(path, sizeof(path), "%s/%s/bin", campaign->options->trees, tree);
    int count = scandir(path, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        if (strncmp(name, prefix, strlen(prefix)) == 0 && length < size) {
            length += (size_t)snprintf(names + length, size - length, "%s%s",
                                       length > 0 ? ", " : "", name + strlen(prefix));
        }
        free(entries[i]);
    }
    if (count >= 0) {
        free(entries);
    }
    return length > 0;
}

/* A tree that was never built is another matter than a target that it has not. */
static void
complain_of_program(const struct campaign *campaign, const char *tree, const char *target)
{
    char names[256];
    const char *trees = campaign->options->trees;
    if (list_programs(campaign, tree, names, sizeof(names))) {
        bool of_reference = strcmp(target, "reference") == 0 || strcmp(target, "differential") == 0;
        command_complain("%s/%s has no target '%s'; it has %s%s", trees, tree, target, names,
                         of_reference
                             ? ". This one needs a kernel source: ci/campaign --kernel-source "
                               "<path>/netstack.c"
                             : "");
        return;
    }
    command_complain("%s/%s/bin/fuzz_%s is not there: `cmake --preset %s && cmake --build "
                     "build/%s`, or ci/campaign, which does that",
                     trees, tree, target, tree, tree);
}

/* Says what is missing; the other engine goes on without it. */
static bool
engine_is_there(const struct campaign *campaign, enum campaign_engine engine, const char *target)
{
    const char *tree = tree_of(engine, CAMPAIGN_MAIN);
    if (engine == CAMPAIGN_AFL && !process_is_installed("afl-fuzz")) {
        command_complain(
            "afl-fuzz is not installed: `apt-get install afl++`, or --engine libfuzzer");
        return false;
    }
    if (!campaign_has_program(campaign, tree, target)) {
        complain_of_program(campaign, tree, target);
        return false;
    }
    return true;
}

bool
campaign_takes_programs(const char *target)
{
    return strcmp(target, "text") != 0 && strcmp(target, "bytes") != 0;
}

static bool
has_mutator(const struct campaign *campaign, const char *target, char module[PATH_MAX])
{
    snprintf(module, PATH_MAX, "%s/release/lib/libheddle_mutator_%s.so", campaign->options->trees,
             target);
    return access(module, R_OK) == 0;
}

/* libFuzzer's mutator is in its target; AFL++ would mutate bytes blindly, and find less. */
static void
check_mutator(const struct campaign *campaign, const char *target)
{
    char module[PATH_MAX];
    if (campaign_takes_programs(target) && !has_mutator(campaign, target, module)) {
        command_complain("%s is not there, so AFL++ mutates bytes and not programs: `cmake "
                         "--preset release && cmake --build build/release`, or ci/campaign",
                         module);
    }
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
        if (afl) {
            check_mutator(campaign, target);
        }
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
put_ours(struct process_line *line, const struct campaign *campaign,
         const struct campaign_instance *instance)
{
    const char *directory = campaign->options->directory;
    process_put_made(line, "--known=%s/failures", directory);
    process_put_made(line, "--findings=%s/incoming", directory);
    process_put_made(line, "--tally=%s/tallies/%s", directory, instance->name);
    process_put_made(line, "--double=%d", DOUBLE_EVERY);
    process_put_made(line, "--origin=instance=%s engine=%s%s seed=%" PRIu32, instance->name,
                     instance->engine == CAMPAIGN_AFL ? "afl" : "libfuzzer",
                     instance->engine != CAMPAIGN_AFL  ? ""
                     : instance->role == CAMPAIGN_MAIN ? " role=main"
                     : instance->role == CAMPAIGN_ASAN ? " role=asan"
                                                       : " role=secondary",
                     instance->seed);
    process_put(line, "--keep-going=1");
    process_put(line, "--with-parent=1");
}

static void
put_program(struct process_line *line, const struct campaign *campaign,
            const struct campaign_instance *instance)
{
    process_put_made(line, "%s/%s/bin/fuzz_%s", campaign->options->trees,
                     tree_of(instance->engine, instance->role), instance->target);
}

static void
make_libfuzzer(struct process_line *line, const struct campaign *campaign,
               const struct campaign_instance *instance, const char *seeds)
{
    const char *directory = campaign->options->directory;
    put_program(line, campaign, instance);
    process_put_made(line, "%s/corpus/%s", directory, instance->target);
    process_put(line, seeds);
    process_put_made(line, "-seed=%" PRIu32, instance->seed);
    process_put(line, "-reload=1");
    /* Else it removes an input before it has written the smaller one that shows the same: who is killed then has neither. */
    process_put(line, "-reduce_inputs=0");
    process_put(line, "-timeout=60");
    process_put(line, "-rss_limit_mb=4096");
    process_put_made(line, "-max_len=%d", CAMPAIGN_INPUT_MAX);
    process_put_made(line, "-artifact_prefix=%s/incoming/%s-s%" PRIu32 "-", directory,
                     instance->name, instance->seed);
    put_ours(line, campaign, instance);
}

static void
put_afl_environment(struct process_line *line, const struct campaign *campaign,
                    const struct campaign_instance *instance)
{
    static const char *const always[] = {
        "AFL_SKIP_CPUFREQ=1", "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1",
        "AFL_NO_AFFINITY=1",  "AFL_NO_UI=1",
        "AFL_AUTORESUME=1",   "AFL_SYNC_TIME=1"};
    char module[PATH_MAX];
    for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++) {
        process_put_variable(line, "%s", always[i]);
    }
    if (has_mutator(campaign, instance->target, module)) {
        process_put_variable(line, "AFL_CUSTOM_MUTATOR_LIBRARY=%s", module);
        /* Else most executions are of bytes that it changed blindly (docs/feedback.md). */
        process_put_variable(line, "AFL_CUSTOM_MUTATOR_ONLY=1");
    }
    if (instance->role == CAMPAIGN_ASAN) {
        process_put_variable(line, "ASAN_OPTIONS=abort_on_error=1:symbolize=0:detect_leaks=0");
    }
}

static void
make_afl(struct process_line *line, const struct campaign *campaign,
         const struct campaign_instance *instance, const char *seeds)
{
    const char *directory = campaign->options->directory;
    process_put(line, "afl-fuzz");
    process_put(line, instance->role == CAMPAIGN_MAIN ? "-M" : "-S");
    process_put(line, instance->afl_name);
    process_put(line, "-i");
    process_put(line, seeds);
    process_put(line, "-s");
    process_put_made(line, "%" PRIu32, instance->seed);
    process_put(line, "-o");
    process_put_made(line, "%s/afl/%s", directory, instance->target);
    if (instance->role == CAMPAIGN_MAIN) {
        process_put(line, "-F");
        process_put_made(line, "%s/corpus/%s", directory, instance->target);
    }
    process_put(line, "-G");
    process_put_made(line, "%d", CAMPAIGN_INPUT_MAX);
    process_put(line, "-t");
    process_put(line, "5000+");
    process_put(line, "-m");
    process_put(line, "none");
    process_put(line, "--");
    put_program(line, campaign, instance);
    put_ours(line, campaign, instance);
    put_afl_environment(line, campaign, instance);
}

/* The same for the same campaign, process, life and start in it; engines take 0 for none. */
static uint32_t
seed_of(const struct campaign *campaign, const struct campaign_instance *instance)
{
    char text[160];
    int length = snprintf(text, sizeof(text), "%" PRIu64 " %s %u %u", campaign->seed,
                          instance->name, campaign->lives, instance->starts);
    return (uint32_t)(XXH3_64bits(text, (size_t)length) % INT32_MAX) + 1;
}

static void
start(struct campaign *campaign, struct campaign_instance *instance)
{
    struct process_line line = {0};
    char log[PATH_MAX], seeds[PATH_MAX];
    bool ours;
    instance->starts++;
    instance->seed = seed_of(campaign, instance);
    (void)campaign_seeds(campaign, instance->target, seeds, &ours);
    (instance->engine == CAMPAIGN_LIBFUZZER ? make_libfuzzer : make_afl)(&line, campaign, instance,
                                                                         seeds);
    if (line.failed || !campaign_path(campaign, log, "logs/%s", instance->name)) {
        instance->given_up = true;
    } else {
        pid_t pid = process_start(&line, log);
        instance->pid = pid > 0 ? pid : 0;
    }
    process_line_fini(&line);
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
    campaign_check_room(campaign);
    instance->pid = 0;
    if (campaign->obstacle == 0) {
        instance->deaths = was_short ? instance->deaths + 1 : 0;
    }
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
        fputs(campaign->obstacle == 0 ? "; it is started again\n"
                                      : "; it is started again once there is room\n",
              stderr);
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
        if (instance->pid == 0 && !instance->given_up && campaign->obstacle == 0 &&
            terminal_now() >= instance->start_at) {
            start(campaign, instance);
        }
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
