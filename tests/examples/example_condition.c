/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Condition variables: wake-ups lost, given to too few, believed without a look, or never given.
 */
#include "example.h"

static struct {
    kernel_mutex_t lock;
    kernel_cv_t cv;
    kernel_atomic_t open;
    kernel_atomic_t sleepers;
    uint32_t inside; /* by the lock */
} gate;

static void
make_gate(void)
{
    kernel_mutex_init(&gate.lock, "gate");
    kernel_cv_init(&gate.cv, "gate_cv");
    kernel_atomic_init(&gate.open, false, "open");
    kernel_atomic_init(&gate.sleepers, 0, "sleepers");
    gate.inside = 0;
}

/* --- lost-wakeup ---------------------------------------------------------------------------------- */

static void
open_gate(void *unused)
{
    (void)unused;
    enter_if(mended(), &gate.lock);
    set(&gate.open, true);
    exit_if(mended(), &gate.lock);
    kernel_mutex_enter(&gate.lock);
    kernel_cv_signal(&gate.cv);
    kernel_mutex_exit(&gate.lock);
}

static void
pass_gate(void *unused)
{
    (void)unused;
    enter_if(mended(), &gate.lock);
    while (!get(&gate.open)) {
        enter_if(!mended(), &gate.lock);
        kernel_cv_wait(&gate.cv, &gate.lock);
        exit_if(!mended(), &gate.lock);
    }
    exit_if(mended(), &gate.lock);
}

static void
lost_wakeup(void)
{
    make_gate();
    run_all(pass_gate, open_gate);
}

/* --- signal-for-broadcast --------------------------------------------------------------------------- */

static void
wait_at_gate(void *unused)
{
    (void)unused;
    kernel_mutex_enter(&gate.lock);
    while (!get(&gate.open)) {
        kernel_cv_wait(&gate.cv, &gate.lock);
    }
    kernel_mutex_exit(&gate.lock);
}

static void
let_all_in(void *unused)
{
    (void)unused;
    kernel_mutex_enter(&gate.lock);
    set(&gate.open, true);
    if (mended()) {
        kernel_cv_broadcast(&gate.cv);
    } else {
        kernel_cv_signal(&gate.cv);
    }
    kernel_mutex_exit(&gate.lock);
}

static void
signal_for_broadcast(void)
{
    make_gate();
    run_all(let_all_in, wait_at_gate, wait_at_gate);
}

/* --- missed-recheck: two consumers, and the second takes what the first was woken for ---------------- */

static uint32_t items; /* by gate.lock */

static void
produce(void *unused)
{
    (void)unused;
    for (int i = 0; i < 2; i++) {
        kernel_mutex_enter(&gate.lock);
        items++;
        kernel_cv_signal(&gate.cv);
        kernel_mutex_exit(&gate.lock);
    }
}

static void
consume(void *unused)
{
    (void)unused;
    kernel_mutex_enter(&gate.lock);
    if (items == 0) {
        do {
            kernel_cv_wait(&gate.cv, &gate.lock);
        } while (mended() && items == 0);
    }
    VERIFY(items > 0);
    items--;
    kernel_mutex_exit(&gate.lock);
}

static void
missed_recheck(void)
{
    make_gate();
    items = 0;
    run_all(consume, produce, consume);
}

/* --- cv-destroyed: who closes wakes one of those who wait, and takes the gate away -------------------- */

static void
use_gate(void *unused)
{
    (void)unused;
    kernel_mutex_enter(&gate.lock);
    if (!get(&gate.open)) {
        gate.inside++;
        while (!get(&gate.open)) {
            kernel_cv_wait(&gate.cv, &gate.lock);
        }
        gate.inside--;
        kernel_cv_broadcast(&gate.cv);
    }
    kernel_mutex_exit(&gate.lock);
}

static void
tear_gate_down(void *unused)
{
    (void)unused;
    kernel_mutex_enter(&gate.lock);
    set(&gate.open, true);
    kernel_cv_broadcast(&gate.cv);
    while (mended() && gate.inside > 0) {
        kernel_cv_wait(&gate.cv, &gate.lock);
    }
    kernel_cv_destroy(&gate.cv);
    kernel_mutex_exit(&gate.lock);
}

static void
cv_destroyed(void)
{
    make_gate();
    run_all(tear_gate_down, use_gate, use_gate);
}

/* --- shutdown-notify: nobody sleeps yet, so nobody is woken ---------------------------------------------- */

static void
serve_until_stopped(void *unused)
{
    (void)unused;
    kernel_mutex_enter(&gate.lock);
    while (!get(&gate.open)) {
        set(&gate.sleepers, get(&gate.sleepers) + 1);
        kernel_cv_wait(&gate.cv, &gate.lock);
        set(&gate.sleepers, get(&gate.sleepers) - 1);
    }
    kernel_mutex_exit(&gate.lock);
}

static void
shut_down(void *unused)
{
    (void)unused;
    enter_if(mended(), &gate.lock);
    set(&gate.open, true);
    bool asleep = get(&gate.sleepers) > 0;
    exit_if(mended(), &gate.lock);
    if (asleep) {
        kernel_mutex_enter(&gate.lock);
        kernel_cv_broadcast(&gate.cv);
        kernel_mutex_exit(&gate.lock);
    }
}

static void
shutdown_notify(void)
{
    make_gate();
    run_all(serve_until_stopped, serve_until_stopped, shut_down);
}

const struct example examples_condition[] = {
    {.name = "lost-wakeup",
     .family = "lost wake-up",
     .bug = "the condition is read and written without the lock under which it is waited for",
     .verdicts = VERDICT(DEADLOCK),
     .threads = 2,
     .body = lost_wakeup},
    {.name = "signal-for-broadcast",
     .family = "signal where broadcast is needed",
     .bug = "one of two waiters is woken",
     .verdicts = VERDICT(DEADLOCK),
     .threads = 3,
     .body = signal_for_broadcast},
    {.name = "missed-recheck",
     .family = "missed recheck",
     .bug = "a woken consumer takes an item without looking whether it is still there",
     .verdicts = VERDICT(ASSERTION),
     .threads = 3,
     .body = missed_recheck},
    {.name = "cv-destroyed",
     .family = "condition variable destroyed while waited on",
     .bug =
         "the condition variable is destroyed before those woken have left, one of whom broadcasts",
     .verdicts = VERDICT(LOCK_MISUSE),
     .threads = 3,
     .body = cv_destroyed},
    {.name = "shutdown-notify",
     .family = "dropped notify on shutdown",
     .bug = "shutdown wakes only if somebody sleeps, and looks without the lock",
     .verdicts = VERDICT(DEADLOCK),
     .threads = 3,
     .body = shutdown_notify},
    {0},
};
