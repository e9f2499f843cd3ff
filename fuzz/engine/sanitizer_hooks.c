/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the sanitizers call back: their options, compiled in, and a verdict for what they report.
 * ASan and UBSan end the process after their report, so the verdict is in the log by then; TSan
 * goes on, and the execution is left at the next scheduling point.
 */
#include "engine/execution.h"

#include <stdio.h>
#include <string.h>

#ifndef HEDDLE_SYMBOLIZER
#define HEDDLE_SYMBOLIZER "" /* an option; without it, whatever is in the PATH */
#endif

void
sanitizer_hooks_link(void)
{
    /* Whoever calls it has this file out of the archive. */
}

static void (*death_hook)(struct heddle_log *log);

void
heddle_set_death_hook(void (*hook)(struct heddle_log *log))
{
    death_hook = hook;
}

#if defined(HEDDLE_ASAN) || defined(HEDDLE_UBSAN)
/* The process ends behind the report, so the result is completed here. */
static void
record_report(enum heddle_verdict verdict, const char *promise, const char *message)
{
    if (!exec.active) {
        return;
    }
    struct failure failure = {.verdict = verdict,
                              .oracle = "sanitizer",
                              .promise = promise,
                              .primitive = verdict_primitive(exec.current->last_kind)};
    verdict_place(&failure, exec.current->last_site);
    verdict_record(&failure, message);
    trace_end();
    if (death_hook != NULL) {
        death_hook(exec.log);
    }
}
#endif

#ifdef HEDDLE_ASAN
const char *__asan_default_options(void);
void __asan_on_error(void);
const char *__asan_get_report_description(void);
void *__asan_get_report_address(void);

const char *
__asan_default_options(void)
{
    /* Signals become verdicts in crash.c; leaks are the engine's own to find. */
    return "handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:handle_abort=0:"
           "use_sigaltstack=0:detect_leaks=0:detect_stack_use_after_return=0:"
           "allocator_may_return_null=1:exitcode=86" HEDDLE_SYMBOLIZER;
}

void
__asan_on_error(void)
{
    char message[256];
    const void *address = __asan_get_report_address();
    const char *what = __asan_get_report_description();
    bool freed = exec.active && heddle_life_of(address) == HEDDLE_LIFE_FREED;
    snprintf(message, sizeof message, "AddressSanitizer: %s%s%s", what, freed ? " of " : "",
             freed ? heddle_kind_of(address) : "");
    record_report(freed ? HEDDLE_USE_AFTER_FREE : HEDDLE_SANITIZER,
                  freed ? "freed memory is not touched" : "AddressSanitizer reports nothing",
                  message);
}
#endif

#ifdef HEDDLE_UBSAN
void __ubsan_on_report(void);
void __ubsan_get_current_report_data(const char **kind, const char **message, const char **file,
                                     unsigned *line, unsigned *column, char **address);

void
__ubsan_on_report(void)
{
    const char *kind, *text, *file;
    unsigned line, column;
    char *address, message[512];
    __ubsan_get_current_report_data(&kind, &text, &file, &line, &column, &address);
    snprintf(message, sizeof message, "UndefinedBehaviorSanitizer: %s: %s (%s:%u)", kind, text,
             file, line);
    record_report(HEDDLE_SANITIZER, "UndefinedBehaviorSanitizer reports nothing", message);
}
#endif

#ifdef HEDDLE_TSAN
#define FRAMES_MAX 16

const char *__tsan_default_options(void);
void __tsan_on_report(void *report);
int __tsan_get_report_mop(void *report, unsigned long index, int *tid, void **address, int *size,
                          int *write, int *atomic, void **trace, unsigned long trace_size);
int __tsan_get_report_data(void *report, const char **description, int *count, int *stack_count,
                           int *mop_count, int *location_count, int *mutex_count, int *thread_count,
                           int *unique_tid_count, void **sleep_trace, unsigned long trace_size);
void __sanitizer_symbolize_pc(void *pc, const char *format, char *text, size_t size);

const char *
__tsan_default_options(void)
{
    /* The defaults report one race once a process; we go on, and leave the execution ourselves. */
    return "halt_on_error=0:suppress_equal_stacks=0:suppress_equal_addresses=0:"
           "report_signal_unsafe=0:handle_segv=0:handle_sigbus=0:handle_abort=0:handle_sigfpe=0:"
           "handle_sigill=0:exitcode=0" HEDDLE_SYMBOLIZER;
}

/* "write in f" for one of the two accesses. */
static void
tell_access(void *report, unsigned long index, char *text, size_t size)
{
    int tid, bytes, write, atomic;
    void *address, *trace[FRAMES_MAX] = {0};
    char function[96] = "?";
    __tsan_get_report_mop(report, index, &tid, &address, &bytes, &write, &atomic, trace,
                          FRAMES_MAX);
    if (trace[0] != NULL) {
        __sanitizer_symbolize_pc(trace[0], "%f", function, sizeof function);
    }
    snprintf(text, size, "%s%s in %s", atomic ? "atomic " : "", write ? "write" : "read", function);
}

void
__tsan_on_report(void *report)
{
    const char *description = NULL;
    int count, stacks, mops, locations, mutexes, threads, tids;
    void *sleep_trace[1];
    if (!exec.active || exec.failed) {
        return;
    }
    __tsan_get_report_data(report, &description, &count, &stacks, &mops, &locations, &mutexes,
                           &threads, &tids, sleep_trace, 1);
    char one[128] = "", other[128] = "", message[512];
    if (mops > 0) {
        tell_access(report, 0, one, sizeof one);
    }
    if (mops > 1) {
        tell_access(report, 1, other, sizeof other);
    }
    /* The pair is unordered: which side comes second is the schedule's doing. */
    bool swap = strcmp(one, other) > 0;
    const char *first = swap ? other : one, *second = swap ? one : other;
    struct failure failure = {
        .verdict = HEDDLE_RACE, .oracle = "tsan", .promise = "conflicting accesses are ordered"};
    snprintf(failure.objects[0].kind, sizeof failure.objects[0].kind, "%s", first);
    snprintf(failure.objects[1].kind, sizeof failure.objects[1].kind, "%s", second);
    snprintf(message, sizeof message, "ThreadSanitizer: %s: %s, and %s.", description, first,
             second);
    verdict_record(&failure, message);
    exec.attention |= ATTENTION_RACE;
}
#endif

const char *
heddle_build_sanitizers(void)
{
#if defined(HEDDLE_ASAN) && defined(HEDDLE_UBSAN)
    return "address,undefined";
#elif defined(HEDDLE_ASAN)
    return "address";
#elif defined(HEDDLE_TSAN)
    return "thread";
#elif defined(HEDDLE_UBSAN)
    return "undefined";
#else
    return "plain";
#endif
}
