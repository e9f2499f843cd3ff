/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Treiber's stack (IBM RJ 5118, 1986), whose nodes come back, or are freed, while another task still looks at them.
 */
#include "example.h"

/* --- aba-stack: the top is the same node again, and its successor another ------------------------------ */

#define NODES 3 /* numbered from one; zero ends the stack */

static struct {
    kernel_atomic_t top; /* changes above, node in the lowest byte */
    kernel_atomic_t next[NODES + 1], owners[NODES + 1];
} stack;

#define NODE(word) ((word)&255)

/* What the top becomes: the twin counts its changes, so no value ever comes back. */
static uint64_t
changed(uint64_t top, uint64_t node)
{
    return mended() ? (((top >> 8) + 1) << 8) | node : node;
}

static uint64_t
take_node(void)
{
    uint64_t top = get(&stack.top), next;
    do {
        if (NODE(top) == 0) {
            return 0;
        }
        next = get(&stack.next[NODE(top)]);
    } while (!kernel_atomic_compare_exchange(&stack.top, &top, changed(top, next)));
    VERIFY(kernel_atomic_fetch_add(&stack.owners[NODE(top)], 1) == 0);
    return NODE(top);
}

static void
put_node(uint64_t node)
{
    kernel_atomic_fetch_add(&stack.owners[node], (uint64_t)-1);
    uint64_t top = get(&stack.top);
    do {
        set(&stack.next[node], NODE(top));
    } while (!kernel_atomic_compare_exchange(&stack.top, &top, changed(top, node)));
}

static void
take_two(void *unused)
{
    (void)unused;
    (void)take_node();
    (void)take_node();
}

static void
take_two_put_one(void *unused)
{
    (void)unused;
    uint64_t node = take_node();
    (void)take_node();
    if (node != 0) {
        put_node(node);
    }
}

static void
make_stack(void)
{
    kernel_atomic_init(&stack.top, 1, "top");
    for (uint64_t node = 0; node <= NODES; node++) {
        kernel_atomic_init(&stack.next[node], node == NODES ? 0 : node + 1, "next");
        kernel_atomic_init(&stack.owners[node], 0, "owners");
    }
}

static void
aba_stack(void)
{
    make_stack();
    run_all(take_two, take_two_put_one);
}

/* --- aba-wraparound: the changes are counted, and the count comes round --------------------------------- */

static void
take_all_and_play(void *unused)
{
    (void)unused;
    uint64_t node = take_node();
    (void)take_node();
    (void)take_node();
    for (int round = 0; node != 0 && round < 4; round++) {
        put_node(node);
        node = take_node();
    }
}

static void
aba_wraparound(void)
{
    make_stack();
    run_all(take_two, take_all_and_play);
}

/* --- treiber-free: a node is freed while another task reads its successor ---------------------------------- */

struct node {
    kernel_atomic_t next;
};
static struct {
    kernel_atomic_t top, retired;
} heap_stack;

static struct node *
push(kernel_atomic_t *where, struct node *node)
{
    uint64_t top = get(where);
    do {
        set(&node->next, top);
    } while (!kernel_atomic_compare_exchange(where, &top, word_of(node)));
    return node;
}

static struct node *
pop(kernel_atomic_t *where)
{
    uint64_t top = get(where);
    while (top != 0) {
        struct node *node = pointer_of(top);
        if (kernel_atomic_compare_exchange(where, &top, get(&node->next))) {
            return node;
        }
    }
    return NULL;
}

static void
pop_and_free(void *unused)
{
    (void)unused;
    struct node *node = pop(&heap_stack.top);
    if (node == NULL) {
        return;
    }
    if (mended()) {
        (void)push(&heap_stack.retired, node);
    } else {
        kernel_free(node, sizeof *node);
    }
}

static void
treiber_free(void)
{
    kernel_atomic_init(&heap_stack.top, 0, "top");
    kernel_atomic_init(&heap_stack.retired, 0, "retired");
    for (int i = 0; i < 2; i++) {
        struct node *node = kernel_zalloc("node", sizeof *node, KERNEL_SLEEP);
        kernel_atomic_init(&node->next, 0, "next");
        (void)push(&heap_stack.top, node);
    }
    run_all(pop_and_free, pop_and_free);
    struct node *node;
    while ((node = pop(&heap_stack.retired)) != NULL) {
        kernel_free(node, sizeof *node);
    }
}

const struct example examples_stack[] = {
    {.name = "aba-stack",
     .family = "stack with ABA",
     .bug = "a node that was taken and put back makes a stale exchange of the top succeed",
     .verdicts = VERDICT(ASSERTION),
     .threads = 2,
     .size = 1,
     .body = aba_stack},
    {.name = "aba-wraparound",
     .family = "stack with ABA",
     .bug = "the top's changes are counted modulo eight, and a task sleeps through just as many",
     .verdicts = VERDICT(ASSERTION),
     .threads = 2,
     .size = 8,
     .body = aba_wraparound},
    {.name = "treiber-free",
     .family = "stack with ABA",
     .bug = "a popped node is freed while another task may be reading its successor",
     .verdicts = VERDICT(USE_AFTER_FREE),
     .threads = 2,
     .body = treiber_free},
    {0},
};
