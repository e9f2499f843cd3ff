/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Queues between tasks: what goes in comes out, once, and nobody waits for what is there.
 */
#include "example.h"

/* --- bounded-buffer: one condition variable for two conditions -------------------------------------- */

static struct {
    kernel_mutex_t lock;
    kernel_cv_t cv;
    uint32_t count; /* by the lock; room is one */
} buffer;

static void
wake(void)
{
    if (mended()) {
        kernel_cv_broadcast(&buffer.cv);
    } else {
        kernel_cv_signal(&buffer.cv);
    }
}

static void
fill(void *unused)
{
    (void)unused;
    kernel_mutex_enter(&buffer.lock);
    while (buffer.count == 1) {
        kernel_cv_wait(&buffer.cv, &buffer.lock);
    }
    buffer.count = 1;
    wake();
    kernel_mutex_exit(&buffer.lock);
}

static void
drain_twice(void *unused)
{
    (void)unused;
    for (int i = 0; i < 2; i++) {
        kernel_mutex_enter(&buffer.lock);
        while (buffer.count == 0) {
            kernel_cv_wait(&buffer.cv, &buffer.lock);
        }
        buffer.count = 0;
        wake();
        kernel_mutex_exit(&buffer.lock);
    }
}

static void
bounded_buffer(void)
{
    kernel_mutex_init(&buffer.lock, "buffer");
    kernel_cv_init(&buffer.cv, "buffer_cv");
    buffer.count = 0;
    run_all(fill, fill, fill, fill, drain_twice, drain_twice);
}

/* --- ring-overwrite: two producers find the same slot free ------------------------------------------- */

#define RING 2

static struct {
    kernel_mutex_t lock;
    kernel_atomic_t head, tail, slots[RING];
    kernel_atomic_t put, taken; /* sums of what went in and came out: the model */
} ring;

static void
put_two(void *argument)
{
    for (uint64_t value = 1; value <= 2; value++) {
        enter_if(mended(), &ring.lock);
        uint64_t tail = get(&ring.tail);
        if (tail - get(&ring.head) < RING) {
            set(&ring.slots[tail % RING], value);
            set(&ring.tail, tail + 1);
            kernel_atomic_fetch_add(&ring.put, value);
        }
        exit_if(mended(), &ring.lock);
    }
    (void)argument;
}

static void
take_two(void *unused)
{
    (void)unused;
    for (int i = 0; i < 2; i++) {
        uint64_t head = get(&ring.head);
        if (head != get(&ring.tail)) {
            kernel_atomic_fetch_add(&ring.taken, get(&ring.slots[head % RING]));
            set(&ring.head, head + 1);
        }
    }
}

static void
ring_overwrite(void)
{
    kernel_mutex_init(&ring.lock, "ring");
    kernel_atomic_init(&ring.head, 0, "head");
    kernel_atomic_init(&ring.tail, 0, "tail");
    kernel_atomic_init(&ring.put, 0, "put");
    kernel_atomic_init(&ring.taken, 0, "taken");
    for (int i = 0; i < RING; i++) {
        kernel_atomic_init(&ring.slots[i], 0, "slot");
    }
    run_all(put_two, put_two, take_two);
    take_two(NULL);
    EXPECT(MODEL_MISMATCH, get(&ring.put) == get(&ring.taken));
}

/* --- lamport-queue: one producer, one consumer, no lock (Lamport 1983) -------------------------------- */

#define SLOTS 2

static struct {
    kernel_atomic_t head, tail, slots[SLOTS];
} queue;

static void
send(void *unused)
{
    (void)unused;
    for (uint64_t value = 1; value <= 3; value++) {
        uint64_t tail = get(&queue.tail);
        while (tail - get(&queue.head) == SLOTS) {
            spin_pause();
        }
        if (mended()) {
            set(&queue.slots[tail % SLOTS], value);
            set(&queue.tail, tail + 1);
        } else {
            set(&queue.tail, tail + 1);
            set(&queue.slots[tail % SLOTS], value);
        }
    }
}

static void
receive(void *unused)
{
    (void)unused;
    for (uint64_t value = 1; value <= 3; value++) {
        uint64_t head = get(&queue.head);
        while (get(&queue.tail) == head) {
            spin_pause();
        }
        EXPECT(MODEL_MISMATCH, get(&queue.slots[head % SLOTS]) == value);
        set(&queue.head, head + 1);
    }
}

static void
lamport_queue(void)
{
    kernel_atomic_init(&queue.head, 0, "head");
    kernel_atomic_init(&queue.tail, 0, "tail");
    for (int i = 0; i < SLOTS; i++) {
        kernel_atomic_init(&queue.slots[i], 0, "slot");
    }
    run_all(send, receive);
}

/* --- lossy-fifo: two producers hang their node on the same tail ------------------------------------------ */

#define NODES 3 /* the dummy and one a producer */

static struct {
    kernel_mutex_t lock;
    kernel_atomic_t tail, next[NODES];
} list;

static void
append(void *argument)
{
    uint64_t node = number_of(argument) + 1;
    uint64_t tail = get(&list.tail);
    if (mended()) {
        while (!kernel_atomic_compare_exchange(&list.tail, &tail, node)) {}
        set(&list.next[tail], node);
    } else {
        set(&list.next[tail], node);
        set(&list.tail, node);
    }
}

static void
lossy_fifo(void)
{
    kernel_atomic_init(&list.tail, 0, "tail");
    for (int i = 0; i < NODES; i++) {
        kernel_atomic_init(&list.next[i], 0, "next");
    }
    run_many(append, NODES - 1);
    uint32_t length = 0;
    for (uint64_t node = get(&list.next[0]); node != 0; node = get(&list.next[node])) {
        length++;
    }
    EXPECT(MODEL_MISMATCH, length == NODES - 1);
}

const struct example examples_queue[] = {
    {.name = "bounded-buffer",
     .family = "bounded buffer",
     .bug = "producers and consumers share a condition variable, and a signal wakes the wrong one",
     .verdicts = VERDICT(DEADLOCK),
     .threads = 6,
     .body = bounded_buffer},
    {.name = "ring-overwrite",
     .family = "bounded buffer",
     .bug = "two producers fill one slot of a ring",
     .verdicts = VERDICT(MODEL_MISMATCH),
     .threads = 3,
     .body = ring_overwrite},
    {.name = "lamport-queue",
     .family = "Lamport's queue",
     .bug = "the tail moves before the slot is written",
     .verdicts = VERDICT(MODEL_MISMATCH),
     .threads = 2,
     .body = lamport_queue},
    {.name = "lossy-fifo",
     .family = "FIFO with a lost element",
     .bug = "two producers append to the tail that both have read",
     .verdicts = VERDICT(MODEL_MISMATCH),
     .threads = 2,
     .body = lossy_fifo},
    {0},
};
