/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Time: an answer that comes when who asked has given up, and a lease that ran out unnoticed.
 */
#include "example.h"

#define PATIENCE_NS 20000

struct request {
    kernel_mutex_t lock;
    kernel_cv_t cv;
    bool answered; /* by the lock */
};
static struct {
    kernel_mutex_t lock;
    kernel_atomic_t pending;
} desk;

static void
ask(void *unused)
{
    (void)unused;
    struct request *request = kernel_zalloc("request", sizeof *request, KERNEL_SLEEP);
    kernel_mutex_init(&request->lock, "request");
    kernel_cv_init(&request->cv, "request_cv");
    kernel_mutex_enter(&desk.lock);
    set(&desk.pending, word_of(request));
    kernel_mutex_exit(&desk.lock);

    uint64_t deadline = kernel_time_ns() + PATIENCE_NS;
    kernel_mutex_enter(&request->lock);
    while (!request->answered && kernel_cv_timedwait(&request->cv, &request->lock, deadline)) {}
    kernel_mutex_exit(&request->lock);

    kernel_mutex_enter(&desk.lock);
    set(&desk.pending, 0);
    kernel_mutex_exit(&desk.lock);
    kernel_free(request, sizeof *request);
}

static void
answer(void *unused)
{
    (void)unused;
    kernel_mutex_enter(&desk.lock);
    struct request *request = pointer_of(get(&desk.pending));
    exit_if(!mended(), &desk.lock);
    if (request != NULL) {
        kernel_mutex_enter(&request->lock);
        request->answered = true;
        kernel_cv_signal(&request->cv);
        kernel_mutex_exit(&request->lock);
    }
    exit_if(mended(), &desk.lock);
}

static void
late_answer(void)
{
    kernel_mutex_init(&desk.lock, "desk");
    kernel_atomic_init(&desk.pending, 0, "pending");
    run_all(ask, answer);
}

/* --- stale-lease: looked at, slept through, and written as if it still held -------------------------------- */

#define LEASE_TICKS 20
#define TICKS       (LEASE_TICKS + 5)

static struct {
    kernel_mutex_t lock;
    kernel_atomic_t now;
    uint64_t end, number; /* by the lock */
} lease;
static struct {
    kernel_mutex_t lock;
    uint64_t newest; /* number of a lease, by the lock */
} storage;

static void
tick(void *unused)
{
    (void)unused;
    for (uint64_t now = 1; now <= TICKS; now++) {
        set(&lease.now, now);
    }
}

/* Waits for a lease, and says which; zero at the end of time. */
static uint64_t
take_lease(uint64_t *end)
{
    uint64_t now, number = 0;
    do {
        kernel_mutex_enter(&lease.lock);
        now = get(&lease.now);
        if (now >= lease.end) {
            lease.end = *end = now + LEASE_TICKS;
            number = ++lease.number;
        }
        kernel_mutex_exit(&lease.lock);
        spin_pause();
    } while (number == 0 && now < TICKS);
    return number;
}

static void
write_under_lease(void *unused)
{
    (void)unused;
    uint64_t end = 0, number = take_lease(&end);
    if (get(&lease.now) >= end) {
        return;
    }
    kernel_mutex_enter(&storage.lock);
    /* Storage that knows of leases lets no older one write after a newer. */
    if (!mended() || number > storage.newest) {
        EXPECT(INVARIANT, number > storage.newest);
        storage.newest = number;
    }
    kernel_mutex_exit(&storage.lock);
}

static void
stale_lease(void)
{
    kernel_mutex_init(&lease.lock, "lease");
    kernel_mutex_init(&storage.lock, "storage");
    kernel_atomic_init(&lease.now, 0, "now");
    lease.end = lease.number = storage.newest = 0;
    run_all(write_under_lease, write_under_lease, tick);
}

const struct example examples_timeout[] = {
    {.name = "late-answer",
     .family = "timeout beside an answer",
     .bug = "who answers keeps a request that who asked frees when its time is up",
     .verdicts = VERDICT(USE_AFTER_FREE),
     .threads = 2,
     .body = late_answer},
    {.name = "stale-lease",
     .family = "lease that runs out",
     .bug = "a lease is looked at before the write, and the storage takes whatever comes",
     .verdicts = VERDICT(INVARIANT),
     .threads = 3,
     .body = stale_lease},
    {0},
};
