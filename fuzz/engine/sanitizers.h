/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the engine tells the sanitizers, as functions that are empty where the build has none.
 * The engine itself is never instrumented; these notes are how they know of fibers, locks and
 * memory.
 */
#ifndef ENGINE_SANITIZERS_H
#define ENGINE_SANITIZERS_H

#include <stddef.h>

#include "engine/access.h"

#ifdef HEDDLE_ASAN
void __asan_poison_memory_region(void const volatile *address, size_t size);
void __asan_unpoison_memory_region(void const volatile *address, size_t size);
void __sanitizer_start_switch_fiber(void **save, const void *bottom, size_t size);
void __sanitizer_finish_switch_fiber(void *saved, const void **bottom, size_t *size);
#endif
#ifdef HEDDLE_TSAN
void *__tsan_get_current_fiber(void);
void *__tsan_create_fiber(unsigned flags);
void __tsan_destroy_fiber(void *fiber);
void __tsan_switch_to_fiber(void *fiber, unsigned flags);
void __tsan_acquire(void *address);
void __tsan_release(void *address);
void __tsan_write_range(void *address, unsigned long size);
void __tsan_java_init(unsigned long begin, unsigned long size);
void __tsan_java_alloc(unsigned long address, unsigned long size);
void __tsan_java_free(unsigned long address, unsigned long size);
#endif

static inline void
sanitizer_poison(const void *address, size_t size)
{
#ifdef HEDDLE_ASAN
    __asan_poison_memory_region(address, size);
#else
    (void)address;
    (void)size;
#endif
}

static inline void
sanitizer_unpoison(const void *address, size_t size)
{
#ifdef HEDDLE_ASAN
    __asan_unpoison_memory_region(address, size);
#else
    (void)address;
    (void)size;
#endif
}

/* The modelled primitives' happens-before: all before a release at an address is before the
 * acquire. */
static inline void
sanitizer_acquire(const void *address)
{
#ifdef HEDDLE_TSAN
    __tsan_acquire((void *)(size_t)address);
#elif defined(HEDDLE_ACCESS)
    access_acquire(address);
#else
    (void)address;
#endif
}

static inline void
sanitizer_release(const void *address)
{
#ifdef HEDDLE_TSAN
    __tsan_release((void *)(size_t)address);
#elif defined(HEDDLE_ACCESS)
    access_release(address);
#else
    (void)address;
#endif
}

/* The end of a block's life, which whoever used it must come before. */
static inline void
sanitizer_end_life(const void *address, size_t size)
{
#ifdef HEDDLE_TSAN
    __tsan_write_range((void *)(size_t)address, size);
#else
    (void)address;
    (void)size;
#endif
}

/* Once a process, before the first sanitizer_forget. */
static inline void
sanitizer_begin(void)
{
#ifdef HEDDLE_TSAN
    /* A heap of one word where nothing is: reports search the whole heap for the block they are of. */
    __tsan_java_init(8, 8);
#endif
}

/*
 * Makes TSan forget all accesses to this memory, aligned to 8: it belongs to an execution that is over. An
 * address that a race was reported on is marked to be let alone from then on; without this every second replay
 * of a race would be silent. The interface for Java heaps is the one that clears shadow memory.
 */
static inline void
sanitizer_forget(const void *address, size_t size)
{
#ifdef HEDDLE_TSAN
    size_t rounded = size & ~(size_t)7;
    if (rounded > 0) {
        __tsan_java_alloc((unsigned long)address, rounded);
        __tsan_java_free((unsigned long)address, rounded);
    }
#else
    (void)address;
    (void)size;
#endif
}

#endif
