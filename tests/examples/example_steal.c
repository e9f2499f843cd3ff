/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Work stealing: the owner of a deque takes from its tail and thieves from its head; each item is taken once.
 */
#include "example.h"

/* Indices begin at one, so that none falls below zero. */
#define FIRST 1
#define ITEMS 3

static struct {
    kernel_mutex_t lock;
    kernel_atomic_t head, tail; /* items are those of head <= index < tail */
    kernel_atomic_t taken[FIRST + ITEMS];
} deque;

static void
make_deque(void)
{
    kernel_mutex_init(&deque.lock, "deque");
    kernel_atomic_init(&deque.head, FIRST, "head");
    kernel_atomic_init(&deque.tail, FIRST + ITEMS, "tail");
    for (int i = 0; i < FIRST + ITEMS; i++) {
        kernel_atomic_init(&deque.taken[i], 0, "taken");
    }
}

static void
take_item(uint64_t index)
{
    VERIFY(kernel_atomic_fetch_add(&deque.taken[index], 1) == 0);
}

/* --- the-deque: Cilk-5's protocol (Frigo, Leiserson, Randall, PLDI 1998) -------------------------------- */

static bool
the_pop(uint64_t *index)
{
    uint64_t head = get(&deque.head);
    uint64_t tail = get(&deque.tail) - 1;
    set(&deque.tail, tail);
    /* The owner announces what it takes, and only then looks how far the thieves have come. */
    head = mended() ? get(&deque.head) : head;
    if (head > tail) {
        set(&deque.tail, tail + 1);
        kernel_mutex_enter(&deque.lock);
        set(&deque.tail, tail);
        bool empty = get(&deque.head) > tail;
        if (empty) {
            set(&deque.tail, tail + 1);
        }
        kernel_mutex_exit(&deque.lock);
        if (empty) {
            return false;
        }
    }
    *index = tail;
    return true;
}

static bool
the_steal(uint64_t *index)
{
    kernel_mutex_enter(&deque.lock);
    uint64_t head = get(&deque.head);
    set(&deque.head, head + 1);
    bool empty = head + 1 > get(&deque.tail);
    if (empty) {
        set(&deque.head, head);
    }
    kernel_mutex_exit(&deque.lock);
    *index = head;
    return !empty;
}

static void
the_own(void *unused)
{
    (void)unused;
    uint64_t index;
    while (the_pop(&index)) {
        take_item(index);
    }
}

static void
the_thieve(void *unused)
{
    (void)unused;
    uint64_t index;
    for (int i = 0; i < 2; i++) {
        if (the_steal(&index)) {
            take_item(index);
        }
    }
}

static void
the_deque(void)
{
    make_deque();
    run_all(the_own, the_thieve);
}

/* --- chase-lev: without a lock (Chase, Lev, SPAA 2005) ---------------------------------------------------- */

static bool
pop(uint64_t *index)
{
    uint64_t tail = get(&deque.tail) - 1;
    set(&deque.tail, tail);
    uint64_t head = get(&deque.head);
    if (head > tail) {
        set(&deque.tail, head);
        return false;
    }
    *index = tail;
    /* Only what lies behind the head is surely the owner's: for the last item it races the thieves. */
    if (mended() ? head < tail : head <= tail) {
        return true;
    }
    bool won = kernel_atomic_compare_exchange(&deque.head, &head, head + 1);
    set(&deque.tail, tail + 1);
    return won;
}

static bool
steal(uint64_t *index)
{
    uint64_t head = get(&deque.head);
    if (head >= get(&deque.tail)) {
        return false;
    }
    *index = head;
    return kernel_atomic_compare_exchange(&deque.head, &head, head + 1);
}

static void
own(void *unused)
{
    (void)unused;
    uint64_t index;
    for (int i = 0; i < ITEMS; i++) {
        if (pop(&index)) {
            take_item(index);
        }
    }
}

static void
thieve(void *unused)
{
    (void)unused;
    uint64_t index;
    for (int i = 0; i < 2; i++) {
        if (steal(&index)) {
            take_item(index);
        }
    }
}

static void
chase_lev(void)
{
    make_deque();
    run_all(own, thieve);
}

const struct example examples_steal[] = {
    {.name = "the-deque",
     .family = "work-stealing queue",
     .bug = "the owner reads the head before it has announced its own take",
     .verdicts = VERDICT(ASSERTION),
     .threads = 2,
     .body = the_deque},
    {.name = "chase-lev",
     .family = "work-stealing queue",
     .bug = "off by one: the owner takes the last item without racing the thieves for it",
     .verdicts = VERDICT(ASSERTION),
     .threads = 2,
     .body = chase_lev},
    {0},
};
