/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Livelock: two tasks that run for ever and never get anywhere, each letting the other go first.
 */
#include "example.h"

static struct {
    kernel_atomic_t wants[2], through[2];
} doorway;

static void
go_through(void *argument)
{
    uint32_t self = number_of(argument), other = 1 - self;
    bool polite = !mended() || self == 1;
    set(&doorway.wants[self], true);
    if (get(&doorway.wants[other]) && polite) {
        set(&doorway.wants[self], false);
        while (!get(&doorway.through[other])) {
            spin_pause();
        }
    }
    set(&doorway.through[self], true);
}

static void
polite_livelock(void)
{
    for (int i = 0; i < 2; i++) {
        kernel_atomic_init(&doorway.wants[i], false, "wants");
        kernel_atomic_init(&doorway.through[i], false, "through");
    }
    run_many(go_through, 2);
}

const struct example examples_polite[] = {
    {.name = "polite-livelock",
     .family = "livelock of two polite threads",
     .bug = "both give way and spin until the other is through",
     .verdicts = VERDICT(LIVELOCK),
     .threads = 2,
     .body = polite_livelock},
    {0},
};
