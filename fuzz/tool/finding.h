/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A finding as a file: a self-contained .prog with a heading that says what it is about, whole or
 * not at all. The tool and the fuzz targets write the same.
 */
#ifndef TOOL_FINDING_H
#define TOOL_FINDING_H

#include <limits.h>
#include <stdint.h>

#include "tool/failure_report.h"

/*
 * Writes DIRECTORY/PREFIX<number>.prog, making the directory, and sets report->file to its name,
 * which is kept in path. Returns: 0, or errno.
 */
int finding_write(const char *directory, const char *prefix, uint64_t number, struct report *report,
                  const struct laboratory_target *target, char path[PATH_MAX]);

/* The same to a path of the caller's, whose directory is there. */
int finding_write_as(const char *path, const struct report *report,
                     const struct laboratory_target *target);

#endif
