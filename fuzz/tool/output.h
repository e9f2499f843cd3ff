/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Files that the tool writes: whole or not at all. A file is written under a temporary name beside
 * its place, then renamed; nobody ever reads half of one.
 */
#ifndef TOOL_OUTPUT_H
#define TOOL_OUTPUT_H

#include <stddef.h>

#include "tool/command.h"

/*
 * Puts these bytes there. What exists and is no regular file (a device, a pipe) is written to in
 * place. Returns: 0, or errno; then nothing is left behind.
 */
int output_write(const char *path, const void *bytes, size_t size);

/* One name or two of the same regular file: what is written to one would replace the other. */
bool output_is_file(const char *path, const char *other);

/* What it means for the tool's exit code: a wrong argument, or an environment that lacks something.
 */
enum tool_exit output_exit(int error);

/* Makes a directory and those above it. Returns: 0 also if it is there, or errno. */
int output_make_directory(const char *path);

/*
 * Work of hours must not end at its first finding because of a mistyped directory. It is made when there is
 * one; until then, its place is tried. False: has complained, naming the option.
 */
bool output_is_usable(const char *option, const char *path);

#endif
