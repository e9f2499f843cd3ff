/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The seam's task queues under the engine: a ring of work and up to `width` workers, tasks that are
 * made when first needed and rest between pieces of work. Which item starts next and how many workers there are, are
 * choices as far as nobody is promised otherwise.
 */
#include "engine/seam.h"

#include "engine/access.h"
#include "engine/lock_order.h"
#include "engine/sanitizers.h"

#define SYSTEM_WIDTH 2

/* The system's queue promises no order; the others start in order of dispatch. */
static struct taskq_item
take_item(kernel_taskq_t *queue)
{
    uint32_t index = queue == exec.taskq_system && queue->count > 1
                         ? scheduler_choose(HEDDLE_CHOICE_QUEUE, queue->count)
                         : 0;
    struct taskq_item item = queue->items[(queue->first + index) % TASKQ_ITEMS_MAX];
    for (; index > 0; index--) {
        queue->items[(queue->first + index) % TASKQ_ITEMS_MAX] =
            queue->items[(queue->first + index - 1) % TASKQ_ITEMS_MAX];
    }
    queue->first = (queue->first + 1) % TASKQ_ITEMS_MAX;
    queue->count--;
    return item;
}

/* A queue may have up to `width` workers, and need not: whether another one comes is a choice too. */
static bool
wants_worker(const kernel_taskq_t *queue)
{
    return queue->workers == 0 ||
           (queue->workers < queue->width && scheduler_choose(HEDDLE_CHOICE_QUEUE, 2) == 0);
}

static void
sleep_until(uint64_t start_ns)
{
    struct task *self = exec.current;
    if (start_ns > scheduler_now_ns()) {
        scheduler_wait_for(WAIT_SLEEP, NULL, 0, "time", self->last_site);
        scheduler_set_timer(self, start_ns);
        scheduler_block();
    }
}

static void
work(void *argument)
{
    kernel_taskq_t *queue = argument;
    struct task *self = exec.current;
    for (;;) {
        while (queue->count == 0 && !queue->destroying) {
            scheduler_wait_for(WAIT_WORK, queue, queue->number, queue->name, self->last_site);
            taskset_add(&queue->idle, self->number);
            scheduler_block();
        }
        if (queue->count == 0) {
            break;
        }
        struct taskq_item item = take_item(queue);
        queue->busy++;
        if (exec.run->lock_order) {
            lock_order_observe(self->number, queue->dispatched);
        }
        sleep_until(item.start_ns);
        sanitizer_acquire(queue);
        scheduler_point(HEDDLE_EVENT_TASKQ_RUN, queue->number, self->last_site);
        item.run(item.argument);
        /* A task inherits nothing from the one before it. */
        for (uint32_t slot = 0; slot < KERNEL_SLOT_COUNT; slot++) {
            self->slots[slot] = NULL;
        }
        sanitizer_release(queue);
        queue->busy--;
        exec.progress++;
        trace_event(HEDDLE_EVENT_TASKQ_DONE, queue->number, 0, self->last_site);
        if (queue->count == 0 && queue->busy == 0) {
            for (uint32_t i = 0; i < exec.task_count; i++) {
                struct task *task = &exec.tasks[i];
                if (task->waits_for == WAIT_TASKQ_END && task->wait_object == queue) {
                    scheduler_make_runnable(task);
                }
            }
        }
    }
    queue->workers--;
}

kernel_taskq_t *
kernel_taskq_create_at(const char *name, uint32_t width, kernel_site_t site)
{
    if (exec.taskq_count == TASKQS_MAX) {
        verdict_fail("taskq_create", HEDDLE_INTERNAL, "no more than TASKQS_MAX task queues", site,
                     NULL, NULL, "The subject made more than %d task queues.", TASKQS_MAX);
    }
    kernel_taskq_t *queue = &exec.taskqs[exec.taskq_count++];
    queue->name = name;
    queue->number = scheduler_new_primitive(queue, name);
    queue->width = width;
    queue->workers = queue->busy = queue->first = queue->count = 0;
    queue->destroying = false;
    queue->dispatched = 0;
    queue->idle = (struct taskset){{0}};
    trace_event(HEDDLE_EVENT_TASKQ_CREATE, queue->number, 0, site)->result = width;
    return queue;
}

kernel_taskq_t *
kernel_taskq_system(void)
{
    if (exec.taskq_system == NULL) {
        exec.taskq_system =
            kernel_taskq_create_at("system_taskq", SYSTEM_WIDTH, exec.current->last_site);
    }
    return exec.taskq_system;
}

static void
check(const kernel_taskq_t *queue, const char *what, kernel_site_t site)
{
    if (queue->destroying) {
        verdict_fail(what, HEDDLE_LOCK_MISUSE, "a task queue is not used once it is destroyed",
                     site, NULL, NULL, "%s on task queue %s, which was destroyed.", what,
                     queue->name);
    }
}

static void
put_item(kernel_taskq_t *queue, struct taskq_item item)
{
    uint32_t place = (queue->first + queue->count) % TASKQ_ITEMS_MAX;
    if (exec.observer != NULL && exec.observer->on_dispatch != NULL) {
        struct heddle_dispatch dispatch = {.overtakable =
                                               queue == exec.taskq_system ? queue->count : 0};
        exec.observer->on_dispatch(&dispatch);
        item.start_ns = dispatch.delay_ns > 0 ? scheduler_now_ns() + dispatch.delay_ns : 0;
        if (dispatch.overtakes && dispatch.overtakable > 0) {
            place = queue->first = (queue->first + TASKQ_ITEMS_MAX - 1) % TASKQ_ITEMS_MAX;
        }
    }
    queue->items[place] = item;
    queue->count++;
}

bool
kernel_taskq_dispatch_at(kernel_taskq_t *queue, void (*run)(void *), void *argument,
                         enum kernel_wait wait, kernel_site_t site)
{
    check(queue, "taskq_dispatch", site);
    struct heddle_event *event = scheduler_point(HEDDLE_EVENT_TASKQ_DISPATCH, queue->number, site);
    check(queue, "taskq_dispatch", site);
    scheduler_tell_wait(HEDDLE_WAIT_DISPATCH, wait == KERNEL_SLEEP, NULL);
    if (queue->count == TASKQ_ITEMS_MAX) {
        if (wait == KERNEL_NOSLEEP) {
            return false;
        }
        verdict_fail("taskq_dispatch", HEDDLE_INTERNAL,
                     "no more than TASKQ_ITEMS_MAX tasks in a queue", site, NULL, NULL,
                     "Task queue %s is full.", queue->name);
    }
    event->result = 1;
    put_item(queue, (struct taskq_item){.run = run, .argument = argument});
    if (exec.run->lock_order) {
        queue->dispatched = lock_order_publish(exec.current->number, queue->dispatched);
    }
    access_give(argument);
    sanitizer_release(queue);
    if (!taskset_is_empty(&queue->idle)) {
        struct task *worker = &exec.tasks[taskset_first(&queue->idle)];
        taskset_remove(&queue->idle, worker->number);
        scheduler_make_runnable(worker);
    } else if (wants_worker(queue)) {
        queue->workers++;
        uint16_t worker = scheduler_spawn(queue->name, work, queue, site);
        trace_event(HEDDLE_EVENT_SPAWN, worker, 0, site);
    }
    return true;
}

void
kernel_taskq_destroy_at(kernel_taskq_t *queue, kernel_site_t site)
{
    check(queue, "taskq_destroy", site);
    scheduler_point(HEDDLE_EVENT_TASKQ_DESTROY, queue->number, site);
    check(queue, "taskq_destroy", site);
    scheduler_tell_wait(HEDDLE_WAIT_END, true, NULL);
    if (queue->count > 0 || queue->busy > 0) {
        scheduler_wait_for(WAIT_TASKQ_END, queue, queue->number, queue->name, site);
        scheduler_block();
        scheduler_keep_mark(HEDDLE_MARK_ACQUIRED, queue->number);
    }
    queue->destroying = true;
    while (!taskset_is_empty(&queue->idle)) {
        struct task *worker = &exec.tasks[taskset_first(&queue->idle)];
        taskset_remove(&queue->idle, worker->number);
        scheduler_make_runnable(worker);
    }
    sanitizer_acquire(queue);
}
