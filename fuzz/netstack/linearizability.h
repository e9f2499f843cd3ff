/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Is there an order in which what was done at the same time could have been done one after the other? A history is a
 * list of steps, each with a window of time in which it took effect at one instant, and a sequential model says what a
 * step does to a state, and whether its answer is possible there.
 *
 * An operation with one effect is one step, its window from call to return (Herlihy, Wing: Linearizability, TOPLAS
 * 1990). One that the specification promises to be an interval, busy from an instant to a later one, is two steps, the
 * second `after` the first (Neiger: Set-linearizability, PODC 1994; Castañeda, Raynal, Rajsbaum: Unifying concurrent
 * objects and distributed tasks: interval-linearizability, JACM 2018). One that did not return, or that the system does
 * by itself at a time that nobody is told, is optional or has no end.
 *
 * The search is that of Wing and Gong (Testing and verifying concurrent objects, JPDC 1993), with a memory of
 * (steps done, state) that led nowhere (Lowe: Testing for linearizability, CCPE 2017). Who can, splits a history into
 * parts that know nothing of each other, and asks for each (Horn, Kroening: Faster linearizability checking via
 * P-compositionality, FORTE 2015). Nothing is allocated; the answer depends on the arguments alone.
 */
#ifndef NETSTACK_LINEARIZABILITY_H
#define NETSTACK_LINEARIZABILITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINEAR_STEPS_MAX 512
#define LINEAR_STATE_MAX 32
#define LINEAR_NODES_MAX 8192 /* a bound on the search that is never met where nothing is wrong */
#define LINEAR_FOREVER   UINT32_MAX
#define LINEAR_NONE      UINT16_MAX

struct linear_step {
    uint32_t from,
        to; /* one step surely precedes another if its `to` is less than the other's `from` */
    uint16_t after; /* index of the step that comes before it; LINEAR_NONE */
    bool optional;  /* perhaps it never took effect */
    uint8_t action; /* what these three mean is the model's business */
    uint32_t object;
    uint32_t value;
    uint32_t note; /* the caller's: nobody reads it here */
};

enum linear_effect {
    LINEAR_IMPOSSIBLE, /* not in that state, with that answer */
    LINEAR_READS,      /* possible, and such a step changes no state at all */
    LINEAR_CHANGES,    /* possible; it may change a state, if perhaps not this one */
};

struct linear_model {
    size_t state_size; /* at most LINEAR_STATE_MAX; the state's bytes are all that counts */
    void (*begin)(void *state); /* makes the first state of bytes that are zero; NULL: that is it */
    enum linear_effect (*apply)(void *state, const struct linear_step *step);
};

struct linear_limits {
    uint32_t nodes; /* of the search, before it gives up; 0: LINEAR_NODES_MAX */
    bool no_memory; /* search like Wing and Gong did, for comparison */
};

enum linear_answer { LINEAR_YES, LINEAR_NO, LINEAR_UNDECIDED };

/*
 * Requires: from <= to of each step; what a step is after is not after it.
 * Returns: UNDECIDED if there are more steps than LINEAR_STEPS_MAX, or the limit was met.
 */
enum linear_answer linear_check(const struct linear_model *model, const struct linear_step *steps,
                                uint32_t count, const struct linear_limits *limits);

/*
 * The step whose end is the first that cannot be explained: up to any earlier instant the history can be put in order,
 * up to this step's `to` it cannot. So it does not depend on how the search goes.
 * Requires: linear_check said NO.
 */
uint32_t linear_contradiction(const struct linear_model *model, const struct linear_step *steps,
                              uint32_t count, const struct linear_limits *limits);

/* Can all be explained up to the end of the step `until` if the steps did not happen that are marked in `without`? */
bool linear_explains_without(const struct linear_model *model, const struct linear_step *steps,
                             uint32_t count, uint32_t until, const bool *without,
                             const struct linear_limits *limits);

#endif
