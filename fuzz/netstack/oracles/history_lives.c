/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Takes in what happens to stacks and zones: births, their ends, comings and goings, each with the
 * call in which it happened.
 */
#include "netstack/operations.h"
#include "netstack/oracles/history_parts.h"

/* --- lives -------------------------------------------------------------------------------- */

void
history__take_born(void)
{
    struct history_life *life = history__life_of(view.stack);
    if (life == NULL) {
        return;
    }
    life->born = view.now;
    if (view.call != NULL) {
        life->birth_serial = view.call->serial;
        life->birth_from = view.call->since;
        life->by_init = view.call->verb == VERB_INIT;
        history.service_moved |= life->by_init;
    }
}

void
history__take_callback_start(const struct observation *what)
{
    struct history_life *life = view.stack == NULL ? NULL : history__life_of(view.stack);
    if (life == NULL || what->phase != PHASE_CREATE) {
        return;
    }
    if (life->create_since == 0) {
        life->create_since = view.now;
    }
    if (life->id == -1) {
        life->id = what->zone;
    }
}

void
history__take_callback_end(const struct observation *what)
{
    struct history_life *life = view.stack == NULL ? NULL : history__life_of(view.stack);
    if (life == NULL) {
        return;
    }
    life->quiet_since = view.now;
    if (what->phase == PHASE_CREATE && life->birth_to == 0 && view.call != NULL &&
        view.call->serial == life->birth_serial) {
        life->created_since = view.now;
    }
}

void
history__take_last_zone(void)
{
    struct history_life *life = history__life_of(view.stack);
    if (life == NULL || life->close.from != 0) {
        return;
    }
    life->close.from = history__window_of_call().from;
    life->close_serial = view.call != NULL ? view.call->serial : 0;
    history.service_moved |=
        view.call != NULL && (view.call->verb == VERB_FINI || view.call->verb == VERB_INIT);
}

/* A call ends in which stacks may have been born or closed. Returns: the stack of the zone that it made, or NULL. */
struct history_life *
history__end_call(const struct observation *what)
{
    struct history_life *born = NULL;
    for (uint32_t i = 0; i < history.life_count && view.call != NULL; i++) {
        struct history_life *life = &history.lives[i];
        if (life->close_serial == view.call->serial) {
            life->close.to = view.now;
        }
        if (life->birth_serial != view.call->serial) {
            continue;
        }
        life->birth_to = view.now;
        /* What was allocated and freed again was for nobody, whatever became of the zone. */
        life->birth_failed = what->result != 0 || life->freed != 0;
        born = life->birth_failed ? born : life;
    }
    return born;
}

/* --- zones -------------------------------------------------------------------------------- */

static struct history_zone *
zone_made_by(uint32_t serial)
{
    for (uint32_t i = history.zone_count; i > 0; i--) {
        if (!history.zones[i - 1].goes && history.zones[i - 1].serial == serial) {
            return &history.zones[i - 1];
        }
    }
    return HISTORY_ROOM_IN(history.zones, history.zone_count);
}

void
history__take_zone_made(const struct observation *what, struct history_life *life)
{
    if (what->result != 0) {
        struct window *failed = HISTORY_ROOM_IN(history.failed, history.failed_count);
        if (failed != NULL) {
            *failed = history__window_of_call();
        }
        return;
    }
    struct history_zone *zone = view.call != NULL ? zone_made_by(view.call->serial) : NULL;
    if (zone == NULL || what->zone < 0) {
        return;
    }
    zone->serial = view.call->serial;
    zone->id = what->zone;
    zone->exclusive = life != NULL;
    zone->window = history__window_of_call();
    zone->note = history__note_call(what);
    if (life != NULL) {
        life->id = what->zone;
    }
}

void
history__take_zone_destroyed(const struct observation *what)
{
    int id = view.call != NULL ? view.call->zone : -1;
    if (what->result != 0 || id < 0) {
        return;
    }
    struct history_zone *zone = HISTORY_ROOM_IN(history.zones, history.zone_count);
    if (zone != NULL) {
        zone->id = id;
        zone->goes = true;
        zone->window = history__window_of_call();
        zone->note = history__note_call(what);
    }
}

/* What its creator says, once zone_create has returned; of zone 0, when the service runs. */
void
history__take_attached(const struct observation *what)
{
    if (what->zone == GLOBAL_ZONEID) {
        struct history_life *life = history__life_of(view.stack);
        if (life != NULL) {
            life->id = GLOBAL_ZONEID;
        }
        if (!history.global_came) {
            history.global_came = true;
            struct history_zone *zone = HISTORY_ROOM_IN(history.zones, history.zone_count);
            if (zone != NULL) {
                zone->exclusive = zone->is_sure = true;
                zone->window = (struct window){0, view.now};
            }
        }
        return;
    }
    struct history_zone *zone = NULL;
    if (view.call != NULL && view.call->verb == VERB_ZONE_CREATE) {
        zone = zone_made_by(view.call->serial);
        if (zone != NULL) {
            zone->serial = view.call->serial;
            zone->id = what->zone;
        }
    }
    for (uint32_t i = history.zone_count; i > 0 && zone == NULL; i--) {
        if (history.zones[i - 1].id == what->zone && !history.zones[i - 1].goes) {
            zone = &history.zones[i - 1];
        }
    }
    if (zone != NULL) {
        zone->is_sure = true;
    }
}
