/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The sequential models (model.h), and their words.
 */
#include "netstack/model.h"

#include <string.h>

/* --- a zone id ---------------------------------------------------------------------------------- */

enum stack_stage { STACK_NONE, STACK_LISTED, STACK_ACTIVE, STACK_CLOSING };
enum zone_kind { ZONE_NOT_FOUND, ZONE_OWN, ZONE_SHARED };

/* Without padding: its bytes are compared. */
struct zone_state {
    uint32_t stack;      /* that is listed */
    uint16_t references; /* to it: the zones' one, until it closed, and others */
    uint8_t stage;
    uint8_t zone;
    uint16_t throughout; /* walks since whose beginning it has been active */
    uint16_t given;      /* walks that have given it */
    uint16_t awaited;    /* barriers that began since its last reference went */
    uint16_t unused;
};
_Static_assert(sizeof(struct zone_state) == 16 && sizeof(struct zone_state) <= LINEAR_STATE_MAX,
               "a state has no padding");

static bool
stack_is(const struct zone_state *state, uint32_t stack, enum stack_stage stage)
{
    return state->stack == stack && state->stage == stage;
}

static enum linear_effect
reads_if(bool possible)
{
    return possible ? LINEAR_READS : LINEAR_IMPOSSIBLE;
}

static enum linear_effect
change_stage(struct zone_state *state, uint32_t stack, enum stack_stage from, enum stack_stage to)
{
    if (!stack_is(state, stack, from)) {
        return LINEAR_IMPOSSIBLE;
    }
    state->stage = (uint8_t)to;
    state->throughout = 0;
    return LINEAR_CHANGES;
}

static enum linear_effect
list(struct zone_state *state, uint32_t stack)
{
    if (state->stage != STACK_NONE) {
        return LINEAR_IMPOSSIBLE;
    }
    state->stack = stack;
    state->stage = STACK_LISTED;
    state->references = 1;
    state->given = 0;
    return LINEAR_CHANGES;
}

static enum linear_effect
unlink_stack(struct zone_state *state, uint32_t stack)
{
    if (!stack_is(state, stack, STACK_CLOSING) || state->references > 0) {
        return LINEAR_IMPOSSIBLE;
    }
    state->stack = 0;
    state->stage = STACK_NONE;
    state->given = 0;
    state->awaited = 0;
    return LINEAR_CHANGES;
}

static enum linear_effect
move_zone(struct zone_state *state, bool from_nothing, enum zone_kind to)
{
    if ((state->zone == ZONE_NOT_FOUND) != from_nothing) {
        return LINEAR_IMPOSSIBLE;
    }
    state->zone = (uint8_t)to;
    return LINEAR_CHANGES;
}

static enum linear_effect
give(struct zone_state *state, uint32_t stack)
{
    if (!stack_is(state, stack, STACK_ACTIVE)) {
        return LINEAR_IMPOSSIBLE;
    }
    state->references++;
    return LINEAR_CHANGES;
}

static bool
zone_has_stack(const struct zone_state *state)
{
    return state->zone == ZONE_SHARED || (state->zone == ZONE_OWN && state->stage == STACK_ACTIVE);
}

static enum linear_effect
count(struct zone_state *state, const struct linear_step *step)
{
    bool holds = step->action == MODEL_HOLD;
    bool is_early = step->action == MODEL_DROP && state->stage != STACK_CLOSING;
    if (state->stack != step->object || is_early || (!holds && state->references == 0)) {
        return LINEAR_IMPOSSIBLE;
    }
    state->references = (uint16_t)(state->references + (holds ? 1 : -1));
    return LINEAR_CHANGES;
}

/* A walk gives a stack that is active, not one that it has given. */
static enum linear_effect
walk(struct zone_state *state, const struct linear_step *step)
{
    uint16_t bit = (uint16_t)(1u << step->value % MODEL_WALKS_MAX);
    uint16_t throughout = state->throughout, given = state->given;
    switch (step->action) {
    case MODEL_WALK_BEGINS:
        state->throughout &= (uint16_t)~bit;
        state->given &= (uint16_t)~bit;
        if (state->stage == STACK_ACTIVE) {
            state->throughout |= bit;
        }
        return LINEAR_CHANGES;
    case MODEL_WALK_GIVES:
        if (given & bit) {
            return LINEAR_IMPOSSIBLE;
        }
        state->given |= bit;
        return give(state, step->object);
    default:
        return reads_if(!(throughout & (uint16_t)~given & bit));
    }
}

/* A barrier waits for the reaps that are outstanding when it begins, and for nobody's reference. */
static enum linear_effect
pass_barrier(struct zone_state *state, const struct linear_step *step)
{
    uint16_t bit = (uint16_t)(1u << step->value % MODEL_BARRIERS_MAX);
    if (step->action == MODEL_BARRIER_ENDS) {
        return reads_if((state->awaited & bit) == 0);
    }
    state->awaited &= (uint16_t)~bit;
    if (state->stage == STACK_CLOSING && state->references == 0) {
        state->awaited |= bit;
    }
    return LINEAR_CHANGES;
}

static enum linear_effect
apply_to_zone(void *memory, const struct linear_step *step)
{
    struct zone_state *state = memory;
    switch ((enum model_action)step->action) {
    case MODEL_LIST:
        return list(state, step->object);
    case MODEL_ACTIVATE:
        return change_stage(state, step->object, STACK_LISTED, STACK_ACTIVE);
    case MODEL_CLOSE:
        return change_stage(state, step->object, STACK_ACTIVE, STACK_CLOSING);
    case MODEL_GIVE_UP:
        return change_stage(state, step->object, STACK_LISTED, STACK_CLOSING);
    case MODEL_UNLINK:
        return unlink_stack(state, step->object);
    case MODEL_ZONE_COMES:
        return move_zone(state, true, ZONE_OWN);
    case MODEL_ZONE_COMES_SHARED:
        return move_zone(state, true, ZONE_SHARED);
    case MODEL_ZONE_GOES:
        return move_zone(state, false, ZONE_NOT_FOUND);
    case MODEL_FOUND:
        return give(state, step->object);
    case MODEL_FOUND_SHARED:
        return reads_if(state->zone == ZONE_SHARED);
    case MODEL_NO_STACK:
        return reads_if(state->stage != STACK_ACTIVE);
    case MODEL_NO_ZONE:
        return reads_if(!zone_has_stack(state));
    case MODEL_NOT_ACTIVE:
        return reads_if(!stack_is(state, step->object, STACK_ACTIVE));
    case MODEL_IN_USE:
        return reads_if(state->stage != STACK_NONE);
    case MODEL_NOT_IN_USE:
        return reads_if(state->stage == STACK_NONE);
    case MODEL_HOLD:
    case MODEL_RELE:
    case MODEL_DROP:
        return count(state, step);
    case MODEL_GONE:
        return reads_if(state->stack != step->object);
    case MODEL_WALK_BEGINS:
    case MODEL_WALK_GIVES:
    case MODEL_WALK_ENDS:
        return walk(state, step);
    case MODEL_BARRIER_BEGINS:
    case MODEL_BARRIER_ENDS:
        return pass_barrier(state, step);
    default:
        return LINEAR_IMPOSSIBLE;
    }
}

const struct linear_model model_zone = {sizeof(struct zone_state), NULL, apply_to_zone};

/* --- a module slot ------------------------------------------------------------------------------ */

enum slot_state { SLOT_IS_FREE, SLOT_IS_BUSY, SLOT_IS_TAKEN };

static enum linear_effect
apply_to_slot(void *memory, const struct linear_step *step)
{
    static const struct {
        uint8_t action, from, to;
    } moves[] = {
        {MODEL_SLOT_TAKE, SLOT_IS_FREE, SLOT_IS_BUSY},
        {MODEL_SLOT_STAND, SLOT_IS_BUSY, SLOT_IS_TAKEN},
        {MODEL_SLOT_LEAVE, SLOT_IS_TAKEN, SLOT_IS_BUSY},
        {MODEL_SLOT_FREE, SLOT_IS_BUSY, SLOT_IS_FREE},
    };
    uint8_t *state = memory;
    switch ((enum model_action)step->action) {
    case MODEL_SLOT_NOT_FREE:
        return reads_if(*state != SLOT_IS_FREE);
    case MODEL_SLOT_EMPTY:
        return reads_if(*state == SLOT_IS_FREE);
    case MODEL_SLOT_BUSY:
        return reads_if(*state == SLOT_IS_BUSY);
    default:
        break;
    }
    for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
        if (moves[i].action == step->action && moves[i].from == *state) {
            *state = moves[i].to;
            return LINEAR_CHANGES;
        }
    }
    return LINEAR_IMPOSSIBLE;
}

const struct linear_model model_slot = {sizeof(uint8_t), NULL, apply_to_slot};

/* --- a sight ------------------------------------------------------------------------------------ */

static enum linear_effect
apply_to_sight(void *memory, const struct linear_step *step)
{
    uint8_t *seen = memory;
    switch ((enum model_action)step->action) {
    case MODEL_SHOW:
    case MODEL_HIDE:
        *seen = step->action == MODEL_SHOW;
        return LINEAR_CHANGES;
    case MODEL_SEEN:
        return reads_if(*seen != 0);
    case MODEL_UNSEEN:
        return reads_if(*seen == 0);
    default:
        return LINEAR_IMPOSSIBLE;
    }
}

const struct linear_model model_sight = {sizeof(uint8_t), NULL, apply_to_sight};

/* --- words -------------------------------------------------------------------------------------- */

#define LOOKUPS_GIVE   "13. Lookups: what is given was active at some instant of the call"
#define LOOKUPS_REFUSE "13. Lookups: none is given only if no match was active throughout"
#define IN_USE         "13. Lookups: an id is in use exactly while a stack of it is listed"
#define WALKS          "14. Walk: what is active throughout comes exactly once, nothing twice"
#define IDS            "15. Ids: no two stacks of one id are listed at a time"
#define REFERENCES     "11. References: a stack is unlinked when it is closing and nobody holds it"
#define GONE           "Waiting: a stack is said to be gone when it is unlinked"
#define BARRIERS       "Waiting: a barrier lasts until the reaps outstanding at its call ended"
#define ZONES          "Zones: one of an id at a time comes and goes"
#define SLOTS_REGISTER "Register: a slot is refused from register's entry until unregister ended"
#define SLOTS_LEAVE    "Unregister: it answers as the slot was at some instant of the call"
#define SIGHTS         "16. Kstats: a kstat is visible exactly where it should be"

static const struct {
    const char *words, *promise;
} actions[MODEL_ACTION_COUNT] = {
    [MODEL_LIST] = {"is listed", IDS},
    [MODEL_ACTIVATE] = {"becomes active", LOOKUPS_GIVE},
    [MODEL_CLOSE] = {"closes", REFERENCES},
    [MODEL_GIVE_UP] = {"closes without having been active", REFERENCES},
    [MODEL_DROP] = {"has no zone any more", REFERENCES},
    [MODEL_UNLINK] = {"is unlinked", REFERENCES},
    [MODEL_ZONE_COMES] = {"the zone comes", ZONES},
    [MODEL_ZONE_COMES_SHARED] = {"the zone comes, attached to stack 0", ZONES},
    [MODEL_ZONE_GOES] = {"the zone goes", ZONES},
    [MODEL_FOUND] = {"is given, so it is active", LOOKUPS_GIVE},
    [MODEL_FOUND_SHARED] = {"is given, so the zone is attached to it", LOOKUPS_GIVE},
    [MODEL_NO_STACK] = {"none of that id is active", LOOKUPS_REFUSE},
    [MODEL_NO_ZONE] = {"no zone of that id has an active stack", LOOKUPS_REFUSE},
    [MODEL_NOT_ACTIVE] = {"is not active", LOOKUPS_REFUSE},
    [MODEL_IN_USE] = {"one of that id is listed", IN_USE},
    [MODEL_NOT_IN_USE] = {"none of that id is listed", IN_USE},
    [MODEL_HOLD] = {"is held", REFERENCES},
    [MODEL_RELE] = {"is released", REFERENCES},
    [MODEL_GONE] = {"is unlinked already", GONE},
    [MODEL_WALK_BEGINS] = {"a walk begins", WALKS},
    [MODEL_WALK_GIVES] = {"a walk gives it, for the first time and active", WALKS},
    [MODEL_WALK_ENDS] = {"a walk ends, so it was not active throughout, or given", WALKS},
    [MODEL_BARRIER_BEGINS] = {"a barrier begins", BARRIERS},
    [MODEL_BARRIER_ENDS] = {"a barrier ends, so what it waited for is unlinked", BARRIERS},
    [MODEL_SLOT_TAKE] = {"the slot was free, and is busy", SLOTS_REGISTER},
    [MODEL_SLOT_STAND] = {"the slot is taken", SLOTS_REGISTER},
    [MODEL_SLOT_LEAVE] = {"the slot was taken, and is busy", SLOTS_LEAVE},
    [MODEL_SLOT_FREE] = {"the slot is free", SLOTS_LEAVE},
    [MODEL_SLOT_NOT_FREE] = {"the slot is not free", SLOTS_REGISTER},
    [MODEL_SLOT_EMPTY] = {"the slot is free", SLOTS_LEAVE},
    [MODEL_SLOT_BUSY] = {"the slot is busy", SLOTS_LEAVE},
    [MODEL_SHOW] = {"it becomes visible there", SIGHTS},
    [MODEL_HIDE] = {"it is hidden there", SIGHTS},
    [MODEL_SEEN] = {"it is visible there", SIGHTS},
    [MODEL_UNSEEN] = {"it is not visible there", SIGHTS},
};

const char *
model_action_words(enum model_action action)
{
    return actions[action].words;
}

const char *
model_action_promise(enum model_action action)
{
    return actions[action].promise;
}
