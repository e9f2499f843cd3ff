/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The event model in which loads and stores count, as the engine's other files see it; functions that are
 * empty in builds without it. Code under test is compiled with -fsanitize=thread there and linked
 * with entry points of our own in place of ThreadSanitizer's runtime.
 *
 *   access_entry.c   what the compiler put before each load and store, and around each function
 *   access_atomic.c  C11's atomic operations     access_point.c   the point before an access
 *   access_chain.c   each task's call chain      access_symbol.c  addresses to names
 *   race.c           which accesses are unordered (on race_clock.c), race_report.c tells it
 */
#ifndef ENGINE_ACCESS_H
#define ENGINE_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/heddle.h"

/* Bits: what an access does to memory. */
enum access_kind {
    ACCESS_READ = 0,
    ACCESS_WRITE = 1,
    ACCESS_ATOMIC = 2,
    ACCESS_FREE = 4, /* a write, too: the end of a block's life */
};

/*
 * How many loads and stores there are may hang on addresses, as where something is found by a hash of one. So
 * where they count, what the code under test sees lies at the same addresses in every process: memory and stacks
 * here, its static data by linking without relocation. Elsewhere: wherever.
 */
#ifdef HEDDLE_ACCESS
#define ACCESS_ARENA_AT  ((char *)0x200000000000)
#define ACCESS_STACKS_AT ((char *)0x210000000000)
#define ACCESS_MAP_FLAGS MAP_FIXED_NOREPLACE
#else
#define ACCESS_ARENA_AT  NULL
#define ACCESS_STACKS_AT NULL
#define ACCESS_MAP_FLAGS 0
#endif

#ifdef HEDDLE_ACCESS

/* An execution in that model is under way, and on one of its fibers. */
extern bool access_counts;

void access_begin(bool counts);
void access_end(void); /* on the host; a race that ended the execution becomes its verdict */

/*
 * In between, what is loaded and stored is an observer's looking, and no access of the code under test: no point, no race.
 * look: says what to give to its end.
 */
bool access_look(void);
void access_look_end(bool counted);

/* A new task, which starts with this argument; the running one makes it. */
void access_spawned(uint16_t task, const void *argument);

/* The running task gives this to others: if it lies on its stack, what is there is shared now. */
void access_give(const void *argument);

/* All that was done before a release of the object happens before what follows an acquire of it. */
void access_acquire(const void *object);
void access_release(const void *object);
void access_store_release(const void *object); /* and what was released before, no more */

/* The block's life ends here, at the caller's caller. */
void access_free(const void *memory, size_t size, const void *caller);

#else

static inline void
access_begin(bool counts)
{
    (void)counts;
}

static inline void
access_end(void)
{
}

static inline bool
access_look(void)
{
    return false;
}

static inline void
access_look_end(bool counted)
{
    (void)counted;
}

static inline void
access_spawned(uint16_t task, const void *argument)
{
    (void)task;
    (void)argument;
}

static inline void
access_give(const void *argument)
{
    (void)argument;
}

static inline void
access_free(const void *memory, size_t size, const void *caller)
{
    (void)memory;
    (void)size;
    (void)caller;
}

#endif
#endif
