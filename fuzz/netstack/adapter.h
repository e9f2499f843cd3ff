/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the adapter's files share: the state of the execution under way and how a call on the
 * subject is told to the oracles. One OS thread runs all tasks and no scheduling point lies in
 * adapter code, so whatever is done here between two calls is done in one step; nothing has a lock.
 * For the same reason TSan does not watch these files; instances.c, which touches what the subject
 * orders, it does.
 */
#ifndef NETSTACK_ADAPTER_H
#define NETSTACK_ADAPTER_H

#include "netstack/contract.h"
#include "netstack/fault_table.h"
#include "netstack/laboratory.h"
#include "netstack/operations.h"
#include "netstack/oracles/oracle.h"

/* Modules and their numbers are every subject's (NS_* in netstack.h). */
#define MODULES     19
#define MODULE_NONE 0xff

#define VARIANTS       4 /* sets of callbacks of a module: one a registration */
#define STACKS_MAX     256
#define ZONES_MAX      160
#define INSTANCES_MAX  4096
#define NESTING_MAX    4 /* callbacks on one task that are kept */
#define EARLY_MAX      8
#define CALL_DEPTH_MAX 2 /* callbacks deep that the fault plan still calls back */
#define ZONE_NONE      (-1)

/*
 * What lies in a slot goes from thread to thread as any correct client would pass it on: with an
 * order that TSan must see, since nothing else of the adapter is visible to it.
 */
typedef unsigned int handover_t;
#if defined(HEDDLE_TSAN) || defined(HEDDLE_ACCESS)
void handover_give(handover_t *handover);
void handover_take(handover_t *handover);
#else
static inline void
handover_give(handover_t *handover)
{
    (void)handover;
}
static inline void
handover_take(handover_t *handover)
{
    (void)handover;
}
#endif

/* Events of the adapter's own: kinds for heddle_point and heddle_note. Only ever add at the end. */
enum adapter_event {
    EVENT_OPERATION,       /* point; result: verb */
    EVENT_RETURN,          /* note; object: the stack that it gave; result: 0, errno or skipped */
    EVENT_CALLBACK_BEFORE, /* point; object: stack; result: callback_code */
    EVENT_CALLBACK_AFTER,  /* point; the same */
    EVENT_FAULT,           /* note; object: point; result: action */
    EVENT_YIELD,           /* point */
    EVENT_STAGE,           /* note; result: enum stage */
    EVENT_REACHED, /* note; object: a primitive's fault point that the plan counts; result: as the how manyth */
    EVENT_COUNT
};

enum stage { STAGE_STARTED, STAGE_THREADS_DONE, STAGE_REST, STAGE_STOPPED, STAGE_COUNT };

/* A callback in events: phase, whether a zone key's, and which module or key. */
static inline uint32_t
callback_code(enum callback_phase phase, bool of_key, uint32_t which)
{
    return (uint32_t)phase << 9 | (uint32_t)of_key << 8 | which;
}

/*
 * A call on the subject: what is told of it, and what was seen within it. Lies on its task's stack.
 */
struct call {
    struct call *outer;
    struct observation see;
    uint32_t born;       /* the last stack allocated within it */
    uint32_t epoch_seen; /* of the last module callback within it */
};

/* A callback that is running. */
struct callback {
    enum callback_phase phase;
    bool of_key;
    uint8_t which; /* module or key */
    uint32_t epoch;
    subject_stack_t *stack; /* NULL: unknown, or a key's */
    uint32_t stack_number;
    zoneid_t zone; /* the id it was given */
    bool in_birth; /* the create of a stack's birth, not of register */

    /* Where subjects are compared; else 0. */
    uint32_t step;    /* that registered the module */
    uint32_t told_as; /* the instance's number; 0: of this one a comparison is not to know */
};

struct task_record {
    struct call *call;  /* innermost */
    uint32_t depth;     /* callbacks */
    uint32_t own_depth; /* the callback that deep makes a call with what is its own; 0: none */
    struct callback callbacks[NESTING_MAX];
    bool is_delayed;  /* by the fault plan, which waits where the subject would not */
    bool is_inside;   /* the thread entered a zone: */
    zoneid_t entered; /* this one; else 0 */
};

struct stack_record {
    uint32_t number;
    const void *address;
    bool closed;     /* destroying its zone returned 0 */
    bool shutting;   /* shutting its zone down was called */
    bool shut;       /* and returned 0 */
    bool reaping;    /* a task of the service has run a callback on it */
    uint32_t step;   /* of a comparison, that made it */
    uint8_t waiters; /* tasks in wait_gone for it: the adapter keeps no reference */
};

struct zone_record {
    zoneid_t id;
    bool exclusive;
    bool detaching;  /* zone_destroy was called */
    bool destroyed;  /* and returned 0 */
    uint32_t stack;  /* number; 0 unknown */
    uint16_t inside; /* threads that entered it */
};

struct instance_record {
    const void *address;
    subject_stack_t *stack;
    uint32_t stack_number;
    uint32_t told_as; /* callback.told_as */
};

enum variant_state { VARIANT_FREE, VARIANT_CALLED, VARIANT_STANDS };

/* One registration at a time; its epoch stays until the next one, so that late callbacks show. */
struct variant {
    uint32_t epoch;
    uint32_t step;  /* of a comparison, that registered it */
    uint32_t freed; /* when, on the clock of frees: the one freed longest ago is taken next */
    uint8_t state;
    bool unregistering;
};

struct adapter {
    /* Constant during an execution. */
    const struct program *program;
    const struct subject *subject;
    const struct subject *peer; /* whom the subject is compared with; NULL: nobody */
    uint64_t differences;       /* of contract, that the adapter heeds */
    struct heddle_log *log;
    struct laboratory_totals *totals; /* never NULL */
    uint32_t preemptions_outside;     /* at the adapter's own points */
    bool oracles;

    /* Put to zero at the start. */
    struct adapter_counts {
        uint32_t epochs, frees, cursors;
        uint32_t stack_count, zone_count, instance_count;
        uint32_t births;               /* exclusive zones that came to be */
        uint32_t creates, key_creates; /* that a comparison knows of */
        uint32_t global_stack;         /* number of stack 0 */
        uint32_t ends;                 /* calls of fini */
        bool shared_unsure;            /* somebody called fini: is stack 0 there? */
        bool global_is_gone;           /* zone 0 was destroyed */
        bool started;                  /* until then, and after the end, faults are off */
        uint32_t own_calls;            /* of callbacks with what is their own, under way */
        bool threads_done;             /* then what fails for ever stops */
        uint32_t early_count;
        zoneid_t early[EARLY_MAX]; /* destroyed before their create returned */
        struct variant variants[MODULES][VARIANTS];
        handover_t modules[MODULES]; /* loading and unloading one, where its clients order that */
    } now;
    uint32_t task_count; /* records that are in use */
    struct task_record tasks[HEDDLE_TASKS_MAX];

    /* Valid up to their counts. */
    struct stack_record stacks[STACKS_MAX];
    struct zone_record zones[ZONES_MAX];
    struct instance_record instances[INSTANCES_MAX];
};
extern struct adapter adapter;

/* Before an execution: forgets the one before. */
void adapter_begin(void);

/* What the engine tells; `with_oracles` has those in it that oracles alone need. */
extern const struct heddle_observer adapter_observer, adapter_observer_with_oracles;

struct task_record *adapter_task(void);   /* the running one's */
struct callback *adapter_callback(void);  /* innermost of the running task; NULL: none */
const struct callback *adapter_own(void); /* if its call is to be with what is its own; else NULL */

static inline bool
adapter_differs(enum contract_difference difference)
{
    return (adapter.differences & (uint64_t)difference) != 0;
}

/* Does the subject have this call of the core's, and may it be used? */
#define adapter_has(call) (adapter.subject->call != NULL && !adapter_differs(CONTRACT_NO_INQUIRY))

/* In a callback of a subject that does not answer EDEADLK there by itself? */
bool adapter_must_not_block(void);

/* --- telling ------------------------------------------------------------------------------ */

/* Begins a call: the caller fills call->see as the verb wants, then tells. */
void call_init_at(struct call *call, enum netstack_verb verb, kernel_site_t site);
#define call_init(call, verb) call_init_at((call), (verb), KERNEL_HERE)
void call_tell(struct call *call);
int call_return(struct call *call, int result);

/*
 * An observation with nothing in it but its kind, the running task, and where that is: in the
 * subject, or at `site` if its last event was the adapter's.
 */
struct observation observation_of(enum observation_kind kind, kernel_site_t site);

/* The stack that a lookup gave, now held by the adapter: tells, and notes it in the call. */
void call_gives(struct call *call, subject_stack_t *stack);

/* --- records ------------------------------------------------------------------------------ */

struct stack_record *stack_record_find(uint32_t number); /* NULL: too many, or none */
struct zone_record *zone_record_find(zoneid_t id);       /* the newest of that id */
struct zone_record *zone_record_add(zoneid_t id, bool exclusive, uint32_t stack);

/* --- callbacks: shims.c, instances.c ------------------------------------------------------- */

struct module_shims {
    subject_create_fn create;
    subject_callback_fn shutdown, destroy;
};
extern const struct module_shims module_shims[MODULES][VARIANTS];

struct key_shims {
    zone_create_fn create;
    zone_callback_fn shutdown, destroy;
};
extern const struct key_shims key_shims[SLOTS_KEY];

void *instance_create(const char *kind);
void instance_touch(void *instance);
void instance_destroy(void *instance);

/* --- the fault plan: plan.c ----------------------------------------------------------------- */

void plan_begin(void);

/* The limits with which the service starts: what the program says, or the plan. */
unsigned int plan_at_start(enum netstack_verb verb, unsigned int otherwise);
/* Does what the plan says at this callback. Returns: whether it is to fail. */
bool plan_at_callback(enum callback_phase phase, bool of_key, uint32_t which);

/* What the engine asks at its primitives (heddle.h: struct heddle_observer). */
enum heddle_allocation plan_at_allocation(enum kernel_wait wait, kernel_site_t site);
void plan_at_dispatch(struct heddle_dispatch *dispatch);
bool plan_at_wait(void);
uint64_t plan_at_work(void);
uint64_t plan_at_clock(void);

/* The stack that what the running task does concerns, by number; 0: none. And counting by its state. */
uint32_t fault_states_stack(void);
void fault_states_count(uint32_t point, enum fault_kind kind, uint32_t stack);

/* Whether the adapter is to keep this reference itself until the threads are done. */
bool plan_at_reference(uint32_t stack);

/* --- execute.c ------------------------------------------------------------------------------ */

/* Task 0: start, threads, rest, teardown, end. */
void execute_body(void *argument);

/* The same for the adapter's subject, but for how its threads run. */
void execute_subject(void (*run_threads)(void));

/* --- timeline.c: names; explaining them: narrate.c ------------------------------------------------------------------------ */

extern const char *const module_names[MODULES];
extern const char *const phase_names[PHASE_COUNT];
extern const char *const probe_names[KERNEL_PROBE_COUNT];
extern const char *const stage_names[STAGE_COUNT];

#endif
