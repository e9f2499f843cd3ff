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

/* One case an item that an oracle may want; the fields that each fills stand beside it. */
enum observation_kind {
    OBSERVE_CALL,           /* verb, module, zone, stack, epoch: an operation begins */
    OBSERVE_RETURN,         /* the same, and result: 0 or errno; stack: what a lookup gave, 0 none */
    OBSERVE_CALLBACK_START, /* phase, module, epoch, stack, instance (argument; 0 for create) */
    OBSERVE_CALLBACK_END,   /* the same; instance: what create returned, 0 failure */
    OBSERVE_PROBE,          /* probe, stack (0 where it has none), module where it has one */
    OBSERVE_STACK_BORN,     /* stack: its memory was allocated */
    OBSERVE_STACK_FREED,    /* stack: its memory is about to be freed */
    OBSERVE_UNLOCK,         /* stack: its netstack_lock is about to be released */
    OBSERVE_HOLD,           /* stack: the adapter now owns one more reference */
    OBSERVE_RELE,           /* stack: the adapter is about to give one back */
    OBSERVE_ZONE_ATTACHED,  /* zone, stack: zone_create returned 0 */
    OBSERVE_ZONE_DETACHING, /* zone, stack: zone_destroy will be called */
    OBSERVE_WALK_INIT,      /* cursor */
    OBSERVE_WALK_NEXT,      /* cursor, stack (0: the walk's end) */
    OBSERVE_WALK_FINI,      /* cursor */
    OBSERVE_THREADS_DONE,   /* every thread of the program has ended and the service is at rest */
    OBSERVE_REST,           /* after the teardown: only what was there at the start may be left */
};

struct observation {
    enum observation_kind kind;
    uint16_t task;
    uint8_t verb;           /* enum netstack_verb (operations.h) */
    uint8_t module;         /* NS_*; 0xff none */
    enum callback_phase phase;
    enum kernel_probe probe;
    uint32_t stack;         /* allocation number; 0 none */
    uint32_t epoch;         /* of the module's registration, from 1, never reused; 0 none */
    uint32_t cursor;
    int zone;               /* id; -1 none */
    int result;
    uintptr_t instance;     /* identity only, never dereferenced, never printed */
    const void *address;    /* of the stack, for heddle_fail's objects; may be dangling */
    kernel_site_t site;
};

struct oracle {
    const char *name;    /* the file's: "exactly_once" */
    const char *promise; /* one line, with the invariant's number in core-spec.md: "2. Exactly once: …" */
    void (*begin)(const struct subject *subject); /* before each execution: forget everything */
    void (*observe)(const struct observation *what);
    uint32_t kinds;      /* bit set of 1u << enum observation_kind that it wants */
};

/* All oracles, ended by NULL: oracles.c. The order is the order of `heddle list oracles`. */
extern const struct oracle *const netstack_oracles[];

/* Begins an execution for all of them. off: oracle_observe does nothing until the next begin. */
void oracles_begin(const struct subject *subject, bool off);

/* Tells every oracle that wants it. Called by the running task, where no scheduling point lies. */
void oracle_observe(const struct observation *what);

/*
 * What the reports call things, kept once for all oracles: which stack the callback or probe is of, is
 * it live, closing, how many zones and references — the adapter's own view (view.c), built from the
 * observations alone, before the oracles see them.
 */
#define VIEW_STACKS_MAX 64
struct view_stack {
    uint32_t number; /* 0: the slot is free */
    int id;
    bool freed, active_seen, closing;
    bool shutdown_begun, reap_begun;
    int zones;       /* attached, as zone_create and zone_destroy returned */
    int references;  /* held by the adapter: holds and lookups minus releases */
    const void *address;
};
struct view_stack *view_stack_find(uint32_t number); /* NULL: never seen */

#endif
