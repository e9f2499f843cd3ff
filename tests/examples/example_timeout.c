/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Time: an answer that comes when who asked has given up.
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

const struct example examples_timeout[] = {
    {.name = "late-answer",
     .family = "timeout beside an answer",
     .bug = "who answers keeps a request that who asked frees when its time is up",
     .verdicts = VERDICT(USE_AFTER_FREE),
     .threads = 2,
     .body = late_answer},
    {0},
};
