/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Between history.c and history_lives.c, which take in what is observed, and history_parts.c, which makes steps of it
 * at the end; and for nobody else.
 */
#ifndef NETSTACK_ORACLES_HISTORY_PARTS_H
#define NETSTACK_ORACLES_HISTORY_PARTS_H

#include "netstack/oracles/history.h"

#define HISTORY_STEPS_MAX    4096
#define HISTORY_CALLS_MAX    4096
#define HISTORY_ZONES_MAX    512
#define HISTORY_WALKS_MAX    256
#define HISTORY_BARRIERS_MAX 256
#define HISTORY_SIGHTS_MAX   512
#define HISTORY_KSTATS_MAX   256
#define HISTORY_FAILED_MAX   512

struct window {
    uint32_t from, to;
};

/* A stack's life, by the index of its view_stack. */
struct history_life {
    uint32_t number;
    int32_t id;                    /* -1: never heard of */
    uint32_t born;                 /* 0: before the first observation */
    uint32_t birth_serial;         /* of the call that it was born in; 0: of none */
    uint32_t birth_from, birth_to; /* that call; to 0: it goes on */
    bool birth_failed;
    bool by_init;           /* that call was an init: perhaps it took the stack back */
    uint32_t create_since;  /* its first create began: it was listed */
    uint32_t created_since; /* the last create of its birth ended */
    uint32_t close_serial;
    struct window close;  /* from 0: not seen; to 0: that call goes on */
    uint32_t quiet_since; /* its last callback ended */
    uint32_t freed;
};

struct history_zone {
    int32_t id;
    uint32_t serial; /* of the zone_create */
    bool goes;       /* not its coming, but its going */
    bool exclusive;
    bool is_sure; /* that it is attached to stack 0, if it is not exclusive */
    struct window window;
    uint32_t note;
};

struct history_walk {
    uint32_t cursor;
    uint8_t slot;
    bool is_open;
    uint32_t value; /* of its steps: names it; the rest by MODEL_WALKS_MAX is its slot */
    uint32_t finished;
    struct window begins, ends; /* ends.to 0: it gave no NULL */
    uint32_t begins_note, ends_note;
};

struct history_barrier {
    struct window window;
    uint32_t note;
    uint8_t slot; /* its task's: a task waits for one at a time */
};

struct history_kstat {
    uint32_t identity;
    int32_t zone; /* or stack id */
    bool of_stack;
    struct window created;
    uint32_t note;
};

/* Something that a call did to a kstat's sight in a zone, or saw of it. */
struct history_sight {
    uint16_t kstat; /* index */
    uint8_t action;
    int32_t zone;
    struct window window;
    uint32_t note;
};

/* A step, and which part it is of: of a stack's id, while that may not be known; or of a number. */
struct history_raw {
    struct linear_step step; /* after: index of such a one */
    uint8_t kind;
    bool of_stack;
    int16_t kstat;
    int32_t number; /* or the stack's index */
    uint16_t part;
    uint16_t place;
};

struct history {
    bool is_complete;
    bool service_moved; /* it was ended or begun: which zones are attached nobody says */
    bool global_came;
    bool adds_are_ignored;
    uint32_t started;
    uint16_t walks_open; /* bit set of slots */
    uint32_t
        life_count; /* of view_stacks, by index, those that were heard of here: others have number 0 */
    uint32_t step_count, call_count, zone_count, walk_count, barrier_count, kstat_count,
        sight_count, failed_count;
    struct history_life lives[VIEW_STACKS_MAX];
    struct history_raw raw[HISTORY_STEPS_MAX];
    struct history_call calls[HISTORY_CALLS_MAX];
    struct history_zone zones[HISTORY_ZONES_MAX];
    struct history_walk walks[HISTORY_WALKS_MAX];
    struct history_barrier barriers[HISTORY_BARRIERS_MAX];
    struct history_kstat kstats[HISTORY_KSTATS_MAX];
    struct history_sight sights[HISTORY_SIGHTS_MAX];
    struct window failed[HISTORY_FAILED_MAX]; /* a zone_create that failed: its id is not known */
};
extern struct history history;

/* NULL: there is no room, and the history is not complete. Fields that are not given are zero. */
struct history_raw *history__add(enum history_kind kind, enum model_action action,
                                 struct window window, uint32_t note);

/* Room for one more, zero; NULL: there is none, and the history is not complete. */
void *history__take_room(void *table, uint32_t *count, uint32_t count_max, size_t size);
#define HISTORY_ROOM_IN(table, count)                                                              \
    history__take_room((table), &(count), sizeof(table) / sizeof((table)[0]), sizeof((table)[0]))

/* The beginning of the call that is told of, and now. */
struct window history__window_of_call(void);
uint32_t history__note_call(const struct observation *what);           /* 0: no room */
struct history_life *history__life_of(const struct view_stack *stack); /* NULL: too many */

/* --- history_lives.c -------------------------------------------------------------------- */

void history__take_born(void);
void history__take_callback_start(const struct observation *what);
void history__take_callback_end(const struct observation *what);
void history__take_last_zone(void);
void history__take_attached(const struct observation *what);
void history__take_zone_made(const struct observation *what, struct history_life *life);
void history__take_zone_destroyed(const struct observation *what);

/*
 * A call ends in which stacks may have been born or closed. Returns: the stack of the zone that it
 * made, or NULL.
 */
struct history_life *history__end_call(const struct observation *what);

#endif
