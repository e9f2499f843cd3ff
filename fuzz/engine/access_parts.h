/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the files of the model in which loads and stores count ask of each other (access.h names them). All of
 * it is called by the running task, none of it is instrumented.
 */
#ifndef ENGINE_ACCESS_PARTS_H
#define ENGINE_ACCESS_PARTS_H

#include "engine/access.h"
#include "engine/execution.h"

/* An address of the program's text, from the start of its image: the same in every process. */
typedef uint32_t access_pc_t;
access_pc_t access_pc(const void *return_address);

/* Does the address lie on the running task's own stack? */
static inline bool
access_is_on_own_stack(const void *address)
{
    const struct fiber *fiber = &exec.current->fiber;
    return (uintptr_t)address - (uintptr_t)fiber->stack < fiber->stack_size;
}

/* --- access_point.c ---------------------------------------------------------------------- */

/*
 * Before an access of the running task: others may run first. No point where the memory is the task's
 * own. Requires: access_counts.
 */
void access_point(const void *address, enum access_kind kind, access_pc_t pc);

/* An access to memory that is not atomic: the point before it, then is it ordered? */
void access_plain(const void *address, size_t size, enum access_kind kind, const void *caller);

/* --- access_chain.c ---------------------------------------------------------------------- */

/* A call chain: a node is a call, its parent the call that it was made in; 0 is the task's start. */
void access_chain_begin(uint16_t task);
uint32_t access_chain_now(void);
bool access_chain_caller(uint32_t *node,
                         access_pc_t *call); /* the innermost call; then its parent */

/* --- access_atomic.c --------------------------------------------------------------------- */

void access_atomic_begin(uint16_t task);

/* --- access_symbol.c --------------------------------------------------------------------- */

struct access_symbol {
    char function[64];
    char file[64]; /* without directories */
    int line;
};

#define ACCESS_SYMBOLS_MAX 8

/*
 * The functions that an address is in, what is inlined first. Returns: how many of them there are places for, at
 * least 1 and at most ACCESS_SYMBOLS_MAX.
 */
size_t access_symbolise(access_pc_t pc, struct access_symbol *symbols, size_t count);

/* --- race_clock.c: who knows of what ------------------------------------------------------- */

struct clock {
    uint32_t at[HEDDLE_TASKS_MAX];
};

extern struct clock race_clocks[HEDDLE_TASKS_MAX]; /* a task's */

void race_clock_begin(void);
void race_clock_spawn(uint16_t task);
void race_join(struct clock *to, const struct clock *from);

/* What was released at an object: what its next acquirer knows. */
struct released {
    struct clock known;
    struct taskset heads; /* the tasks whose stores began it */
};

/* NULL: nothing was. Valid until the next race_released_make. */
struct released *race_released(const void *object);
struct released *race_released_make(const void *object);

/* The running task has let others know what it did: what it does now is later. */
void race_tick(void);

/* --- race.c ------------------------------------------------------------------------------ */

/* One of the two accesses of a race. */
struct race_access {
    access_pc_t pc;
    uint32_t chain;
    uint16_t task;
    uint8_t kind; /* enum access_kind */
    uint8_t size; /* UINT8_MAX: or more */
};

void race_begin(void);

/* Is an access of the running task ordered after all that conflict with it? If not, does not return. */
void race_check(const void *address, size_t size, enum access_kind kind, access_pc_t pc);

/* The number of the eight bytes that hold the address, from 1, in order of first access. */
uint32_t race_object(const void *address);

/* Has a task accessed those eight bytes that does not have them on its own stack? */
bool race_is_shared(const void *address);

/* --- race_report.c ----------------------------------------------------------------------- */

/* Ends the execution: `now` comes after `before` in the schedule. */
_Noreturn void race_found(const struct race_access *before, const struct race_access *now,
                          const void *address);
_Noreturn void race_found_freed(const struct race_access *freed, const struct race_access *now,
                                const void *address);
void race_report_begin(void);
void race_report_end(void);

#endif
