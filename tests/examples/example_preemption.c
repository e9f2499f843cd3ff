/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Errors that need exactly so many preemptions, after CHESS (Musuvathi et al., OSDI 2008): a stage that two tasks take
 * in turn, each step of it right after the other's. K + 2 steps alternate K + 1 times, and the last time
 * whoever ran before has ended, which is no preemption.
 */
#include "example.h"

static struct {
    kernel_mutex_t lock;
    kernel_atomic_t stage;
    kernel_atomic_t own[2]; /* what a step does beside concerns nobody else */
} relay;

static void
advance(void *argument)
{
    uint32_t self = number_of(argument), last = size() + 2;
    enter_if(mended(), &relay.lock);
    for (uint32_t step = self; step < last; step += 2) {
        bool ours = get(&relay.stage) == step;
        set(&relay.own[self], step);
        if (ours) {
            set(&relay.stage, step + 1);
        }
    }
    exit_if(mended(), &relay.lock);
}

static void
preempt(void)
{
    kernel_mutex_init(&relay.lock, "relay");
    kernel_atomic_init(&relay.stage, 0, "stage");
    for (int i = 0; i < 2; i++) {
        kernel_atomic_init(&relay.own[i], 0, "own");
    }
    run_many(advance, 2);
    VERIFY(get(&relay.stage) < size() + 2);
}

#define PREEMPT(k)                                                                                 \
    .name = "preempt-" #k, .family = "needs " #k " preemptions",                                   \
    .bug = "two tasks that are not locked out can take " #k " + 2 stages in turn",                 \
    .verdicts = VERDICT(ASSERTION), .threads = 2, .size = (k), .body = preempt

const struct example examples_preemption[] = {
    {PREEMPT(1)}, {PREEMPT(2)}, {PREEMPT(3), .hard = true}, {PREEMPT(5), .hard = true}, {0},
};
