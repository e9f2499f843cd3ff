/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The view's part that knows which zones are surely attached to which stack, what their ends say of
 * it, and where each walk stands.
 */
#include "netstack/oracles/view_parts.h"

#include <string.h>

static struct view_zone zones[VIEW_ZONES_MAX];
static uint32_t zones_end;
static struct view_cursor cursors[VIEW_CURSORS_MAX];
static uint32_t cursors_end;

void
view__begin_zones(void)
{
    zones_end = 0;
    cursors_end = 0;
}

static struct view_zone *
zone_find(int id)
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
    stack->zones++;
    if (stack->active_since == 0) {
        stack->active_since = view.now;
    }
}

/* NULL: too many. */
static struct view_zone *
zone_of(int id)
{
    struct view_zone *zone = zone_find(id);
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
    zone->stack = what->stack;
    zone->attached = false;
    zone->destroyed = false;
    if (view.stack == NULL) {
        return;
    }
    if (view.stack->id == -1) {
        view.stack->id = what->zone;
    }
    /* Somebody may have destroyed the zone before its creator came to say that it is there. */
    if (zone->destroys_pending == 0 && view.stack->closing_since == 0 &&
        view.stack->freed_since == 0) {
        attach(zone, view.stack);
    }
}

void
view__take_detaching(const struct observation *what)
{
    struct view_zone *zone = zone_find(what->zone);
    if (zone == NULL || !zone->attached) {
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

/* Is it the zone that the stack was born for, and no other ever attaches to? */
static bool
is_own_zone(const struct view_zone *zone, const struct view_stack *stack)
{
    return stack != NULL && stack->born_call != 0 && stack->id == zone->id &&
           zone->id != GLOBAL_ZONEID;
}

static int
zone_destroyed_by(const struct view_frame *frame)
{
    return frame->call == VIEW_CALL_FINI ? GLOBAL_ZONEID : frame->zone;
}

/* Counted before the zone is known too: its creator may come late to say that it is there. */
void
view__take_destroy_call(struct view_frame *frame)
{
    struct view_zone *zone = zone_of(zone_destroyed_by(frame));
    if (zone != NULL) {
        zone->destroys_pending++;
        frame->is_pending = true;
    }
}

void
view__take_destroy_return(const struct view_frame *frame, int result)
{
    struct view_zone *zone = zone_find(zone_destroyed_by(frame));
    if (zone == NULL || !frame->is_pending) {
        return;
    }
    zone->destroys_pending--;
    struct view_stack *stack = view_stack_find(zone->stack);
    if (result == 0) {
        zone->destroyed = true;
        if (is_own_zone(zone, stack) && stack->closing_since == 0) {
            stack->closing_since = view.now;
        }
        return;
    }
    /* Nobody destroyed it, nobody is about to: it was there all the time. */
    if (!zone->destroyed && !zone->attached && zone->destroys_pending == 0 && stack != NULL &&
        stack->closing_since == 0) {
        attach(zone, stack);
    }
}

void
view__take_shutdown_return(int result)
{
    const struct view_zone *zone = zone_find(view.call->zone);
    struct view_stack *stack = zone == NULL ? NULL : view_stack_find(zone->stack);
    if (result == 0 && zone != NULL && is_own_zone(zone, stack) && stack->shutdown_since == 0) {
        stack->shutdown_since = view.now;
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
