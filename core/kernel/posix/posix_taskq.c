/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Task queues. A queue has one worker from its start, so a task that was accepted will run; the
 * others, up to its width, are made when a task would have to wait, and stay. Tasks start in the
 * order in which they were dispatched.
 */
#include <pthread.h>

#include "kernel/posix/posix_backend.h"

#define SYSTEM_WIDTH 64

struct task {
    struct task *next;
    void (*run)(void *);
    void *argument;
};

struct kernel_taskq {
    const char *name;
    uint32_t width;
    kernel_mutex_t lock;
    kernel_cv_t work;
    struct task *first, **last; /* lock; not yet started, in order of dispatch */
    uint32_t waiting;           /* lock; tasks in that list */
    uint32_t idle;              /* lock; workers that wait for work */
    bool ending;                /* lock; no worker is made any more */
    uint32_t worker_count;      /* lock; constant once ending */
    kernel_thread_t *workers[]; /* lock; the first worker_count */
};

static void work(void *queue);

static size_t
size_of(uint32_t width)
{
    return sizeof(kernel_taskq_t) + width * sizeof(kernel_thread_t *);
}

/* One more worker, if there is room and memory. Requires: lock held, or the queue not yet known. */
static void
add_worker(kernel_taskq_t *queue, kernel_site_t site)
{
    if (queue->worker_count < queue->width && !queue->ending) {
        kernel_thread_t *worker = kernel_thread_create_at(queue->name, work, queue, site);

        if (worker != NULL) {
            queue->workers[queue->worker_count++] = worker;
        }
    }
}

static struct task *
take_task(kernel_taskq_t *queue)
{
    struct task *task = queue->first;

    if (task != NULL) {
        queue->first = task->next;
        if (queue->first == NULL) {
            queue->last = &queue->first;
        }
        queue->waiting--;
    }
    return task;
}

static void
work(void *argument)
{
    kernel_taskq_t *queue = argument;

    kernel_mutex_enter(&queue->lock);
    for (;;) {
        struct task *task = take_task(queue);

        if (task != NULL) {
            kernel_mutex_exit(&queue->lock);
            posix_slots_clear();
            task->run(task->argument);
            kernel_free(task, sizeof(*task));
            kernel_mutex_enter(&queue->lock);
        } else if (queue->ending) {
            break;
        } else {
            queue->idle++;
            kernel_cv_wait_for_work(&queue->work, &queue->lock);
            queue->idle--;
        }
    }
    kernel_mutex_exit(&queue->lock);
}

kernel_taskq_t *
kernel_taskq_create_at(const char *name, uint32_t width, kernel_site_t site)
{
    kernel_taskq_t *queue;

    if (width == 0) {
        kernel_panic_at(site, "a task queue without width");
    }
    queue = kernel_zalloc_at("kernel_taskq", size_of(width), KERNEL_NOSLEEP, site);
    if (queue == NULL) {
        return NULL;
    }
    queue->name = name;
    queue->width = width;
    queue->last = &queue->first;
    kernel_mutex_init_at(&queue->lock, "kernel_taskq", site);
    kernel_cv_init_at(&queue->work, "kernel_taskq", site);
    add_worker(queue, site);
    if (queue->worker_count == 0) {
        kernel_taskq_destroy_at(queue, site);
        return NULL;
    }
    return queue;
}

void
kernel_taskq_destroy_at(kernel_taskq_t *queue, kernel_site_t site)
{
    kernel_mutex_enter_at(&queue->lock, site);
    queue->ending = true;
    kernel_cv_broadcast_at(&queue->work, site);
    kernel_mutex_exit_at(&queue->lock, site);

    for (uint32_t i = 0; i < queue->worker_count; i++) {
        kernel_thread_join_at(queue->workers[i], site);
    }
    kernel_cv_destroy_at(&queue->work, site);
    kernel_mutex_destroy_at(&queue->lock, site);
    kernel_free_at(queue, size_of(queue->width), site);
}

bool
kernel_taskq_dispatch_at(kernel_taskq_t *queue, void (*run)(void *), void *argument,
                         enum kernel_wait wait, kernel_site_t site)
{
    struct task *task = kernel_zalloc_at("kernel_task", sizeof(*task), wait, site);

    if (task == NULL) {
        return false;
    }
    task->run = run;
    task->argument = argument;

    kernel_mutex_enter_at(&queue->lock, site);
    *queue->last = task;
    queue->last = &task->next;
    queue->waiting++;
    if (queue->waiting > queue->idle) {
        /* Should it fail, that costs breadth, not the task: the first worker is always there. */
        add_worker(queue, site);
    }
    kernel_cv_signal_at(&queue->work, site);
    kernel_mutex_exit_at(&queue->lock, site);
    return true;
}

static kernel_taskq_t *system_queue;

static void
make_system_queue(void)
{
    while ((system_queue = kernel_taskq_create("system_taskq", SYSTEM_WIDTH)) == NULL) {
        kernel_sleep_ns(1000000);
    }
}

kernel_taskq_t *
kernel_taskq_system(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    posix_check(pthread_once(&once, make_system_queue), "pthread_once", KERNEL_HERE);
    return system_queue;
}
