/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Small concurrent programs of which it is known whether they have a data race, by C11's memory model and the
 * seam's promises (kernel/kernel.h). Two detectors are held against the table: our own, in the builds
 * of preset access, and ThreadSanitizer on fibers, in those of preset tsan.
 */
#ifndef TESTS_LITMUS_H
#define TESTS_LITMUS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "engine/heddle.h"

struct litmus {
    const char *name; /* what is done, one way or the other */
    void (*body)(void *);
    bool races;
    bool always; /* whoever comes first: our own detector sees it under every schedule */

    /* Where ThreadSanitizer says otherwise: why. NULL: it agrees. */
    const char *tsan_differs;
};

/* Of a family; the last has no name. A file each. */
extern const struct litmus litmus_plain[], litmus_stack[], litmus_lock[], litmus_handoff[],
    litmus_order[], litmus_fence[], litmus_atomic[], litmus_queue[], litmus_free[];

struct bits {
    unsigned int low : 3;
    unsigned int high : 5;
    unsigned int : 0; /* what comes now is another memory location */
    unsigned int apart : 4;
};

struct __attribute__((packed)) packed {
    char before;
    int number;
    char after;
};

struct pair {
    long one, other;
};

/* What the tasks of a program share: zeros, and primitives that are ready. */
struct box {
    int x, y;
    char bytes[32];
    struct bits bits;
    struct packed packed;
    struct pair pair, pairs[8];
    _Atomic int flag, turn, sequence, wants[2];
    struct pair *_Atomic head;
    struct pair *reached;
    kernel_mutex_t lock, other_lock;
    kernel_cv_t changed;
    kernel_sema_t empty, two; /* with no permit, and with two */
    kernel_atomic_t word;
};
struct box *litmus_box(void);

/* Runs both with the box, at the same time, and waits for them; or three. */
void litmus_run(struct box *box, void (*one)(void *), void (*other)(void *));
void litmus_run_three(struct box *box, void (*one)(void *), void (*two)(void *),
                      void (*three)(void *));

/* A body of two tasks is most often all there is to it. */
#define LITMUS_PAIR(name, one, other)                                                              \
    static void name(void *unused)                                                                 \
    {                                                                                              \
        (void)unused;                                                                              \
        litmus_run(litmus_box(), one, other);                                                      \
    }
#define LITMUS_THREE(name, one, two, three)                                                        \
    static void name(void *unused)                                                                 \
    {                                                                                              \
        (void)unused;                                                                              \
        litmus_run_three(litmus_box(), one, two, three);                                           \
    }

/* Reads, for the compiler does not leave out what it must have. */
#define litmus_need(value) __asm__ volatile("" : : "r"(value))

#endif
