/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Threads, their numbers, and the pointers that each has for itself. Numbers are given out in
 * order of first use and never again, so that the owner of a mutex is never mistaken.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "kernel/posix/posix_backend.h"

#define NAME_SIZE 16 /* what Linux keeps of a thread's name */

struct kernel_thread {
    pthread_t thread;
    const char *name;
    void (*run)(void *);
    void *argument;
};

static _Atomic uint64_t last_id;
static _Thread_local uint64_t own_id;
static _Thread_local void *slots[KERNEL_SLOT_COUNT];

static void *
start(void *thread)
{
    const struct kernel_thread *self = thread;

    posix_thread_set_name(self->name);
    self->run(self->argument);
    return NULL;
}

kernel_thread_t *
kernel_thread_create_at(const char *name, void (*run)(void *), void *argument, kernel_site_t site)
{
    kernel_thread_t *thread =
        kernel_zalloc_at("kernel_thread", sizeof(*thread), KERNEL_NOSLEEP, site);

    if (thread == NULL) {
        return NULL;
    }
    thread->name = name;
    thread->run = run;
    thread->argument = argument;
    if (pthread_create(&thread->thread, NULL, start, thread) != 0) {
        kernel_free_at(thread, sizeof(*thread), site);
        return NULL;
    }
    return thread;
}

void
kernel_thread_join_at(kernel_thread_t *thread, kernel_site_t site)
{
    posix_check(pthread_join(thread->thread, NULL), "pthread_join", site);
    kernel_free_at(thread, sizeof(*thread), site);
}

uint64_t
kernel_thread_id(void)
{
    if (own_id == 0) {
        own_id = atomic_fetch_add_explicit(&last_id, 1, memory_order_relaxed) + 1;
    }
    return own_id;
}

void *
kernel_slot_get(enum kernel_slot slot)
{
    return slots[slot];
}

void
kernel_slot_set(enum kernel_slot slot, void *value)
{
    slots[slot] = value;
}

void
posix_slots_clear(void)
{
    memset(slots, 0, sizeof(slots));
}

void
posix_thread_set_name(const char *name)
{
    char kept[NAME_SIZE];

    snprintf(kept, sizeof(kept), "%s", name);
    (void)pthread_setname_np(pthread_self(), kept);
}
