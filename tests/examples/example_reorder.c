/* SPDX-License-Identifier: BSD-2-Clause
 *
 * reorder-N and twostage-N, the shapes by which SCTBench (Thomson, Donaldson, Betts, ACM TOPC 2016) and after it RFF
 * (ASPLOS 2024) scale the number of threads: N tasks, one of which must come between two steps of the first
 * of the others, before any of them has taken its second. The more there are, the less a walk gets there.
 */
#include "example.h"

/* --- reorder-N: nobody may see the first store without the second ------------------------------------- */

static struct {
    kernel_mutex_t lock;
    kernel_atomic_t a, b;
} pair;

static void
store_both(void *unused)
{
    (void)unused;
    enter_if(mended(), &pair.lock);
    set(&pair.a, 1);
    set(&pair.b, 1);
    exit_if(mended(), &pair.lock);
}

/* Reads as the classic condition does, (a == 0 && b == 0) || (a == 1 && b == 1), word by word. */
static void
check_both(void *unused)
{
    (void)unused;
    enter_if(mended(), &pair.lock);
    VERIFY((get(&pair.a) == 0 && get(&pair.b) == 0) || (get(&pair.a) == 1 && get(&pair.b) == 1));
    exit_if(mended(), &pair.lock);
}

/* Threads are made one after another, and run meanwhile: others have taken both steps by then. */
static void
run_crowd(void (*run)(void *), void (*last)(void *))
{
    kernel_thread_t *threads[HEDDLE_TASKS_MAX];
    for (uint32_t i = 0; i < size(); i++) {
        threads[i] = kernel_thread_create("one of many", i + 1 < size() ? run : last, NULL);
    }
    for (uint32_t i = 0; i < size(); i++) {
        kernel_thread_join(threads[i]);
    }
}

static void
reorder(void)
{
    kernel_mutex_init(&pair.lock, "pair");
    kernel_atomic_init(&pair.a, 0, "a");
    kernel_atomic_init(&pair.b, 0, "b");
    run_crowd(store_both, check_both);
}

/* --- twostage-N: the second stage follows the first without a lock over both ---------------------------- */

static struct {
    kernel_mutex_t lock, first_lock, second_lock;
    kernel_atomic_t first, second;
} stages;

static void
take_stages(void *unused)
{
    (void)unused;
    enter_if(mended(), &stages.lock);
    kernel_mutex_enter(&stages.first_lock);
    set(&stages.first, 1);
    kernel_mutex_exit(&stages.first_lock);

    kernel_mutex_enter(&stages.second_lock);
    set(&stages.second, get(&stages.first) + 1);
    kernel_mutex_exit(&stages.second_lock);
    exit_if(mended(), &stages.lock);
}

static void
check_stages(void *unused)
{
    (void)unused;
    enter_if(mended(), &stages.lock);
    kernel_mutex_enter(&stages.first_lock);
    uint64_t first = get(&stages.first);
    kernel_mutex_exit(&stages.first_lock);
    if (first != 0) {
        kernel_mutex_enter(&stages.second_lock);
        uint64_t second = get(&stages.second);
        kernel_mutex_exit(&stages.second_lock);
        VERIFY(second == first + 1);
    }
    exit_if(mended(), &stages.lock);
}

static void
twostage(void)
{
    kernel_mutex_init(&stages.lock, "stages");
    kernel_mutex_init(&stages.first_lock, "first");
    kernel_mutex_init(&stages.second_lock, "second");
    kernel_atomic_init(&stages.first, 0, "first");
    kernel_atomic_init(&stages.second, 0, "second");
    run_crowd(take_stages, check_stages);
}

#define REORDER(n)                                                                                 \
    {                                                                                              \
        .name = "reorder-" #n, .family = "reorder-N",                                              \
        .bug = "two stores are not one, and of many tasks all but the last may do both before it", \
        .verdicts = VERDICT(ASSERTION), .threads = (n), .size = (n), .body = reorder               \
    }
#define TWOSTAGE(n)                                                                                \
    {                                                                                              \
        .name = "twostage-" #n, .family = "twostage-N",                                            \
        .bug = "two stages have a lock each and none over both", .verdicts = VERDICT(ASSERTION),   \
        .threads = (n), .size = (n), .body = twostage                                              \
    }

const struct example examples_reorder[] = {
    REORDER(3),  REORDER(5),   REORDER(10),  REORDER(20),  REORDER(50),   REORDER(100), TWOSTAGE(3),
    TWOSTAGE(5), TWOSTAGE(10), TWOSTAGE(20), TWOSTAGE(50), TWOSTAGE(100), {0},
};
