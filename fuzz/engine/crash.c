/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A subject that crashes: the signal becomes a verdict and the execution is left, from a stack of
 * our own, so that an overflow can be told too. A signal outside of an execution is somebody
 * else's.
 */
#include "engine/execution.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <ucontext.h>

static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP};
#define SIGNAL_COUNT (sizeof signals / sizeof *signals)

static struct sigaction previous[SIGNAL_COUNT];
static char handler_stack[64 * 1024];

/* Is some register near the pattern of freed memory? Then a pointer was read from there. */
static bool
follows_freed_pointer(const siginfo_t *info, const ucontext_t *context)
{
#ifdef __x86_64__
    /* A non-canonical address faults without telling which it was. */
    if (info->si_signo != SIGSEGV || info->si_code != SI_KERNEL) {
        return false;
    }
    for (int i = 0; i < NGREG; i++) {
        uint64_t distance = (uint64_t)context->uc_mcontext.gregs[i] - MEMORY_PATTERN + 0x8000;
        if (i != REG_RIP && distance < 0x10000) {
            return true;
        }
    }
    return false;
#else
    (void)context;
    uint64_t distance = (uint64_t)(uintptr_t)info->si_addr - MEMORY_PATTERN + 0x8000;
    return distance < 0x10000;
#endif
}

/* Constant text a signal: the promise is part of the signature. */
static const char *
signal_promise(int signal)
{
    switch (signal) {
    case SIGSEGV:
        return "no SIGSEGV";
    case SIGBUS:
        return "no SIGBUS";
    case SIGFPE:
        return "no SIGFPE";
    case SIGILL:
        return "no SIGILL";
    case SIGABRT:
        return "no SIGABRT";
    default:
        return "no SIGTRAP";
    }
}

static void
record_signal(const siginfo_t *info, const ucontext_t *context)
{
    struct task *task = exec.current;
    struct failure failure = {.verdict = HEDDLE_PANIC,
                              .oracle = "engine",
                              .promise = signal_promise(info->si_signo),
                              .primitive = verdict_primitive(task->last_kind)};
    verdict_place(&failure, task->last_site);
    const char *story = "";
    if (info->si_signo == SIGSEGV && fiber_guards(&task->fiber, info->si_addr)) {
        failure.promise = "a task's stack suffices";
        story = " The task's stack overflowed.";
    } else if (follows_freed_pointer(info, context)) {
        failure.verdict = HEDDLE_USE_AFTER_FREE;
        failure.promise = "no pointer is read from freed memory";
        story = " A pointer was followed that had been read from freed memory.";
    } else if (info->si_signo == SIGSEGV && (uintptr_t)info->si_addr < 4096) {
        failure.promise = "no null pointer is followed";
        story = " A null pointer was followed.";
    }
    char message[512];
    snprintf(message, sizeof message, "Task %u (%s) got signal %d (%s), after %s in %s (%s:%d).%s",
             task->number, task->name, info->si_signo, strsignal(info->si_signo),
             heddle_event_kind_name(task->last_kind),
             task->last_site == NULL ? "?" : task->last_site->function,
             task->last_site == NULL ? "?" : task->last_site->file,
             task->last_site == NULL ? 0 : task->last_site->line, story);
    verdict_record(&failure, message);
    exec.log->died = (uint32_t)info->si_signo;
}

static void
handle(int signal, siginfo_t *info, void *context)
{
    if (!exec.active) {
        /* Not ours: to whoever was there before, by happening again. */
        for (size_t i = 0; i < SIGNAL_COUNT; i++) {
            if (signals[i] == signal) {
                sigaction(signal, &previous[i], NULL);
            }
        }
        if (info->si_code <= 0 || signal == SIGABRT) {
            raise(signal);
        }
        return;
    }
    record_signal(info, context);
    sigset_t these;
    sigemptyset(&these);
    for (size_t i = 0; i < SIGNAL_COUNT; i++) {
        sigaddset(&these, signals[i]);
    }
    sigprocmask(SIG_UNBLOCK, &these, NULL);
    scheduler_leave();
}

void
crash_install(void)
{
    stack_t stack = {.ss_sp = handler_stack, .ss_size = sizeof handler_stack};
    sigaltstack(&stack, NULL);
    struct sigaction action = {.sa_flags = SA_SIGINFO | SA_ONSTACK};
    action.sa_sigaction = handle;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < SIGNAL_COUNT; i++) {
        sigaction(signals[i], &action, &previous[i]);
    }
}
