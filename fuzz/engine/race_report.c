/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A race in words: both accesses, where they stand and how they were reached; and its signature, the unordered
 * pair of functions and kinds of access. Found on a fiber, told on the host, whose stack is deep enough.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/access_parts.h"

#define FRAMES_MAX 8 /* of each chain, in the message */

static struct found {
    bool is_there, was_freed;
    struct race_access accesses[2];
    const void *address;
} found;

void
race_report_begin(void)
{
    found.is_there = false;
}

static _Noreturn void
leave(const struct race_access *before, const struct race_access *now, const void *address,
      bool was_freed)
{
    found = (struct found){
        .is_there = true, .was_freed = was_freed, .accesses = {*before, *now}, .address = address};
    scheduler_leave();
}

void
race_found(const struct race_access *before, const struct race_access *now, const void *address)
{
    leave(before, now, address, false);
}

void
race_found_freed(const struct race_access *freed, const struct race_access *now,
                 const void *address)
{
    leave(freed, now, address, true);
}

static const char *
kind_name(uint8_t kind)
{
    static const char *const names[] = {"read", "write", "atomic read", "atomic write"};
    return kind & ACCESS_FREE ? "free" : names[kind & (ACCESS_WRITE | ACCESS_ATOMIC)];
}

/* "write in f", as the hook of ThreadSanitizer says it. */
static void
name_access(const struct race_access *access, char *text, size_t size)
{
    struct access_symbol symbol;
    access_symbolise(access->pc, &symbol, 1);
    snprintf(text, size, "%s in %s", kind_name(access->kind), symbol.function);
}

/* --- the story ---------------------------------------------------------------------------- */

struct text {
    char *start;
    size_t used, size;
};

static void __attribute__((format(printf, 2, 3))) add(struct text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text->start + text->used, text->size - text->used, format, arguments);
    va_end(arguments);
    text->used += length > 0 ? (size_t)length : 0;
    text->used = text->used < text->size ? text->used : text->size - 1;
}

static void
add_frames(struct text *text, access_pc_t pc, unsigned *left)
{
    struct access_symbol symbols[FRAMES_MAX];
    size_t count = access_symbolise(pc, symbols, FRAMES_MAX);
    for (size_t i = 0; i<count && * left> 0; i++, (*left)--) {
        add(text, "\n    %s (%s:%d)", symbols[i].function, symbols[i].file, symbols[i].line);
    }
}

static void
add_access(struct text *text, const struct race_access *access, const char *what)
{
    unsigned left = FRAMES_MAX;
    uint32_t chain = access->chain;
    access_pc_t call;
    add(text, "%s: %s of %u%s byte%s by task %u (%s), in", what, kind_name(access->kind),
        access->size, access->size == UINT8_MAX ? " or more" : "", access->size == 1 ? "" : "s",
        access->task, exec.tasks[access->task].name);
    add_frames(text, access->pc, &left);
    while (left > 0 && access_chain_caller(&chain, &call)) {
        add_frames(text, call, &left);
    }
}

static void
tell(char *message, size_t size)
{
    struct text text = {.start = message, .size = size};
    struct heddle_object_state object;
    memory_describe(found.address, &object);
    message[0] = '\0';
    add(&text, found.was_freed ? "Freed memory is accessed"
                               : "Two accesses are not ordered, of which one writes");
    if (object.number != 0) {
        add(&text, ", in object %u (%s)", object.number, object.kind);
    }
    add(&text, ".\n");
    add_access(&text, &found.accesses[1], "The later one");
    add_access(&text, &found.accesses[0], found.was_freed ? "\nFreed before" : "\nThe one before");
}

static void
set_kind(struct heddle_object_state *object, const char *text)
{
    snprintf(object->kind, sizeof object->kind, "%.*s", (int)sizeof object->kind - 1, text);
}

void
race_report_end(void)
{
    char first[128], second[128], message[sizeof exec.log->result.message];
    if (!found.is_there || exec.failed) {
        return;
    }
    name_access(&found.accesses[0], first, sizeof first);
    name_access(&found.accesses[1], second, sizeof second);
    /* The pair is unordered: which side comes second is the schedule's doing. */
    bool swap = !found.was_freed && strcmp(first, second) > 0;
    struct failure failure = {.verdict = found.was_freed ? HEDDLE_USE_AFTER_FREE : HEDDLE_RACE,
                              .oracle = "race",
                              .promise = found.was_freed ? "freed memory is not touched"
                                                         : "conflicting accesses are ordered"};
    set_kind(&failure.objects[0], swap ? second : first);
    set_kind(&failure.objects[1], swap ? first : second);
    tell(message, sizeof message);
    verdict_record(&failure, message);
}
