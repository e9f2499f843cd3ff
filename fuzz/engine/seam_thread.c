/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Threads, slots, sleep, time and probes of the seam under the engine, and what bodies
 * call by the engine's own names: a thread is a task.
 */
#include "engine/seam.h"

#include <stdarg.h>
#include <stdio.h>

#include "engine/lock_order.h"
#include "engine/sanitizers.h"

/* A handle is the task's number plus one: never NULL, never an address. */
static kernel_thread_t *
handle_of(uint16_t task)
{
    return (kernel_thread_t *)(uintptr_t)(task + 1u);
}

uint16_t
heddle_spawn(const char *name, void (*run)(void *), void *argument)
{
    uint16_t task = scheduler_spawn(name, run, argument, KERNEL_HERE);
    trace_event(HEDDLE_EVENT_SPAWN, task, 0, KERNEL_HERE);
    return task;
}

static void
join(uint16_t number, kernel_site_t site)
{
    struct task *task = &exec.tasks[number];
    scheduler_point(HEDDLE_EVENT_JOIN, number, site);
    if (!task->ended) {
        scheduler_wait_for(WAIT_JOIN, NULL, number, task->name, site);
        exec.current->wait_task = number;
        scheduler_block();
    }
    scheduler_keep_mark(HEDDLE_MARK_JOINED, number);
    if (exec.run->lock_order) {
        lock_order_observe(exec.current->number, task->done);
    }
    sanitizer_acquire(task);
}

void
heddle_join(uint16_t task)
{
    join(task, KERNEL_HERE);
}

uint16_t
heddle_self(void)
{
    return exec.current->number;
}

kernel_site_t
heddle_last_site(void)
{
    const struct task *self = exec.current;
    return self->last_kind < HEDDLE_EVENT_SUBJECT ? self->last_site : NULL;
}

void
heddle_settle(void)
{
    exec.settling = true;
    scheduler_renew_bound();
    scheduler_wait_for(WAIT_SETTLE, NULL, 0, "everybody else's rest", KERNEL_HERE);
    scheduler_block();
    exec.settling = false;
    scheduler_renew_bound();
    scheduler_keep_mark(HEDDLE_MARK_SETTLED, 0);
    /* What the others did happened before: they are all at rest. */
    for (uint32_t i = 0; i < exec.task_count; i++) {
        struct task *task = &exec.tasks[i];
        sanitizer_acquire(task);
        if (exec.run->lock_order && task != exec.current) {
            lock_order_observe(exec.current->number,
                               task->ended ? task->done : lock_order_publish(task->number, 0));
        }
    }
}

uint32_t
heddle_event_count(void)
{
    return exec.active ? exec.log->event_count : 0;
}

void
heddle_point(uint16_t kind, uint32_t object, uint32_t result, kernel_site_t site)
{
    scheduler_point((uint16_t)(HEDDLE_EVENT_SUBJECT + kind), object, site)->result = result;
}

void
heddle_note(uint16_t kind, uint32_t object, uint32_t result, kernel_site_t site)
{
    exec.progress++;
    trace_event((uint16_t)(HEDDLE_EVENT_SUBJECT + kind), object, 0, site)->result = result;
}

void
heddle_remark(uint32_t value)
{
    struct heddle_log *log = exec.log;
    if (log->remark_count < HEDDLE_REMARKS_MAX) {
        log->remarks[log->remark_count++] =
            (struct heddle_remark){.event = log->event_count - 1, .value = value};
    }
}

void
heddle_about(uint32_t object)
{
    if (exec.run->trace) {
        exec.log->about[exec.log->event_count - 1] = object;
    }
}

uint32_t
heddle_choose(uint32_t count)
{
    uint32_t choice = scheduler_choose(HEDDLE_CHOICE_SUBJECT, count);
    trace_event(HEDDLE_EVENT_CHOOSE, 0, choice, KERNEL_HERE);
    return choice;
}

kernel_thread_t *
kernel_thread_create_at(const char *name, void (*run)(void *), void *argument, kernel_site_t site)
{
    uint16_t task = scheduler_spawn(name, run, argument, site);
    /* The new task may run before the caller goes on. */
    scheduler_point(HEDDLE_EVENT_SPAWN, task, site);
    return handle_of(task);
}

void
kernel_thread_join_at(kernel_thread_t *thread, kernel_site_t site)
{
    scheduler_tell_wait(HEDDLE_WAIT_END, true, NULL);
    join((uint16_t)((uintptr_t)thread - 1), site);
}

uint64_t
kernel_thread_id(void)
{
    return exec.current->number + 1u;
}

uint64_t
kernel_time_ns(void)
{
    if (exec.observer != NULL && exec.observer->on_clock != NULL) {
        scheduler_skip_time(exec.observer->on_clock());
    }
    return scheduler_now_ns();
}

void
kernel_sleep_ns_at(uint64_t delay_ns, kernel_site_t site)
{
    scheduler_point(HEDDLE_EVENT_SLEEP, 0, site);
    scheduler_tell_wait(HEDDLE_WAIT_TIME, true, NULL);
    scheduler_wait_for(WAIT_SLEEP, NULL, 0, "time", site);
    scheduler_set_timer(exec.current, scheduler_now_ns() + (delay_ns == 0 ? 1 : delay_ns));
    scheduler_block();
}

void *
kernel_slot_get(enum kernel_slot slot)
{
    return exec.current->slots[slot];
}

void
kernel_slot_set(enum kernel_slot slot, void *value)
{
    exec.current->slots[slot] = value;
}

/* The trace wants all. */
volatile uint16_t kernel_probes_wanted = 1;

void
kernel_probe_at(enum kernel_probe probe, uintptr_t arg0, uintptr_t arg1, kernel_site_t site)
{
    scheduler_point(HEDDLE_EVENT_PROBE, 0, site)->result = (uint32_t)probe;
    heddle_about(0);
    if (exec.observer != NULL && exec.observer->on_probe != NULL) {
        exec.observer->on_probe(probe, arg0, arg1);
    }
}

_Noreturn void
kernel_verify_failed(const char *claim, kernel_site_t site)
{
    verdict_fail("verify", HEDDLE_ASSERTION, claim, site, NULL, NULL, "Assertion failed: %s",
                 claim);
}

_Noreturn void
kernel_panic_at(kernel_site_t site, const char *format, ...)
{
    char message[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    /* The format, not the text: a signature holds no numbers of one run. */
    verdict_fail("panic", HEDDLE_PANIC, format, site, NULL, NULL, "Panic: %s", message);
}
