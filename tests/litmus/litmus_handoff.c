/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One task waits for another: by semaphores, condition variables, the seam's atomic words, and by nothing but
 * time.
 */
#include "litmus.h"

#define WAIT_NS 5000

static void
write_then_post(void *argument)
{
    struct box *box = argument;
    box->x = 1;
    kernel_sema_post(&box->empty);
}

static void
post_then_write(void *argument)
{
    struct box *box = argument;
    kernel_sema_post(&box->empty);
    box->x = 1;
}

static void
wait_then_read(void *argument)
{
    struct box *box = argument;
    kernel_sema_wait(&box->empty);
    litmus_need(box->x);
}

static void
trywait_then_read(void *argument)
{
    struct box *box = argument;
    if (kernel_sema_trywait(&box->empty)) {
        litmus_need(box->x);
    }
}

/* Two permits keep nobody out. */
static void
write_with_permit(void *argument)
{
    struct box *box = argument;
    kernel_sema_wait(&box->two);
    box->x++;
    kernel_sema_post(&box->two);
}

/* --- condition variables --------------------------------------------------------------------- */

static void
signal_locked(void *argument)
{
    struct box *box = argument;
    box->x = 1;
    kernel_mutex_enter(&box->lock);
    box->y = 1;
    kernel_cv_signal(&box->changed);
    kernel_mutex_exit(&box->lock);
}

static void
signal_unlocked(void *argument)
{
    struct box *box = argument;
    box->y = 1;
    kernel_cv_signal(&box->changed);
}

static void
await(void *argument)
{
    struct box *box = argument;
    kernel_mutex_enter(&box->lock);
    while (box->y == 0) {
        (void)kernel_cv_timedwait(&box->changed, &box->lock, kernel_time_ns() + WAIT_NS);
    }
    kernel_mutex_exit(&box->lock);
    litmus_need(box->x);
}

/* A signal alone orders nothing: the wait may have ended for another reason. */
static void
await_nothing(void *argument)
{
    struct box *box = argument;
    kernel_mutex_enter(&box->lock);
    (void)kernel_cv_timedwait(&box->changed, &box->lock, kernel_time_ns() + WAIT_NS);
    kernel_mutex_exit(&box->lock);
    litmus_need(box->x);
}

/* --- the seam's atomic words ------------------------------------------------------------------ */

static void
store_word(void *argument)
{
    struct box *box = argument;
    box->x = 1;
    kernel_atomic_store(&box->word, 1);
}

static void
store_word_early(void *argument)
{
    struct box *box = argument;
    kernel_atomic_store(&box->word, 1);
    box->x = 1;
}

static void
load_word(void *argument)
{
    struct box *box = argument;
    if (kernel_atomic_load(&box->word) == 1) {
        litmus_need(box->x);
    }
}

static void
ignore_word(void *argument)
{
    struct box *box = argument;
    (void)kernel_atomic_load(&box->word);
    litmus_need(box->x);
}

static void
store_two(void *argument)
{
    struct box *box = argument;
    kernel_atomic_store(&box->word, 2);
}

/* Who reads 2 knows what was before it, not what was before the 1 that it took the place of. */
static void
load_two(void *argument)
{
    struct box *box = argument;
    if (kernel_atomic_load(&box->word) == 2) {
        litmus_need(box->x);
    }
}

static void
add_to_word(void *argument)
{
    struct box *box = argument;
    (void)kernel_atomic_fetch_add(&box->word, 1);
}

static void
lock_by_word(void *argument)
{
    struct box *box = argument;
    uint64_t expected = 0;
    if (kernel_atomic_compare_exchange(&box->word, &expected, 1)) {
        box->x++;
        kernel_atomic_store(&box->word, 0);
    }
}

/* The last of two, which knows of both. */
static void
drop_reference(void *argument)
{
    struct box *box = argument;
    box->pairs[heddle_self() % 8].one = 1;
    if (kernel_atomic_fetch_add(&box->word, 1) == 1) {
        for (int i = 0; i < 8; i++) {
            box->pairs[i].one = 2;
        }
    }
}

static void
add_below_one(void *argument)
{
    struct box *box = argument;
    if (kernel_atomic_add_if(&box->word, 1, UINT64_MAX, 0, 0)) {
        box->x++;
    }
}

/* --- time ------------------------------------------------------------------------------------- */

static void
write_at_once(void *argument)
{
    struct box *box = argument;
    box->x = 1;
}

static void
sleep_then_read(void *argument)
{
    struct box *box = argument;
    kernel_sleep_ns(1000 * 1000);
    litmus_need(box->x);
}

LITMUS_PAIR(semaphore, write_then_post, wait_then_read)
LITMUS_PAIR(semaphore_early, post_then_write, wait_then_read)
LITMUS_PAIR(semaphore_try, write_then_post, trywait_then_read)
LITMUS_PAIR(semaphore_of_two, write_with_permit, write_with_permit)
LITMUS_PAIR(condition, signal_locked, await)
LITMUS_PAIR(condition_unlocked, signal_unlocked, await)
LITMUS_PAIR(condition_unchecked, signal_locked, await_nothing)
LITMUS_PAIR(word_published, store_word, load_word)
LITMUS_PAIR(word_early, store_word_early, load_word)
LITMUS_PAIR(word_ignored, store_word, ignore_word)
LITMUS_THREE(word_replaced, store_word, store_two, load_two)
LITMUS_THREE(word_added, store_word, add_to_word, load_two)
LITMUS_PAIR(word_as_lock, lock_by_word, lock_by_word)
LITMUS_PAIR(word_as_count, drop_reference, drop_reference)
LITMUS_PAIR(word_once, add_below_one, add_below_one)
LITMUS_PAIR(by_time, write_at_once, sleep_then_read)

const struct litmus litmus_handoff[] = {
    {.name = "semaphore", .body = semaphore},
    {.name = "semaphore_early", .body = semaphore_early, .races = true, .always = true},
    {.name = "semaphore_try", .body = semaphore_try},
    {.name = "semaphore_of_two", .body = semaphore_of_two, .races = true},
    {.name = "condition", .body = condition},
    {.name = "condition_unlocked", .body = condition_unlocked, .races = true, .always = true},
    {.name = "condition_unchecked", .body = condition_unchecked, .races = true},
    {.name = "word_published", .body = word_published},
    {.name = "word_early", .body = word_early, .races = true},
    {.name = "word_ignored", .body = word_ignored, .races = true},
    {.name = "word_replaced", .body = word_replaced, .races = true},
    {.name = "word_added", .body = word_added},
    {.name = "word_as_lock", .body = word_as_lock},
    {.name = "word_as_count", .body = word_as_count},
    {.name = "word_once", .body = word_once},
    {.name = "by_time", .body = by_time, .races = true, .always = true},
    {0},
};
