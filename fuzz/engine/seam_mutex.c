/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The seam's mutexes under the engine. Waiters are runnable while the mutex is free and not while
 * it is owned, so who gets it is the choice of who runs, and no step is spent on trying in vain.
 */
#include "engine/seam.h"

#include "engine/lock_order.h"
#include "engine/sanitizers.h"

static struct seam_mutex *
seam(const kernel_mutex_t *mutex)
{
    return (struct seam_mutex *)(uintptr_t)mutex;
}

static void
check(const struct seam_mutex *mutex, const char *what, kernel_site_t site)
{
    if (__builtin_expect(mutex->magic != MUTEX_MAGIC, 0)) {
        memory_fail_dead(mutex, mutex->magic == MUTEX_DESTROYED ? mutex->name : NULL, what, site);
    }
}

static void
take(struct seam_mutex *mutex, kernel_site_t site)
{
    if (exec.run->lock_order) {
        lock_order_take(mutex, site);
    }
    mutex->owner = exec.current->number;
    taskset_remove_all(&exec.view.runnable, &mutex->waiters);
    sanitizer_acquire(mutex);
}

/*
 * Waits for the mutex and takes it. No point stands in here: the one before is the caller's. A
 * waiter runs only while the mutex is free; the memory may have been freed meanwhile, so it looks
 * again.
 */
void
seam_mutex_lock(kernel_mutex_t *opaque, const char *what, kernel_site_t site)
{
    struct seam_mutex *mutex = seam(opaque);
    struct task *self = exec.current;
    check(mutex, what, site);
    taskset_remove(&mutex->waiters, self->number);
    if (exec.run->lock_order) {
        lock_order_want(mutex, site);
    }
    if (mutex->owner != HEDDLE_TASK_NONE) {
        scheduler_wait_for(WAIT_MUTEX, mutex, mutex->number, mutex->name, site);
        taskset_add(&mutex->waiters, self->number);
        scheduler_block();
        scheduler_keep_mark(HEDDLE_MARK_ACQUIRED, self->wait_number);
        check(mutex, what, site);
        VERIFY(mutex->owner == HEDDLE_TASK_NONE);
        taskset_remove(&mutex->waiters, self->number);
    }
    self->waits_for = WAIT_NOTHING;
    take(mutex, site);
}

void
seam_mutex_unlock(kernel_mutex_t *opaque)
{
    struct seam_mutex *mutex = seam(opaque);
    if (exec.run->lock_order) {
        lock_order_drop(mutex);
    }
    sanitizer_release(mutex);
    mutex->owner = HEDDLE_TASK_NONE;
    taskset_add_all(&exec.view.runnable, &mutex->waiters);
}

/*
 * A task that waited for something else now wants this mutex: it runs when the mutex is free. If
 * the mutex is dead meanwhile, the task runs and finds out.
 */
void
seam_mutex_contend(struct task *task, kernel_mutex_t *opaque)
{
    struct seam_mutex *mutex = seam(opaque);
    task->waits_for = WAIT_MUTEX;
    task->wake_ns = 0;
    task->wait_object = mutex;
    scheduler_will_enter(task, mutex->magic == MUTEX_MAGIC ? mutex->number : 0);
    if (mutex->magic != MUTEX_MAGIC) {
        taskset_add(&exec.view.runnable, task->number);
        return;
    }
    task->wait_number = mutex->number;
    task->wait_name = mutex->name;
    taskset_add(&mutex->waiters, task->number);
    if (mutex->owner == HEDDLE_TASK_NONE) {
        taskset_add(&exec.view.runnable, task->number);
    }
}

void
kernel_mutex_init_at(kernel_mutex_t *opaque, const char *name, kernel_site_t site)
{
    struct seam_mutex *mutex = seam(opaque);
    *mutex = (struct seam_mutex){.magic = MUTEX_MAGIC,
                                 .number = scheduler_new_primitive(mutex, name),
                                 .owner = HEDDLE_TASK_NONE,
                                 .name = name};
    trace_event(HEDDLE_EVENT_MUTEX_INIT, mutex->number, 0, site);
}

void
kernel_mutex_destroy_at(kernel_mutex_t *opaque, kernel_site_t site)
{
    struct seam_mutex *mutex = seam(opaque);
    check(mutex, "mutex_destroy", site);
    scheduler_point(HEDDLE_EVENT_MUTEX_DESTROY, mutex->number, site);
    check(mutex, "mutex_destroy", site);
    if (mutex->owner != HEDDLE_TASK_NONE) {
        verdict_fail("mutex_destroy", HEDDLE_LOCK_MISUSE, "a mutex is free when it is destroyed",
                     site, mutex, NULL,
                     "Mutex %s (object %u) is destroyed while task %u (%s) holds it.", mutex->name,
                     mutex->number, mutex->owner, exec.tasks[mutex->owner].name);
    }
    mutex->magic = MUTEX_DESTROYED;
}

void
kernel_mutex_enter_at(kernel_mutex_t *opaque, kernel_site_t site)
{
    struct seam_mutex *mutex = seam(opaque);
    check(mutex, "mutex_enter", site);
    if (mutex->owner == exec.current->number) {
        verdict_fail("mutex_enter", HEDDLE_LOCK_MISUSE, "a mutex is not entered by its owner", site,
                     mutex, NULL, "Task %u (%s) enters mutex %s (object %u), which it holds.",
                     exec.current->number, exec.current->name, mutex->name, mutex->number);
    }
    struct heddle_event *event = scheduler_point(HEDDLE_EVENT_MUTEX_ENTER, mutex->number, site);
    uint32_t number = event->object;
    bool waits = mutex->magic == MUTEX_MAGIC && mutex->owner != HEDDLE_TASK_NONE;
    event->result = waits;
    seam_mutex_lock(opaque, "mutex_enter", site);
    if (waits) {
        trace_event(HEDDLE_EVENT_MUTEX_ENTER, number, 0, site);
    }
}

bool
kernel_mutex_tryenter_at(kernel_mutex_t *opaque, kernel_site_t site)
{
    struct seam_mutex *mutex = seam(opaque);
    check(mutex, "mutex_tryenter", site);
    struct heddle_event *event = scheduler_point(HEDDLE_EVENT_MUTEX_TRYENTER, mutex->number, site);
    check(mutex, "mutex_tryenter", site);
    if (mutex->owner != HEDDLE_TASK_NONE) {
        return false;
    }
    event->result = 1;
    take(mutex, site);
    return true;
}

/* No point before it: a release commutes with everything that others can do before it. */
void
kernel_mutex_exit_at(kernel_mutex_t *opaque, kernel_site_t site)
{
    struct seam_mutex *mutex = seam(opaque);
    check(mutex, "mutex_exit", site);
    if (mutex->owner != exec.current->number) {
        verdict_fail("mutex_exit", HEDDLE_LOCK_MISUSE, "a mutex is exited by its owner", site,
                     mutex, NULL,
                     "Task %u (%s) exits mutex %s (object %u), which it does not hold.",
                     exec.current->number, exec.current->name, mutex->name, mutex->number);
    }
    trace_event(HEDDLE_EVENT_MUTEX_EXIT, mutex->number, 0, site);
    if (exec.observer != NULL && exec.observer->on_unlock != NULL) {
        memory_observe_unlock(opaque);
    }
    seam_mutex_unlock(opaque);
}

bool
kernel_mutex_is_held(const kernel_mutex_t *opaque)
{
    const struct seam_mutex *mutex = seam(opaque);
    return mutex->magic == MUTEX_MAGIC && mutex->owner == exec.current->number;
}
