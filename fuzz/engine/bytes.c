/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Plain loops over memory, for where libc's functions must not be used: the sanitizers intercept
 * those, and the engine writes where the subject may not. Built with -fno-builtin, so they stay
 * loops.
 */
#include "engine/execution.h"

/* Eight bytes of anything, anywhere. */
typedef uint64_t __attribute__((aligned(1), may_alias)) word_t;

/* Forwards: what overlaps may be copied towards lower addresses. */
void
bytes_copy(void *to, const void *from, size_t size)
{
    word_t *to_word = to;
    const word_t *from_word = from;
    for (; size >= sizeof *to_word; size -= sizeof *to_word) {
        *to_word++ = *from_word++;
    }
    char *to_byte = (char *)to_word;
    const char *from_byte = (const char *)from_word;
    while (size-- > 0) {
        *to_byte++ = *from_byte++;
    }
}

/* Is the address no word's? Blocks of odd sizes have gaps that begin anywhere. */
static bool
is_odd(const char *byte)
{
    return ((uintptr_t)byte & (sizeof(uint64_t) - 1)) != 0;
}

static uint64_t
rotate(uint64_t pattern)
{
    return pattern >> 8 | pattern << 56;
}

void
bytes_fill(void *to, uint64_t pattern, size_t size)
{
    char *byte = to;
    for (; size > 0 && is_odd(byte); size--, pattern = rotate(pattern)) {
        *byte++ = (char)pattern;
    }
    uint64_t *word = (uint64_t *)(void *)byte;
    for (; size >= sizeof *word; size -= sizeof *word) {
        *word++ = pattern;
    }
    for (byte = (char *)word; size > 0; size--, pattern = rotate(pattern)) {
        *byte++ = (char)pattern;
    }
}

bool
bytes_are(const void *from, uint64_t pattern, size_t size)
{
    const char *byte = from;
    for (; size > 0 && is_odd(byte); size--, pattern = rotate(pattern)) {
        if (*byte++ != (char)pattern) {
            return false;
        }
    }
    const uint64_t *word = (const uint64_t *)(const void *)byte;
    for (; size >= sizeof *word; size -= sizeof *word) {
        if (*word++ != pattern) {
            return false;
        }
    }
    for (byte = (const char *)word; size > 0; size--, pattern = rotate(pattern)) {
        if (*byte++ != (char)pattern) {
            return false;
        }
    }
    return true;
}
