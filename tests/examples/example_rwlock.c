/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Readers and writers.
 */
#include "example.h"

static struct {
    kernel_mutex_t lock;
    kernel_cv_t cv;
    kernel_atomic_t readers;
    bool writing; /* by the lock */
    kernel_atomic_t inside;
} rwlock;

static void
make_rwlock(void)
{
    kernel_mutex_init(&rwlock.lock, "rwlock");
    kernel_cv_init(&rwlock.cv, "rwlock_cv");
    kernel_atomic_init(&rwlock.readers, 0, "readers");
    kernel_atomic_init(&rwlock.inside, 0, "inside");
    rwlock.writing = false;
}

static void
leave(bool as_reader)
{
    kernel_mutex_enter(&rwlock.lock);
    if (as_reader) {
        set(&rwlock.readers, get(&rwlock.readers) - 1);
    } else {
        rwlock.writing = false;
    }
    kernel_cv_broadcast(&rwlock.cv);
    kernel_mutex_exit(&rwlock.lock);
}

/* --- rwlock-late-reader ---------------------------------------------------------------------------------- */

static void
read_late(void *unused)
{
    (void)unused;
    kernel_mutex_enter(&rwlock.lock);
    while (rwlock.writing) {
        kernel_cv_wait(&rwlock.cv, &rwlock.lock);
    }
    exit_if(!mended(), &rwlock.lock);
    kernel_atomic_fetch_add(&rwlock.readers, 1);
    exit_if(mended(), &rwlock.lock);
    EXPECT(INVARIANT, get(&rwlock.inside) == 0);
    leave(true);
}

static void
write_alone(void *unused)
{
    (void)unused;
    kernel_mutex_enter(&rwlock.lock);
    while (rwlock.writing || get(&rwlock.readers) > 0) {
        kernel_cv_wait(&rwlock.cv, &rwlock.lock);
    }
    rwlock.writing = true;
    kernel_mutex_exit(&rwlock.lock);
    set(&rwlock.inside, 1);
    set(&rwlock.inside, 0);
    leave(false);
}

static void
rwlock_late_reader(void)
{
    make_rwlock();
    run_all(read_late, write_alone, write_alone);
}

/* --- rwlock-upgrade ----------------------------------------------------------------------------------------- */

static void
read_then_write(void *unused)
{
    (void)unused;
    kernel_mutex_enter(&rwlock.lock);
    while (rwlock.writing) {
        kernel_cv_wait(&rwlock.cv, &rwlock.lock);
    }
    set(&rwlock.readers, get(&rwlock.readers) + 1);
    kernel_mutex_exit(&rwlock.lock);

    if (mended()) {
        leave(true);
    }
    kernel_mutex_enter(&rwlock.lock);
    while (rwlock.writing || get(&rwlock.readers) > (mended() ? 0 : 1)) {
        kernel_cv_wait(&rwlock.cv, &rwlock.lock);
    }
    rwlock.writing = true;
    kernel_mutex_exit(&rwlock.lock);
    leave(false);
    if (!mended()) {
        leave(true);
    }
}

static void
rwlock_upgrade(void)
{
    make_rwlock();
    run_all(read_then_write, read_then_write);
}

/* --- seqlock: read in an even version, and not looked whether it still is ------------------------------------ */

static struct {
    kernel_atomic_t version, low, high;
} clock_words;

static void
tick(void *unused)
{
    (void)unused;
    for (uint64_t now = 1; now <= 2; now++) {
        set(&clock_words.version, 2 * now - 1);
        set(&clock_words.low, now);
        set(&clock_words.high, now);
        set(&clock_words.version, 2 * now);
    }
}

static void
read_clock(void *unused)
{
    (void)unused;
    for (int i = 0; i < 3; i++) {
        uint64_t version = get(&clock_words.version);
        if (version % 2 != 0) {
            continue;
        }
        uint64_t low = get(&clock_words.low);
        uint64_t high = get(&clock_words.high);
        if (!mended() || get(&clock_words.version) == version) {
            EXPECT(INVARIANT, low == high);
        }
    }
}

static void
seqlock(void)
{
    kernel_atomic_init(&clock_words.version, 0, "version");
    kernel_atomic_init(&clock_words.low, 0, "low");
    kernel_atomic_init(&clock_words.high, 0, "high");
    run_all(tick, read_clock);
}

const struct example examples_rwlock[] = {
    {.name = "rwlock-late-reader",
     .family = "readers-writer lock",
     .bug = "a reader counts itself after it has let go of the lock under which it looked",
     .verdicts = VERDICT(INVARIANT),
     .threads = 3,
     .body = rwlock_late_reader},
    {.name = "rwlock-upgrade",
     .family = "readers-writer lock",
     .bug = "two readers that want to write wait for each other to stop reading",
     .verdicts = VERDICT(DEADLOCK),
     .threads = 2,
     .body = rwlock_upgrade},
    {.name = "seqlock",
     .family = "readers-writer lock",
     .bug = "a reader does not look at the version again after having read",
     .verdicts = VERDICT(INVARIANT),
     .threads = 2,
     .body = seqlock},
    {0},
};
