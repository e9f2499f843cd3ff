/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Counts that are looked at and then acted on; things made once; permits; barriers.
 */
#include "example.h"

/* --- connection-limit: check, then act -------------------------------------------------------------- */

#define CONNECTIONS_MAX 2

static kernel_atomic_t connections;

static void
connect(void *unused)
{
    (void)unused;
    uint64_t before = get(&connections);
    bool accepted = false;
    while (before < CONNECTIONS_MAX && !accepted) {
        if (mended()) {
            accepted = kernel_atomic_compare_exchange(&connections, &before, before + 1);
        } else {
            kernel_atomic_fetch_add(&connections, 1);
            accepted = true;
        }
    }
}

static void
connection_limit(void)
{
    kernel_atomic_init(&connections, 0, "connections");
    run_all(connect, connect, connect);
    EXPECT(INVARIANT, get(&connections) <= CONNECTIONS_MAX);
}

/* --- double-checked and single-checked: one instance, made by who comes first -------------------------- */

struct service {
    kernel_atomic_t ready;
};
static struct {
    kernel_mutex_t lock;
    kernel_atomic_t service;
} instance;

static void
make_instance(void)
{
    kernel_mutex_init(&instance.lock, "instance");
    kernel_atomic_init(&instance.service, 0, "service");
}

static void
use_double_checked(void *unused)
{
    (void)unused;
    if (get(&instance.service) == 0) {
        kernel_mutex_enter(&instance.lock);
        if (get(&instance.service) == 0) {
            struct service *made = kernel_zalloc("service", sizeof *made, KERNEL_SLEEP);
            kernel_atomic_init(&made->ready, false, "ready");
            /* Under sequential consistency the reordered stores are written as they would happen. */
            if (mended()) {
                set(&made->ready, true);
                set(&instance.service, word_of(made));
            } else {
                set(&instance.service, word_of(made));
                set(&made->ready, true);
            }
        }
        kernel_mutex_exit(&instance.lock);
    }
    struct service *service = pointer_of(get(&instance.service));
    VERIFY(get(&service->ready));
}

static void
double_checked(void)
{
    make_instance();
    run_all(use_double_checked, use_double_checked);
    kernel_free(pointer_of(get(&instance.service)), sizeof(struct service));
}

static void
use_single_checked(void *unused)
{
    (void)unused;
    if (get(&instance.service) == 0) {
        kernel_mutex_enter(&instance.lock);
        if (!mended() || get(&instance.service) == 0) {
            struct service *made = kernel_zalloc("service", sizeof *made, KERNEL_SLEEP);
            set(&instance.service, word_of(made));
        }
        kernel_mutex_exit(&instance.lock);
    }
}

static void
single_checked(void)
{
    make_instance();
    run_all(use_single_checked, use_single_checked);
    kernel_free(pointer_of(get(&instance.service)), sizeof(struct service));
    EXPECT_NO_LEAK();
}

/* --- semaphore-leak: a path that gives up keeps its permit ----------------------------------------------- */

static struct {
    kernel_sema_t permits;
    kernel_mutex_t lock;
    kernel_atomic_t lent;
} pool;

static void
borrow(void *unused)
{
    (void)unused;
    kernel_sema_wait(&pool.permits);
    if (!kernel_mutex_tryenter(&pool.lock)) {
        if (mended()) {
            kernel_sema_post(&pool.permits);
        }
        return;
    }
    set(&pool.lent, get(&pool.lent) + 1);
    kernel_mutex_exit(&pool.lock);
    kernel_sema_post(&pool.permits);
}

static void
count_pool(void *unused)
{
    (void)unused;
    kernel_mutex_enter(&pool.lock);
    VERIFY(get(&pool.lent) <= 3);
    kernel_mutex_exit(&pool.lock);
}

static void
semaphore_leak(void)
{
    kernel_sema_init(&pool.permits, 2, "permits");
    kernel_mutex_init(&pool.lock, "pool");
    kernel_atomic_init(&pool.lent, 0, "lent");
    run_all(borrow, borrow, borrow, count_pool);
}

/* --- barrier-reuse: who is fast comes round and takes the permit of who is slow --------------------- */

#define PARTIES 3
#define ROUNDS  2

static struct {
    kernel_mutex_t lock;
    uint32_t arrived; /* by the lock */
    kernel_sema_t
        released[2]; /* of even and of odd rounds; with the error the first is all there is */
    kernel_atomic_t in[ROUNDS]; /* what must be true behind it: all have come */
} barrier;

static void
pass_barrier(uint32_t round)
{
    kernel_sema_t *released = &barrier.released[mended() ? round % 2 : 0];
    kernel_mutex_enter(&barrier.lock);
    bool last = ++barrier.arrived == PARTIES;
    if (last) {
        barrier.arrived = 0;
    }
    kernel_mutex_exit(&barrier.lock);
    if (!last) {
        kernel_sema_wait(released);
        return;
    }
    for (int i = 1; i < PARTIES; i++) {
        kernel_sema_post(released);
    }
}

static void
pass_rounds(void *unused)
{
    (void)unused;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        kernel_atomic_fetch_add(&barrier.in[round], 1);
        pass_barrier(round);
        EXPECT(INVARIANT, get(&barrier.in[round]) == PARTIES);
    }
}

static void
barrier_reuse(void)
{
    kernel_mutex_init(&barrier.lock, "barrier");
    barrier.arrived = 0;
    for (int i = 0; i < 2; i++) {
        kernel_sema_init(&barrier.released[i], 0, "released");
        kernel_atomic_init(&barrier.in[i], 0, "in");
    }
    run_all(pass_rounds, pass_rounds, pass_rounds);
}

const struct example examples_count[] = {
    {.name = "connection-limit",
     .family = "check-then-act on a count",
     .bug = "a limit is checked and the count increased in two steps",
     .verdicts = VERDICT(INVARIANT),
     .threads = 3,
     .body = connection_limit},
    {.name = "double-checked",
     .family = "double-checked locking",
     .bug = "the instance is visible before it is ready",
     .verdicts = VERDICT(ASSERTION),
     .threads = 2,
     .body = double_checked},
    {.name = "single-checked",
     .family = "double-checked locking",
     .bug = "there is no second check under the lock: two instances, and one is lost",
     .verdicts = VERDICT(LEAK),
     .threads = 2,
     .body = single_checked},
    {.name = "semaphore-leak",
     .family = "semaphore leak",
     .bug = "who finds the lock taken gives up and keeps its permit",
     .verdicts = VERDICT(DEADLOCK),
     .threads = 4,
     .body = semaphore_leak},
    {.name = "barrier-reuse",
     .family = "barrier reuse",
     .bug = "a barrier has the same permits for this round and the next",
     .verdicts = VERDICT(INVARIANT),
     .threads = 3,
     .body = barrier_reuse},
    {0},
};
