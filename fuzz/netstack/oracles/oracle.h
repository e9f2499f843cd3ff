/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What oracles see and what they are. The executor and the shims tell of each thing that happens as
 * it happens (oracle_observe); every oracle keeps one truth, in a file named after it, and ends the
 * execution with heddle_fail when it breaks. Oracles see numbers, not the subject's memory: a
 * stack is the number of its allocation, so nothing here can be confused by a reused address.
 */
#ifndef NETSTACK_ORACLES_ORACLE_H
#define NETSTACK_ORACLES_ORACLE_H

#include "engine/heddle.h"
#include "netstack/subject.h"

enum callback_phase { PHASE_CREATE, PHASE_SHUTDOWN, PHASE_DESTROY, PHASE_COUNT };

/*
 * One case an item that an oracle may want; the fields that each fills stand beside it.
 *
 * The instant matters. What an oracle takes for sure follows from it: a call is told before its
 * first step and after its last, with no scheduling point between the two and the call itself; a
 * hold after the reference is there, a release before it goes; a zone as attached after
 * zone_create, as detaching before zone_destroy. Calls and callbacks nest on their task: a call
 * made in a callback lies between that callback's start and end. Everything that is called on the
 * subject is told, by whichever task: the threads, callbacks, and the teardown too (only start and
 * stop are not).
 */
enum observation_kind {
    OBSERVE_CALL,   /* verb, module, zone, stack, epoch, kstat: an operation begins */
    OBSERVE_RETURN, /* the same, and result: 0 or errno; stack: what a lookup gave, 0 none */
    OBSERVE_CALLBACK_START, /* phase, module, epoch, stack, instance (argument; 0 for create), lock */
    OBSERVE_CALLBACK_END,   /* the same; instance: what create returned, 0 failure */
    OBSERVE_PROBE,          /* probe, stack (0 where it has none), module where it has one */
    OBSERVE_STACK_BORN,     /* stack: its memory was allocated */
    OBSERVE_STACK_FREED,    /* stack: its memory is about to be freed */
    OBSERVE_UNLOCK,         /* stack: its netstack_lock is about to be released */
    OBSERVE_HOLD,           /* stack: the adapter now owns one more reference; within the call */
    OBSERVE_RELE,           /* stack: the adapter is about to give one back */
    OBSERVE_ZONE_ATTACHED,  /* zone, stack: zone_create returned 0; for zone 0: start returned */
    OBSERVE_ZONE_DETACHING, /* zone, stack: zone_destroy will be called; for zone 0: stop */
    OBSERVE_WALK_INIT,      /* cursor: next_init has returned; a number never used before */
    OBSERVE_WALK_NEXT,      /* cursor, stack (0: the walk's end): next has returned */
    OBSERVE_WALK_FINI,      /* cursor */
    OBSERVE_THREADS_DONE,   /* every thread of the program has ended and the service is at rest */
    OBSERVE_REST,           /* after the teardown: only what was there at the start may be left */
    OBSERVE_STARTED,        /* the service has started, no thread yet: what REST is compared with;
                               result: the limit of reaps, 0 not known */
    OBSERVE_WAIT,           /* wait, may_sleep, lock: the task does what may wait, in a call */
    OBSERVE_KIND_COUNT
};

struct observation {
    enum observation_kind kind;
    uint16_t task;
    uint8_t verb;        /* enum netstack_verb (operations.h) */
    uint8_t module;      /* NS_*; 0xff none */
    bool shutdown_given; /* CALL of register: it passes a shutdown callback, not NULL */
    enum callback_phase phase;
    enum kernel_probe probe;
    enum heddle_wait wait;
    bool may_sleep;
    const char *lock; /* class of a mutex that the task holds and goes on holding; NULL: none */
    uint32_t kstat;   /* number of its allocation; of a create, at its return */
    uint32_t stack;   /* allocation number; 0 none, or not to be told (a callback's bad argument) */
    uint32_t epoch;   /* of the module's registration, from 1, never reused; 0 none */
    uint32_t cursor;
    int zone; /* id; -1 none. CALLBACK_START: the stack id that the callback was given */
    int result;
    uintptr_t instance;  /* identity only, never dereferenced, never printed */
    const void *address; /* of the stack, for heddle_fail's objects; may be dangling */
    kernel_site_t site;
};

struct oracle {
    const char *name; /* the file's: "exactly_once" */
    /* One line, with the invariant's number in core-spec.md: "2. Exactly once: …" */
    const char *promise;
    void (*begin)(const struct subject *subject); /* before each execution: forget everything */
    void (*observe)(const struct observation *what);
    uint32_t kinds; /* bit set of 1u << enum observation_kind that it wants */
};

/*
 * Histories that were checked for an order that explains them, and those of them for which neither
 * such an order nor that there is none was found within bounds; since the process began.
 */
struct oracle_histories {
    uint64_t checked, undecided;
};
extern struct oracle_histories oracles_histories;

/* All oracles, ended by NULL: oracles.c. The order is the order of `heddle list oracles`. */
extern const struct oracle *const netstack_oracles[];

/* Which of them are told, from the next begin on: the bit of each index in the table. All, until somebody chooses. */
void oracles_choose(uint64_t indexes);

/* What the engine keeps of the invariants, ended by a name of NULL: engine_checks.c. */
struct engine_check {
    const char *name, *promise;
};
extern const struct engine_check engine_checks[];

/* Begins an execution for all of them. off: oracle_observe does nothing until the next begin. */
void oracles_begin(const struct subject *subject, bool off);

/* Tells every oracle that wants it. Called by the running task, where no scheduling point lies. */
void oracle_observe(const struct observation *what);

#endif
