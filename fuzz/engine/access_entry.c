/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The entry points that -fsanitize=thread calls, in place of ThreadSanitizer's runtime: one before each load
 * and store of memory that others may see, and two around each function that has any. The
 * compiler leaves out what it can prove to be nobody else's.
 */
#include <string.h>

#include "engine/access_parts.h"

/* The names are the compiler's; nobody declares them. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

#define CALLER __builtin_return_address(0)

static inline void
note(const void *address, size_t size, enum access_kind kind, const void *caller)
{
    if (access_counts) {
        access_plain(address, size, kind, caller);
    }
}

void
__tsan_init(void)
{
}

/* A load that is followed by a store of the same, told as one where nothing stands between them. */
#define ENTRIES(prefix, size)                                                                      \
    void __tsan_##prefix##read##size(void *address)                                                \
    {                                                                                              \
        note(address, size, ACCESS_READ, CALLER);                                                  \
    }                                                                                              \
    void __tsan_##prefix##write##size(void *address)                                               \
    {                                                                                              \
        note(address, size, ACCESS_WRITE, CALLER);                                                 \
    }
#define ENTRIES_BOTH(prefix, size)                                                                 \
    void __tsan_##prefix##read_write##size(void *address)                                          \
    {                                                                                              \
        note(address, size, ACCESS_READ, CALLER);                                                  \
        note(address, size, ACCESS_WRITE, CALLER);                                                 \
    }
#define ENTRIES_ALL(size)                                                                          \
    ENTRIES(, size)                                                                                \
    ENTRIES(unaligned_, size)                                                                      \
    ENTRIES(volatile_, size)                                                                       \
    ENTRIES(unaligned_volatile_, size)                                                             \
    ENTRIES_BOTH(, size)                                                                           \
    ENTRIES_BOTH(unaligned_, size)

/* clang-format off */
ENTRIES_ALL(1)
ENTRIES_ALL(2)
ENTRIES_ALL(4)
ENTRIES_ALL(8)
ENTRIES_ALL(16)
/* clang-format on */

void
__tsan_read_range(void *address, size_t size)
{
    note(address, size, ACCESS_READ, CALLER);
}

void
__tsan_write_range(void *address, size_t size)
{
    note(address, size, ACCESS_WRITE, CALLER);
}

/* C++'s pointers to virtual functions. */
void
__tsan_vptr_update(void **address, void *value)
{
    if (*address != value) {
        note(address, sizeof *address, ACCESS_WRITE, CALLER);
    }
}

void
__tsan_vptr_read(void **address)
{
    note(address, sizeof *address, ACCESS_READ, CALLER);
}

void *
__tsan_memcpy(void *to, const void *from, size_t size)
{
    note(from, size, ACCESS_READ, CALLER);
    note(to, size, ACCESS_WRITE, CALLER);
    return memcpy(to, from, size);
}

void *
__tsan_memmove(void *to, const void *from, size_t size)
{
    note(from, size, ACCESS_READ, CALLER);
    note(to, size, ACCESS_WRITE, CALLER);
    return memmove(to, from, size);
}

void *
__tsan_memset(void *to, int byte, size_t size)
{
    note(to, size, ACCESS_WRITE, CALLER);
    return memset(to, byte, size);
}
