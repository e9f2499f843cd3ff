/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What people get and machines do not: colour, and a line that says how far long work is. Both only
 * where the stream is a terminal; elsewhere not one control character is written.
 */
#ifndef TOOL_TERMINAL_H
#define TOOL_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum terminal_style { TERMINAL_BAD, TERMINAL_GOOD, TERMINAL_STRONG };

/* Prints text in a style, or as it is. */
void terminal_print(FILE *out, enum terminal_style style, const char *text);

/* A share that is estimated, never as all of it: "about 12.9 %", "less than 0.01 %". */
void terminal_print_share(FILE *out, double fraction);

struct terminal_progress {
    double seconds, seconds_max; /* seconds_max 0: no limit */
    uint64_t runs, runs_max;     /* runs_max UINT64_MAX: no limit */
    uint64_t failures;           /* distinct ones */
    double fraction;             /* of the work that is behind; 0: nobody knows */
};

/* Shows or replaces the line, a few times a second at most; erase before other output. */
void terminal_progress_show(const struct terminal_progress *progress);
void terminal_progress_erase(void);

/* Seconds since some fixed moment, never going back. */
double terminal_now(void);

#endif
