/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The room's front door: programs of the netstack, run on one of its subjects under the engine.
 * The tool, the targets and the tests come in here and see nothing behind it.
 */
#ifndef NETSTACK_LABORATORY_H
#define NETSTACK_LABORATORY_H

#include "engine/heddle.h"
#include "netstack/subject.h"
#include "program/program.h"

/* What one execution did, for totals: "nothing found" is believed when these say why. */
#define LABORATORY_COUNTERS_MAX 96
#define LABORATORY_POINTS_MAX   20
#define LABORATORY_KINDS_MAX    12
#define LABORATORY_STATES_MAX   6
struct laboratory_fault_count {
    uint64_t times;
    uint64_t
        first; /* number of the execution, as its log has it, from 1; of those added up, the lowest */
};
struct laboratory_totals {
    uint64_t executions;
    uint64_t successes[LABORATORY_COUNTERS_MAX]; /* by verb of the vocabulary */
    uint64_t errors[LABORATORY_COUNTERS_MAX];
    uint64_t callbacks[3];                    /* create, shutdown, destroy that ended */
    uint64_t preemptions_inside;              /* in the subject's code, not between operations */
    uint64_t faults[LABORATORY_COUNTERS_MAX]; /* injected, by fault point */
    /* The same by point, kind of action and state of the stack that it concerns. */
    struct laboratory_fault_count fault_table[LABORATORY_POINTS_MAX][LABORATORY_KINDS_MAX]
                                             [LABORATORY_STATES_MAX];
    uint64_t steps;
    uint64_t cut_off;   /* executions longer than their log */
    uint64_t histories; /* of executions, checked for an order that explains their answers */
    uint64_t undecided; /* of them, those where it was not found out whether there is one */
};
void laboratory_add_totals(struct laboratory_totals *to, const struct laboratory_totals *from);

/* A target: what programs may say there, and the property it checks. */
struct laboratory_target {
    const char *name;     /* "lifecycle" */
    const char *property; /* one sentence for `heddle list targets` */
    const struct program_vocabulary *vocabulary;
    struct program_generation generation; /* how `heddle run` makes programs for it */

    /* A subject is compared with the first of these that it is not itself; NULL: with nobody. */
    const char *peers[2];
};
const struct laboratory_target *laboratory_target_find(const char *name); /* NULL: none */
const struct laboratory_target *laboratory_target_at(size_t index);       /* NULL: past the last */

/*
 * Subjects that are linked in: the program's main file lists them (laboratory_subjects, ended by
 * NULL), so a test can add mutants. find: NULL if there is none of that name.
 */
extern const struct subject *const laboratory_subjects[];
const struct subject *laboratory_subject_find(const char *name);

/* Whom the subject is compared with on this target, and who runs first. NULL: nobody, or somebody who is not here. */
const struct subject *laboratory_peer(const struct laboratory_target *target,
                                      const struct subject *subject);

/* Why this build cannot run a subject on that target, or NULL: it can. */
const char *laboratory_obstacle(const struct laboratory_target *target,
                                const struct subject *subject);

/* Oracles by index: name and the promise it keeps, a line each. False past the last. */
bool laboratory_oracle_at(size_t index, const char **name, const char **summary);

/* The same of what the engine keeps by itself, whatever oracles are asked. */
bool laboratory_check_at(size_t index, const char **name, const char **summary);

/*
 * Which of them are asked from the next execution on: the bit of each index. To begin with, all. For measuring, and to see
 * what one of them finds alone.
 */
#define LABORATORY_ORACLES_ALL UINT64_MAX
void laboratory_choose_oracles(uint64_t indexes);

/*
 * May this action of the vocabulary's happen at this point? What is not legal is passed over in an execution.
 * Whether it was injected, the totals say.
 */
bool laboratory_fault_is_legal(uint32_t point, uint32_t action);

/* What the kinds of actions and the states of stacks are called; and of what kind an action is. */
struct laboratory_fault_words {
    const char *const *kinds, *const *states;
    uint32_t kind_count, state_count;
};
const struct laboratory_fault_words *laboratory_fault_words(void);
uint32_t laboratory_fault_kind(uint32_t action);

/* A fault that was injected: which, and as the how manyth its point was reached, from 0. */
struct laboratory_injection {
    uint32_t point, action;
    uint32_t fault; /* index in the program; UINT32_MAX: not known, too many were before it */
    uint32_t nth;   /* likewise */
};

/* Those that the log tells of, in order, `max` of them. Returns: how many there are. */
size_t laboratory_injections(const struct heddle_log *log, struct laboratory_injection *injections,
                             size_t max);

struct laboratory_options {
    bool oracles; /* false: the engine's own checks only (benchmarks); so in comparisons */
    bool strict;  /* a replay: report a deviation that cannot be used */
    bool trace;
    bool choices;       /* keep them in the log, for a search */
    bool coverage;      /* keep what pairs are found from (engine/coverage.h) */
    uint32_t steps_max; /* 0: the engine's default */
};

/*
 * Runs a program on a subject: start, threads, come to rest, tear down, check. The result is in
 * log->result; totals, if not NULL, are added to. The program's own strategy and deviations decide.
 * Requires: program_is_valid, and laboratory_obstacle knows of none. The caller encodes it into log->input beforehand if it wants it
 * there.
 */
void laboratory_execute(const struct program *program, const struct laboratory_target *target,
                        const struct subject *subject, const struct laboratory_options *options,
                        struct heddle_log *log, struct laboratory_totals *totals);

/*
 * Turns `program` into its explicit schedule, as the log has it: strategy fixed, the log's
 * deviations. Returns: false if there were more of them than a program holds.
 */
bool laboratory_make_explicit(struct program *program, const struct heddle_log *log);

/* Writes the events of the log's last execution with the names of this room, a line each. */
void laboratory_print_trace(const struct heddle_log *log, const struct program *program,
                            const struct laboratory_target *target, FILE *out);

/* --- explaining: what an event was, by the names of this room ------------------------------- */

enum laboratory_deed {
    LABORATORY_DEED_NONE,      /* nothing that somebody asks for by itself */
    LABORATORY_DEED_OPERATION, /* of the program; `operation` */
    LABORATORY_DEED_RETURN,    /* of the innermost operation; the text is its result */
    LABORATORY_DEED_CALLBACK,
    LABORATORY_DEED_CALLBACK_END, /* of the innermost one */
    LABORATORY_DEED_FAULT,        /* was injected */
    LABORATORY_DEED_STAGE,        /* the execution came to here; the text says where */
    LABORATORY_DEED_HOLD,         /* a reference to the object was taken */
    LABORATORY_DEED_RELE,         /* … given back */
};

struct laboratory_telling {
    enum laboratory_deed deed;
    uint32_t object;                           /* an allocation that it is about; 0: none */
    const struct program_operation *operation; /* as the program has it; NULL: not known */
    char text[160];
};

/*
 * What the log's index-th event was, of those that the engine knows nothing of: probes, and the room's own.
 * Requires: the log is of a run with `trace`.
 */
void laboratory_tell(const struct heddle_log *log, uint32_t index, const struct program *program,
                     const struct laboratory_target *target, const struct subject *subject,
                     struct laboratory_telling *telling);

/*
 * Objects' names: of an allocation ("stack 48"), made within that operation of the program or NULL; and of the
 * how manyth primitive of its class in an allocation that has that name ("cv of ip on stack 48").
 * Returns: false: the room has no word for it.
 */
bool laboratory_name_allocation(const char *kind, uint32_t number,
                                const struct laboratory_target *target,
                                const struct program_operation *within, char *text, size_t size);
bool laboratory_name_primitive(const char *class_name, uint32_t ordinal, const char *container,
                               char *text, size_t size);

#endif
