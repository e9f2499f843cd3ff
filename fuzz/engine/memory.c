/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The subject's memory: a bump allocator whose every block lives to the end of the execution. Freed
 * blocks hold a pattern that is no pointer and are checked for writes then; so are the gaps between
 * blocks. Addresses of one execution are those of the next: nothing depends on them, but debugging
 * is easier.
 */
#include "engine/execution.h"

#include <stdio.h>
#include <sys/mman.h>

#include "engine/access.h"
#include "engine/sanitizers.h"
#include "engine/seam.h"

#define ARENA_SIZE      ((size_t)1 << 30) /* virtual; pages are touched as they are used */
#define ALLOCATIONS_MAX ((uint32_t)1 << 20)
#define GAP             ((size_t)16) /* between blocks; aligned */
#define GAP_PATTERN     0xdeadaaaadeadaaaau

struct allocation {
    char *start;
    size_t size;
    const char *kind;
    kernel_site_t allocated_at, freed_at;
    uint32_t number;
    uint16_t allocated_by, freed_by;
    enum heddle_life life;
};

static char *arena; /* ARENA_SIZE bytes */
static size_t arena_used;
static struct allocation *allocations; /* in order of address */
static uint32_t allocation_count;
static size_t live_count;

bool
memory_init(void)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    size_t table = ALLOCATIONS_MAX * sizeof *allocations;
    void *blocks =
        mmap(ACCESS_ARENA_AT, ARENA_SIZE, PROT_READ | PROT_WRITE, flags | ACCESS_MAP_FLAGS, -1, 0);
    void *entries = mmap(NULL, table, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (blocks == MAP_FAILED || entries == MAP_FAILED) {
        return false;
    }
    arena = blocks;
    allocations = entries;
    sanitizer_poison(arena, ARENA_SIZE);
    return true;
}

void
memory_fini(void)
{
    sanitizer_unpoison(arena, ARENA_SIZE);
    munmap(arena, ARENA_SIZE);
    munmap(allocations, ALLOCATIONS_MAX * sizeof *allocations);
    arena = NULL;
}

void
memory_begin(void)
{
    arena_used = GAP;
    allocation_count = 0;
    live_count = 0;
}

void
memory_end(void)
{
    sanitizer_poison(arena, arena_used);
    sanitizer_forget(arena, arena_used);
    if (arena_used > ARENA_SIZE / 64) {
        /* One greedy execution must not keep its pages for all that follow. */
        madvise(arena, arena_used, MADV_DONTNEED);
    }
}

/* --- finding ----------------------------------------------------------------------------- */

/* What was found lately, by address: right if the allocation of that index holds the address. */
#define FOUND 256u
static uint32_t found[FOUND];

static bool
holds(const struct allocation *allocation, const char *byte)
{
    return byte >= allocation->start && byte < allocation->start + allocation->size;
}

/* The allocation at or below the address that holds it, its gap not included. */
static struct allocation *
find(const void *address)
{
    const char *byte = address;
    if (byte < arena || byte >= arena + arena_used) {
        return NULL;
    }
    uint32_t *lately = &found[(uintptr_t)byte / sizeof(void *) % FOUND];
    if (*lately < allocation_count && holds(&allocations[*lately], byte)) {
        return &allocations[*lately];
    }
    uint32_t low = 0, high = allocation_count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (allocations[middle].start <= byte) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == 0) {
        return NULL;
    }
    struct allocation *candidate = &allocations[low - 1];
    *lately = low - 1;
    return holds(candidate, byte) ? candidate : NULL;
}

uint32_t
heddle_object_of(const void *address)
{
    const struct allocation *allocation = find(address);
    return allocation == NULL ? 0 : allocation->number;
}

enum heddle_life
heddle_life_of(const void *address)
{
    const struct allocation *allocation = find(address);
    return allocation == NULL ? HEDDLE_LIFE_NONE : allocation->life;
}

const char *
heddle_kind_of(const void *address)
{
    const struct allocation *allocation = find(address);
    return allocation == NULL ? NULL : allocation->kind;
}

size_t
heddle_live_allocations(void (*visit)(uint32_t object, const char *kind, void *argument),
                        void *argument)
{
    for (uint32_t i = 0; visit != NULL && i < allocation_count; i++) {
        if (allocations[i].life == HEDDLE_LIFE_LIVE) {
            visit(allocations[i].number, allocations[i].kind, argument);
        }
    }
    return live_count;
}

void
memory_describe(const void *address, struct heddle_object_state *state)
{
    const struct allocation *allocation = find(address);
    *state = (struct heddle_object_state){0};
    if (allocation != NULL) {
        state->number = allocation->number;
        state->life = (uint8_t)allocation->life;
        snprintf(state->kind, sizeof state->kind, "%s", allocation->kind);
    } else if (address != NULL) {
        state->life = HEDDLE_LIFE_LIVE;
        snprintf(state->kind, sizeof state->kind, "static");
    }
}

/* The life of the block at this address in words; empty if there is none. */
static void
tell_life(const void *address, char *text, size_t size)
{
    const struct allocation *allocation = find(address);
    text[0] = '\0';
    if (allocation == NULL) {
        return;
    }
    int length =
        snprintf(text, size, "\nObject %u (%s) was allocated by task %u (%s) in %s (%s:%d)%s",
                 allocation->number, allocation->kind, allocation->allocated_by,
                 exec.tasks[allocation->allocated_by].name, allocation->allocated_at->function,
                 allocation->allocated_at->file, allocation->allocated_at->line,
                 allocation->life == HEDDLE_LIFE_FREED ? "" : ".");
    if (allocation->life == HEDDLE_LIFE_FREED && length > 0 && (size_t)length < size) {
        snprintf(text + length, size - (size_t)length, "\nand freed by task %u (%s) in %s (%s:%d).",
                 allocation->freed_by, exec.tasks[allocation->freed_by].name,
                 allocation->freed_at->function, allocation->freed_at->file,
                 allocation->freed_at->line);
    }
}

void
memory_fail_dead(const void *primitive, const char *class_name, const char *what,
                 kernel_site_t site)
{
    char life[512];
    tell_life(primitive, life, sizeof life);
    if (heddle_life_of(primitive) == HEDDLE_LIFE_FREED) {
        verdict_fail(what, HEDDLE_USE_AFTER_FREE, PROMISE_FREED, site, primitive, NULL,
                     "Task %u (%s) uses freed memory.%s", exec.current->number, exec.current->name,
                     life);
    }
    if (class_name != NULL) {
        verdict_fail(what, HEDDLE_LOCK_MISUSE, PROMISE_DESTROYED, site, primitive, NULL,
                     "Task %u (%s) uses %s, which was destroyed.%s", exec.current->number,
                     exec.current->name, class_name, life);
    }
    verdict_fail(what, HEDDLE_LOCK_MISUSE, "a primitive is initialised before it is used", site,
                 primitive, NULL, "Task %u (%s) uses what is no initialised primitive.%s",
                 exec.current->number, exec.current->name, life);
}

void
memory_observe_unlock(const kernel_mutex_t *mutex)
{
    const struct allocation *allocation = find(mutex);
    if (allocation != NULL) {
        /* It may ask the subject what it has, in the subject's own code: nobody may run in between. */
        bool counted = access_look();
        exec.observer->on_unlock(mutex, allocation->start, allocation->number, allocation->kind);
        access_look_end(counted);
    }
}

/* --- allocating -------------------------------------------------------------------------- */

static void *
allocate(const char *kind, size_t size, kernel_site_t site)
{
    size_t room = (size + GAP - 1) / GAP * GAP + GAP;
    if (size > ARENA_SIZE || room > ARENA_SIZE - arena_used ||
        allocation_count == ALLOCATIONS_MAX) {
        return NULL;
    }
    struct allocation *allocation = &allocations[allocation_count++];
    *allocation = (struct allocation){.start = arena + arena_used,
                                      .size = size,
                                      .kind = kind,
                                      .allocated_at = site,
                                      .number = scheduler_new_object(kind),
                                      .allocated_by = exec.current->number,
                                      .life = HEDDLE_LIFE_LIVE};
    arena_used += room;
    live_count++;
    sanitizer_unpoison(allocation->start, size);
    bytes_fill(allocation->start, 0, size);
    /* The gap, and what rounding added before it; bytes, for `size` need not be a multiple. */
    char *end = allocation->start + size;
    bytes_fill(end, GAP_PATTERN, room - size);
    return allocation->start;
}

void *
kernel_zalloc_at(const char *kind, size_t size, enum kernel_wait wait, kernel_site_t site)
{
    struct heddle_event *event = scheduler_point(HEDDLE_EVENT_ALLOC, 0, site);
    const struct heddle_observer *observer = exec.observer;
    scheduler_tell_wait(HEDDLE_WAIT_MEMORY, wait == KERNEL_SLEEP, NULL);
    if (observer != NULL && observer->on_allocate != NULL) {
        switch (observer->on_allocate(kind, wait, site)) {
        case HEDDLE_ALLOCATION_FAILS:
            VERIFY(wait == KERNEL_NOSLEEP);
            event->result = 1;
            return NULL;
        case HEDDLE_ALLOCATION_LATE:
            /* What follows is done at a point of its own: others came in between. */
            event = scheduler_point(HEDDLE_EVENT_ALLOC, 0, site);
            break;
        case HEDDLE_ALLOCATION_GIVEN:
            break;
        }
    }
    void *memory = allocate(kind, size, site);
    if (memory == NULL && wait == KERNEL_SLEEP) {
        verdict_fail("zalloc", HEDDLE_INTERNAL, "the arena holds what an execution allocates", site,
                     NULL, NULL, "No room for %zu bytes (%s) after %zu.", size, kind, arena_used);
    }
    if (memory == NULL) {
        event->result = 1;
        return NULL;
    }
    uint32_t number = allocations[allocation_count - 1].number;
    event->object = number;
    if (observer != NULL && observer->on_alloc != NULL) {
        observer->on_alloc(number, kind, memory, size);
    }
    return memory;
}

/* --- freeing ----------------------------------------------------------------------------- */

static bool
lies_in(const void *address, const struct allocation *allocation)
{
    const char *byte = address;
    return byte >= allocation->start && byte < allocation->start + allocation->size;
}

/*
 * A task that was woken and has not run since looks again at what it slept on when it does. If the mutex that it waits
 * for lies there too, it finds out by itself, then.
 */
static void
check_woken(const struct allocation *allocation, kernel_site_t site)
{
    for (uint32_t i = 0; i < exec.task_count; i++) {
        const struct task *task = &exec.tasks[i];
        if (task->slept_on != NULL && task->waits_for == WAIT_MUTEX &&
            lies_in(task->slept_on, allocation) && !lies_in(task->wait_mutex, allocation)) {
            verdict_fail("free", HEDDLE_USE_AFTER_FREE,
                         "whoever was woken runs before what it slept on is freed", site,
                         allocation->start, NULL,
                         "Object %u (%s) is freed while task %u (%s), which slept on it and was "
                         "woken, has not run since, in %s.",
                         allocation->number, allocation->kind, task->number, task->name,
                         task->wait_site->function);
        }
    }
}

/* A task that sleeps on something in this block would wake in freed memory, or never. */
static void
check_sleepers(const struct allocation *allocation, kernel_site_t site)
{
    for (uint32_t i = 0; i < exec.task_count; i++) {
        const struct task *task = &exec.tasks[i];
        bool sleeps = task->waits_for == WAIT_CV || task->waits_for == WAIT_SEMA ||
                      task->waits_for == WAIT_WORK;
        if (sleeps && lies_in(task->wait_object, allocation)) {
            verdict_fail("free", HEDDLE_USE_AFTER_FREE, "memory is not freed under a sleeping task",
                         site, allocation->start, NULL,
                         "Object %u (%s) is freed while task %u (%s) sleeps on %s in it, in %s.",
                         allocation->number, allocation->kind, task->number, task->name,
                         task->wait_name, task->wait_site->function);
        }
    }
}

void
kernel_free_at(void *memory, size_t size, kernel_site_t site)
{
    struct heddle_event *event = scheduler_point(HEDDLE_EVENT_FREE, 0, site);
    struct allocation *allocation = find(memory);
    if (allocation == NULL || allocation->start != memory) {
        verdict_fail("free", HEDDLE_PANIC, "what is freed was allocated", site, memory, NULL,
                     "Task %u (%s) frees what no allocation returned.", exec.current->number,
                     exec.current->name);
    }
    event->object = allocation->number;
    if (allocation->life == HEDDLE_LIFE_FREED) {
        char life[512];
        tell_life(memory, life, sizeof life);
        verdict_fail("free", HEDDLE_DOUBLE_FREE, "memory is freed once", site, memory, NULL,
                     "Task %u (%s) frees object %u again.%s", exec.current->number,
                     exec.current->name, allocation->number, life);
    }
    if (allocation->size != size) {
        verdict_fail("free", HEDDLE_PANIC, "memory is freed with its own size", site, memory, NULL,
                     "Object %u (%s) has %zu bytes and is freed as %zu.", allocation->number,
                     allocation->kind, allocation->size, size);
    }
    check_sleepers(allocation, site);
    check_woken(allocation, site);
    access_free(memory, size, __builtin_return_address(0));
    sanitizer_end_life(memory, size);
    if (exec.observer != NULL && exec.observer->on_free != NULL) {
        exec.observer->on_free(allocation->number, allocation->kind, memory, size);
    }
    allocation->life = HEDDLE_LIFE_FREED;
    allocation->freed_at = site;
    allocation->freed_by = exec.current->number;
    live_count--;
    bytes_fill(memory, MEMORY_PATTERN, size);
    sanitizer_poison(memory, size);
}

/* --- at the end -------------------------------------------------------------------------- */

static void
record_write(const struct allocation *allocation, const char *promise, enum heddle_verdict verdict)
{
    char life[512], message[768];
    struct failure failure = {.verdict = verdict, .oracle = "engine", .promise = promise};
    verdict_place(&failure, allocation->life == HEDDLE_LIFE_FREED ? allocation->freed_at
                                                                  : allocation->allocated_at);
    memory_describe(allocation->start, &failure.objects[0]);
    tell_life(allocation->start, life, sizeof life);
    snprintf(message, sizeof message, "Found at the end of the execution: %s.%s", promise, life);
    verdict_record(&failure, message);
}

void
memory_check_freed(void)
{
    sanitizer_unpoison(arena, arena_used);
    for (uint32_t i = 0; i < allocation_count; i++) {
        const struct allocation *allocation = &allocations[i];
        char *end = allocation->start + allocation->size;
        size_t gap = (allocation->size + GAP - 1) / GAP * GAP + GAP - allocation->size;
        if (allocation->life == HEDDLE_LIFE_FREED &&
            !bytes_are(allocation->start, MEMORY_PATTERN, allocation->size)) {
            record_write(allocation, "freed memory is not written", HEDDLE_USE_AFTER_FREE);
            return;
        }
        if (!bytes_are(end, GAP_PATTERN, gap)) {
            record_write(allocation, "nothing is written beyond a block's end", HEDDLE_SANITIZER);
            return;
        }
    }
}
