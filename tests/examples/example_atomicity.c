/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Atomicity violations: what was meant to happen at once can be seen, or lost, half done. The shapes
 * are those of Lu, Park, Seo and Zhou, "Learning from mistakes", ASPLOS 2008.
 */
#include "example.h"

/* --- lost-update --------------------------------------------------------------------------- */

static kernel_atomic_t hits;

static void
hit(void *unused)
{
    (void)unused;
    for (int i = 0; i < 2; i++) {
        if (mended()) {
            kernel_atomic_fetch_add(&hits, 1);
        } else {
            set(&hits, get(&hits) + 1);
        }
    }
}

static void
lost_update(void)
{
    kernel_atomic_init(&hits, 0, "hits");
    run_all(hit, hit);
    VERIFY(get(&hits) == 4);
}

/* --- torn-pair: a square is as wide as it is high ------------------------------------------- */

static struct {
    kernel_mutex_t lock;
    kernel_atomic_t width, height;
} square;

static void
resize(void *unused)
{
    (void)unused;
    for (uint64_t side = 2; side < 4; side++) {
        enter_if(mended(), &square.lock);
        set(&square.width, side);
        set(&square.height, side);
        exit_if(mended(), &square.lock);
    }
}

static void
look(void *unused)
{
    (void)unused;
    enter_if(mended(), &square.lock);
    uint64_t width = get(&square.width);
    uint64_t height = get(&square.height);
    exit_if(mended(), &square.lock);
    EXPECT(INVARIANT, width == height);
}

static void
torn_pair(void)
{
    kernel_mutex_init(&square.lock, "square");
    kernel_atomic_init(&square.width, 1, "width");
    kernel_atomic_init(&square.height, 1, "height");
    run_all(resize, look);
}

/* --- log-rotation: between close and open, records are dropped ------------------------------ */

static struct {
    kernel_mutex_t lock;
    kernel_atomic_t is_open, records;
} journal;

static void
rotate(void *unused)
{
    (void)unused;
    enter_if(mended(), &journal.lock);
    set(&journal.is_open, false);
    set(&journal.is_open, true);
    exit_if(mended(), &journal.lock);
}

static void
write_records(void *unused)
{
    (void)unused;
    for (int i = 0; i < 2; i++) {
        kernel_mutex_enter(&journal.lock);
        if (get(&journal.is_open)) {
            set(&journal.records, get(&journal.records) + 1);
        }
        kernel_mutex_exit(&journal.lock);
    }
}

static void
log_rotation(void)
{
    kernel_mutex_init(&journal.lock, "journal");
    kernel_atomic_init(&journal.is_open, true, "is_open");
    kernel_atomic_init(&journal.records, 0, "records");
    run_all(write_records, rotate);
    VERIFY(get(&journal.records) == 2);
}

/* --- null-check: looked at, then used, and gone in between ---------------------------------- */

static kernel_atomic_t query_text;

static void
show_query(void *unused)
{
    (void)unused;
    uint64_t text = get(&query_text);
    if (text != 0) {
        text = mended() ? text : get(&query_text);
        VERIFY(text != 0);
    }
}

static void
end_query(void *unused)
{
    (void)unused;
    set(&query_text, 0);
}

static void
null_check(void)
{
    kernel_atomic_init(&query_text, 1, "query_text");
    run_all(show_query, end_query);
}

/* --- wrong-lock: everybody locks, but not the same ------------------------------------------------ */

static struct {
    kernel_mutex_t lock, other_lock;
    kernel_atomic_t total;
} tally;

static void
count_up(void *argument)
{
    kernel_mutex_t *lock = number_of(argument) == 2 && !mended() ? &tally.other_lock : &tally.lock;
    kernel_mutex_enter(lock);
    set(&tally.total, get(&tally.total) + 1);
    kernel_mutex_exit(lock);
}

static void
wrong_lock(void)
{
    kernel_mutex_init(&tally.lock, "tally");
    kernel_mutex_init(&tally.other_lock, "other");
    kernel_atomic_init(&tally.total, 0, "total");
    run_many(count_up, 3);
    VERIFY(get(&tally.total) == 3);
}

/* --- driver-stop: the shape of the Bluetooth driver of Qadeer and Wu, PLDI 2004 ------------------- */

static struct {
    kernel_atomic_t stopping, stopped, pending; /* pending: one for the driver itself */
    kernel_sema_t idle;
} driver;

static void
end_request(void)
{
    if (kernel_atomic_fetch_add(&driver.pending, (uint64_t)-1) == 1) {
        kernel_sema_post(&driver.idle);
    }
}

static bool
begin_request(void)
{
    if (!mended() && get(&driver.stopping)) {
        return false;
    }
    kernel_atomic_fetch_add(&driver.pending, 1);
    if (mended() && get(&driver.stopping)) {
        end_request();
        return false;
    }
    return true;
}

static void
make_request(void *unused)
{
    (void)unused;
    if (begin_request()) {
        VERIFY(!get(&driver.stopped));
        end_request();
    }
}

static void
stop_driver(void *unused)
{
    (void)unused;
    set(&driver.stopping, true);
    end_request();
    kernel_sema_wait(&driver.idle);
    set(&driver.stopped, true);
}

static void
driver_stop(void)
{
    kernel_atomic_init(&driver.stopping, false, "stopping");
    kernel_atomic_init(&driver.stopped, false, "stopped");
    kernel_atomic_init(&driver.pending, 1, "pending");
    kernel_sema_init(&driver.idle, 0, "idle");
    run_all(make_request, stop_driver, make_request);
}

const struct example examples_atomicity[] = {
    {.name = "lost-update",
     .family = "atomicity violation, one variable",
     .bug = "a counter is read, increased and written back in two steps",
     .verdicts = VERDICT(ASSERTION),
     .threads = 2,
     .body = lost_update},
    {.name = "torn-pair",
     .family = "atomicity violation, two variables",
     .bug = "two fields that belong together are written and read without a lock",
     .verdicts = VERDICT(INVARIANT),
     .threads = 2,
     .body = torn_pair},
    {.name = "log-rotation",
     .family = "atomicity violation, one variable",
     .bug = "a log is closed and opened again without the lock that its writers take",
     .verdicts = VERDICT(ASSERTION),
     .threads = 2,
     .body = log_rotation},
    {.name = "null-check",
     .family = "atomicity violation, one variable",
     .bug = "a pointer is read again after it was found not to be null",
     .verdicts = VERDICT(ASSERTION),
     .threads = 2,
     .body = null_check},
    {.name = "wrong-lock",
     .family = "atomicity violation, one variable",
     .bug = "one of three tasks takes another lock",
     .verdicts = VERDICT(ASSERTION),
     .threads = 3,
     .body = wrong_lock},
    {.name = "driver-stop",
     .family = "atomicity violation, two variables",
     .bug = "a request looks whether the driver stops before it counts itself",
     .verdicts = VERDICT(ASSERTION),
     .threads = 3,
     .body = driver_stop},
    {0},
};
