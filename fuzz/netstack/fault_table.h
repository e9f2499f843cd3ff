/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What can go wrong where: fault points, kinds of action, and for each pair whether it is legal or why it is
 * not. A fault of a program's plan is a point and an action; actions of one kind are legal at the same points.
 */
#ifndef NETSTACK_FAULT_TABLE_H
#define NETSTACK_FAULT_TABLE_H

#include "netstack/operations.h"

/* Only ever add at the end: their index is in files. */
enum fault_point {
    POINT_CREATE, /* a create callback of any module */
    POINT_SHUTDOWN,
    POINT_DESTROY,
    POINT_CREATE_OF,   /* module */
    POINT_SHUTDOWN_OF, /* module */
    POINT_DESTROY_OF,  /* module */
    POINT_KEY_CREATE,  /* a create callback of any zone key */
    POINT_KEY_SHUTDOWN,
    POINT_KEY_DESTROY,
    POINT_ALLOC,       /* an allocation that may fail */
    POINT_ALLOC_SLEEP, /* one that waits until there is memory */
    POINT_KSTAT_ADD,   /* adding a kstat to a zone asks for memory */
    POINT_DISPATCH,    /* work is given to a task queue */
    POINT_WORK,        /* a service's thread at rest is woken for work */
    POINT_START,       /* before the service starts */
    POINT_WAIT,        /* a wait on a condition */
    POINT_CLOCK,       /* the time is read */
    POINT_REFERENCE,   /* a reference to a stack would be put where others may take it */
    POINT_COUNT
};

/* The order is that of reports. */
enum fault_kind {
    FAULT_FAIL,     /* what was asked for is not given */
    FAULT_CALL,     /* a call of the core, with arguments like a program's */
    FAULT_CALL_OWN, /* … with the callback's own stack, zone, module or key */
    FAULT_SLOW,     /* some steps, or up to seconds */
    FAULT_STUCK,    /* hours: in effect until everything else is at rest */
    FAULT_LATE,     /* what was asked for comes late */
    FAULT_FIRST,    /* it comes before what was asked for earlier */
    FAULT_LIMIT,    /* a limit of the service is tiny */
    FAULT_SPURIOUS, /* a wait ends though nothing happened */
    FAULT_JUMP,     /* time jumps ahead */
    FAULT_KEEP,     /* the holder does not let go before the program is over */
    FAULT_KIND_COUNT
};

/*
 * Actions by index, which is in files: fail, the verbs that there were when faults got actions of their own beside
 * it, those, and the verbs that came since. A new action of its own goes behind the last verb (faults.c: runs).
 */
#define ACTION_FAIL 0u
#define FIRST_VERBS 69u
enum fault_action {
    ACTION_STUCK = 1 + FIRST_VERBS, /* for */
    ACTION_CALL_OWN,                /* call, to */
    ACTION_LATE,                    /* by */
    ACTION_FIRST,
    ACTION_SPURIOUS,
    ACTION_JUMP, /* by */
    ACTION_KEEP,
    ACTION_LATER_VERBS
};
#define ACTION_COUNT ((uint32_t)ACTION_LATER_VERBS + (uint32_t)VERB_COUNT - FIRST_VERBS)

/* The verb that an action calls; VERB_COUNT: none. And the other way round. */
enum netstack_verb fault_verb(uint32_t action);
uint32_t fault_action_of(enum netstack_verb verb);

enum fault_kind fault_kind(uint32_t action);

/* Why it is not legal, or NULL: it is. */
const char *fault_objection(enum fault_point point, enum fault_kind kind);

extern const char *const fault_kind_names[FAULT_KIND_COUNT];

/* Points and actions as the vocabulary has them. */
void fault_vocabulary(struct program_vocabulary *vocabulary);

/* What arguments of actions stand for. */
uint64_t fault_stuck_ns(uint16_t how);
uint64_t fault_time_ns(uint16_t how); /* of late and jump */
enum netstack_verb fault_own_verb(uint16_t call);

#endif
