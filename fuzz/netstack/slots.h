/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The slots that all threads of a program share. What is only used is borrowed, by any number at a
 * time; what is consumed is taken, and only if nobody borrows it: so no thread ever gives back what
 * another one is using, as in any correct client. A slot that is empty stands for the next one that
 * is not.
 */
#ifndef NETSTACK_SLOTS_H
#define NETSTACK_SLOTS_H

#include "netstack/adapter.h"

enum slot_row { ROW_HELD, ROW_KSTAT, ROW_CRED, ROW_HOLD, ROW_COUNT };
#define ROW_SLOTS_MAX 8
#define KEPT_MAX      16

enum slot_sort {
    SORT_PLAIN,
    SORT_TAGGED,   /* held: by netstack_hold_tag */
    SORT_OF_STACK, /* kstat: by kstat_create_netstack */
    SORT_OF_ZONE,  /* kstat: by kstat_create_zone */
    SORT_ANY
};

struct slot {
    void *object;   /* subject_stack_t, kstat_t, cred_t or zone_t; NULL: empty */
    uint32_t stack; /* held: its number */
    int id;         /* kstat: the stack id it was made with; cred, hold: the zone's */
    uint8_t sort;
    uint8_t borrowers;
    handover_t handover;
};

enum cursor_state { CURSOR_FREE, CURSOR_OPEN, CURSOR_BUSY };
struct cursor_slot {
    uint32_t number; /* of the walk, never used before */
    bool ended;      /* its last step gave nothing */
    uint32_t births; /* when it began */
    uint8_t state;
    handover_t handover;
    subject_cursor_t cursor;
};

struct uid_slot {
    uint64_t uid; /* 0: nothing */
    uint32_t stack;
};

enum key_state { KEY_FREE, KEY_CALLED, KEY_STANDS };
struct key_slot {
    zone_key_t key;
    uint8_t state;
};

struct slots {
    struct slot rows[ROW_COUNT][ROW_SLOTS_MAX];
    uint8_t full[ROW_COUNT];    /* how many of each row are not empty */
    zoneid_t zones[SLOTS_ZONE]; /* ZONE_NONE: nothing; an id stays when its zone goes */
    struct cursor_slot cursors[SLOTS_CURSOR];
    struct uid_slot uids[SLOTS_UID];
    struct key_slot keys[SLOTS_KEY];
    kstat_t *kstat_stale; /* deleted last */
    struct slot
        kept[KEPT_MAX]; /* references whose holders do not let go, which no operation takes */
};
extern struct slots slots;

void slots_begin(void);

/*
 * The zone of a slot, or of the next one that has one: the global one at the latest. Where a callback calls with what is
 * its own, its zone whatever the slot.
 */
zoneid_t slots_zone(uint16_t slot);
zoneid_t slots_own_zone(uint16_t index); /* of slots 1 and up, by index from 0; ZONE_NONE: none */

/* borrow: NULL if there is none of that sort. What was borrowed is given back by slot_return. */
struct slot *slot_borrow(enum slot_row row, uint16_t index, enum slot_sort sort);
void slot_return(struct slot *slot);

/* Out of its slot. Returns: false if there is none of that sort that nobody borrows. */
bool slot_take(enum slot_row row, uint16_t index, enum slot_sort sort, struct slot *taken);

/* Empties a slot that nobody borrows. */
void slot_clear(struct slot *slot, struct slot *taken);

/* Into the slot, or the next empty one. Returns: false if all are full. */
bool slot_put(enum slot_row row, uint16_t index, struct slot put);

#endif
