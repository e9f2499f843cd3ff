/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Stress on real threads: the production core on the posix backend, many threads, random calls. What the
 * files of this room share. A program is a table (struct stress_program) in a file of its own; the
 * rest is here:
 *
 *   stress_main.c     options, the clock, the watchdog
 *   stress_run.c      a round: start the service, let the threads loose, come to rest, look, end it
 *   stress_volume.c   the other kind of run: so many of something, and memory at its baseline
 *   stress_call.c     calls: what each may answer, how often it did, what is printed of it
 *   stress_seam.c     before the seam, by the linker: memory counted and failing, threads delayed
 *   stress_modules.c  nineteen modules whose callbacks check order, identity, exactly once
 *   stress_zones.c    the zones of a thread, which nobody else touches
 *
 * What watches must not order what it watches, or ThreadSanitizer sees no race: nothing here synchronises
 * threads while they run. What several threads write is relaxed atomics; what only the core's own order
 * keeps apart (records of callbacks) is plain memory on purpose, so that a core that does not keep it
 * apart is reported.
 */
#ifndef STRESS_STRESS_H
#define STRESS_STRESS_H

#include <errno.h>
#include <stdatomic.h>

#include "netstack/netstack.h"

/* --- calls -------------------------------------------------------------------------------------- */

/* What a call can answer, as a bit. */
enum stress_outcome {
    STRESS_OK,
    STRESS_NULL,
    STRESS_EINVAL,
    STRESS_ENOMEM,
    STRESS_EEXIST,
    STRESS_ENOENT,
    STRESS_EBUSY,
    STRESS_EDEADLK,
    STRESS_OTHER,
    STRESS_OUTCOME_COUNT
};
#define STRESS_BIT(outcome) (1u << STRESS_##outcome)

/* Each call, and what it may answer here. A refused call is one that callbacks may not make. */
#define STRESS_CALLS(X)                                                                            \
    X(netstack_init, STRESS_BIT(OK))                                                               \
    X(netstack_fini, STRESS_BIT(OK))                                                               \
    X(zone_create_exclusive, STRESS_BIT(OK) | STRESS_BIT(ENOMEM))                                  \
    X(zone_create_shared, STRESS_BIT(OK) | STRESS_BIT(ENOMEM))                                     \
    X(zone_shutdown, STRESS_BIT(OK))                                                               \
    X(zone_destroy, STRESS_BIT(OK))                                                                \
    X(zone_shutdown_by_many, STRESS_BIT(OK) | STRESS_BIT(ENOENT) | STRESS_BIT(EBUSY))              \
    X(zone_destroy_by_many, STRESS_BIT(OK) | STRESS_BIT(ENOENT) | STRESS_BIT(EBUSY))               \
    X(netstack_register, STRESS_BIT(OK) | STRESS_BIT(ENOMEM) | STRESS_BIT(EEXIST))                 \
    X(netstack_unregister, STRESS_BIT(OK) | STRESS_BIT(ENOENT) | STRESS_BIT(EBUSY))                \
    X(netstack_hold, STRESS_BIT(OK))                                                               \
    X(netstack_hold_tag, STRESS_BIT(OK))                                                           \
    X(netstack_hold_if_active, STRESS_BIT(OK) | STRESS_BIT(NULL))                                  \
    X(netstack_rele, STRESS_BIT(OK))                                                               \
    X(netstack_rele_tag, STRESS_BIT(OK))                                                           \
    X(netstack_find_by_stackid, STRESS_BIT(OK) | STRESS_BIT(NULL))                                 \
    X(netstack_find_by_zoneid, STRESS_BIT(OK) | STRESS_BIT(NULL))                                  \
    X(netstack_find_by_zoneid_nolock, STRESS_BIT(OK) | STRESS_BIT(NULL))                           \
    X(netstack_find_by_cred, STRESS_BIT(OK) | STRESS_BIT(NULL))                                    \
    X(netstack_get_current, STRESS_BIT(OK) | STRESS_BIT(NULL))                                     \
    X(netstack_inuse_by_stackid, STRESS_BIT(OK) | STRESS_BIT(NULL))                                \
    X(netstack_next, STRESS_BIT(OK) | STRESS_BIT(NULL))                                            \
    X(kstat_create_netstack, STRESS_BIT(OK) | STRESS_BIT(NULL))                                    \
    X(kstat_delete_netstack, STRESS_BIT(OK) | STRESS_BIT(EINVAL))                                  \
    X(zone_key_create, STRESS_BIT(OK) | STRESS_BIT(ENOMEM))                                        \
    X(zone_key_delete, STRESS_BIT(OK))                                                             \
    X(zone_getspecific, STRESS_BIT(OK) | STRESS_BIT(NULL))                                         \
    X(netstack_barrier, STRESS_BIT(OK))                                                            \
    X(netstack_wait_gone, STRESS_BIT(OK) | STRESS_BIT(ENOENT))                                     \
    X(netstack_report, STRESS_BIT(OK))                                                             \
    X(netstack_is_valid, STRESS_BIT(OK))                                                           \
    X(netstack_all_valid, STRESS_BIT(OK))                                                          \
    X(refused_in_callback, STRESS_BIT(EDEADLK))                                                    \
    X(module_create, STRESS_BIT(OK) | STRESS_BIT(NULL))                                            \
    X(module_shutdown, STRESS_BIT(OK))                                                             \
    X(module_destroy, STRESS_BIT(OK))                                                              \
    X(key_create, STRESS_BIT(OK) | STRESS_BIT(NULL))                                               \
    X(key_shutdown, STRESS_BIT(OK))                                                                \
    X(key_destroy, STRESS_BIT(OK))

enum stress_call {
#define STRESS_CALL_NAME(name, may_answer) STRESS_##name,
    STRESS_CALLS(STRESS_CALL_NAME)
#undef STRESS_CALL_NAME
        STRESS_CALL_COUNT
};

/* --- threads ------------------------------------------------------------------------------------ */

/* A thread of the run. Its own, but for what is atomic, which the watchdog reads. */
struct stress_thread {
    unsigned index;
    uint64_t deeds;  /* numbers for what it does: one stream a thread, from the seed alone */
    uint64_t chance; /* numbers for what befalls it: delays, faults, callbacks that fail */
    uint32_t fault_one_in;
    _Atomic int call; /* enum stress_call; STRESS_CALL_COUNT: none */
    _Atomic uint64_t ended;
    uint64_t counts[STRESS_CALL_COUNT][STRESS_OUTCOME_COUNT];
    uint64_t uid_max; /* highest uid that it has seen */
};

#define STRESS_INDEX_OF_MAIN   0xfffffffeu /* starts and ends the rounds */
#define STRESS_INDEX_OF_REAPER 0xffffffffu

/* The calling thread's; the reaper and others that the core made have one in common. */
struct stress_thread *stress_self(void);

/* A number below `limit`, for a deed or by chance. */
uint64_t stress_deed(uint64_t limit);
uint64_t stress_chance(uint64_t limit);

/* stress_call.c. end: the end if that answer is not allowed; returns error. */
void stress_begin(enum stress_call call);
int stress_end(enum stress_call call, int error);
void stress_end_outcome(enum stress_call call, enum stress_outcome outcome);
const char *stress_call_name(enum stress_call call);
void stress_totals_add(const struct stress_thread *thread);
uint64_t stress_total_done(enum stress_call call); /* that did what they were to do */
uint64_t stress_total_calls(void);
void stress_totals_print(void);

/* A call that answers an error number, a pointer or a truth, or nothing: counted. */
#define STRESS_ERROR(call, expression)                                                             \
    (stress_begin(STRESS_##call), stress_end(STRESS_##call, (expression)))
#define STRESS_POINTER(call, expression)                                                           \
    (__extension__({                                                                               \
        stress_begin(STRESS_##call);                                                               \
        __typeof__(expression) answer_ = (expression);                                             \
        stress_end_outcome(STRESS_##call, answer_ ? STRESS_OK : STRESS_NULL);                      \
        answer_;                                                                                   \
    }))
#define STRESS_VOID(call, expression)                                                              \
    (stress_begin(STRESS_##call), (expression), stress_end_outcome(STRESS_##call, STRESS_OK))

/* True, or the end of the program with where, who, and how to run it again. */
_Noreturn void stress_fail(const char *claim, const char *file, int line);
#define STRESS_CHECK(claim) ((claim) ? (void)0 : stress_fail(#claim, __FILE__, __LINE__))

/* --- programs ----------------------------------------------------------------------------------- */

/* What a thread does again and again, and how it ends: threads take the roles of a program in turn. */
struct stress_role {
    void (*step)(void);
    void (*finish)(void); /* or NULL */
};

#define STRESS_ROLES_MAX 4
#define STRESS_NEEDS_MAX 12

/* Functions may be NULL. */
struct stress_program {
    const char *name;
    const char *property; /* for --help: what is checked */
    struct stress_role roles[STRESS_ROLES_MAX];
    /* NULL, or programs whose roles each thread mixes at random; their functions are called, too. */
    const struct stress_program *const *parts;
    unsigned threads;        /* unless told otherwise */
    uint32_t stable_modules; /* bit set: registered throughout; the others come and go */
    unsigned reaps_max;      /* netstack_outstanding_reaps */
    unsigned
        ids_max; /* zone_id_max, or more for many threads; below STRESS_IDS if there are modules */
    uint32_t fault_one_in;     /* one allocation in so many fails; 0: none */
    uint64_t destroy_ns;       /* a destroy callback takes up to so long */
    bool undoes_births;        /* a zone_create that fails may leave a stack to the reaper */
    void (*prepare)(void);     /* before the threads, with the pillars standing */
    void (*let_go)(void);      /* gives back all references of the thread, and those of nobody */
    void (*before_rest)(void); /* after the threads: gives back what nobody had */
    void (*at_rest)(void);     /* then: what else must be true */
    void (*in_callback)(netstackid_t id, netstack_t *ns); /* in every callback */
    void (*volume)(uint64_t count);  /* instead of rounds: so many of something, once */
    uint64_t count;                  /* unless told otherwise */
    uint8_t needs[STRESS_NEEDS_MAX]; /* calls that must have succeeded, up to the first 0 */
};

/* The program that this one is: the name is the linker's for one of those that are linked. */
extern const struct stress_program stress_program;

struct stress_options {
    uint64_t seed;
    unsigned threads;
    double seconds;
    uint64_t count;   /* of a volume */
    unsigned stuck_s; /* the end, if no call of anyone ends for so long */
};
extern struct stress_options stress_options;

/* A whole run in the calling thread. */
void stress_run(void);

/*
 * Lets go of references, in all parts. Before a thread waits for the end of a stack: who waits has no
 * reference then, and the last one who still runs leaves none lying about, so nobody waits in vain.
 */
void stress_let_go(void);

/* --- zones that stand throughout a round -------------------------------------------------------- */

#define STRESS_PILLARS 2u
struct stress_zone {
    zoneid_t id;
    uint64_t uid; /* of its stack; 0: shared */
};
extern struct stress_zone stress_pillars[STRESS_PILLARS];        /* exclusive */
extern struct stress_zone stress_shared_pillars[STRESS_PILLARS]; /* attached to stack 0 */

/* --- stress_zones.c: zones of the calling thread ------------------------------------------------ */

#define STRESS_OWN_MAX 6u

/* Boots one, or halts one, at random. The finish halts all. */
void stress_zones_step(void);
void stress_zones_finish(void);

/* Boot: false without memory. Halt: then waits, now and then, until its stack is gone. */
bool stress_boot(bool exclusive, struct stress_zone *zone);
void stress_halt(const struct stress_zone *zone);

/* One of the thread's zones; NULL if it has none of the kind. The first `count` of `own` are all. */
const struct stress_zone *stress_own(bool exclusive);
unsigned stress_own_all(const struct stress_zone **own);

/* --- stress_modules.c --------------------------------------------------------------------------- */

#define STRESS_IDS 4096

/* Registers or unregisters a module that comes and goes. The finish unregisters the thread's. */
void stress_modules_step(void);
void stress_modules_finish(void);

/* Those that are stable. */
void stress_modules_start(void);
void stress_modules_stop(void);

/* In whose name the thread calls, so that callbacks know in what turn they run. */
enum stress_turn_kind {
    STRESS_TURN_REAP, /* nobody's call: the reaper */
    STRESS_TURN_BIRTH,
    STRESS_TURN_ZONE,
    STRESS_TURN_REGISTER,
    STRESS_TURN_UNREGISTER,
};
void stress_turn_begin(enum stress_turn_kind kind, int module_or_zone);
void stress_turn_end(void);

/* Has the reap of that stack run its last destroy? Exact after barrier or wait_gone. */
bool stress_is_reaped(const struct stress_zone *zone);

/* Nothing runs: every instance that exists is of a stable module on a stack that stands. */
void stress_modules_check_at_rest(unsigned stacks);

/* --- stress_seam.c ------------------------------------------------------------------------------ */

struct stress_memory {
    int64_t blocks, bytes;
    uint64_t allocations, failed;
};
struct stress_memory stress_memory_read(void);

#endif
