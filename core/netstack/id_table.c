/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The table from ids to stacks: chains through the stacks, by the first bits of the id's hash. There
 * are two to five heads a stack, so that most chains are of one, and those of ids in a row all are:
 * a lookup reads one head, of eight bytes, and the line of the stack that holds key and word.
 *
 * It grows and shrinks a few chains with each change: while it does there are two sets of heads, and
 * a chain is in the old set or, if its number is below `moved`, in the new one. Chain i of few heads
 * is chains 2i and 2i + 1 of twice as many, so what moves stays in order. Without memory the table
 * works on as it is, with longer chains.
 */
#include "netstack_impl.h"

/* How many chains move with a change. A tenth of the heads may pass until the next move is due. */
#define STEPS 16u

/* So few heads move all at once: the table of few stacks is never between two sizes. */
#define AT_ONCE 256u

/* Up to so many stacks are in the base. It grows when there are five. */
#define FEW 3u

_Static_assert(offsetof(struct netstack__stack, key) % 16 == 0 &&
                   offsetof(struct netstack__stack, word) ==
                       offsetof(struct netstack__stack, key) + 8,
               "key and word are within 16 aligned bytes, and so within a cache line");

static uint64_t
number_of(const struct netstack__id_heads *heads)
{
    return UINT64_C(1) << (64 - heads->shift);
}

static size_t
size_of(const struct netstack__id_heads *heads)
{
    return (size_t)number_of(heads) * sizeof(*heads->chains);
}

static struct netstack__id_heads
base_of(struct netstack__id_table *table)
{
    return (struct netstack__id_heads){.chains = table->base, .shift = 64 - NETSTACK__ID_BITS_MIN};
}

void
netstack__id_table_init(struct netstack__id_table *table)
{
    *table = (struct netstack__id_table){.count = 0};
    table->heads = base_of(table);
}

/* --- moving ------------------------------------------------------------------------------- */

/* Begins to move to heads of another number of bits, if there is memory. */
static void
start_move(struct netstack__id_table *table, unsigned shift)
{
    struct netstack__id_heads next = base_of(table);
    if (shift != next.shift) {
        next.shift = shift;
        next.chains = kernel_zalloc("netstack_table", size_of(&next), KERNEL_NOSLEEP);
    }
    if (next.chains != NULL) {
        table->next = next;
        table->moved = 0;
    }
}

static void
push(struct netstack__id_table *table, struct netstack__stack *stack)
{
    struct netstack__stack **chain = netstack__id_chain(table, stack->shown.netstack_stackid);
    stack->id_next = *chain;
    *chain = stack;
}

static void
move_chain(struct netstack__id_table *table)
{
    struct netstack__stack *stack = table->heads.chains[table->moved];
    table->heads.chains[table->moved] = NULL;
    table->moved++;
    while (stack != NULL) {
        struct netstack__stack *following = stack->id_next;
        push(table, stack);
        stack = following;
    }
    if (table->moved == number_of(&table->heads)) {
        if (table->heads.chains != table->base) {
            kernel_free(table->heads.chains, size_of(&table->heads));
        }
        table->heads = table->next;
        table->next = (struct netstack__id_heads){.chains = NULL};
        table->moved = 0;
    }
}

static void
move(struct netstack__id_table *table, uint64_t steps)
{
    while (table->next.chains != NULL && steps > 0) {
        move_chain(table);
        steps--;
    }
}

/* Few stacks are in the base, whatever was before: that takes no memory. */
static void
return_to_base(struct netstack__id_table *table)
{
    move(table, UINT64_MAX);
    if (table->heads.chains != table->base) {
        start_move(table, base_of(table).shift);
        move(table, UINT64_MAX);
    }
}

/* After a change of count: begins a move where one is due, and goes on with it. */
static void
adapt(struct netstack__id_table *table)
{
    if (table->count <= FEW) {
        return_to_base(table);
        return;
    }
    uint64_t heads = number_of(&table->heads);
    if (table->next.chains == NULL) {
        if (2 * table->count > heads) {
            start_move(table, table->heads.shift - 1);
        } else if (5 * table->count < heads) {
            start_move(table, table->heads.shift + 1);
        }
    }
    move(table, heads <= AT_ONCE ? heads : STEPS);
}

/* --- stacks ------------------------------------------------------------------------------- */

struct netstack__stack *
netstack__id_find(struct netstack__id_table *table, netstackid_t id)
{
    struct netstack__stack *stack = *netstack__id_chain(table, id);
    while (stack != NULL && stack->shown.netstack_stackid != id) {
        stack = stack->id_next;
    }
    return stack;
}

void
netstack__id_insert(struct netstack__id_table *table, struct netstack__stack *stack)
{
    VERIFY(netstack__id_find(table, stack->shown.netstack_stackid) == NULL);
    push(table, stack);
    table->count++;
    adapt(table);
}

void
netstack__id_remove(struct netstack__id_table *table, struct netstack__stack *stack)
{
    struct netstack__stack **link = netstack__id_chain(table, stack->shown.netstack_stackid);
    while (*link != stack) {
        VERIFY(*link != NULL);
        link = &(*link)->id_next;
    }
    *link = stack->id_next;
    stack->id_next = NULL;
    table->count--;
    adapt(table);
}
