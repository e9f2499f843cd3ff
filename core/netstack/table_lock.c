/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The lock of the table of ids: many readers, few writers. A reader counts itself in one of a few
 * words, chosen by its thread, each in a cache line of its own: readers on different processors
 * write nothing in common. A word is a count of readers, and a bit: a writer is at work.
 *
 *   1. A reader counts itself in one step with seeing the bit clear. If it is set, the reader
 *      takes the mutex instead.
 *   2. A writer has the mutex, is alone by `writing`, sets the bit in every word and waits until
 *      every count is zero. From then on (1) keeps readers off the words, and the mutex the rest.
 *   3. While it waits it has released the mutex, and readers may go on through that: nothing is
 *      being written yet.
 *   4. The reader that makes a count zero under a set bit wakes the writer, holding the mutex. The
 *      writer reads the counts holding it too, so no wake-up is lost. Readers wait for nobody
 *      between enter and exit, so the writer's wait ends.
 */
#include "netstack_impl.h"

#define WRITER (UINT64_C(1) << 63)

void
netstack__table_lock_init(struct netstack__table_lock *lock)
{
    kernel_mutex_init(&lock->mutex, "netstack_table");
    kernel_cv_init(&lock->drained, "netstack_table_drained");
    for (unsigned i = 0; i < NETSTACK__LINES; i++) {
        kernel_atomic_init(&lock->lines[i].readers, 0, "netstack_readers");
    }
}

kernel_atomic_t *
netstack__read_enter(struct netstack__table_lock *lock)
{
    kernel_atomic_t *readers = &lock->lines[kernel_thread_id() % NETSTACK__LINES].readers;
    uint64_t word = 0; /* a guess, and mostly right */
    while (!kernel_atomic_compare_exchange(readers, &word, word + 1)) {
        if ((word & WRITER) != 0) {
            kernel_mutex_enter(&lock->mutex);
            return NULL;
        }
    }
    return readers;
}

void
netstack__read_exit(struct netstack__table_lock *lock, kernel_atomic_t *readers)
{
    if (readers == NULL) {
        kernel_mutex_exit(&lock->mutex);
    } else if (kernel_atomic_fetch_add(readers, UINT64_MAX) == (WRITER | 1)) {
        kernel_mutex_enter(&lock->mutex);
        kernel_cv_broadcast(&lock->drained);
        kernel_mutex_exit(&lock->mutex);
    }
}

void
netstack__write_enter(struct netstack__table_lock *lock)
{
    kernel_mutex_enter(&lock->mutex);
    while (lock->writing) {
        kernel_cv_wait(&lock->drained, &lock->mutex);
    }
    lock->writing = true;
    for (unsigned i = 0; i < NETSTACK__LINES; i++) {
        (void)kernel_atomic_fetch_add(&lock->lines[i].readers, WRITER);
    }
    for (unsigned i = 0; i < NETSTACK__LINES; i++) {
        while (kernel_atomic_load(&lock->lines[i].readers) != WRITER) {
            kernel_cv_wait(&lock->drained, &lock->mutex);
        }
    }
}

void
netstack__write_exit(struct netstack__table_lock *lock)
{
    for (unsigned i = 0; i < NETSTACK__LINES; i++) {
        (void)kernel_atomic_fetch_add(&lock->lines[i].readers, WRITER);
    }
    lock->writing = false;
    kernel_cv_broadcast(&lock->drained);
    kernel_mutex_exit(&lock->mutex);
}
