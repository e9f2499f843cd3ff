/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Parallel sorting of a few words by exchanging neighbours.
 */
#include "example.h"

#define WORDS_MAX 4

static struct {
    kernel_mutex_t lock;
    kernel_cv_t cv;
    uint32_t arrived, generation; /* by the lock */
    kernel_atomic_t words[WORDS_MAX];
} array;

static void
make_array(uint32_t count)
{
    kernel_mutex_init(&array.lock, "array");
    kernel_cv_init(&array.cv, "array_cv");
    array.arrived = array.generation = 0;
    for (uint32_t i = 0; i < count; i++) {
        kernel_atomic_init(&array.words[i], count - i, "word");
    }
}

static void
order_neighbours(uint32_t i)
{
    uint64_t one = get(&array.words[i]), other = get(&array.words[i + 1]);
    if (one > other) {
        set(&array.words[i], other);
        set(&array.words[i + 1], one);
    }
}

static bool
is_sorted(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (get(&array.words[i]) != i + 1) {
            return false;
        }
    }
    return true;
}

/* --- bubble-sort: two tasks bubble over the same words ----------------------------------------------- */

#define BUBBLE_WORDS 3

static void
bubble(void *unused)
{
    (void)unused;
    for (uint32_t end = BUBBLE_WORDS - 1; end > 0; end--) {
        for (uint32_t i = 0; i < end; i++) {
            enter_if(mended(), &array.lock);
            order_neighbours(i);
            exit_if(mended(), &array.lock);
        }
    }
}

static void
bubble_sort(void)
{
    make_array(BUBBLE_WORDS);
    run_all(bubble, bubble);
    EXPECT(MODEL_MISMATCH, is_sorted(BUBBLE_WORDS));
}

/* --- odd-even-sort: pairs in turn, and everybody waits between the turns -------------------------------- */

#define SORTERS 2

static void
wait_for_phase(void)
{
    kernel_mutex_enter(&array.lock);
    uint32_t generation = array.generation;
    if (++array.arrived == SORTERS) {
        array.arrived = 0;
        array.generation++;
        kernel_cv_broadcast(&array.cv);
    }
    while (generation == array.generation) {
        kernel_cv_wait(&array.cv, &array.lock);
    }
    kernel_mutex_exit(&array.lock);
}

static void
sort_pairs(void *argument)
{
    for (uint32_t phase = 0; phase < WORDS_MAX; phase++) {
        uint32_t i = 2 * number_of(argument) + phase % 2;
        if (i + 1 < WORDS_MAX) {
            order_neighbours(i);
        }
        if (mended()) {
            wait_for_phase();
        }
    }
}

static void
odd_even_sort(void)
{
    make_array(WORDS_MAX);
    run_many(sort_pairs, SORTERS);
    EXPECT(MODEL_MISMATCH, is_sorted(WORDS_MAX));
}

const struct example examples_sort[] = {
    {.name = "bubble-sort",
     .family = "parallel sort",
     .bug = "two tasks exchange the same neighbours without a lock",
     .verdicts = VERDICT(MODEL_MISMATCH),
     .threads = 2,
     .body = bubble_sort},
    {.name = "odd-even-sort",
     .family = "parallel sort",
     .bug = "there is no barrier between the odd and the even phases",
     .verdicts = VERDICT(MODEL_MISMATCH),
     .threads = 2,
     .body = odd_even_sort},
    {0},
};
