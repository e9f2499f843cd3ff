/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A subject's static data: kept as it was before the subject first ran, and put back before every
 * execution. The ranges are its writable sections, renamed and closed by heddle_add_subject.
 */
#include "engine/execution.h"
#include "engine/sanitizers.h"

#include <stdlib.h>

#define RANGES_MAX 64

static struct saved_range {
    char *start;
    size_t size;
    char *bytes;
} ranges[RANGES_MAX];
static size_t range_count;

static struct saved_range *
find(const struct heddle_globals *globals)
{
    for (size_t i = 0; i < range_count; i++) {
        if (ranges[i].start == globals->start) {
            return &ranges[i];
        }
    }
    return NULL;
}

bool
globals_save(const struct heddle_globals *globals, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (globals[i].start == globals[i].end || find(&globals[i]) != NULL) {
            continue;
        }
        size_t size = (size_t)(globals[i].end - globals[i].start);
        char *bytes = range_count < RANGES_MAX ? malloc(size) : NULL;
        if (bytes == NULL) {
            return false;
        }
        bytes_copy(bytes, globals[i].start, size);
        ranges[range_count++] =
            (struct saved_range){.start = globals[i].start, .size = size, .bytes = bytes};
    }
    return true;
}

void
globals_restore(const struct heddle_globals *globals, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct saved_range *range = find(&globals[i]);
        if (range != NULL) {
            sanitizer_forget(range->start, range->size);
            bytes_copy(range->start, range->bytes, range->size);
        }
    }
}
