/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Fibers: stacks and the jump between them, told to ASan and TSan. No scheduling here.
 * A stack has an inaccessible page below it, so that its overflow is a signal, not a wild write.
 */
#ifndef ENGINE_FIBER_H
#define ENGINE_FIBER_H

#include <stdbool.h>
#include <stddef.h>

#define FIBER_STACK_SIZE ((size_t)256 * 1024)

struct fiber {
    void *context; /* where it goes on; owned by the switching code */
    char *stack;   /* lowest usable byte; NULL: the host, which runs on the process's stack */
    size_t stack_size;
    void *asan_stack; /* ASan's fake stack while it is away */
    void *tsan_fiber;
    void (*entry)(void *argument);
    void *argument;
};

/* Which switching code this build has: "fcontext" or "ucontext". */
extern const char *const fiber_backend;

/* Makes the calling thread's own stack a fiber to come back to. */
void fiber_init_host(struct fiber *host);

/* Gives a zeroed fiber a stack. False: no memory (errno). fini gives it back. */
bool fiber_init(struct fiber *fiber);
void fiber_fini(struct fiber *fiber);

/*
 * Prepares a fiber to run entry(argument) when it is next switched to. entry never returns.
 * What the caller did happens before what the fiber will do.
 */
void fiber_start(struct fiber *fiber, void (*entry)(void *), void *argument);

/* Goes on in `to`; comes back when somebody switches to `from`. Orders nothing, as TSan sees it. */
void fiber_switch(struct fiber *from, struct fiber *to);

/*
 * Called by the host for each started fiber when the execution is over, wherever the fiber stands:
 * all that it did happens before what the host does next, and its stack may be started anew.
 */
void fiber_abandon(struct fiber *host, struct fiber *fiber);

/* Does the address lie in the guard page below this fiber's stack? */
bool fiber_guards(const struct fiber *fiber, const void *address);

#endif
