/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Colour and the progress line.
 */
#include "tool/terminal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define PROGRESS_SECONDS 0.2

static bool line_shown;

double
terminal_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void
terminal_print(FILE *out, enum terminal_style style, const char *text)
{
    static const char *const codes[] = {
        [TERMINAL_BAD] = "\033[1;31m", [TERMINAL_GOOD] = "\033[32m", [TERMINAL_STRONG] = "\033[1m"};
    /* https://no-color.org: whoever sets it wants none. */
    const char *no_color = getenv("NO_COLOR");
    if (!isatty(fileno(out)) || (no_color != NULL && no_color[0] != '\0')) {
        fputs(text, out);
        return;
    }
    fprintf(out, "%s%s\033[0m", codes[style], text);
}

void
terminal_print_share(FILE *out, double fraction)
{
    double percent = fraction * 100;
    if (percent < 0.01) {
        fputs("less than 0.01 %", out);
    } else {
        /* What is rounded up to 100 would be taken for the end. */
        fprintf(out, "about %.*f %%", percent < 1 ? 2 : 1, percent < 99.9 ? percent : 99.9);
    }
}

/* Of the two limits, the one that will stop the work first. */
static double
seconds_left(const struct terminal_progress *progress)
{
    double left = -1;
    if (progress->seconds_max > 0) {
        left = progress->seconds_max - progress->seconds;
    }
    if (progress->runs_max != UINT64_MAX && progress->runs > 0) {
        double of_runs = (double)(progress->runs_max - progress->runs) * progress->seconds /
                         (double)progress->runs;
        left = left < 0 || of_runs < left ? of_runs : left;
    }
    return left;
}

void
terminal_progress_show(const struct terminal_progress *progress)
{
    static double last;
    double now = terminal_now();
    if (!isatty(STDERR_FILENO) || now - last < PROGRESS_SECONDS) {
        return;
    }
    last = now;
    line_shown = true;
    double rate = progress->seconds > 0 ? (double)progress->runs / progress->seconds : 0;
    fprintf(stderr, "\r\033[K%.1f s  %" PRIu64 " runs  %.0f/s  %" PRIu64 " distinct failure%s",
            progress->seconds, progress->runs, rate, progress->failures,
            progress->failures == 1 ? "" : "s");
    if (progress->fraction > 0) {
        fputs("  ", stderr);
        terminal_print_share(stderr, progress->fraction);
        fputs(" behind", stderr);
    }
    double left = seconds_left(progress);
    if (left >= 0) {
        fprintf(stderr, "  %.0f s left", left);
    }
    fflush(stderr);
}

void
terminal_progress_erase(void)
{
    if (line_shown) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
        line_shown = false;
    }
}
