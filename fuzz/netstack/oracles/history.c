/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Takes in what is observed: answers become steps at once, what the system does by itself is kept
 * until the end, when its windows are known (history_parts.c).
 */
#include <errno.h>
#include <string.h>

#include "netstack/contract.h"
#include "netstack/operations.h"
#include "netstack/oracles/history_parts.h"

struct history history;

void
history_begin(const struct subject *subject)
{
    memset(&history, 0, offsetof(struct history, lives));
    history.is_complete = true;
    history.adds_are_ignored = (subject->differences & CONTRACT_KSTAT_ADD_IGNORED) != 0;
}

void *
history__take_room(void *table, uint32_t *count, uint32_t count_max, size_t size)
{
    if (*count == count_max) {
        history.is_complete = false;
        return NULL;
    }
    void *entry = (char *)table + (*count)++ * size;
    memset(entry, 0, size);
    return entry;
}

struct history_raw *
history__add(enum history_kind kind, enum model_action action, struct window window, uint32_t note)
{
    struct history_raw *raw = HISTORY_ROOM_IN(history.raw, history.step_count);
    if (raw != NULL) {
        raw->kind = (uint8_t)kind;
        raw->step = (struct linear_step){.from = window.from,
                                         .to = window.to,
                                         .after = LINEAR_NONE,
                                         .action = (uint8_t)action,
                                         .note = note};
    }
    return raw;
}

/* --- calls -------------------------------------------------------------------------------- */

/* From the beginning of the call that is told of until now. */
struct window
history__window_of_call(void)
{
    return (struct window){view.call != NULL ? view.call->since : view.now, view.now};
}

uint32_t
history__note_call(const struct observation *what)
{
    struct history_call *call = HISTORY_ROOM_IN(history.calls, history.call_count);
    if (call == NULL) {
        return 0;
    }
    const struct window window = history__window_of_call();
    *call = (struct history_call){
        .from = window.from,
        .to = window.to,
        .task = what->task,
        .verb = view.call != NULL ? view.call->verb : what->verb,
        .module = what->module,
        .zone = view.call != NULL && view.call->zone >= 0 ? view.call->zone : what->zone,
        .result = what->result,
        .site = what->site,
    };
    return history.call_count;
}

const struct history_call *
history_call_of(const struct linear_step *step)
{
    return step->note == 0 ? NULL : &history.calls[step->note - 1];
}

struct history_life *
history__life_of(const struct view_stack *stack)
{
    if (stack == NULL) {
        /* There are more than can be followed. */
        history.is_complete = false;
        return NULL;
    }
    for (; history.life_count <= stack->index; history.life_count++) {
        memset(&history.lives[history.life_count], 0, sizeof(history.lives[0]));
        history.lives[history.life_count].id = -1;
    }
    struct history_life *life = &history.lives[stack->index];
    life->number = stack->number;
    return life;
}

static struct history_raw *
add_of_stack(enum model_action action, const struct view_stack *stack, struct window window,
             uint32_t note)
{
    if (history__life_of(stack) == NULL) {
        return NULL;
    }
    struct history_raw *raw = history__add(HISTORY_ZONE, action, window, note);
    if (raw != NULL) {
        raw->of_stack = true;
        raw->number = (int32_t)stack->index;
        raw->step.object = stack->number;
    }
    return raw;
}

static void
add_of_zone(enum model_action action, int zone, uint32_t note)
{
    if (zone < 0) {
        return;
    }
    struct history_raw *raw = history__add(HISTORY_ZONE, action, history__window_of_call(), note);
    if (raw != NULL) {
        raw->number = zone;
    }
}

/* --- answers ------------------------------------------------------------------------------ */

static bool
is_by_zone(uint8_t verb)
{
    return verb == VERB_FIND_BY_ZONEID || verb == VERB_FIND_BY_CRED;
}

static void
take_lookup(const struct observation *what)
{
    int zone = view.call != NULL ? view.call->zone : -1;
    if (what->stack == 0) {
        add_of_zone(what->verb == VERB_FIND_BY_STACKID ? MODEL_NO_STACK : MODEL_NO_ZONE, zone,
                    history__note_call(what));
        return;
    }
    struct history_life *life = view.stack == NULL ? NULL : history__life_of(view.stack);
    if (life == NULL || zone < 0) {
        return;
    }
    if (life->id == -1 && what->verb == VERB_FIND_BY_STACKID) {
        life->id = zone;
    }
    if (life->id == GLOBAL_NETSTACKID && zone != GLOBAL_ZONEID && is_by_zone(what->verb)) {
        add_of_zone(MODEL_FOUND_SHARED, zone, history__note_call(what));
    }
}

/* The reference that a call gave, told within it. */
static void
take_hold(const struct observation *what)
{
    uint8_t verb = view.call != NULL ? view.call->verb : what->verb;
    if (verb == VERB_WALK_NEXT) {
        return;
    }
    bool is_hold = verb == VERB_HOLD || verb == VERB_HOLD_TAG;
    (void)add_of_stack(is_hold ? MODEL_HOLD : MODEL_FOUND, view.stack, history__window_of_call(),
                       history__note_call(what));
}

static void
take_rele(const struct observation *what)
{
    (void)add_of_stack(MODEL_RELE, view.stack, (struct window){view.now, LINEAR_FOREVER},
                       history__note_call(what));
}

/* It took effect before it returned. */
static void
take_rele_return(const struct observation *what)
{
    for (uint32_t i = history.step_count; i > 0; i--) {
        struct history_raw *raw = &history.raw[i - 1];
        if (raw->step.action == MODEL_RELE && raw->step.to == LINEAR_FOREVER &&
            raw->step.note != 0 && history.calls[raw->step.note - 1].task == what->task) {
            raw->step.to = view.now;
            history.calls[raw->step.note - 1].to = view.now;
            return;
        }
    }
}

static void
add_of_slot(const struct observation *what, enum model_action first, enum model_action second)
{
    if (what->module >= NS_MAX) {
        return;
    }
    uint32_t note = history__note_call(what);
    struct history_raw *raw = history__add(HISTORY_SLOT, first, history__window_of_call(), note);
    if (raw == NULL) {
        return;
    }
    raw->number = what->module;
    if (second == MODEL_ACTION_COUNT) {
        return;
    }
    struct history_raw *end = history__add(HISTORY_SLOT, second, history__window_of_call(), note);
    if (end != NULL) {
        end->number = what->module;
        end->step.after = (uint16_t)(raw - history.raw);
    }
}

/* What answers EDEADLK or the like changed nothing and says nothing of the slot. */
static void
take_register(const struct observation *what)
{
    switch (what->result) {
    case 0:
        add_of_slot(what, MODEL_SLOT_TAKE, MODEL_SLOT_STAND);
        break;
    case ENOMEM:
        add_of_slot(what, MODEL_SLOT_TAKE, MODEL_SLOT_FREE);
        break;
    case EEXIST:
        add_of_slot(what, MODEL_SLOT_NOT_FREE, MODEL_ACTION_COUNT);
        break;
    default:
        break;
    }
}

static void
take_unregister(const struct observation *what)
{
    switch (what->result) {
    case 0:
        add_of_slot(what, MODEL_SLOT_LEAVE, MODEL_SLOT_FREE);
        break;
    case ENOENT:
        add_of_slot(what, MODEL_SLOT_EMPTY, MODEL_ACTION_COUNT);
        break;
    case EBUSY:
        add_of_slot(what, MODEL_SLOT_BUSY, MODEL_ACTION_COUNT);
        break;
    default:
        break;
    }
}

/* --- kstats ------------------------------------------------------------------------------- */

static void
take_kstat_made(const struct observation *what, bool of_stack)
{
    if (what->result != 0 || what->kstat == 0) {
        return;
    }
    struct history_kstat *kstat = HISTORY_ROOM_IN(history.kstats, history.kstat_count);
    if (kstat != NULL) {
        kstat->identity = what->kstat;
        kstat->zone = view.call != NULL ? view.call->zone : -1;
        kstat->of_stack = of_stack;
        kstat->created = history__window_of_call();
        kstat->note = history__note_call(what);
    }
}

static void
take_sight(const struct observation *what, enum model_action action)
{
    for (uint32_t i = history.kstat_count; i > 0; i--) {
        if (history.kstats[i - 1].identity != what->kstat) {
            continue;
        }
        struct history_sight *sight = HISTORY_ROOM_IN(history.sights, history.sight_count);
        if (sight != NULL) {
            sight->kstat = (uint16_t)(i - 1);
            sight->action = (uint8_t)action;
            sight->zone = view.call != NULL ? view.call->zone : -1;
            sight->window = history__window_of_call();
            sight->note = history__note_call(what);
        }
        return;
    }
}

/* --- walks -------------------------------------------------------------------------------- */

static void
take_walk_begin(const struct observation *what)
{
    struct history_walk *walk = HISTORY_ROOM_IN(history.walks, history.walk_count);
    if (walk == NULL) {
        return;
    }
    while (walk->slot < MODEL_WALKS_MAX && (history.walks_open >> walk->slot & 1) != 0) {
        walk->slot++;
    }
    history.is_complete = history.is_complete && walk->slot < MODEL_WALKS_MAX;
    history.walks_open |= (uint16_t)(1u << walk->slot % MODEL_WALKS_MAX);
    walk->value = walk->slot + MODEL_WALKS_MAX * (uint32_t)(walk - history.walks);
    walk->cursor = what->cursor;
    walk->is_open = true;
    walk->begins = history__window_of_call();
    walk->begins_note = history__note_call(what);
}

static void
take_walk_step(const struct observation *what, struct history_walk *walk)
{
    uint32_t note = history__note_call(what);
    if (what->stack == 0) {
        if (walk->ends.to == 0) {
            walk->ends = history__window_of_call();
            walk->ends_note = note;
        }
        return;
    }
    struct history_raw *raw =
        add_of_stack(MODEL_WALK_GIVES, view.stack, history__window_of_call(), note);
    if (raw != NULL) {
        raw->step.value = walk->value;
    }
}

static void
take_walk(const struct observation *what)
{
    if (what->kind == OBSERVE_WALK_INIT) {
        take_walk_begin(what);
        return;
    }
    for (uint32_t i = history.walk_count; i > 0; i--) {
        struct history_walk *walk = &history.walks[i - 1];
        if (walk->cursor != what->cursor || !walk->is_open) {
            continue;
        }
        if (what->kind == OBSERVE_WALK_NEXT) {
            take_walk_step(what, walk);
        } else {
            walk->is_open = false;
            walk->finished = view.now;
            history.walks_open &= (uint16_t) ~(1u << walk->slot % MODEL_WALKS_MAX);
        }
        return;
    }
}

/* A barrier in a callback is refused, so none is nested; tasks that share a slot are too many. */
static void
take_barrier(const struct observation *what)
{
    struct history_barrier *barrier = HISTORY_ROOM_IN(history.barriers, history.barrier_count);
    if (barrier == NULL) {
        return;
    }
    barrier->window = history__window_of_call();
    barrier->slot = (uint8_t)(what->task % MODEL_BARRIERS_MAX);
    barrier->note = history__note_call(what);
    history.is_complete = history.is_complete && what->task < MODEL_BARRIERS_MAX;
}

/* --- all ---------------------------------------------------------------------------------- */

static void
take_kstat_return(const struct observation *what)
{
    switch (what->verb) {
    case VERB_KSTAT_CREATE_STACK:
    case VERB_KSTAT_CREATE_ZONE:
        take_kstat_made(what, what->verb == VERB_KSTAT_CREATE_STACK);
        break;
    case VERB_KSTAT_ZONE_ADD:
        if (what->result == 0) {
            take_sight(what, MODEL_SHOW);
        }
        break;
    case VERB_KSTAT_ZONE_REMOVE:
        take_sight(what, MODEL_HIDE);
        break;
    case VERB_KSTAT_ZONE_FIND:
        take_sight(what, what->result == 0 ? MODEL_SEEN : MODEL_UNSEEN);
        break;
    default:
        break;
    }
}

static void
take_return(const struct observation *what)
{
    switch (what->verb) {
    case VERB_ZONE_CREATE:
        history__take_zone_made(what, history__end_call(what));
        break;
    case VERB_ZONE_DESTROY:
    case VERB_ZONE_DESTROY_GLOBAL:
        (void)history__end_call(what);
        history__take_zone_destroyed(what);
        break;
    case VERB_INIT:
    case VERB_FINI:
        (void)history__end_call(what);
        break;
    case VERB_REGISTER:
        take_register(what);
        break;
    case VERB_UNREGISTER:
        take_unregister(what);
        break;
    case VERB_FIND_BY_STACKID:
    case VERB_FIND_BY_ZONEID:
    case VERB_FIND_BY_ZONEID_NOLOCK:
    case VERB_FIND_BY_CRED:
    case VERB_GET_CURRENT:
        take_lookup(what);
        break;
    case VERB_HOLD_IF_ACTIVE:
        if (what->stack == 0 && view.call != NULL && view.call->stack != 0) {
            (void)add_of_stack(MODEL_NOT_ACTIVE, view_stack_find(view.call->stack),
                               history__window_of_call(), history__note_call(what));
        }
        break;
    case VERB_INUSE_BY_STACKID:
        add_of_zone(what->result == 0 ? MODEL_IN_USE : MODEL_NOT_IN_USE, what->zone,
                    history__note_call(what));
        break;
    case VERB_RELE:
    case VERB_RELE_TAG:
        take_rele_return(what);
        break;
    case VERB_BARRIER:
        if (what->result == 0) {
            take_barrier(what);
        }
        break;
    case VERB_WAIT_GONE:
        if (what->result == 0 && what->stack != 0) {
            (void)add_of_stack(MODEL_GONE, view.stack, history__window_of_call(),
                               history__note_call(what));
        }
        break;
    default:
        take_kstat_return(what);
        break;
    }
}

void
history_take(const struct observation *what)
{
    switch (what->kind) {
    case OBSERVE_RETURN:
        take_return(what);
        break;
    case OBSERVE_STARTED:
        history.started = view.now;
        break;
    case OBSERVE_STACK_BORN:
        history__take_born();
        break;
    case OBSERVE_STACK_FREED:
        if (view.stack != NULL) {
            history__life_of(view.stack)->freed = view.now;
        }
        break;
    case OBSERVE_CALLBACK_START:
        history__take_callback_start(what);
        break;
    case OBSERVE_CALLBACK_END:
        history__take_callback_end(what);
        break;
    case OBSERVE_PROBE:
        if (what->probe == KERNEL_PROBE_netstack__dec__numzones) {
            history__take_last_zone();
        }
        break;
    case OBSERVE_HOLD:
        take_hold(what);
        break;
    case OBSERVE_RELE:
        take_rele(what);
        break;
    case OBSERVE_ZONE_ATTACHED:
        history__take_attached(what);
        break;
    default:
        take_walk(what);
        break;
    }
}
