/* SPDX-License-Identifier: BSD-2-Clause
 *
 * An execution explained, as a value: what each task did moment by moment, what objects are called, who ran when and why, what
 * of it matters to the failure, and which chosen switch made the difference. explain_read.c makes it from a log, explain_trial.c
 * tries without, explain_select.c selects; the explain_* that draw it (text, words, HTML, Perfetto) look at nothing else.
 */
#ifndef TOOL_EXPLANATION_H
#define TOOL_EXPLANATION_H

#include <stdio.h>

#include "tool/input.h"
#include "tool/outcome.h"

#define EXPLANATION_NONE     UINT32_MAX
#define EXPLANATION_OPEN_MAX 12 /* operations and callbacks of a task that are under way and kept */

enum explanation_sort {
    EXPLANATION_OTHER,
    EXPLANATION_OPERATION,
    EXPLANATION_RETURN,
    EXPLANATION_CALLBACK,
    EXPLANATION_CALLBACK_END,
    EXPLANATION_FAULT,
    EXPLANATION_LOCK,
    EXPLANATION_UNLOCK,
    EXPLANATION_WAIT, /* the task stops here until something comes */
    EXPLANATION_WAKE, /* its wait is over */
    EXPLANATION_SIGNAL,
    EXPLANATION_MAKE, /* of an allocation or a primitive */
    EXPLANATION_DESTROY,
    EXPLANATION_FREE,
    EXPLANATION_HOLD,
    EXPLANATION_RELE,
    EXPLANATION_TASK, /* begins, ends, works, has worked */
    EXPLANATION_STAGE,
    EXPLANATION_END, /* the failure itself: the last moment, without an event */
};

enum explanation_thing {
    EXPLANATION_NOTHING,
    EXPLANATION_ALLOCATION,
    EXPLANATION_MUTEX,
    EXPLANATION_CV,
    EXPLANATION_SEMA,
    EXPLANATION_ATOMIC,
    EXPLANATION_TASKQ,
};

struct explanation_object {
    enum explanation_thing thing;
    uint32_t allocation; /* that it lies in, or is itself; 0: none */
    uint32_t made, gone; /* moments; gone: freed or destroyed */
    uint16_t owner;      /* of a mutex at the end, or HEDDLE_TASK_NONE */
    uint32_t taken;      /* the moment at which it was locked, or a permit taken, last */
    bool focus;          /* the failure is about it, or about what it lies in */
    char name[128];
};

/* What a task is at the end. */
enum explanation_state {
    EXPLANATION_RUNS, /* it could go on */
    EXPLANATION_SLEEPS,
    EXPLANATION_AWAITS_LOCK,
    EXPLANATION_AWAITS_PERMIT,
    EXPLANATION_AWAITS_TASK,
    EXPLANATION_AWAITS_TIME,
    EXPLANATION_RESTS, /* waits for work */
    EXPLANATION_ENDED,
};

struct explanation_task {
    char name[HEDDLE_NAME_MAX + 16];
    bool involved; /* it has a column */
    uint32_t first, last;
    enum explanation_state state;
    uint32_t since;  /* the moment since which it is that */
    uint32_t object; /* that it waits for; AWAITS_TASK: the task */
    uint32_t mutex;  /* that it gave back to sleep */
    uint32_t woken;  /* SLEEPS: the moment at which it was signalled */
    uint32_t depth;  /* operations and callbacks under way, outermost first */
    uint32_t open[EXPLANATION_OPEN_MAX];
};

struct explanation_moment {
    uint16_t task;
    uint8_t sort;   /* enum explanation_sort */
    uint8_t weight; /* how much it matters, from 0 */
    uint8_t depth;  /* operations and callbacks that it lies in */
    bool waits;     /* its task does not go on from here by itself */
    uint32_t object;
    uint32_t mate; /* what ends it, or began it; or EXPLANATION_NONE */
    char text[112];
    char place[40]; /* file:line in the subject, or empty */
    const char *function;
};

enum explanation_without {
    EXPLANATION_NOT_TRIED,
    EXPLANATION_FAILS_ALIKE,
    EXPLANATION_OK,
    EXPLANATION_FAILS_OTHERWISE,
};

/* A change of the running task, or another choice that the fixed policy would not have made. */
struct explanation_switch {
    uint32_t moment;   /* before this one */
    uint16_t from, to; /* the same: a choice that is none of task */
    bool chosen;       /* a deviation; else the running task could not go on */
    uint32_t number;   /* of a chosen one, from 1 */
    uint16_t instead;  /* who would have run */
    struct heddle_deviation deviation;
    enum explanation_without without; /* how it ends without it */
    char without_promise[128];
    uint8_t weight;
};

struct explanation_fault {
    enum explanation_without without;
    char without_promise[128];
};

struct explanation {
    const struct input *input;
    const struct outcome *outcome;

    /* Moment i is event i; the last is the failure, if there is one. */
    struct explanation_moment *moments;
    uint32_t moment_count;
    struct explanation_object *objects; /* by number */
    uint32_t object_count;
    struct explanation_task *tasks;
    uint32_t task_count;
    struct explanation_switch *switches;
    uint32_t switch_count, chosen_count;
    uint32_t tried; /* of the chosen ones: the last so many */
    enum explanation_without without_all;
    struct explanation_fault faults[PROGRAM_FAULTS_MAX]; /* without each of the program's */
    uint32_t subject; /* the allocation that the failure is about; 0: none */
    bool is_certain;  /* the verdict names it; else it is what was touched last */
};

/*
 * What the log of a run with `trace` and `choices` tells; the outcome is the log's, and must live on.
 * Returns: NULL without memory.
 */
struct explanation *explanation_read(const struct input *input, const struct outcome *outcome,
                                     const struct heddle_log *log);
void explanation_destroy(struct explanation *explanation);

/* A part of explanation_read: explain_switches.c. false: no memory. */
bool explanation_read_switches(struct explanation *explanation, const struct heddle_log *log);

/*
 * Executes the input in a worker, and reads what it did. The explanation is of *outcome, which the caller destroys
 * after it. Returns: NULL: cannot: errno.
 */
struct explanation *explanation_create(const struct input *input, struct outcome **outcome);

/*
 * Finds how each chosen switch and each fault matters, by trying without. *differed: it was not even the same again
 * as it is, and nothing was tried. Returns: false: cannot: errno.
 */
bool explanation_try(struct explanation *explanation, bool *differed);

/* What the failure is about, who is involved, and each moment's weight. */
void explanation_select(struct explanation *explanation);

/* --- asking -------------------------------------------------------------------------------- */

#define EXPLANATION_WEIGHT_ALL  0 /* everything */
#define EXPLANATION_WEIGHT_MOST 5

bool explanation_failed(const struct explanation *explanation);

/* The task's operations and callbacks under way there, "a › b"; empty if there are none. */
void explanation_within(const struct explanation *explanation, uint32_t moment, char *text,
                        size_t size);

/* The last moment of that sort on what the failure is about; or EXPLANATION_NONE. */
uint32_t explanation_last(const struct explanation *explanation, enum explanation_sort sort);

const char *explanation_object_name(const struct explanation *explanation, uint32_t object);

/* --- drawing ------------------------------------------------------------------------------- */

#define EXPLANATION_WIDTH 120
#define EXPLANATION_LINES 50

/* The columns in at most so many lines; 0: as many as there are, and everything. */
void explain_text(const struct explanation *explanation, uint32_t lines_max, FILE *out);

/* What broke, what each was doing, what made the difference; lines of at most EXPLANATION_WIDTH. */
void explain_words(const struct explanation *explanation, FILE *out);

/* The same as a string of its own; NULL: no memory. */
char *explain_words_text(const struct explanation *explanation);

/* The columns as a table of a page (html.h) that has their style: everything, or what matters alone. */
extern const char explain_columns_style[];
void explain_columns(const struct explanation *explanation, bool everything, FILE *out);

/* A page of its own. */
void explain_html(const struct explanation *explanation, const char *words, FILE *out);

/* The trace-event format, which Perfetto's and Chrome's viewers open. */
void explain_perfetto(const struct explanation *explanation, FILE *out);

#endif
