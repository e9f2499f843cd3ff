/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Call chains of instrumented functions, kept as they are entered and left, so that an access of long ago can
 * still say by what way it was reached. Chains share their outer calls: a tree of calls that only grows, as
 * the program has only so many ways.
 */
#include "engine/access_parts.h"

#define NODES_MAX ((uint32_t)1 << 18) /* then what is new has no chain */
#define HASH_SIZE (NODES_MAX * 2)
#define DEPTH_MAX 256

struct node {
    uint32_t parent;
    access_pc_t call;
};

static struct node nodes[NODES_MAX]; /* the first is nobody's */
static uint32_t node_count = 1;
static uint32_t table[HASH_SIZE]; /* by parent and call; 0: free */

/* Deeper calls are counted, not kept. */
static struct chain {
    uint32_t depth;
    uint32_t calls[DEPTH_MAX];
} chains[HEDDLE_TASKS_MAX];

#pragma GCC diagnostic ignored "-Wmissing-prototypes"

static uint32_t
find_node(uint32_t parent, access_pc_t call)
{
    uint32_t place = (parent * 0x9e3779b1u ^ call * 0x85ebca6bu) >> 7;
    for (;; place++) {
        uint32_t number = table[place % HASH_SIZE];
        if (number == 0) {
            break;
        }
        if (nodes[number].parent == parent && nodes[number].call == call) {
            return number;
        }
    }
    if (node_count == NODES_MAX) {
        return 0;
    }
    nodes[node_count] = (struct node){.parent = parent, .call = call};
    table[place % HASH_SIZE] = node_count;
    return node_count++;
}

static uint32_t
innermost(const struct chain *chain)
{
    uint32_t kept = chain->depth < DEPTH_MAX ? chain->depth : DEPTH_MAX;
    return kept == 0 ? 0 : chain->calls[kept - 1];
}

/* `call`: where the function returns to. */
void
__tsan_func_entry(void *call)
{
    if (!access_counts) {
        return;
    }
    struct chain *chain = &chains[exec.current->number];
    if (chain->depth < DEPTH_MAX) {
        chain->calls[chain->depth] = find_node(innermost(chain), access_pc(call));
    }
    chain->depth++;
}

void
__tsan_func_exit(void)
{
    if (access_counts && chains[exec.current->number].depth > 0) {
        chains[exec.current->number].depth--;
    }
}

void
access_chain_begin(uint16_t task)
{
    chains[task].depth = 0;
}

uint32_t
access_chain_now(void)
{
    return innermost(&chains[exec.current->number]);
}

bool
access_chain_caller(uint32_t *node, access_pc_t *call)
{
    if (*node == 0) {
        return false;
    }
    *call = nodes[*node].call;
    *node = nodes[*node].parent;
    return true;
}
