/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Order violations: one task counts on what another has not done yet.
 */
#include "example.h"

#include <string.h>

/* --- result-before-ready --------------------------------------------------------------------- */

static struct {
    kernel_sema_t done;
    kernel_atomic_t result;
} computation;

static void
compute(void *unused)
{
    (void)unused;
    set(&computation.result, 42);
    kernel_sema_post(&computation.done);
}

static void
report(void *unused)
{
    (void)unused;
    if (mended()) {
        kernel_sema_wait(&computation.done);
    }
    VERIFY(get(&computation.result) == 42);
}

static void
result_before_ready(void)
{
    kernel_sema_init(&computation.done, 0, "done");
    kernel_atomic_init(&computation.result, 0, "result");
    run_all(compute, report);
}

/* --- thread-handle: the child runs before its parent has noted who it is --------------------- */

static struct {
    kernel_mutex_t lock;
    kernel_atomic_t handle;
} parent;

static void
use_handle(void *unused)
{
    (void)unused;
    kernel_mutex_enter(&parent.lock);
    VERIFY(get(&parent.handle) != 0);
    kernel_mutex_exit(&parent.lock);
}

static void
thread_handle(void)
{
    kernel_mutex_init(&parent.lock, "parent");
    kernel_atomic_init(&parent.handle, 0, "handle");
    enter_if(mended(), &parent.lock);
    kernel_thread_t *child = kernel_thread_create("child", use_handle, NULL);
    set(&parent.handle, word_of(child));
    exit_if(mended(), &parent.lock);
    kernel_thread_join(child);
}

/* --- use-before-init ------------------------------------------------------------------------- */

static struct {
    kernel_mutex_t lock;
    kernel_atomic_t started, served;
} server;

static void
serve(void *unused)
{
    (void)unused;
    set(&server.started, true);
    kernel_mutex_enter(&server.lock);
    set(&server.served, get(&server.served) + 1);
    kernel_mutex_exit(&server.lock);
}

static void
use_before_init(void)
{
    memset(&server, 0, sizeof server);
    kernel_atomic_init(&server.started, false, "started");
    kernel_atomic_init(&server.served, 0, "served");
    if (mended()) {
        kernel_mutex_init(&server.lock, "server");
    }
    kernel_thread_t *thread = kernel_thread_create("server", serve, NULL);
    if (!mended()) {
        kernel_mutex_init(&server.lock, "server");
    }
    kernel_thread_join(thread);
}

/* --- publish-before-fill --------------------------------------------------------------------- */

struct letter {
    kernel_atomic_t text;
};
static kernel_atomic_t mailbox;

static void
send_letter(void *unused)
{
    (void)unused;
    struct letter *letter = kernel_zalloc("letter", sizeof *letter, KERNEL_SLEEP);
    kernel_atomic_init(&letter->text, 0, "text");
    if (mended()) {
        set(&letter->text, 42);
        set(&mailbox, word_of(letter));
    } else {
        set(&mailbox, word_of(letter));
        set(&letter->text, 42);
    }
}

static void
read_letter(void *unused)
{
    (void)unused;
    for (int i = 0; i < 3; i++) {
        struct letter *letter = pointer_of(get(&mailbox));
        if (letter != NULL) {
            VERIFY(get(&letter->text) == 42);
            return;
        }
    }
}

static void
publish_before_fill(void)
{
    kernel_atomic_init(&mailbox, 0, "mailbox");
    run_all(send_letter, read_letter);
    kernel_free(pointer_of(get(&mailbox)), sizeof(struct letter));
}

const struct example examples_order[] = {
    {.name = "result-before-ready",
     .family = "order violation",
     .bug = "a result is reported without waiting for who computes it",
     .verdicts = VERDICT(ASSERTION),
     .threads = 2,
     .body = result_before_ready},
    {.name = "thread-handle",
     .family = "order violation",
     .bug = "a child uses its handle, which its parent stores after having made it",
     .verdicts = VERDICT(ASSERTION),
     .threads = 1,
     .body = thread_handle},
    {.name = "use-before-init",
     .family = "use before initialisation",
     .bug = "a thread is started before the lock that it takes is initialised",
     .verdicts = VERDICT(LOCK_MISUSE),
     .threads = 1,
     .body = use_before_init},
    {.name = "publish-before-fill",
     .family = "use before initialisation",
     .bug = "an object is published before its field is written",
     .verdicts = VERDICT(ASSERTION),
     .threads = 2,
     .body = publish_before_fill},
    {0},
};
