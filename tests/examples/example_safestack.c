/* SPDX-License-Identifier: BSD-2-Clause
 *
 * SafeStack: a lock-free stack that was thought right for long, after D. Vyukov's (CHESS forum, 2010). Three tasks must
 * be preempted at least five times. No tool of SCTBench's comparison found it within 10,000 schedules.
 */
#include "example.h"

#define NODES 3
#define NONE  NODES

static struct {
    kernel_mutex_t lock;
    kernel_atomic_t head, count, owner[NODES];
    kernel_mutex_t next_lock[NODES];
    uint64_t next[NODES]; /* by its lock */
} stack;

/* An atomic exchange, as one operation. */
static uint64_t
exchange_next(uint64_t node, uint64_t value)
{
    kernel_mutex_enter(&stack.next_lock[node]);
    uint64_t before = stack.next[node];
    stack.next[node] = value;
    kernel_mutex_exit(&stack.next_lock[node]);
    return before;
}

static uint64_t
pop(void)
{
    while (get(&stack.count) > 1) {
        uint64_t head = get(&stack.head), taken = head;
        uint64_t next = exchange_next(head, NONE);
        if (next == NONE) {
            continue;
        }
        if (kernel_atomic_compare_exchange(&stack.head, &head, next)) {
            kernel_atomic_fetch_add(&stack.count, (uint64_t)-1);
            return taken;
        }
        (void)exchange_next(taken, next);
    }
    return NONE;
}

static void
push(uint64_t node)
{
    uint64_t head = get(&stack.head);
    do {
        (void)exchange_next(node, head);
    } while (!kernel_atomic_compare_exchange(&stack.head, &head, node));
    kernel_atomic_fetch_add(&stack.count, 1);
}

static void
use_nodes(void *argument)
{
    uint64_t self = number_of(argument);
    for (int round = 0; round < 2; round++) {
        uint64_t node;
        for (;;) {
            enter_if(mended(), &stack.lock);
            node = pop();
            exit_if(mended(), &stack.lock);
            if (node != NONE) {
                break;
            }
            spin_pause();
        }
        set(&stack.owner[node], self);
        VERIFY(get(&stack.owner[node]) == self);
        enter_if(mended(), &stack.lock);
        push(node);
        exit_if(mended(), &stack.lock);
    }
}

static void
safestack(void)
{
    kernel_mutex_init(&stack.lock, "stack");
    kernel_atomic_init(&stack.head, 0, "head");
    kernel_atomic_init(&stack.count, NODES, "count");
    for (uint64_t node = 0; node < NODES; node++) {
        kernel_mutex_init(&stack.next_lock[node], "next");
        stack.next[node] = node + 1;
        kernel_atomic_init(&stack.owner[node], NODES, "owner");
    }
    run_many(use_nodes, 3);
}

const struct example examples_safestack[] = {
    {.name = "safestack",
     .family = "lock-free stack",
     .bug =
         "a node's successor, taken out to claim it, is put back after the node came round again",
     .verdicts = VERDICT(ASSERTION),
     .threads = 3,
     .hard = true,
     .body = safestack},
    {0},
};
