/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Lifetimes: used after it was freed, freed twice, never freed, held again after the last release.
 */
#include "example.h"

/* --- callback-after-free: cancelled, and under way ------------------------------------------------------ */

struct timer {
    kernel_atomic_t fired;
};
static struct {
    kernel_atomic_t armed, running;
} timer_state;

static void
fire(void *argument)
{
    struct timer *timer = argument;
    /* Announced first, or looked at first: the owner reads in the other order. */
    if (mended()) {
        set(&timer_state.running, true);
    }
    if (get(&timer_state.armed)) {
        set(&timer_state.running, true);
        set(&timer->fired, true);
    }
    set(&timer_state.running, false);
}

static void
callback_after_free(void)
{
    kernel_atomic_init(&timer_state.armed, true, "armed");
    kernel_atomic_init(&timer_state.running, false, "running");
    struct timer *timer = kernel_zalloc("timer", sizeof *timer, KERNEL_SLEEP);
    kernel_atomic_init(&timer->fired, false, "fired");
    kernel_taskq_t *queue = kernel_taskq_create("timers", 1);
    VERIFY(kernel_taskq_dispatch(queue, fire, timer, KERNEL_SLEEP));

    set(&timer_state.armed, false);
    while (get(&timer_state.running)) {
        spin_pause();
    }
    kernel_free(timer, sizeof *timer);
    kernel_taskq_destroy(queue);
}

/* --- double-free: two releasers, and each finds that nobody is left ---------------------------------------- */

static struct {
    kernel_atomic_t refs;
    void *data;
} shared;

static void
release_shared(void *unused)
{
    (void)unused;
    uint64_t before = kernel_atomic_fetch_add(&shared.refs, (uint64_t)-1);
    if (mended() ? before == 1 : get(&shared.refs) == 0) {
        kernel_free(shared.data, 64);
    }
}

static void
double_free(void)
{
    kernel_atomic_init(&shared.refs, 3, "refs");
    shared.data = kernel_zalloc("shared", 64, KERNEL_SLEEP);
    run_all(release_shared, release_shared, release_shared);
}

/* --- failed-path-leak ------------------------------------------------------------------------------------- */

static struct {
    kernel_mutex_t lock;
    kernel_atomic_t writes;
} device;

static void
write_device(void *unused)
{
    (void)unused;
    void *request = kernel_zalloc("request", 32, KERNEL_SLEEP);
    if (!kernel_mutex_tryenter(&device.lock)) {
        if (mended()) {
            kernel_free(request, 32);
        }
        return;
    }
    set(&device.writes, get(&device.writes) + 1);
    kernel_mutex_exit(&device.lock);
    kernel_free(request, 32);
}

static void
failed_path_leak(void)
{
    kernel_mutex_init(&device.lock, "device");
    kernel_atomic_init(&device.writes, 0, "writes");
    run_all(write_device, write_device);
    EXPECT_NO_LEAK();
}

/* --- resurrection: found in a table, and held from zero -------------------------------------------------- */

static struct {
    kernel_mutex_t lock;
    kernel_atomic_t listed, refs;
} entry;

static void
hold_entry(void)
{
    if (kernel_atomic_fetch_add(&entry.refs, 1) == 0) {
        kernel_panic("an entry is held after its last release");
    }
}

static void
release_entry(void)
{
    enter_if(mended(), &entry.lock);
    if (kernel_atomic_fetch_add(&entry.refs, (uint64_t)-1) == 1) {
        enter_if(!mended(), &entry.lock);
        set(&entry.listed, false);
        exit_if(!mended(), &entry.lock);
    }
    exit_if(mended(), &entry.lock);
}

static void
find_entry(void *unused)
{
    (void)unused;
    kernel_mutex_enter(&entry.lock);
    bool found = get(&entry.listed);
    if (found) {
        hold_entry();
    }
    kernel_mutex_exit(&entry.lock);
    if (found) {
        release_entry();
    }
}

static void
drop_entry(void *unused)
{
    (void)unused;
    release_entry();
}

static void
resurrection(void)
{
    kernel_mutex_init(&entry.lock, "entry");
    kernel_atomic_init(&entry.listed, true, "listed");
    kernel_atomic_init(&entry.refs, 1, "refs");
    run_all(find_entry, drop_entry);
}

/* --- no-grace-period: the old version is freed under its readers --------------------------------------------- */

struct version {
    kernel_atomic_t number;
};
static struct {
    kernel_mutex_t lock;
    kernel_cv_t cv;
    kernel_atomic_t current;
    uint32_t readers; /* by the lock */
} config;

static struct version *
make_version(uint64_t number)
{
    struct version *version = kernel_zalloc("version", sizeof *version, KERNEL_SLEEP);
    kernel_atomic_init(&version->number, number, "number");
    return version;
}

static void
read_config(void *unused)
{
    (void)unused;
    kernel_mutex_enter(&config.lock);
    config.readers++;
    kernel_mutex_exit(&config.lock);
    struct version *version = pointer_of(get(&config.current));
    VERIFY(get(&version->number) > 0);
    kernel_mutex_enter(&config.lock);
    config.readers--;
    kernel_cv_signal(&config.cv);
    kernel_mutex_exit(&config.lock);
}

static void
update_config(void *unused)
{
    (void)unused;
    struct version *old = pointer_of(get(&config.current));
    set(&config.current, word_of(make_version(2)));
    kernel_mutex_enter(&config.lock);
    while (mended() && config.readers > 0) {
        kernel_cv_wait(&config.cv, &config.lock);
    }
    kernel_mutex_exit(&config.lock);
    kernel_free(old, sizeof *old);
}

static void
no_grace_period(void)
{
    kernel_mutex_init(&config.lock, "config");
    kernel_cv_init(&config.cv, "config_cv");
    config.readers = 0;
    kernel_atomic_init(&config.current, 0, "current");
    set(&config.current, word_of(make_version(1)));
    run_all(read_config, update_config);
    kernel_free(pointer_of(get(&config.current)), sizeof(struct version));
}

const struct example examples_memory[] = {
    {.name = "callback-after-free",
     .family = "use after free by callback",
     .bug = "a callback looks whether it is cancelled before it announces that it runs",
     .verdicts = VERDICT(USE_AFTER_FREE),
     .threads = 1,
     .body = callback_after_free},
    {.name = "double-free",
     .family = "double free by two last releasers",
     .bug = "who releases reads the count again instead of using what its own decrement gave",
     .verdicts = VERDICT(DOUBLE_FREE),
     .threads = 3,
     .body = double_free},
    {.name = "failed-path-leak",
     .family = "leak on a failed path",
     .bug = "the request of a busy device is not freed",
     .verdicts = VERDICT(LEAK),
     .threads = 2,
     .body = failed_path_leak},
    {.name = "resurrection",
     .family = "reference count from zero to one",
     .bug = "the last release unlists under the lock and counts outside of it",
     .verdicts = VERDICT(PANIC),
     .threads = 2,
     .body = resurrection},
    {.name = "no-grace-period",
     .family = "use after free by an update",
     .bug = "a replaced version is freed without waiting for its readers",
     .verdicts = VERDICT(USE_AFTER_FREE),
     .threads = 2,
     .body = no_grace_period},
    {0},
};
