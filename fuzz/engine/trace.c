/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The log: events as they happen, their names, and their hash. A parent may read the log of a
 * process that died, so each event is complete before what it tells of is done.
 */
#include "engine/execution.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

_Static_assert(sizeof(struct heddle_event) == 16, "an event is hashed as 16 bytes");
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "events are hashed as they lie in memory, little-endian"
#endif

static const char *const kind_names[] = {
    "spawn",
    "exit",
    "mutex_init",
    "mutex_destroy",
    "mutex_enter",
    "mutex_tryenter",
    "mutex_exit",
    "cv_init",
    "cv_destroy",
    "cv_wait",
    "cv_wake",
    "cv_signal",
    "cv_broadcast",
    "sema_init",
    "sema_destroy",
    "sema_wait",
    "sema_trywait",
    "sema_post",
    "atomic_init",
    "atomic_load",
    "atomic_store",
    "atomic_add",
    "atomic_compare_exchange",
    "alloc",
    "free",
    "taskq_create",
    "taskq_destroy",
    "taskq_dispatch",
    "taskq_run",
    "taskq_done",
    "sleep",
    "join",
    "probe",
    "choose",
};
_Static_assert(sizeof kind_names / sizeof *kind_names == HEDDLE_EVENT_SUBJECT, "a name a kind");

const char *
heddle_event_kind_name(uint16_t kind)
{
    return kind < HEDDLE_EVENT_SUBJECT ? kind_names[kind] : "subject";
}

struct heddle_log *
heddle_log_create(void)
{
    struct heddle_log *log = mmap(NULL, sizeof *log, PROT_READ | PROT_WRITE,
                                  MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return log == MAP_FAILED ? NULL : log;
}

void
heddle_log_destroy(struct heddle_log *log)
{
    munmap(log, sizeof *log);
}

void
trace_begin(void)
{
    struct heddle_log *log = exec.log;
    struct heddle_result *result = &log->result;
    log->running = 0;
    log->event_count = 0;
    log->deviation_count = 0;
    log->choice_count = 0;
    log->remark_count = 0;
    log->died = 0;
    result->verdict = HEDDLE_OK;
    result->hash = 0;
    result->steps = result->events = result->switches = result->preemptions = result->tasks = 0;
    result->diverged_at = -1;
    result->cut_off = false;
    result->oracle[0] = result->promise[0] = result->message[0] = '\0';
    result->file[0] = result->function[0] = result->primitive[0] = '\0';
    result->line = 0;
    result->objects[0] = result->objects[1] = (struct heddle_object_state){0};
    result->signature = 0;
    /* Last: what a log holds while it is running is of this execution. */
    log->running = 1;
}

uint64_t
heddle_hash(const struct heddle_event *events, size_t count)
{
    return XXH3_64bits(events, count * sizeof *events);
}

void
trace_end(void)
{
    const struct heddle_log *log = exec.log;
    struct heddle_result *result = &exec.log->result;
    result->hash = heddle_hash(log->events, log->event_count);
    result->steps = exec.view.step;
    result->events = log->event_count;
    result->switches = exec.switches;
    result->preemptions = exec.preemptions;
    result->tasks = exec.task_count;
    if (exec.diverged_at < 0 && exec.deviations_used < exec.run->schedule.deviation_count) {
        exec.diverged_at = exec.view.step;
    }
    result->diverged_at = exec.run->schedule.strict ? exec.diverged_at : -1;
}

static void
keep_name(char kept[HEDDLE_NAME_MAX], const char *name)
{
    size_t length = strnlen(name, HEDDLE_NAME_MAX - 1);
    memcpy(kept, name, length);
    kept[length] = '\0';
}

void
trace_keep_object(uint32_t number, const char *name)
{
    if (number < HEDDLE_EVENTS_MAX) {
        keep_name(exec.log->object_names[number], name);
        exec.log->containers[number] = 0;
    }
}

void
trace_keep_task(uint16_t number, const char *name)
{
    if (exec.run->trace) {
        keep_name(exec.log->task_names[number], name);
    }
}

struct heddle_event *
trace_event_slow(void)
{
    exec.log->result.cut_off = true;
    scheduler_leave();
}
