/* SPDX-License-Identifier: BSD-2-Clause
 *
 * From observations to histories that can be checked: what took effect within which window, split into the parts that
 * the models are of (netstack/model.h). Only what every correct subject owes stands in a window: a stack is listed by
 * its first create and active when zone_create returns, closed when that zone_destroy returns whose last zone it was,
 * unlinked after its last callback and before its memory goes.
 */
#ifndef NETSTACK_ORACLES_HISTORY_H
#define NETSTACK_ORACLES_HISTORY_H

#include "netstack/model.h"
#include "netstack/oracles/view.h"

enum history_kind { HISTORY_ZONE, HISTORY_SLOT, HISTORY_SIGHT };

/* One part of an execution's history. */
struct history_part {
    enum history_kind kind;
    int32_t number; /* the zone id; the module; the zone of a sight */
    int32_t kstat;  /* of a sight: from 1, in order of creation; else 0 */
    uint32_t first; /* where its steps begin */
    uint32_t count;
};

/* A call that a step is of: the step's note, from 1. 0: the system's own doing. */
struct history_call {
    uint32_t from, to;
    uint16_t task;
    uint8_t verb;
    uint8_t module;
    int32_t zone;
    int32_t result;
    kernel_site_t site;
};

void history_begin(const struct subject *subject);

/* Takes an observation in, after the view has. */
void history_take(const struct observation *what);
#define HISTORY_KINDS                                                                              \
    (1u << OBSERVE_RETURN | 1u << OBSERVE_CALLBACK_START | 1u << OBSERVE_CALLBACK_END |            \
     1u << OBSERVE_PROBE | 1u << OBSERVE_STACK_BORN | 1u << OBSERVE_STACK_FREED |                  \
     1u << OBSERVE_HOLD | 1u << OBSERVE_RELE | 1u << OBSERVE_ZONE_ATTACHED |                       \
     1u << OBSERVE_WALK_INIT | 1u << OBSERVE_WALK_NEXT | 1u << OBSERVE_WALK_FINI |                 \
     1u << OBSERVE_STARTED)

/*
 * Splits what was taken into parts, ordered by what they are first heard of. Returns: how many; `complete`: whether there was
 * room for all that happened.
 */
uint32_t history_split(bool *complete);
const struct history_part *history_part_at(uint32_t index);
const struct linear_step *history_steps(const struct history_part *part);
const struct history_call *history_call_of(const struct linear_step *step); /* NULL: of none */

#endif
