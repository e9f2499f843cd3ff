/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The seam's condition variables under the engine. Which waiter a signal wakes, whether a wait ends
 * spuriously and whether a timed one times out at once are recorded choices.
 */
#include "engine/seam.h"

#include "engine/lock_order.h"

enum wake_reason { WOKEN_SIGNALLED, WOKEN_TIMED_OUT, WOKEN_SPURIOUS };

static struct seam_cv *
seam(kernel_cv_t *cv)
{
    return (struct seam_cv *)cv;
}

static void
check(const struct seam_cv *cv, const char *what, kernel_site_t site)
{
    if (__builtin_expect(cv->magic != CV_MAGIC, 0)) {
        memory_fail_dead(cv, cv->magic == CV_DESTROYED ? cv->name : NULL, what, site);
    }
}

void
kernel_cv_init_at(kernel_cv_t *opaque, const char *name, kernel_site_t site)
{
    struct seam_cv *cv = seam(opaque);
    *cv = (struct seam_cv){
        .magic = CV_MAGIC, .number = scheduler_new_primitive(cv, name), .name = name};
    trace_event(HEDDLE_EVENT_CV_INIT, cv->number, 0, site);
}

void
kernel_cv_destroy_at(kernel_cv_t *opaque, kernel_site_t site)
{
    struct seam_cv *cv = seam(opaque);
    check(cv, "cv_destroy", site);
    scheduler_point(HEDDLE_EVENT_CV_DESTROY, cv->number, site);
    check(cv, "cv_destroy", site);
    if (!taskset_is_empty(&cv->waiters)) {
        const struct task *waiter = &exec.tasks[taskset_first(&cv->waiters)];
        verdict_fail(
            "cv_destroy", HEDDLE_LOCK_MISUSE,
            "nobody sleeps on a condition variable when it is destroyed", site, cv, NULL,
            "Condition variable %s (object %u) is destroyed while task %u (%s) sleeps on it "
            "in %s.",
            cv->name, cv->number, waiter->number, waiter->name, waiter->wait_site->function);
    }
    cv->magic = CV_DESTROYED;
}

/* The waiter that has waited index-th longest. */
static struct task *
waiter_at(const struct seam_cv *cv, uint32_t index)
{
    struct taskset left = cv->waiters;
    for (;;) {
        uint32_t count = taskset_count(&left);
        struct task *oldest = &exec.tasks[taskset_first(&left)];
        for (uint32_t i = 1; i < count; i++) {
            struct task *task = &exec.tasks[taskset_nth(&left, i)];
            if (task->wait_sequence < oldest->wait_sequence) {
                oldest = task;
            }
        }
        if (index-- == 0) {
            return oldest;
        }
        taskset_remove(&left, oldest->number);
    }
}

/* Asked of every second wait at most: who is woken each time would never wait. */
static bool
ends_spuriously(const struct task *task)
{
    return !task->was_disturbed && exec.observer != NULL &&
           exec.observer->ends_spuriously != NULL && exec.observer->ends_spuriously();
}

/*
 * Waits, woken by a signal, by time, or by nothing. The waiter then contends for the mutex; both
 * objects may be freed before it gets there, so it looks before it touches.
 */
static enum wake_reason
wait(kernel_cv_t *opaque, kernel_mutex_t *mutex, enum wait_kind kind, uint64_t deadline_ns,
     const char *what, kernel_site_t site)
{
    struct seam_cv *cv = seam(opaque);
    struct task *self = exec.current;
    check(cv, what, site);
    if (!kernel_mutex_is_held(mutex)) {
        verdict_fail(what, HEDDLE_LOCK_MISUSE, "a waiter holds the condition's mutex", site, cv,
                     mutex, "Task %u (%s) waits on %s without holding the mutex.", self->number,
                     self->name, cv->name);
    }
    scheduler_point(HEDDLE_EVENT_CV_WAIT, cv->number, site);
    uint32_t mutex_number = ((const struct seam_mutex *)mutex)->number;
    scheduler_keep_mark(HEDDLE_MARK_RELEASED, mutex_number);
    check(cv, what, site);
    scheduler_tell_wait(HEDDLE_WAIT_CONDITION, true, mutex);

    uint32_t number = cv->number;
    self->wait_mutex = mutex;
    self->slept_on = cv;
    bool timed = deadline_ns != 0;
    bool at_once = scheduler_choose(timed ? HEDDLE_CHOICE_TIMEOUT : HEDDLE_CHOICE_SPURIOUS, 2) == 1;
    bool disturbed = !at_once && ends_spuriously(self);
    self->was_disturbed = disturbed;
    scheduler_wait_for(kind, cv, number, cv->name, site);
    if (exec.observer != NULL && exec.observer->on_unlock != NULL) {
        memory_observe_unlock(mutex);
    }
    seam_mutex_unlock(mutex);
    if (at_once || disturbed) {
        seam_mutex_contend(self, mutex);
    } else {
        taskset_add(&cv->waiters, self->number);
        if (timed) {
            scheduler_set_timer(self, deadline_ns);
        }
    }
    scheduler_block();
    scheduler_keep_mark(HEDDLE_MARK_ACQUIRED, mutex_number);

    bool timed_out = self->timed_out || (timed && at_once);
    enum wake_reason reason = timed_out              ? WOKEN_TIMED_OUT
                              : at_once || disturbed ? WOKEN_SPURIOUS
                                                     : WOKEN_SIGNALLED;
    seam_mutex_lock(mutex, what, site);
    self->slept_on = NULL;
    trace_event(HEDDLE_EVENT_CV_WAKE, number, 0, site)->result = reason;
    return reason;
}

void
kernel_cv_wait_at(kernel_cv_t *cv, kernel_mutex_t *mutex, kernel_site_t site)
{
    (void)wait(cv, mutex, WAIT_CV, 0, "cv_wait", site);
}

void
kernel_cv_wait_for_work_at(kernel_cv_t *cv, kernel_mutex_t *mutex, kernel_site_t site)
{
    (void)wait(cv, mutex, WAIT_WORK, 0, "cv_wait_for_work", site);
}

bool
kernel_cv_timedwait_at(kernel_cv_t *cv, kernel_mutex_t *mutex, uint64_t deadline_ns,
                       kernel_site_t site)
{
    uint64_t deadline = deadline_ns == 0 ? 1 : deadline_ns;
    return wait(cv, mutex, WAIT_CV, deadline, "cv_timedwait", site) != WOKEN_TIMED_OUT;
}

static void
wake(struct seam_cv *cv, struct task *waiter)
{
    taskset_remove(&cv->waiters, waiter->number);
    if (exec.run->lock_order) {
        lock_order_observe(waiter->number, lock_order_publish(exec.current->number, 0));
    }
    uint64_t late_ns = 0;
    if (waiter->waits_for == WAIT_WORK && exec.observer != NULL && exec.observer->on_work != NULL) {
        late_ns = exec.observer->on_work();
    }
    if (late_ns > 0) {
        waiter->waits_for = WAIT_TURN;
        scheduler_set_timer(waiter, scheduler_now_ns() + late_ns);
        return;
    }
    seam_mutex_contend(waiter, waiter->wait_mutex);
}

void
seam_cv_expire(struct task *waiter)
{
    struct seam_cv *cv = seam((kernel_cv_t *)(uintptr_t)waiter->wait_object);
    if (cv->magic == CV_MAGIC) {
        taskset_remove(&cv->waiters, waiter->number);
    }
    seam_mutex_contend(waiter, waiter->wait_mutex);
}

void
kernel_cv_signal_at(kernel_cv_t *opaque, kernel_site_t site)
{
    struct seam_cv *cv = seam(opaque);
    check(cv, "cv_signal", site);
    struct heddle_event *event = scheduler_point(HEDDLE_EVENT_CV_SIGNAL, cv->number, site);
    check(cv, "cv_signal", site);
    uint32_t count = taskset_count(&cv->waiters);
    event->result = count;
    if (count > 0) {
        wake(cv, waiter_at(cv, count > 1 ? scheduler_choose(HEDDLE_CHOICE_WAKE, count) : 0));
    }
}

void
kernel_cv_broadcast_at(kernel_cv_t *opaque, kernel_site_t site)
{
    struct seam_cv *cv = seam(opaque);
    check(cv, "cv_broadcast", site);
    struct heddle_event *event = scheduler_point(HEDDLE_EVENT_CV_BROADCAST, cv->number, site);
    check(cv, "cv_broadcast", site);
    event->result = taskset_count(&cv->waiters);
    while (!taskset_is_empty(&cv->waiters)) {
        wake(cv, &exec.tasks[taskset_first(&cv->waiters)]);
    }
}
