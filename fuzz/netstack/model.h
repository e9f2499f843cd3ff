/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The core as a program would be that does one thing at a time: what each step of a history does, and which answers
 * are right. Three models that know nothing of each other, since no promise of the core joins them:
 *
 *   a zone id      the zone of that id and the stack of that id, over all their lives: lookups, holds, walks as far as
 *                  they meet that stack, whether the id is in use, whether the stack is gone
 *   a module slot  free, busy, taken
 *   a sight        one kstat in one zone: seen or not
 *
 * What the core promises to be one instant is one step. What it promises to last is two: a stack is listed, then
 * active; it closes, then it is unlinked; a slot is busy from within register or unregister to within it again. What it
 * promises of every stack by itself (a walk gives it once; NULL if none was active throughout) is asked of each by itself.
 */
#ifndef NETSTACK_MODEL_H
#define NETSTACK_MODEL_H

#include "netstack/linearizability.h"

#define MODEL_WALKS_MAX    16 /* open at a time */
#define MODEL_BARRIERS_MAX 16

enum model_action {
    /* A zone id; object: stack, where there is one. */
    MODEL_LIST, /* it comes to be listed: no other of the id may be */
    MODEL_ACTIVATE,
    MODEL_CLOSE,      /* an active one */
    MODEL_GIVE_UP,    /* one that will not become active closes */
    MODEL_DROP,       /* and gives back the zones' reference */
    MODEL_UNLINK,     /* closing, and nobody holds it */
    MODEL_ZONE_COMES, /* the zone can be found; it has the stack of its id, if that is active */
    MODEL_ZONE_COMES_SHARED,
    MODEL_ZONE_GOES,
    MODEL_FOUND,        /* a lookup gives it, active, with a reference */
    MODEL_FOUND_SHARED, /* a lookup by the zone gives stack 0 */
    MODEL_NO_STACK,     /* a lookup by stack id gives none */
    MODEL_NO_ZONE,      /* a lookup by zone gives none */
    MODEL_NOT_ACTIVE,   /* holding it if it is active fails */
    MODEL_IN_USE,       /* the id is, by a stack that is listed */
    MODEL_NOT_IN_USE,
    MODEL_HOLD,
    MODEL_RELE,
    MODEL_GONE,        /* somebody is told that it is unlinked */
    MODEL_WALK_BEGINS, /* value: the walk, as all these */
    MODEL_WALK_GIVES,  /* it, active, with a reference */
    MODEL_WALK_ENDS,
    MODEL_BARRIER_BEGINS, /* value: the barrier, as the other */
    MODEL_BARRIER_ENDS,   /* the reap that was outstanding then has ended */

    /* A module slot. */
    MODEL_SLOT_TAKE,     /* register begins: free, now busy */
    MODEL_SLOT_STAND,    /* register ends well: busy, now taken */
    MODEL_SLOT_LEAVE,    /* unregister begins: taken, now busy */
    MODEL_SLOT_FREE,     /* unregister or the undoing of register ends: busy, now free */
    MODEL_SLOT_NOT_FREE, /* register is refused: EEXIST */
    MODEL_SLOT_EMPTY,    /* unregister is: ENOENT */
    MODEL_SLOT_BUSY,     /* unregister is: EBUSY */

    /* A sight. */
    MODEL_SHOW,
    MODEL_HIDE,
    MODEL_SEEN,
    MODEL_UNSEEN,
    MODEL_ACTION_COUNT
};

extern const struct linear_model model_zone, model_slot, model_sight;

/* What a step of this action claims: "it is listed". */
const char *model_action_words(enum model_action action);

/* The promise that is broken where a step of this action cannot be explained. */
const char *model_action_promise(enum model_action action);

#endif
