/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What people build from atomic operations, right and with an order too weak; and atomic accesses beside plain
 * ones.
 */
#include "litmus.h"

#define TRIES 20 /* then it gives up; a fair schedule needs few */

/* --- the word itself ------------------------------------------------------------------------- */

static void
store_relaxed(void *argument)
{
    struct box *box = argument;
    atomic_store_explicit(&box->flag, 1, memory_order_relaxed);
}

static void
load_relaxed(void *argument)
{
    struct box *box = argument;
    litmus_need(atomic_load_explicit(&box->flag, memory_order_relaxed));
}

static void
read_flag_plainly(void *argument)
{
    struct box *box = argument;
    litmus_need(*(volatile int *)&box->flag);
}

static void
write_flag_plainly(void *argument)
{
    struct box *box = argument;
    *(volatile int *)&box->flag = 1;
}

/* An exchange that fails only loads. */
static void
exchange_in_vain(void *argument)
{
    struct box *box = argument;
    int expected = 7;
    litmus_need(atomic_compare_exchange_strong(&box->flag, &expected, 8));
}

static void
exchange(void *argument)
{
    struct box *box = argument;
    int expected = 0;
    litmus_need(atomic_compare_exchange_strong(&box->flag, &expected, 8));
}

/* --- locks --------------------------------------------------------------------------------------- */

static inline void
spin(struct box *box, memory_order enter, memory_order leave)
{
    for (int i = 0; i < TRIES; i++) {
        if (atomic_exchange_explicit(&box->flag, 1, enter) == 0) {
            box->x++;
            atomic_store_explicit(&box->flag, 0, leave);
            return;
        }
    }
}

static void
spin_ordered(void *box)
{
    spin(box, memory_order_acquire, memory_order_release);
}

static void
spin_relaxed(void *box)
{
    spin(box, memory_order_relaxed, memory_order_relaxed);
}

static void
spin_left_relaxed(void *box)
{
    spin(box, memory_order_acquire, memory_order_relaxed);
}

/* Peterson's lock: sequentially consistent, or too weak to order what it guards. */
static inline void
take_turns(struct box *box, int self, memory_order load, memory_order store)
{
    atomic_store_explicit(&box->wants[self], 1, store);
    atomic_store_explicit(&box->turn, 1 - self, store);
    for (int i = 0; i < TRIES; i++) {
        if (atomic_load_explicit(&box->wants[1 - self], load) == 0 ||
            atomic_load_explicit(&box->turn, load) == self) {
            box->x++;
            break;
        }
    }
    atomic_store_explicit(&box->wants[self], 0, store);
}

static void
peterson_one(void *box)
{
    take_turns(box, 0, memory_order_seq_cst, memory_order_seq_cst);
}

static void
peterson_other(void *box)
{
    take_turns(box, 1, memory_order_seq_cst, memory_order_seq_cst);
}

static void
peterson_relaxed_one(void *box)
{
    take_turns(box, 0, memory_order_relaxed, memory_order_relaxed);
}

static void
peterson_relaxed_other(void *box)
{
    take_turns(box, 1, memory_order_relaxed, memory_order_relaxed);
}

/* Store, then look: at most one of the two goes on. */
static inline void
enter_if_alone(struct box *box, int self)
{
    atomic_store(&box->wants[self], 1);
    if (atomic_load(&box->wants[1 - self]) == 0) {
        box->x++;
    }
}

static void
alone_one(void *box)
{
    enter_if_alone(box, 0);
}

static void
alone_other(void *box)
{
    enter_if_alone(box, 1);
}

/* --- sequence locks -------------------------------------------------------------------------------- */

static void
write_sequence_plain(void *argument)
{
    struct box *box = argument;
    atomic_fetch_add(&box->sequence, 1);
    box->x = 1;
    atomic_fetch_add(&box->sequence, 1);
}

static void
read_sequence_plain(void *argument)
{
    struct box *box = argument;
    int before = atomic_load(&box->sequence);
    litmus_need(box->x);
    litmus_need(atomic_load(&box->sequence) == before);
}

static void
write_sequence_atomic(void *argument)
{
    struct box *box = argument;
    atomic_fetch_add(&box->sequence, 1);
    atomic_store_explicit(&box->flag, 1, memory_order_relaxed);
    atomic_fetch_add(&box->sequence, 1);
}

static void
read_sequence_atomic(void *argument)
{
    struct box *box = argument;
    int before = atomic_load(&box->sequence);
    litmus_need(atomic_load_explicit(&box->flag, memory_order_relaxed));
    litmus_need(atomic_load(&box->sequence) == before);
}

/* --- a list that grows at its head --------------------------------------------------------------------- */

static inline void
push(struct box *box, memory_order order)
{
    struct pair *pair = &box->pairs[heddle_self() % 8];
    struct pair *head = atomic_load_explicit(&box->head, memory_order_relaxed);
    pair->one = 1;
    for (int i = 0; i < TRIES; i++) {
        if (atomic_compare_exchange_weak_explicit(&box->head, &head, pair, order,
                                                  memory_order_relaxed)) {
            return;
        }
    }
}

static void
push_release(void *box)
{
    push(box, memory_order_release);
}

static void
push_relaxed(void *box)
{
    push(box, memory_order_relaxed);
}

static void
take_all(void *argument)
{
    struct box *box = argument;
    const struct pair *head = atomic_exchange_explicit(&box->head, NULL, memory_order_acquire);
    if (head != NULL) {
        litmus_need(head->one);
    }
}

LITMUS_PAIR(atomic_atomic, store_relaxed, store_relaxed)
LITMUS_PAIR(atomic_load_store, load_relaxed, store_relaxed)
LITMUS_PAIR(atomic_plain_write, load_relaxed, write_flag_plainly)
LITMUS_PAIR(atomic_plain_read, store_relaxed, read_flag_plainly)
LITMUS_PAIR(atomic_two_reads, load_relaxed, read_flag_plainly)
LITMUS_PAIR(failed_exchange, exchange_in_vain, read_flag_plainly)
LITMUS_PAIR(exchange_plain_read, exchange, read_flag_plainly)
LITMUS_PAIR(spinlock, spin_ordered, spin_ordered)
LITMUS_PAIR(spinlock_relaxed, spin_relaxed, spin_relaxed)
LITMUS_PAIR(spinlock_left_relaxed, spin_left_relaxed, spin_left_relaxed)
LITMUS_PAIR(peterson, peterson_one, peterson_other)
LITMUS_PAIR(peterson_relaxed, peterson_relaxed_one, peterson_relaxed_other)
LITMUS_PAIR(alone, alone_one, alone_other)
LITMUS_PAIR(sequence_plain, write_sequence_plain, read_sequence_plain)
LITMUS_PAIR(sequence_atomic, write_sequence_atomic, read_sequence_atomic)
LITMUS_THREE(list, push_release, push_release, take_all)
LITMUS_THREE(list_relaxed, push_relaxed, push_relaxed, take_all)

const struct litmus litmus_atomic[] = {
    {.name = "atomic_atomic", .body = atomic_atomic},
    {.name = "atomic_load_store", .body = atomic_load_store},
    {.name = "atomic_plain_write", .body = atomic_plain_write, .races = true, .always = true},
    {.name = "atomic_plain_read", .body = atomic_plain_read, .races = true, .always = true},
    {.name = "atomic_two_reads", .body = atomic_two_reads},
    {.name = "failed_exchange",
     .body = failed_exchange,
     .tsan_differs = "an exchange that fails is a store there: it accuses the innocent"},
    {.name = "exchange_plain_read", .body = exchange_plain_read, .races = true, .always = true},
    {.name = "spinlock", .body = spinlock},
    {.name = "spinlock_relaxed", .body = spinlock_relaxed, .races = true, .always = true},
    {.name = "spinlock_left_relaxed", .body = spinlock_left_relaxed, .races = true, .always = true},
    {.name = "peterson", .body = peterson},
    {.name = "peterson_relaxed", .body = peterson_relaxed, .races = true, .always = true},
    {.name = "alone", .body = alone},
    {.name = "sequence_plain", .body = sequence_plain, .races = true},
    {.name = "sequence_atomic", .body = sequence_atomic},
    {.name = "list", .body = list},
    {.name = "list_relaxed", .body = list_relaxed, .races = true},
    {0},
};
