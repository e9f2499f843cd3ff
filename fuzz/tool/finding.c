/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Writing findings.
 */
#include "tool/finding.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "tool/output.h"

int
finding_write_as(const char *path, const struct report *report,
                 const struct laboratory_target *target)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL) {
        return errno;
    }
    report_print_prog(report, target, out);
    int error = fclose(out) == 0 ? output_write(path, text, size) : errno;
    free(text);
    return error;
}

int
finding_write(const char *directory, const char *prefix, uint64_t number, struct report *report,
              const struct laboratory_target *target, char path[PATH_MAX])
{
    int length = snprintf(path, PATH_MAX, "%s/%s%016" PRIx64 ".prog", directory, prefix, number);
    if (length < 0 || length >= PATH_MAX) {
        return ENAMETOOLONG;
    }
    int error = output_make_directory(directory);
    if (error == 0) {
        error = finding_write_as(path, report, target);
    }
    if (error == 0) {
        report->file = path;
    }
    return error;
}
