/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Other programs that a campaign runs: their arguments, their environment, where their output goes. Each dies with this
 * process, so whoever kills it leaves nobody behind.
 */
#ifndef TOOL_CAMPAIGN_PROCESS_H
#define TOOL_CAMPAIGN_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define PROCESS_WORDS_MAX 48

/* Arguments and variables, one after the other as they were put. Zeroes are an empty one. */
struct process_line {
    const char *arguments[PROCESS_WORDS_MAX + 1];
    size_t count;
    char *owned[2 * PROCESS_WORDS_MAX]; /* what was made, of both */
    size_t owned_count;
    char *variables[PROCESS_WORDS_MAX]; /* "NAME=value" */
    size_t variable_count;
    bool failed; /* no memory, or too many: it must not be started */
};

/* The argument must live as long as the line. */
void process_put(struct process_line *line, const char *argument);
void process_put_made(struct process_line *line, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void process_put_variable(struct process_line *line, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void process_line_fini(struct process_line *line);

/*
 * Starts it in a group of its own, reading nothing, its output into a file that begins anew. A program that cannot be
 * executed ends with 127, and the file says why.
 * Returns: its number, or -1: errno.
 */
pid_t process_start(const struct process_line *line, const char *output);

/* Runs a program to its end, its output into a file (NULL: nowhere); its exit code, 128 + signal, or -1: errno. */
int process_call(const char *const arguments[], const char *output);

/* Would a shell find it? */
bool process_is_installed(const char *name);

#endif
