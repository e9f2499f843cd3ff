/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Tasks that wait for each other in a circle.
 */
#include "example.h"

/* --- abba -------------------------------------------------------------------------------------- */

static kernel_mutex_t red, blue;

static void
red_then_blue(void *unused)
{
    (void)unused;
    kernel_mutex_enter(&red);
    kernel_mutex_enter(&blue);
    kernel_mutex_exit(&blue);
    kernel_mutex_exit(&red);
}

static void
blue_then_red(void *unused)
{
    (void)unused;
    kernel_mutex_enter(mended() ? &red : &blue);
    kernel_mutex_enter(mended() ? &blue : &red);
    kernel_mutex_exit(&red);
    kernel_mutex_exit(&blue);
}

static void
abba(void)
{
    kernel_mutex_init(&red, "red");
    kernel_mutex_init(&blue, "blue");
    run_all(red_then_blue, blue_then_red);
}

/* --- rings: each takes its own and then its neighbour's ---------------------------------------- */

#define FORKS_MAX 20

static kernel_mutex_t forks[FORKS_MAX];

static void
eat(void *argument)
{
    uint32_t left = number_of(argument), right = (left + 1) % size();
    bool right_first = mended() && right < left;
    kernel_mutex_enter(&forks[right_first ? right : left]);
    kernel_mutex_enter(&forks[right_first ? left : right]);
    kernel_mutex_exit(&forks[left]);
    kernel_mutex_exit(&forks[right]);
}

static void
dine(void)
{
    for (uint32_t i = 0; i < size(); i++) {
        kernel_mutex_init(&forks[i], "fork");
    }
    run_many(eat, size());
}

/* --- join-under-lock ----------------------------------------------------------------------------- */

static struct {
    kernel_mutex_t lock;
    kernel_atomic_t done;
} job;

static void
work(void *unused)
{
    (void)unused;
    set(&job.done, 1);
    kernel_mutex_enter(&job.lock);
    set(&job.done, 2);
    kernel_mutex_exit(&job.lock);
}

static void
stop(void *unused)
{
    (void)unused;
    kernel_thread_t *worker = kernel_thread_create("worker", work, NULL);
    kernel_mutex_enter(&job.lock);
    if (get(&job.done) != 2) {
        exit_if(mended(), &job.lock);
        kernel_thread_join(worker);
        enter_if(mended(), &job.lock);
    }
    kernel_mutex_exit(&job.lock);
}

static void
join_under_lock(void)
{
    kernel_mutex_init(&job.lock, "job");
    kernel_atomic_init(&job.done, 0, "done");
    run_all(stop);
}

/* Where the order of taking locks is watched, a circle is told before it closes. */
#define CIRCLE (VERDICT(DEADLOCK) | VERDICT(LOCK_ORDER))

#define DINING(n)                                                                                  \
    {                                                                                              \
        .name = "dining-" #n, .family = "dining philosophers",                                     \
        .bug = "all take the left fork first", .verdicts = CIRCLE, .threads = (n), .size = (n),    \
        .body = dine                                                                               \
    }

const struct example examples_deadlock[] = {
    {.name = "abba",
     .family = "deadlock of two locks",
     .bug = "two locks are taken in either order",
     .verdicts = CIRCLE,
     .threads = 2,
     .body = abba},
    {.name = "three-lock-cycle",
     .family = "deadlock of three locks",
     .bug = "the third of three tasks takes the last lock before the first",
     .verdicts = CIRCLE,
     .threads = 3,
     .size = 3,
     .body = dine},
    DINING(5),
    DINING(10),
    DINING(20),
    {.name = "join-under-lock",
     .family = "deadlock by join",
     .bug = "a thread is joined under the lock that it still needs",
     .verdicts = VERDICT(DEADLOCK),
     .threads = 2,
     .body = join_under_lock},
    {0},
};
