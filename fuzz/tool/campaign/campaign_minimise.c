/* SPDX-License-Identifier: BSD-2-Clause
 *
 * At a campaign's end: each corpus as small as keeps its coverage. And how a campaign has another program run to its end.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tool/campaign/campaign.h"
#include "tool/output.h"

#define MERGE_SECONDS "120"

int
campaign_call(const char *const arguments[], const char *output)
{
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        int out = open(output != NULL ? output : "/dev/null", O_WRONLY | O_CREAT | O_TRUNC, 0666);
        int in = open("/dev/null", O_RDONLY);
        if (out >= 0 && in >= 0) {
            dup2(in, STDIN_FILENO);
            dup2(out, STDOUT_FILENO);
            dup2(out, STDERR_FILENO);
        }
        execvp(arguments[0], (char *const *)(uintptr_t)arguments);
        _exit(127);
    }
    if (pid < 0) {
        return -1;
    }
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR) {
            return -1;
        }
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void
remove_folder(const char *path)
{
    const char *const arguments[] = {"rm", "-rf", "--", path, NULL};
    (void)campaign_call(arguments, NULL);
}

/* libFuzzer's set cover, into a folder beside it; only a whole one takes the place. */
static bool
minimise(const struct campaign *campaign, const char *target)
{
    char program[PATH_MAX], from[PATH_MAX], to[PATH_MAX], old[PATH_MAX], log[PATH_MAX];
    if (!campaign_has_program(campaign, "fuzz", target) ||
        !campaign_path(campaign, from, "corpus/%s", target) ||
        !campaign_path(campaign, to, "corpus/.%s.small", target) ||
        !campaign_path(campaign, old, "corpus/.%s.old", target) ||
        !campaign_path(campaign, log, "logs/%s-minimise", target)) {
        return false;
    }
    snprintf(program, sizeof(program), "%s/fuzz/bin/fuzz_%s", campaign->options->trees, target);
    remove_folder(to);
    remove_folder(old);
    if (output_make_directory(to) != 0) {
        return false;
    }
    char findings[PATH_MAX], known[PATH_MAX];
    snprintf(findings, sizeof(findings), "--findings=%.4000s/incoming",
             campaign->options->directory);
    snprintf(known, sizeof(known), "--known=%.4000s/failures", campaign->options->directory);
    const char *const arguments[] = {program,
                                     "-merge=1",
                                     "-set_cover_merge=1",
                                     "-max_total_time=" MERGE_SECONDS,
                                     "--keep-going=1",
                                     findings,
                                     known,
                                     to,
                                     from,
                                     NULL};
    if (campaign_call(arguments, log) != 0) {
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
