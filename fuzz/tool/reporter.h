/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What becomes of a failure, whoever found it: it is believed once a fresh process has shown it too, then
 * written as a file, then told on standard output. Numbers are those of the finder's runs, from 0.
 */
#ifndef TOOL_REPORTER_H
#define TOOL_REPORTER_H

#include "tool/command.h"
#include "tool/outcome.h"
#include "tool/worker.h"

struct reporter {
    const struct laboratory_target *target;
    const struct subject *subject;
    const char *directory; /* where findings go */
    bool json;
    double started; /* terminal_now */

    /* The command that has such runs, cut where there is no room. */
    void (*print_command)(const void *argument, char *text, size_t size);
    const void *argument;

    enum tool_exit code; /* grows with what was told */
};

enum reporter_belief {
    REPORTER_BELIEVED,
    REPORTER_FOREIGN,    /* it did not happen again, and looks like a kill from outside: told */
    REPORTER_UNSTABLE,   /* the second run differed: told */
    REPORTER_IMPOSSIBLE, /* there was no second run: errno */
};

/* Runs a failure again. BELIEVED: `confirmed` is the second run's outcome, for the caller to destroy. */
enum reporter_belief reporter_confirm(struct reporter *reporter, const struct worker_news *news,
                                      struct outcome *first, struct outcome **confirmed);

/* Writes an outcome as DIRECTORY/PREFIX<signature>.prog, and tells it. False: could not be written. */
bool reporter_failure(struct reporter *reporter, uint64_t number, const struct outcome *outcome,
                      const char *prefix);

/* A worker was killed by somebody else; what it executed is kept, as no failure. */
void reporter_foreign_death(struct reporter *reporter, const struct worker_news *news,
                            struct outcome *outcome);

#endif
