/* SPDX-License-Identifier: BSD-2-Clause
 *
 * SafeStack: a lock-free stack that was thought right for long, after D. Vyukov's (CHESS forum, 2010). With two rounds a
 * task and the claim that no node has two owners it is found by no tool of SCTBench's comparison, and here
 * after some 300,000 schedules (POS) or more than 800,000 (random walk). The damage is there much sooner: the nodes are counted.
 */
#include "example.h"

#define NODES 3
#define NONE  NODES

static struct {
    kernel_mutex_t lock;
    kernel_atomic_t head, count, owners[NODES];
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
use_node(void *unused)
{
    (void)unused;
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
    VERIFY(kernel_atomic_fetch_add(&stack.owners[node], 1) == 0);
    kernel_atomic_fetch_add(&stack.owners[node], (uint64_t)-1);
    enter_if(mended(), &stack.lock);
    push(node);
    exit_if(mended(), &stack.lock);
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
        kernel_atomic_init(&stack.owners[node], 0, "owners");
    }
    run_all(use_node, use_node, use_node);
    uint32_t length = 0;
    for (uint64_t node = get(&stack.head); node < NODES && length <= NODES;
         node = stack.next[node]) {
        length++;
    }
    EXPECT(MODEL_MISMATCH, length == NODES);
}

const struct example examples_safestack[] = {
    {.name = "safestack",
     .family = "lock-free stack",
     .bug =
         "a node's successor, taken out to claim it, is put back after the node came round again",
     .verdicts = VERDICT(ASSERTION) | VERDICT(MODEL_MISMATCH),
     .threads = 3,
     .body = safestack},
    {0},
};
