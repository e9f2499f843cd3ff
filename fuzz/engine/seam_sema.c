/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The seam's semaphores under the engine. Like a mutex's, waiters are runnable while there is a
 * permit.
 */
#include "engine/seam.h"

#include "engine/lock_order.h"
#include "engine/sanitizers.h"

static struct seam_sema *
seam(kernel_sema_t *sema)
{
    return (struct seam_sema *)sema;
}

static void
check(const struct seam_sema *sema, const char *what, kernel_site_t site)
{
    if (__builtin_expect(sema->magic != SEMA_MAGIC, 0)) {
        memory_fail_dead(sema, sema->magic == SEMA_DESTROYED ? sema->name : NULL, what, site);
    }
}

static void
take(struct seam_sema *sema)
{
    sema->count--;
    if (sema->count == 0) {
        taskset_remove_all(&exec.view.runnable, &sema->waiters);
    }
    if (exec.run->lock_order) {
        lock_order_observe(exec.current->number, sema->posted);
    }
    sanitizer_acquire(sema);
}

void
kernel_sema_init_at(kernel_sema_t *opaque, uint32_t count, const char *name, kernel_site_t site)
{
    struct seam_sema *sema = seam(opaque);
    *sema = (struct seam_sema){.magic = SEMA_MAGIC,
                               .number = scheduler_new_primitive(sema, name),
                               .count = count,
                               .name = name};
    trace_event(HEDDLE_EVENT_SEMA_INIT, sema->number, 0, site)->result = count;
}

void
kernel_sema_destroy_at(kernel_sema_t *opaque, kernel_site_t site)
{
    struct seam_sema *sema = seam(opaque);
    check(sema, "sema_destroy", site);
    scheduler_point(HEDDLE_EVENT_SEMA_DESTROY, sema->number, site);
    check(sema, "sema_destroy", site);
    if (!taskset_is_empty(&sema->waiters)) {
        verdict_fail("sema_destroy", HEDDLE_LOCK_MISUSE,
                     "nobody waits for a semaphore when it is destroyed", site, sema, NULL,
                     "Semaphore %s (object %u) is destroyed while task %u waits.", sema->name,
                     sema->number, taskset_first(&sema->waiters));
    }
    sema->magic = SEMA_DESTROYED;
}

void
kernel_sema_wait_at(kernel_sema_t *opaque, kernel_site_t site)
{
    struct seam_sema *sema = seam(opaque);
    struct task *self = exec.current;
    check(sema, "sema_wait", site);
    scheduler_point(HEDDLE_EVENT_SEMA_WAIT, sema->number, site);
    check(sema, "sema_wait", site);
    scheduler_tell_wait(HEDDLE_WAIT_SEMAPHORE, true, NULL);
    if (sema->count == 0) {
        uint32_t number = sema->number;
        exec.log->events[exec.log->event_count - 1].result = 1; /* it waits */
        scheduler_wait_for(WAIT_SEMA, sema, number, sema->name, site);
        taskset_add(&sema->waiters, self->number);
        scheduler_block();
        scheduler_keep_mark(HEDDLE_MARK_ACQUIRED, number);
        check(sema, "sema_wait", site);
        VERIFY(sema->count > 0);
        taskset_remove(&sema->waiters, self->number);
        self->waits_for = WAIT_NOTHING;
        trace_event(HEDDLE_EVENT_SEMA_WAIT, number, 0, site);
    }
    take(sema);
}

bool
kernel_sema_trywait_at(kernel_sema_t *opaque, kernel_site_t site)
{
    struct seam_sema *sema = seam(opaque);
    check(sema, "sema_trywait", site);
    struct heddle_event *event = scheduler_point(HEDDLE_EVENT_SEMA_TRYWAIT, sema->number, site);
    check(sema, "sema_trywait", site);
    if (sema->count == 0) {
        return false;
    }
    event->result = 1;
    take(sema);
    return true;
}

void
kernel_sema_post_at(kernel_sema_t *opaque, kernel_site_t site)
{
    struct seam_sema *sema = seam(opaque);
    check(sema, "sema_post", site);
    scheduler_point(HEDDLE_EVENT_SEMA_POST, sema->number, site);
    check(sema, "sema_post", site);
    if (exec.run->lock_order) {
        sema->posted = lock_order_publish(exec.current->number, sema->posted);
    }
    sanitizer_release(sema);
    sema->count++;
    taskset_add_all(&exec.view.runnable, &sema->waiters);
}
