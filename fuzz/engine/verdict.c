/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How an execution ended: verdicts, the place, and the signature that tells bugs apart. The first
 * failure of an execution is the one that counts: what comes after happens in a broken world.
 */
#include "engine/execution.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

static const char *const verdict_names[HEDDLE_VERDICT_COUNT] = {
    [HEDDLE_OK] = "ok",
    [HEDDLE_ASSERTION] = "assertion",
    [HEDDLE_INVARIANT] = "invariant",
    [HEDDLE_USE_AFTER_FREE] = "use-after-free",
    [HEDDLE_DOUBLE_FREE] = "double-free",
    [HEDDLE_LEAK] = "leak",
    [HEDDLE_DEADLOCK] = "deadlock",
    [HEDDLE_LIVELOCK] = "livelock",
    [HEDDLE_RACE] = "race",
    [HEDDLE_LOCK_MISUSE] = "lock-misuse",
    [HEDDLE_LOCK_ORDER] = "lock-order",
    [HEDDLE_MODEL_MISMATCH] = "model-mismatch",
    [HEDDLE_SANITIZER] = "sanitizer",
    [HEDDLE_PANIC] = "panic",
    [HEDDLE_INTERNAL] = "internal",
};

const char *const heddle_choice_kind_names[HEDDLE_CHOICE_KIND_COUNT] = {
    [HEDDLE_CHOICE_TASK] = "task",       [HEDDLE_CHOICE_WAKE] = "wake",
    [HEDDLE_CHOICE_TIMEOUT] = "timeout", [HEDDLE_CHOICE_SPURIOUS] = "spurious",
    [HEDDLE_CHOICE_QUEUE] = "queue",     [HEDDLE_CHOICE_SUBJECT] = "subject",
};

const char *
heddle_verdict_name(enum heddle_verdict verdict)
{
    return verdict_names[verdict];
}

bool
heddle_verdict_parse(const char *name, enum heddle_verdict *verdict)
{
    for (int i = 0; i < HEDDLE_VERDICT_COUNT; i++) {
        if (strcmp(verdict_names[i], name) == 0) {
            *verdict = (enum heddle_verdict)i;
            return true;
        }
    }
    return false;
}

const char *
verdict_primitive(uint16_t kind)
{
    return kind < HEDDLE_EVENT_SUBJECT ? heddle_event_kind_name(kind) : "";
}

void
verdict_place(struct failure *failure, kernel_site_t site)
{
    if (site == NULL) {
        return;
    }
    const char *slash = strrchr(site->file, '/');
    failure->file = slash == NULL ? site->file : slash + 1;
    failure->function = site->function;
    failure->line = site->line;
}

static void
set_text(char *field, size_t size, const char *text)
{
    snprintf(field, size, "%s", text == NULL ? "" : text);
}

static void
sign_text(XXH3_state_t *state, const char *text)
{
    /* With its NUL, so that no two lists of texts run into the same bytes. */
    XXH3_64bits_update(state, text, strlen(text) + 1);
}

/*
 * Was a primitive used between its destruction and the free of its memory? A block ends in these two steps, and who uses
 * it too late comes between them or after both: the schedule says which, not the bug. So that is signed like a use after
 * the free, at the same place, of the same kind of block; what is shown stays what was seen. A block that goes on living
 * is taken for one that does not; what lies in no block is told apart by its kind.
 */
static bool
is_before_free(const struct heddle_result *result)
{
    return result->verdict == HEDDLE_LOCK_MISUSE && strcmp(result->oracle, "engine") == 0 &&
           strcmp(result->promise, PROMISE_DESTROYED) == 0;
}

/* No number, no line, nothing of the schedule. */
uint64_t
heddle_signature(const struct heddle_result *result)
{
    XXH3_state_t state;
    bool early = is_before_free(result);
    XXH3_64bits_reset(&state);
    sign_text(&state, heddle_verdict_name(early ? HEDDLE_USE_AFTER_FREE : result->verdict));
    sign_text(&state, result->oracle);
    sign_text(&state, early ? PROMISE_FREED : result->promise);
    sign_text(&state, result->file);
    sign_text(&state, result->function);
    sign_text(&state, result->primitive);
    for (int i = 0; i < 2; i++) {
        sign_text(&state, result->objects[i].kind);
        uint8_t life = early && i == 0 ? HEDDLE_LIFE_FREED : result->objects[i].life;
        XXH3_64bits_update(&state, &life, 1);
    }
    return XXH3_64bits_digest(&state);
}

void
verdict_record(const struct failure *failure, const char *message)
{
    struct heddle_result *result = &exec.log->result;
    if (exec.failed) {
        return;
    }
    exec.failed = true;
    result->verdict = failure->verdict;
    set_text(result->oracle, sizeof result->oracle, failure->oracle);
    set_text(result->promise, sizeof result->promise, failure->promise);
    set_text(result->primitive, sizeof result->primitive, failure->primitive);
    set_text(result->file, sizeof result->file, failure->file);
    set_text(result->function, sizeof result->function, failure->function);
    set_text(result->message, sizeof result->message, message);
    result->line = failure->line;
    result->objects[0] = failure->objects[0];
    result->objects[1] = failure->objects[1];
    result->task = exec.current == NULL ? 0 : exec.current->number;
    result->signature = heddle_signature(result);
}

static void
record(const char *primitive, enum heddle_verdict verdict, const char *oracle, const char *promise,
       kernel_site_t site, const void *object0, const void *object1, const char *format,
       va_list arguments)
{
    char message[sizeof exec.log->result.message];
    vsnprintf(message, sizeof message, format, arguments);
    struct failure failure = {
        .verdict = verdict, .oracle = oracle, .promise = promise, .primitive = primitive};
    verdict_place(&failure, site);
    memory_describe(object0, &failure.objects[0]);
    memory_describe(object1, &failure.objects[1]);
    if (!exec.active) {
        fprintf(stderr, "heddle: failure outside of an execution: %s\n", message);
        abort();
    }
    verdict_record(&failure, message);
}

_Noreturn void
verdict_fail(const char *primitive, enum heddle_verdict verdict, const char *promise,
             kernel_site_t site, const void *object0, const void *object1, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    record(primitive, verdict, "engine", promise, site, object0, object1, format, arguments);
    va_end(arguments);
    scheduler_leave();
}

_Noreturn void
heddle_fail(enum heddle_verdict verdict, const char *oracle, const char *promise,
            kernel_site_t site, const void *object0, const void *object1, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    record("", verdict, oracle, promise, site, object0, object1, format, arguments);
    va_end(arguments);
    scheduler_leave();
}
