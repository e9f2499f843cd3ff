/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Plain loops over memory, for where libc's functions must not be used: the sanitizers intercept
 * those, and the engine writes where the subject may not. Built with -fno-builtin, so they stay
 * loops.
 */
#include "engine/execution.h"

void
bytes_copy(void *to, const void *from, size_t size)
{
    uint64_t *to_word = to;
    const uint64_t *from_word = from;
    for (; size >= sizeof *to_word; size -= sizeof *to_word) {
        *to_word++ = *from_word++;
    }
    char *to_byte = (char *)to_word;
    const char *from_byte = (const char *)from_word;
    while (size-- > 0) {
        *to_byte++ = *from_byte++;
    }
}

void
bytes_fill(void *to, uint64_t pattern, size_t size)
{
    uint64_t *word = to;
    for (; size >= sizeof *word; size -= sizeof *word) {
        *word++ = pattern;
    }
    for (char *byte = (char *)word; size-- > 0; pattern >>= 8) {
        *byte++ = (char)pattern;
    }
}

bool
bytes_are(const void *from, uint64_t pattern, size_t size)
{
    const uint64_t *word = from;
    for (; size >= sizeof *word; size -= sizeof *word) {
        if (*word++ != pattern) {
            return false;
        }
    }
    for (const char *byte = (const char *)word; size-- > 0; pattern >>= 8) {
        if (*byte++ != (char)pattern) {
            return false;
        }
    }
    return true;
}
