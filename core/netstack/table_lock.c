/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The lock of the table of ids: many readers, few writers. It is a row of small locks, each a word
 * in a cache line of its own. A reader takes one of them, a writer all. Which one a reader tries first,
 * its thread decides: readers on different processors write nothing in common.
 *
 *   1. Who changes a line from 0 to 1 has it, until it stores 0. The change acquires and the store
 *      releases, so what is done with a line is ordered by it. A writer has all of them: it is
 *      alone, but for (3).
 *   2. A reader that finds its line taken tries the others once. If all are taken it takes the
 *      mutex instead, as a writer does for its whole section but for its waiting, (3).
 *   3. A writer that waits for a line has released the mutex, and others may read with that:
 *      nothing is being written yet. It writes with the mutex held, so these are gone then, too.
 *      `writing` keeps other writers from what it has already.
 *   4. A reader leaves by a store, and tells nobody: the writer looks again, and after a few looks
 *      sleeps before the next. Readers wait for nobody in their section, and those that come find
 *      the lines that the writer has taken: so its wait ends.
 */
#include "netstack_impl.h"

_Static_assert((KERNEL_STRIPES_MAX & (KERNEL_STRIPES_MAX - 1)) == 0, "a power of two");

#define LOOKS    8u
#define PAUSE_NS 20000u

void
netstack__table_lock_init(struct netstack__table_lock *lock)
{
    kernel_mutex_init(&lock->mutex, "netstack_table");
    kernel_cv_init(&lock->left, "netstack_table_left");
    for (unsigned i = 0; i < kernel_stripes; i++) {
        kernel_atomic_init(&lock->lines[i].taken, 0, "netstack_table_line");
    }
}

static bool
take(kernel_atomic_t *line)
{
    uint64_t expected = 0;
    return kernel_atomic_compare_exchange(line, &expected, 1);
}

kernel_atomic_t *
netstack__read_enter_slowly(struct netstack__table_lock *lock)
{
    unsigned own = (unsigned)kernel_thread_id();
    for (unsigned i = 1; i < kernel_stripes; i++) {
        kernel_atomic_t *line = &lock->lines[(own + i) & (kernel_stripes - 1)].taken;
        if (take(line)) {
            return line;
        }
    }
    kernel_mutex_enter(&lock->mutex);
    return NULL;
}

/* Takes a line as soon as it is free. Requires: the mutex; released while sleeping. */
static void
wait_and_take(struct netstack__table_lock *lock, kernel_atomic_t *line)
{
    for (unsigned looks = 1; !take(line); looks++) {
        if (looks % LOOKS == 0) {
            (void)kernel_cv_timedwait(&lock->left, &lock->mutex, kernel_time_ns() + PAUSE_NS);
        }
    }
}

void
netstack__write_enter(struct netstack__table_lock *lock)
{
    kernel_mutex_enter(&lock->mutex);
    while (lock->writing) {
        kernel_cv_wait(&lock->left, &lock->mutex);
    }
    lock->writing = true;
    for (unsigned i = 0; i < kernel_stripes; i++) {
        wait_and_take(lock, &lock->lines[i].taken);
    }
}

void
netstack__write_exit(struct netstack__table_lock *lock)
{
    for (unsigned i = 0; i < kernel_stripes; i++) {
        kernel_atomic_store(&lock->lines[i].taken, 0);
    }
    lock->writing = false;
    kernel_cv_broadcast(&lock->left);
    kernel_mutex_exit(&lock->mutex);
}
