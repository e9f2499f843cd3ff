/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Switching, by Boost.Context's C entry points (5 ns) or, without them, by ucontext
 * (a system call each way). The only file that knows how a fiber is switched.
 */
#include "engine/fiber.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/sanitizers.h"

#define TSAN_NO_SYNC 1u /* __tsan_switch_to_fiber: the switch orders nothing */

/* --- sanitizers around a switch --------------------------------------------------------- */

static void
before_switch(struct fiber *from, struct fiber *to)
{
#ifdef HEDDLE_ASAN
    __sanitizer_start_switch_fiber(&from->asan_stack, to->stack, to->stack_size);
#endif
#ifdef HEDDLE_TSAN
    __tsan_switch_to_fiber(to->tsan_fiber, TSAN_NO_SYNC);
#endif
    (void)from;
    (void)to;
}

/* Runs on `self`'s stack, which `from` switched to. */
static void
after_switch(struct fiber *self, struct fiber *from)
{
#ifdef HEDDLE_ASAN
    const void *bottom;
    size_t size;
    __sanitizer_finish_switch_fiber(self->asan_stack, &bottom, &size);
    if (from->stack_size == 0) {
        /* The host's bounds are known only to ASan, which tells them here. */
        from->stack = (char *)(uintptr_t)bottom;
        from->stack_size = size;
    }
#endif
    (void)self;
    (void)from;
}

/* --- the jump --------------------------------------------------------------------------- */

#ifdef HEDDLE_FCONTEXT

const char *const fiber_backend = "fcontext";

typedef void *fcontext_t;
typedef struct {
    fcontext_t fctx; /* where the one that jumped here goes on */
    void *data;
} transfer_t;
transfer_t jump_fcontext(fcontext_t to, void *data);
fcontext_t make_fcontext(void *stack_top, size_t size, void (*entry)(transfer_t));

/*
 * Jumps to a fiber; returns when somebody jumps back. Boost's function leaves by a jump, not by a return, so a
 * call of it would leave one return address too many on the processor's own stack of them, and every return
 * behind a switch would be mispredicted: three of them cost as much as the rest of a scheduling point. So it is
 * entered by a jump, too. All fibers stand behind the same jump, and their returns are then as predicted.
 */
static inline transfer_t
jump(fcontext_t to, void *data)
{
#ifdef __x86_64__
    transfer_t arrived;
    void *destination = to, *carried = data;
    __asm__ volatile("leaq -128(%%rsp), %%rsp\n\t" /* the red zone may be in use */
                     "leaq 1f(%%rip), %%rax\n\t"
                     "pushq %%rax\n\t"
                     "jmp jump_fcontext@PLT\n"
                     "1:\n\t"
                     "leaq 128(%%rsp), %%rsp"
                     : "=a"(arrived.fctx), "=d"(arrived.data), "+D"(destination), "+S"(carried)
                     :
                     : "rcx", "r8", "r9", "r10", "r11", "cc", "memory", "xmm0", "xmm1", "xmm2",
                       "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11",
                       "xmm12", "xmm13", "xmm14", "xmm15");
    return arrived;
#else
    return jump_fcontext(to, data);
#endif
}

/* What a jump carries: who left and who arrives. */
struct passage {
    struct fiber *from, *to;
};

static struct fiber *
arrive(transfer_t transfer)
{
    struct passage *passage = transfer.data;
    struct fiber *self = passage->to;
    passage->from->context = transfer.fctx;
    after_switch(self, passage->from);
    return self;
}

static void
enter(transfer_t transfer)
{
    struct fiber *self = arrive(transfer);
    self->entry(self->argument);
    __builtin_unreachable();
}

static void
prepare(struct fiber *fiber)
{
    fiber->context = make_fcontext(fiber->stack + fiber->stack_size, fiber->stack_size, enter);
}

void
fiber_switch(struct fiber *from, struct fiber *to)
{
    struct passage passage = {from, to};
    before_switch(from, to);
    (void)arrive(jump(to->context, &passage));
}

#else

#include <stdlib.h>
#include <ucontext.h>

const char *const fiber_backend = "ucontext";

static struct fiber *departing; /* who switches; one thread, so one variable */

static void
enter(unsigned high, unsigned low)
{
    struct fiber *self = (struct fiber *)(((uintptr_t)high << 32) | low);
    after_switch(self, departing);
    self->entry(self->argument);
}

static void
prepare(struct fiber *fiber)
{
    ucontext_t *context = fiber->context;
    getcontext(context);
    context->uc_stack.ss_sp = fiber->stack;
    context->uc_stack.ss_size = fiber->stack_size;
    context->uc_link = NULL;
    uintptr_t self = (uintptr_t)fiber;
    makecontext(context, (void (*)(void))enter, 2, (unsigned)(self >> 32), (unsigned)self);
}

void
fiber_switch(struct fiber *from, struct fiber *to)
{
    before_switch(from, to);
    departing = from;
    swapcontext(from->context, to->context);
    after_switch(from, departing);
}

#endif

/* --- life ------------------------------------------------------------------------------- */

static size_t
page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

void
fiber_init_host(struct fiber *host)
{
    *host = (struct fiber){0};
#ifndef HEDDLE_FCONTEXT
    static ucontext_t context;
    host->context = &context;
#endif
#ifdef HEDDLE_TSAN
    host->tsan_fiber = __tsan_get_current_fiber();
#endif
}

bool
fiber_init(struct fiber *fiber)
{
    static char *next = ACCESS_STACKS_AT;
    size_t guard = page_size();
    char *mapping = mmap(next, guard + FIBER_STACK_SIZE, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | ACCESS_MAP_FLAGS, -1, 0);
    if (next != NULL) {
        next += guard + FIBER_STACK_SIZE;
    }
    if (mapping == MAP_FAILED) {
        return false;
    }
    if (mprotect(mapping, guard, PROT_NONE) != 0) {
        munmap(mapping, guard + FIBER_STACK_SIZE);
        return false;
    }
    *fiber = (struct fiber){.stack = mapping + guard, .stack_size = FIBER_STACK_SIZE};
#ifndef HEDDLE_FCONTEXT
    fiber->context = calloc(1, sizeof(ucontext_t));
    if (fiber->context == NULL) {
        munmap(mapping, guard + FIBER_STACK_SIZE);
        return false;
    }
#endif
    return true;
}

void
fiber_fini(struct fiber *fiber)
{
#ifndef HEDDLE_FCONTEXT
    free(fiber->context);
#endif
    munmap(fiber->stack - page_size(), page_size() + fiber->stack_size);
    *fiber = (struct fiber){0};
}

void
fiber_start(struct fiber *fiber, void (*entry)(void *), void *argument)
{
    fiber->entry = entry;
    fiber->argument = argument;
    fiber->asan_stack = NULL;
#ifdef HEDDLE_TSAN
    /* Made anew each time: a pooled TSan fiber's shadow stack overflows in the end. */
    fiber->tsan_fiber = __tsan_create_fiber(0);
#endif
    prepare(fiber);
}

void
fiber_abandon(struct fiber *host, struct fiber *fiber)
{
    (void)host;
    /* Frames that were left without returning are still poisoned. */
    sanitizer_unpoison(fiber->stack, fiber->stack_size);
#ifdef HEDDLE_TSAN
    /* Two switches that do order: everything the fiber did is now before the host. */
    __tsan_switch_to_fiber(fiber->tsan_fiber, 0);
    __tsan_switch_to_fiber(host->tsan_fiber, 0);
    __tsan_destroy_fiber(fiber->tsan_fiber);
    fiber->tsan_fiber = NULL;
#endif
}

bool
fiber_guards(const struct fiber *fiber, const void *address)
{
    const char *byte = address;
    return fiber->stack != NULL && byte < fiber->stack && byte >= fiber->stack - page_size();
}
