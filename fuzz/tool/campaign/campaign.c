/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The campaign's loop: tend the engines, judge what they found, write down how it grew, until the time is over or somebody
 * interrupts; then judge the rest, and minimise.
 */
#include "tool/campaign/campaign.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tool/failure_report.h"
#include "tool/terminal.h"

#define TICK_US         200000
#define OBSERVE_SECONDS 2.0
#define SAMPLE_SECONDS  10.0 /* the history's step, which doubles when there are too many */
#define LINE_SECONDS    60.0 /* without a terminal */
#define HISTORY_MAX     4096

static volatile sig_atomic_t interrupted;

static void
on_interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

/* The first one ends the campaign in good order, the second one at once. */
static void
catch_interrupts(void)
{
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* --- how it grows ------------------------------------------------------------------------- */

/* Returns: how many of them cannot be read, though their engines ran. */
static unsigned
add_tallies(const struct campaign *campaign, struct tally *sum)
{
    unsigned unread = 0;
    memset(sum, 0, sizeof(*sum));
    for (size_t i = 0; i < campaign->instance_count; i++) {
        char path[PATH_MAX];
        struct tally tally;
        if (!campaign_path(campaign, path, "tallies/%s", campaign->instances[i].name) ||
            access(path, F_OK) != 0) {
            continue;
        }
        if (tally_read(path, &tally)) {
            tally_add(sum, &tally);
        } else {
            unread++;
        }
    }
    return unread;
}

static struct campaign_sample
sample_now(const struct campaign *campaign)
{
    struct tally sum;
    (void)add_tallies(campaign, &sum);
    struct campaign_sample sample = {.seconds = campaign_seconds(campaign),
                                     .runs = sum.runs,
                                     .pairs = sum.pairs,
                                     .failures = campaign_count(campaign, "failures", ".prog")};
    for (size_t i = 0; i < campaign->options->target_count; i++) {
        char folder[PATH_MAX];
        snprintf(folder, sizeof(folder), "corpus/%s", campaign->options->targets[i]);
        sample.corpus += campaign_count(campaign, folder, "");
    }
    for (size_t i = 0; i < campaign->instance_count; i++) {
        const struct campaign_instance *instance = &campaign->instances[i];
        sample.edges = instance->edges > sample.edges ? instance->edges : sample.edges;
    }
    return sample;
}

/* Every second one goes when there are too many: the curve keeps its shape. */
static void
add_sample(struct campaign *campaign, const struct campaign_sample *sample)
{
    if (campaign->history_count == HISTORY_MAX) {
        for (size_t i = 0; i < HISTORY_MAX / 2; i++) {
            campaign->history[i] = campaign->history[2 * i];
        }
        campaign->history_count /= 2;
    }
    struct campaign_sample *all =
        realloc(campaign->history, (campaign->history_count + 1) * sizeof(*campaign->history));
    if (all != NULL) {
        campaign->history = all;
        campaign->history[campaign->history_count++] = *sample;
    }
}

static void
tell_progress(const struct campaign *campaign, const struct campaign_sample *sample, double rate)
{
    static double last = -LINE_SECONDS;
    double left = campaign->options->seconds - sample->seconds;
    bool on_terminal = isatty(STDERR_FILENO);
    if (!on_terminal && sample->seconds - last < LINE_SECONDS) {
        return;
    }
    last = sample->seconds;
    fprintf(stderr,
            "%s%.0f s left  %" PRIu64 " executions  %.0f/s  %" PRIu64 " edges  %" PRIu64
            " inputs  %" PRIu64 " distinct failure%s%s%s",
            on_terminal ? "\r\033[K" : "", left > 0 ? left : 0, sample->runs, rate, sample->edges,
            sample->corpus, sample->failures, sample->failures == 1 ? "" : "s",
            campaign->judge != 0 ? ", one is judged" : "", on_terminal ? "" : "\n");
    fflush(stderr);
}

static void
write_down(struct campaign *campaign)
{
    static double sampled = -SAMPLE_SECONDS;
    static struct campaign_sample before;
    campaign_observe(campaign);
    struct campaign_sample sample = sample_now(campaign);
    double elapsed = sample.seconds - before.seconds;
    double rate = before.seconds > 0 && elapsed > 0 && sample.runs >= before.runs
                      ? (double)(sample.runs - before.runs) / elapsed
                      : 0;
    before = sample;
    tell_progress(campaign, &sample, rate);
    if (sample.seconds - sampled >= SAMPLE_SECONDS) {
        sampled = sample.seconds;
        add_sample(campaign, &sample);
    }
    campaign_check_room(campaign);
}

/* --- the whole ---------------------------------------------------------------------------- */

static bool
anybody_left(const struct campaign *campaign)
{
    for (size_t i = 0; i < campaign->instance_count; i++) {
        if (!campaign->instances[i].given_up) {
            return true;
        }
    }
    return false;
}

static void
fuzz(struct campaign *campaign)
{
    double observed = -OBSERVE_SECONDS;
    while (!interrupted && campaign_seconds(campaign) < campaign->options->seconds &&
           anybody_left(campaign)) {
        campaign_tend(campaign);
        (void)campaign_judge(campaign);
        campaign_share(campaign);
        if (terminal_now() - observed >= OBSERVE_SECONDS) {
            write_down(campaign);
            observed = terminal_now();
        }
        usleep(TICK_US);
    }
}

/* What the engines left at their end; interrupted once more, the rest stays in incoming/. */
static void
judge_the_rest(struct campaign *campaign)
{
    double until = terminal_now() + 1.5; /* a file is taken once it is a second old */
    while (campaign_judge(campaign) ||
           (campaign_count(campaign, "incoming", "") > 0 && terminal_now() < until)) {
        usleep(TICK_US);
    }
}

static enum tool_exit
tell_end(struct campaign *campaign)
{
    struct tally sum;
    struct campaign_sample sample = sample_now(campaign);
    unsigned unread = add_tallies(campaign, &sum);
    if (unread > 0) {
        command_complain(
            "what %u of the engines' processes did is not known: their targets are of another "
            "build than this program; ci/campaign builds both",
            unread);
    }
    printf("%.0f s in %u li%s: %" PRIu64 " executions, %" PRIu64
           " known failures passed over, %" PRIu64 " executions done twice\n",
           sample.seconds, campaign->lives, campaign->lives == 1 ? "fe" : "ves", sum.runs,
           sum.passed_over, sum.doubled);
    printf("%" PRIu64 " edges, %" PRIu64 " interleaving pairs in one process at most, %" PRIu64
           " inputs; engines started again %" PRIu64 " times\n",
           sample.edges, sum.pairs, sample.corpus, campaign->restarts);
    printf("%" PRIu64 " duplicates of failures, %" PRIu64 " unreproduced, %" PRIu64 " unstable\n",
           campaign->duplicates, campaign->unreproduced, campaign->unstable);
    campaign_share_tell(campaign);
    uint64_t waiting = campaign_count(campaign, "incoming", "");
    if (waiting > 0) {
        printf("%" PRIu64 " failure%s in incoming/ not judged yet: --resume does it\n", waiting,
               waiting == 1 ? " is" : "s are");
    }
    char line[128];
    snprintf(line, sizeof(line), "%" PRIu64 " distinct failure%s", sample.failures,
             sample.failures == 1 ? "" : "s");
    terminal_print(stdout, sample.failures == 0 ? TERMINAL_GOOD : TERMINAL_BAD, line);
    if (sample.failures > 0) {
        fputs(", in ", stdout);
        report_print_argument(campaign->options->directory, stdout);
        fputs("/failures: each .prog with its explanation (.txt) and origin (.json)", stdout);
    }
    fputs("\nas a page: ", stdout);
    report_print_argument(tool_name, stdout);
    fputs(" report ", stdout);
    report_print_argument(campaign->options->directory, stdout);
    fputc('\n', stdout);
    return campaign->internal > 0   ? TOOL_INTERNAL
           : campaign->unstable > 0 ? TOOL_DIFFERED
           : sample.failures > 0    ? TOOL_FAILURE
                                    : TOOL_OK;
}

static enum tool_exit
run(struct campaign *campaign)
{
    ssize_t length = readlink("/proc/self/exe", campaign->program, sizeof(campaign->program) - 1);
    if (length <= 0) {
        command_complain("cannot find this program: %s", strerror(errno));
        return TOOL_ENVIRONMENT;
    }
    enum tool_exit code = campaign_plan(campaign);
    if (code == TOOL_OK) {
        code = campaign_open(campaign);
    }
    if (code != TOOL_OK) {
        return code;
    }
    catch_interrupts();
    fuzz(campaign);
    campaign_stop(campaign);
    campaign->stopped = terminal_now();
    terminal_progress_erase();
    if (isatty(STDERR_FILENO)) {
        fputs("\r\033[K", stderr);
    }
    judge_the_rest(campaign);
    campaign_share_now(campaign, true);
    if (!interrupted) {
        campaign_minimise(campaign);
        judge_the_rest(campaign); /* of one input more, that may be */
    }
    struct campaign_sample sample = sample_now(campaign);
    add_sample(campaign, &sample);
    campaign_check_room(campaign);
    campaign_share_now(campaign, false);
    bool lost_all = !anybody_left(campaign);
    code = tell_end(campaign);
    return lost_all ? tool_exit_worse(code, TOOL_ENVIRONMENT) : code;
}

enum tool_exit
campaign_run(const struct campaign_options *options)
{
    struct campaign *campaign = calloc(1, sizeof(*campaign));
    if (campaign == NULL) {
        return TOOL_ENVIRONMENT;
    }
    campaign->options = options;
    campaign->started = terminal_now();
    enum tool_exit code = run(campaign);
    free(campaign->history);
    free(campaign);
    return code;
}
