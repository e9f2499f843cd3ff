/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A program is a value: threads of operations, a schedule and a fault plan. Here are the value, its
 * two written forms (bytes for fuzzers, .prog text for people), and what makes new ones of old.
 * What the operations mean, the vocabulary says, which belongs to the subject's room.
 *
 * Every byte string decodes. encode and decode, and print and parse, are lossless both ways.
 */
#ifndef PROGRAM_PROGRAM_H
#define PROGRAM_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define PROGRAM_FORMAT_VERSION 1
#define PROGRAM_THREADS_MAX    8
#define PROGRAM_OPERATIONS_MAX 128 /* of all threads */
#define PROGRAM_ARGUMENTS_MAX  4
#define PROGRAM_FAULTS_MAX     32
#define PROGRAM_DEVIATIONS_MAX 65536
#define PROGRAM_NAME_MAX       48 /* of target and subject, with the NUL */

/* What a number in an operation or a fault stands for. */
struct program_parameter {
    const char *name;         /* as in "slot=3" */
    uint32_t limit;           /* values are 0 … limit-1; at least 1 */
    const char *const *names; /* limit names to write instead of numbers, or NULL */
};

struct program_verb {
    const char *name;
    uint32_t weight; /* how often a generator picks it; 0: never */
    uint32_t parameter_count;
    struct program_parameter parameters[PROGRAM_ARGUMENTS_MAX];
};

/*
 * What programs of a target may say. Verbs are only ever added at the end: their index is in files.
 * Names of fault points, fault actions and choice kinds likewise.
 */
struct program_vocabulary {
    const struct program_verb *verbs;
    uint32_t verb_count;
    const struct program_verb *fault_points; /* parameters select which, e.g. the module */
    uint32_t fault_point_count;
    const struct program_verb *fault_actions; /* parameters say how, e.g. how long */
    uint32_t fault_action_count;
    /* Which action may happen at which point; NULL: any. What is not legal is never generated. */
    bool (*fault_is_legal)(uint32_t point, uint32_t action);
    uint32_t (*fault_group)(
        uint32_t action); /* below 32; swarms switch groups; NULL: each its own */
    /* Generated programs with faults have at least so many, and if that is not 0, mutators change faults most. */
    uint32_t faults_min;
    const char *const *choice_kinds; /* of deviations: "task", "wake", … */
    uint32_t choice_kind_count;
    const char *const *strategies; /* names, in the order of their codes in files */
    uint32_t strategy_count;
    const uint32_t *strategy_weights; /* how often a mutator picks each; NULL: all alike */
};

/*
 * Can both formats say all of it? Words are graphic ASCII without # = : and differ from each other;
 * no verb, fault point, fault action or choice kind is "thread", "faults", "schedule" or "end", and
 * no selector "nth" or "onwards"; limits are 1 … 65536; there is at least one strategy.
 */
bool program_vocabulary_is_valid(const struct program_vocabulary *vocabulary);

struct program_operation {
    uint8_t thread; /* below thread_count */
    uint8_t verb;
    uint16_t arguments[PROGRAM_ARGUMENTS_MAX]; /* unused ones are 0 */
};

/* At the nth time (from 0) that this point is reached with these selectors, do this. */
struct program_fault {
    uint8_t point;
    uint8_t action;
    uint16_t nth;
    bool onwards; /* and at each later one */
    uint16_t selectors[PROGRAM_ARGUMENTS_MAX];
    uint16_t arguments[PROGRAM_ARGUMENTS_MAX];
};

/* Where a task's k-th choice of a kind differs from what the strategy would choose. */
struct program_deviation {
    uint16_t task;
    uint16_t kind;
    uint32_t k;
    uint32_t value;
};

/* The base that deviations deviate from. Strategy 0 is "fixed": run on, else the lowest. */
struct program_strategy {
    uint8_t strategy; /* index into the vocabulary's */
    uint8_t depth;
    uint32_t length; /* expected number of points; 0: unknown */
    uint64_t seed;
};

/*
 * Before what there are choices: synchronisation ("sync"), or loads and stores too ("memory"). How many of
 * the latter there are is the compiler's doing, so such choices are counted in one build alone.
 */
enum program_event_model {
    PROGRAM_EVENT_MODEL_SYNC,
    PROGRAM_EVENT_MODEL_MEMORY,
    PROGRAM_EVENT_MODEL_COUNT
};

/* The build that a failure needs to show. */
enum program_requires {
    PROGRAM_REQUIRES_NOTHING,
    PROGRAM_REQUIRES_ASAN,
    PROGRAM_REQUIRES_TSAN,
    PROGRAM_REQUIRES_COUNT
};

struct program {
    /* The head. Empty names: the bytes had no head, or it did not say. */
    char target[PROGRAM_NAME_MAX];
    char subject[PROGRAM_NAME_MAX];
    uint8_t event_model;    /* enum program_event_model */
    uint8_t requires_build; /* enum program_requires */
    char build
        [PROGRAM_NAME_MAX]; /* the one whose loads and stores are counted; empty: it does not say */

    uint32_t thread_count; /* 1 … PROGRAM_THREADS_MAX; a thread may be empty */
    uint32_t operation_count;
    /* Grouped by thread, those of a thread in its order. */
    struct program_operation operations[PROGRAM_OPERATIONS_MAX];

    struct program_strategy strategy;

    uint32_t fault_count;
    struct program_fault faults[PROGRAM_FAULTS_MAX];

    /* Sorted by task, kind, k, without doubles. Owned, on the heap; NULL if none. */
    uint32_t deviation_count;
    uint32_t deviation_capacity;
    struct program_deviation *deviations;
};

/* The empty program of one thread. fini frees what it owns; copy needs an initialised `to`. */
void program_init(struct program *program);
void program_fini(struct program *program);
void program_copy(struct program *to, const struct program *from);
bool program_equal(const struct program *a, const struct program *b);

/* Is every number within the vocabulary and the limits, and are operations grouped by thread? */
bool program_is_valid(const struct program *program, const struct program_vocabulary *vocabulary);

/*
 * Adds a deviation, keeping the order; one for the same choice is replaced.
 * Returns: false if PROGRAM_DEVIATIONS_MAX are there.
 */
bool program_add_deviation(struct program *program, struct program_deviation deviation);

/* --- bytes: decode.c, encode.c ------------------------------------------------------------ */

enum program_head { PROGRAM_HEAD_NONE, PROGRAM_HEAD_KNOWN, PROGRAM_HEAD_NEWER };

/* What the first bytes are. KNOWN and NONE decode; NEWER was written by a later version. */
enum program_head program_head_of(const uint8_t *bytes, size_t size);

/*
 * Reads bytes into an initialised program, whatever they are. Numbers out of range are taken modulo
 * their limit, what is cut off is absent, what is too much is left out.
 * Requires: the head is not NEWER. Without a head, target and subject stay empty.
 */
void program_decode(struct program *program, const uint8_t *bytes, size_t size,
                    const struct program_vocabulary *vocabulary);

/*
 * Reads target and subject from the head alone, to find the vocabulary.
 * Returns: false if there is no known head. Both hold PROGRAM_NAME_MAX bytes.
 */
bool program_decode_head(const uint8_t *bytes, size_t size, char *target, char *subject);

/*
 * Writes the canonical bytes, head included: decoding them gives an equal program. Needs no
 * vocabulary: numbers are written as they are.
 * Returns: the size they need; nothing is written if `capacity` is less.
 */
size_t program_encode(const struct program *program, uint8_t *bytes, size_t capacity);

/* --- text: print.c, parse.c --------------------------------------------------------------- */

struct program_error {
    int line, column;  /* from 1 */
    char message[160]; /* what was expected and what stood there */
};

/* Requires: program_is_valid. The text is canonical: equal programs are equal text. */
void program_print(const struct program *program, const struct program_vocabulary *vocabulary,
                   FILE *out);

/* One operation, or one fault, without the line's end. */
void program_print_operation(const struct program_operation *operation,
                             const struct program_vocabulary *vocabulary, FILE *out);
void program_print_fault(const struct program_fault *fault,
                         const struct program_vocabulary *vocabulary, FILE *out);

/* A verb, point or action with what the numbers stand for. */
void program_print_words(const struct program_verb *verb, const uint16_t *numbers, FILE *out);

/*
 * Reads text. Comments (#) and blank lines are skipped. Without a line "end" it was cut off.
 * Returns: false with *error; *program is then unspecified but may be finalised.
 */
bool program_parse(struct program *program, const char *text, size_t size,
                   const struct program_vocabulary *vocabulary, struct program_error *error);

/* As program_decode_head, for text: "target" and "subject" lines. False if it is not a .prog. */
bool program_parse_head(const char *text, size_t size, char *target, char *subject,
                        struct program_error *error);

/* --- new ones: generate.c, mutate.c ------------------------------------------------------- */

/* All randomness comes from `state`: the same state gives the same program. splitmix64. */
uint64_t program_random(uint64_t *state);
uint32_t program_random_below(uint64_t *state, uint32_t limit); /* uniform; limit at least 1 */

struct program_generation {
    uint32_t threads_max;    /* 0: PROGRAM_THREADS_MAX */
    uint32_t operations_max; /* 0: PROGRAM_OPERATIONS_MAX */
    bool faults;
};

/*
 * Makes a program: a random subset of verbs, fault points and groups of fault actions (swarm testing, Groce et
 * al., ISSTA 2012), weighted at random on top of their own weights. Head and strategy are left alone, deviations emptied.
 */
void program_generate(struct program *program, const struct program_vocabulary *vocabulary,
                      const struct program_generation *how, uint64_t *state);

/* Changes it in a few places: operations, arguments, threads, schedule, faults. Head kept. */
void program_mutate(struct program *program, const struct program_vocabulary *vocabulary,
                    uint64_t *state);

/*
 * Makes `child` from parts of both: threads of each; head, schedule and faults of `a`.
 * Requires: child is initialised and neither of them.
 */
void program_splice(struct program *child, const struct program *a, const struct program *b,
                    const struct program_vocabulary *vocabulary, uint64_t *state);

/* --- smaller ones: shrink.c ------------------------------------------------------------------ */

enum program_part { PROGRAM_PART_OPERATIONS, PROGRAM_PART_FAULTS, PROGRAM_PART_DEVIATIONS };
uint32_t program_part_size(const struct program *program, enum program_part part);

/* Takes out so many from `first` on, or as many as there are. Threads stay, if only empty. */
void program_cut(struct program *program, enum program_part part, uint32_t first, uint32_t count);

/* Takes out a thread, if it is not the only one; those behind it move up. */
void program_cut_thread(struct program *program, uint32_t thread);

/*
 * Makes one number of an operation or a fault simpler, the index-th way of all there are: *changed says
 * whether it was not as simple already. Returns: false beyond the last.
 */
bool program_simplify(struct program *program, uint32_t index, bool *changed);

#endif
