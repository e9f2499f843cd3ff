/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What all oracles know together, built from the observations alone before any oracle sees them:
 * stacks, instances, registrations, what each task is doing. What stands here is only what is
 * certain: "since" is the number of an observation by which it surely was so, 0 if that is not
 * known. Numbers of observations count from 1 in each execution.
 */
#ifndef NETSTACK_ORACLES_VIEW_H
#define NETSTACK_ORACLES_VIEW_H

#include "kernel/kernel.h"
#include "netstack/netstack.h"
#include "netstack/oracles/oracle.h"

#define VIEW_STACKS_MAX        256
#define VIEW_INSTANCES_MAX     2048
#define VIEW_REGISTRATIONS_MAX 512
#define VIEW_ZONES_MAX         512
#define VIEW_CURSORS_MAX       256
#define VIEW_FRAMES_MAX        12
#define VIEW_NONE              0xffffu
#define VIEW_RETURNED          UINT32_MAX

/* What a call may do to the stacks, as far as oracles tell calls apart. */
enum view_call {
    VIEW_CALL_NONE, /* no call below: a task of the service, or the teardown's own */
    VIEW_CALL_OTHER,
    VIEW_CALL_REGISTER,
    VIEW_CALL_UNREGISTER,
    VIEW_CALL_ZONE_CREATE,
    VIEW_CALL_ZONE_SHUTDOWN,
    VIEW_CALL_ZONE_DESTROY,
    VIEW_CALL_INIT,
    VIEW_CALL_FINI,
    VIEW_CALL_LOOKUP, /* returns a stack that is active, held */
    VIEW_CALL_WALK,   /* so does this, one after the other */
    VIEW_CALL_INUSE,
    VIEW_CALL_RELEASE,
    VIEW_CALL_COUNT
};

struct view_instance {
    uint32_t stack; /* number */
    uint32_t epoch;
    uint8_t module;
    uint8_t running; /* callbacks of it, now */
    uint8_t begun[PHASE_COUNT], ended[PHASE_COUNT];
    bool created;               /* its create returned an instance */
    uint16_t next;              /* of the same stack and module, VIEW_NONE ends */
    uint16_t task[PHASE_COUNT]; /* that ran it last */
    enum view_call call[PHASE_COUNT];
    uintptr_t value; /* what create returned */
};

struct view_stack {
    uint32_t number;
    uint16_t index; /* of its slot, for an oracle's own arrays */
    int id;         /* -1: not yet known */
    const void *address;
    uint32_t born_call; /* the zone_create that allocated it, 0 if none did */
    uint32_t born_since;
    uint32_t zones;       /* surely attached */
    uint32_t references;  /* surely held by the adapter */
    uint32_t held_since;  /* there was one all the time */
    uint32_t given_since; /* a lookup or a walk has given it */
    int32_t count;        /* by the probes: the zone's reference + taken - given back */
    uint32_t active_since;
    bool active_ever;        /* a zone has been attached */
    bool birth_failed;       /* a create of its birth has */
    uint32_t register_since; /* a create by a register has started on it */
    uint32_t shutdown_since; /* a shutdown pass over the whole stack has begun */
    uint32_t closing_since;
    uint32_t reap_since; /* a callback has run on a task of the service */
    uint32_t
        dropped_by; /* call that gave the last reference back; VIEW_RETURNED: it has returned */
    uint32_t zero_since; /* no reference was left, for good: its reap was outstanding */
    uint32_t freed_since;
    uint16_t reap_task;
    uint16_t callbacks;         /* running on it, now */
    uint16_t birth_callbacks;   /* of them, those of its birth */
    uint16_t instances[NS_MAX]; /* the newest; VIEW_NONE: none */
};

enum view_registration_state {
    REGISTRATION_CALLED,  /* register has been called and has not returned */
    REGISTRATION_STANDS,  /* it returned 0 */
    REGISTRATION_REFUSED, /* it returned an error */
    REGISTRATION_GONE,    /* an unregister of it returned 0 */
    REGISTRATION_UNCLEAR, /* one of several that an unregister may have been for */
};

struct view_registration {
    uint32_t epoch; /* 0: not seen */
    uint8_t module;
    bool shutdown_given;
    uint32_t called_since, stands_since;
    enum view_registration_state state;
};

struct view_zone {
    int id;
    uint32_t stack; /* number */
    bool attached;  /* surely */
    uint32_t attached_since;
    bool destroyed;            /* a zone_destroy of it returned 0 */
    uint32_t ended_since;      /* a call that may have shut it down returned, last */
    bool ended;                /* and may have shut down this zone, not an earlier one of its id */
    uint16_t endings_pending;  /* zone_shutdown, zone_destroy, fini that are under way */
    uint16_t destroys_pending; /* of them, those that may destroy it */
};

struct view_cursor {
    uint32_t number;
    uint16_t index;          /* of its slot, for an oracle's own arrays */
    uint32_t since;          /* the walk began no earlier than this: 0 not known */
    uint32_t stepping_since; /* this next began no earlier than this */
    uint32_t stepped;        /* the last observation of it */
};

struct view_frame {
    bool is_callback;
    enum view_call call;
    uint8_t verb, module;
    uint32_t serial; /* of the call, from 1 */
    uint32_t since;  /* the observation that began it */
    uint32_t stack, epoch;
    int zone;
    bool of_birth;       /* a callback that its stack's birth runs */
    uint32_t epoch_seen; /* a call: of the last callback that it ran */
    bool is_pending;     /* a call that may end a zone: counted there */
};

/* The observation that is being told, with what it is about looked up once. */
struct view {
    const struct subject *subject;
    uint32_t now;                           /* its number */
    struct view_stack *stack;               /* NULL: none, or too many to follow */
    struct view_instance *instance;         /* callbacks */
    struct view_registration *registration; /* callbacks; register; unregister: 0, if it is clear */
    const struct view_frame *call;          /* the innermost, which runs the callback; NULL: none */
    const struct view_frame *outer; /* CALL and RETURN: the callback or call that it was made in */
    struct view_cursor *cursor;     /* WALK_INIT, WALK_NEXT; NULL: too many */
    uint32_t modules;               /* bit set: those that a register was called for */
    uint32_t stack_count, instance_count, cursors_open;
    uint32_t movers; /* calls under way that take or give back: one may have taken what it has not
                        told, or told of what it has not given back */
    uint32_t drops;  /* stacks of which dropped_by is set and zero_since not */
    uint32_t zone_calls;  /* under way: those that may attach or detach a zone */
    uint32_t zones_since; /* the last of them was called */
    bool zones_unsure;    /* ids came round, or the service ended: not every zone is known */
};
extern struct view view;

/* Forgets everything. */
void view_begin(const struct subject *subject);

/* Takes in one observation; oracles are asked after it. */
void view_observe(const struct observation *what);

struct view_stack *view_stack_find(uint32_t number); /* NULL: never seen */
struct view_stack *view_stack_at(uint32_t index);    /* below view.stack_count */
struct view_instance *view_instance_find(uint32_t stack, uint8_t module, uint32_t epoch);
struct view_instance *view_instance_at(uint32_t index);           /* below view.instance_count */
struct view_registration *view_registration_find(uint32_t epoch); /* NULL: never seen */

struct view_zone *view_zone_find(int id); /* NULL: never seen */

/* Has it an instance that was created and whose destroy has not ended? Then it is listed. */
bool view_stack_has_instances(const struct view_stack *stack);

/* The event at which that observation was made, as a trace numbers it: what reports say. */
uint32_t view_event_of(uint32_t now);

/* Was it surely live until now: active, and nobody had called what could begin to shut it down? */
bool view_stack_is_live(const struct view_stack *stack);

/* Is it the zone that the stack was born for, and no other ever attaches to? */
bool view_zone_is_own(const struct view_zone *zone, const struct view_stack *stack);

/* Does it surely stand: registered, and no unregister of its module is under way? */
bool view_registration_stands(const struct view_registration *registration);

/* By order of first epoch seen to last; NULL past the last. Some may be unseen: epoch 0. */
struct view_registration *view_registration_at(uint32_t epoch);

/* Did a thread of the program, or the body itself, ever run as this task? Else it is the service's.
 */
bool view_task_is_of_service(uint16_t task);

/* The verb's class: calls.c. */
enum view_call view_call_of(uint8_t verb);

/* --- story.c: the words of a report ------------------------------------------------------- */

const char *view_module_name(uint8_t module); /* "IP" */
const char *view_phase_name(enum callback_phase phase);
const char *
view_call_name(const struct view_frame *call); /* "unregister"; NULL: "a service task" */

/* Keeps an observation for the story: view_observe tells it all. begin: forgets. */
void story_begin(void);
void story_keep(const struct observation *what);

/*
 * Ends the execution: `promise` is constant, the format says what happened; what was observed of
 * the stack before follows by itself. stack: number, 0 none.
 */
_Noreturn void view_break(enum heddle_verdict verdict, const struct oracle *oracle,
                          const char *promise, const struct observation *what, uint32_t stack,
                          const char *format, ...) __attribute__((format(printf, 6, 7)));

#endif
