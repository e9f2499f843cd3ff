/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The view's part that knows which zones are surely attached to which stack, what their ends say of
 * it, and where each walk stands.
 */
#include "netstack/oracles/view_parts.h"

#include <errno.h>
#include <string.h>

static struct view_zone zones[VIEW_ZONES_MAX];
static uint32_t zones_end;
static struct view_cursor cursors[VIEW_CURSORS_MAX];
static uint32_t cursors_end;

/*
 * The service as a whole. An init where it does not surely run may fail, and then takes every zone off its
 * stack, without notice: while one is under way nothing is surely attached.
 */
static struct {
    bool runs;
    uint32_t starts_pending; /* inits that may do something */
    uint32_t ends_pending;   /* finis */
} service;

void
view__begin_zones(void)
{
    zones_end = 0;
    cursors_end = 0;
    service.runs = true;
    service.starts_pending = service.ends_pending = 0;
}

struct view_zone *
view_zone_find(int id)
{
    for (uint32_t i = 0; i < zones_end; i++) {
        if (zones[i].id == id) {
            return &zones[i];
        }
    }
    return NULL;
}

static void
attach(struct view_zone *zone, struct view_stack *stack)
{
    zone->attached = true;
    zone->attached_since = view.now;
    stack->zones++;
    stack->active_ever = true;
    if (stack->active_since == 0) {
        stack->active_since = view.now;
    }
}

/* Nobody destroyed it, nobody is about to: it was there all the time. */
static void
attach_if_sure(struct view_zone *zone, struct view_stack *stack)
{
    if (!zone->attached && !zone->destroyed && zone->destroys_pending == 0 &&
        service.starts_pending == 0 && stack->closing_since == 0 && stack->freed_since == 0) {
        attach(zone, stack);
    }
}

/* NULL: too many. */
static struct view_zone *
zone_of(int id)
{
    struct view_zone *zone = view_zone_find(id);
    if (zone == NULL && zones_end < VIEW_ZONES_MAX) {
        zone = &zones[zones_end++];
        memset(zone, 0, sizeof(*zone));
        zone->id = id;
    }
    return zone;
}

void
view__take_attached(const struct observation *what)
{
    struct view_zone *zone = zone_of(what->zone);
    if (zone == NULL) {
        return;
    }
    view.zones_unsure |= zone->stack != 0;
    zone->stack = what->stack;
    zone->attached = false;
    zone->destroyed = false;
    if (view.stack == NULL) {
        return;
    }
    if (view.stack->id == -1) {
        view.stack->id = what->zone;
    }
    /* Somebody may have ended the zone before its creator came to say that it is there. */
    zone->ended = zone->ended_since > view.stack->born_since;
    attach_if_sure(zone, view.stack);
}

static void
detach(struct view_zone *zone)
{
    if (!zone->attached) {
        return;
    }
    zone->attached = false;
    struct view_stack *stack = view_stack_find(zone->stack);
    if (stack != NULL && stack->zones > 0) {
        stack->zones--;
        if (stack->zones == 0) {
            stack->active_since = 0;
        }
    }
}

void
view__take_detaching(const struct observation *what)
{
    struct view_zone *zone = view_zone_find(what->zone);
    if (zone != NULL) {
        detach(zone);
    }
}

void
view__detach_all(struct view_stack *stack)
{
    for (uint32_t i = 0; i < zones_end; i++) {
        if (zones[i].attached && zones[i].stack == stack->number) {
            zones[i].attached = false;
        }
    }
    stack->zones = 0;
    stack->active_since = 0;
}

bool
view_zone_is_own(const struct view_zone *zone, const struct view_stack *stack)
{
    return stack->born_call != 0 && stack->id == zone->id && zone->id != GLOBAL_ZONEID;
}

/* What the observation that is being told begins itself does not count yet. */
static bool
was_before(uint32_t since)
{
    return since != 0 && since < view.now;
}

bool
view_stack_is_live(const struct view_stack *stack)
{
    if (stack->active_since == 0 || was_before(stack->shutdown_since) ||
        was_before(stack->closing_since) || stack->freed_since != 0) {
        return false;
    }
    const struct view_zone *zone = view_zone_find(stack->id);
    return zone != NULL && zone->stack == stack->number && zone->attached && !zone->ended &&
           zone->endings_pending == 0;
}

static int
zone_ended_by(const struct view_frame *frame)
{
    return frame->call == VIEW_CALL_FINI ? GLOBAL_ZONEID : frame->zone;
}

/* Counted before the zone is known too: its creator may come late to say that it is there. */
void
view__take_ending_call(struct view_frame *frame)
{
    if (frame->call == VIEW_CALL_FINI) {
        service.runs = false;
        service.ends_pending++;
    }
    struct view_zone *zone = zone_of(zone_ended_by(frame));
    if (zone == NULL) {
        return;
    }
    frame->is_pending = true;
    zone->endings_pending++;
    if (frame->call != VIEW_CALL_ZONE_SHUTDOWN) {
        zone->destroys_pending++;
    }
}

static void
take_destroyed(struct view_zone *zone, struct view_stack *stack)
{
    zone->destroyed = true;
    if (stack != NULL && view_zone_is_own(zone, stack) && stack->closing_since == 0) {
        stack->closing_since = view.now;
    }
}

void
view__take_ending_return(const struct view_frame *frame, int result)
{
    if (frame->call == VIEW_CALL_FINI) {
        service.ends_pending--;
    }
    struct view_zone *zone = view_zone_find(zone_ended_by(frame));
    if (zone == NULL || !frame->is_pending) {
        return;
    }
    struct view_stack *stack = view_stack_find(zone->stack);
    bool destroys = frame->call != VIEW_CALL_ZONE_SHUTDOWN;
    zone->endings_pending--;
    zone->destroys_pending = (uint16_t)(zone->destroys_pending - destroys);

    /* A destroy that fails may have shut the zone down before; in a callback it did nothing. */
    if (result == 0 || (destroys && result != EDEADLK)) {
        zone->ended = true;
        zone->ended_since = view.now;
    }
    if (result == 0 && destroys) {
        take_destroyed(zone, stack);
    } else if (result == 0 && stack != NULL && view_zone_is_own(zone, stack) &&
               stack->shutdown_since == 0) {
        stack->shutdown_since = view.now;
    }
    if (result != 0 && destroys && stack != NULL) {
        attach_if_sure(zone, stack);
    }
}

void
view__take_start_call(struct view_frame *frame)
{
    if (service.runs) {
        return;
    }
    frame->is_pending = true;
    service.starts_pending++;
    for (uint32_t i = 0; i < zones_end; i++) {
        detach(&zones[i]);
    }
}

/* Those of an init that failed are closing by now, each by its probe: they do not come back. */
void
view__take_start_return(const struct view_frame *frame, int result)
{
    service.runs = service.runs || (result == 0 && service.ends_pending == 0);
    if (!frame->is_pending || --service.starts_pending > 0) {
        return;
    }
    for (uint32_t i = 0; i < zones_end; i++) {
        struct view_stack *stack = view_stack_find(zones[i].stack);
        if (stack != NULL) {
            attach_if_sure(&zones[i], stack);
        }
    }
}

void
view__take_walk(const struct observation *what)
{
    uint32_t called = view.call == NULL ? 0 : view.call->since;
    for (uint32_t i = cursors_end; i > 0; i--) {
        if (cursors[i - 1].number == what->cursor) {
            view.cursor = &cursors[i - 1];
            break;
        }
    }
    if (what->kind == OBSERVE_WALK_INIT && cursors_end < VIEW_CURSORS_MAX) {
        view.cursor = &cursors[cursors_end];
        memset(view.cursor, 0, sizeof(*view.cursor));
        view.cursor->index = (uint16_t)cursors_end++;
        view.cursor->number = what->cursor;
        view.cursor->since = called;
        view.cursors_open++;
    } else if (what->kind == OBSERVE_WALK_FINI && view.cursor != NULL && view.cursors_open > 0) {
        view.cursors_open--;
    }
    if (view.cursor != NULL) {
        view.cursor->stepping_since = called > view.cursor->stepped ? called : view.cursor->stepped;
        view.cursor->stepped = view.now;
    }
}
