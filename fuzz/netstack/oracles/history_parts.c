/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Makes steps of what the system did by itself, and of zones, walks and kstats as far as each part
 * knows of them; then splits all steps into parts. What is not known is not asked: a zone of which
 * nobody said whether it is attached, an id that may be that of a birth that failed.
 */
#include <string.h>

#include "netstack/oracles/history_parts.h"

#define PARTS_MAX 512

static struct history_part parts[PARTS_MAX];
static uint32_t part_count;
static struct linear_step split[HISTORY_STEPS_MAX];

/* --- what is not known -------------------------------------------------------------------- */

/* Is this id, of a zone that is not the global one, one that nobody said was attached? */
static bool
is_unsure(int32_t zone)
{
    bool shared = false, unsure = false;
    for (uint32_t i = 0; i < history.zone_count; i++) {
        const struct history_zone *of = &history.zones[i];
        if (of->id == zone && !of->goes) {
            shared |= !of->exclusive;
            unsure |= !of->exclusive && !of->is_sure;
        }
    }
    return zone != GLOBAL_ZONEID && (unsure || (shared && history.service_moved));
}

static bool
overlaps(const struct window *a, const struct window *b)
{
    return a->from <= b->to && b->from <= a->to;
}

static bool
is_during_failure(const struct window *window)
{
    for (uint32_t i = 0; i < history.failed_count; i++) {
        if (overlaps(window, &history.failed[i])) {
            return true;
        }
    }
    return false;
}

/* May a stack of any id have been listed then that is in no part? */
static bool
is_during_unknown_life(const struct window *window)
{
    for (uint32_t i = 0; i < history.life_count; i++) {
        const struct history_life *life = &history.lives[i];
        const struct window lived = {life->born, life->freed != 0 ? life->freed : LINEAR_FOREVER};
        if (life->number != 0 && life->id == -1 && overlaps(window, &lived)) {
            return true;
        }
    }
    return false;
}

/* --- lives -------------------------------------------------------------------------------- */

static uint32_t
index_of(const struct history_raw *raw)
{
    return raw == NULL ? LINEAR_NONE : (uint32_t)(raw - history.raw);
}

static struct history_raw *
add_of_life(const struct history_life *life, enum model_action action, uint32_t from, uint32_t to,
            const struct history_raw *after)
{
    struct window window = {from, to > from ? to : from};
    struct history_raw *raw = history__add(HISTORY_ZONE, action, window, 0);
    if (raw != NULL) {
        raw->number = life->id;
        raw->step.object = life->number;
        raw->step.after = (uint16_t)index_of(after);
    }
    return raw;
}

static uint32_t
later(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* The end of the zones' part in a stack. Returns: its last step. */
static const struct history_raw *
add_end(const struct history_life *life, enum model_action how, uint32_t from, uint32_t to,
        const struct history_raw *after)
{
    return add_of_life(life, MODEL_DROP, from, to, add_of_life(life, how, from, to, after));
}

/* Steps of a birth. Returns: the last of them. */
static const struct history_raw *
add_birth(const struct history_life *life)
{
    uint32_t end = life->birth_serial == 0 ? later(history.started, life->born)
                   : life->birth_to != 0   ? life->birth_to
                                           : LINEAR_FOREVER;
    bool was_created = life->create_since != 0 && life->create_since < end;
    const struct history_raw *listed =
        add_of_life(life, MODEL_LIST, life->born, was_created ? life->create_since : end, NULL);
    if (life->birth_failed && life->close.from == 0) {
        return add_end(life, MODEL_GIVE_UP, life->born, end, listed);
    }
    struct history_raw *active =
        add_of_life(life, MODEL_ACTIVATE, later(life->born, life->created_since), end, listed);
    if (active != NULL) {
        active->step.optional = life->by_init && life->close.from == 0;
    }
    return active;
}

static void
add_life(const struct history_life *life)
{
    const struct history_raw *last = add_birth(life);
    bool closes = life->close.from != 0;
    if (closes) {
        last = add_end(life, MODEL_CLOSE, life->close.from,
                       life->close.to != 0 ? life->close.to : LINEAR_FOREVER, last);
    }
    if (closes || life->birth_failed || life->freed != 0) {
        struct history_raw *gone =
            add_of_life(life, MODEL_UNLINK, later(life->born, life->quiet_since),
                        life->freed != 0 ? life->freed : LINEAR_FOREVER, last);
        if (gone != NULL) {
            gone->step.optional = life->freed == 0;
        }
    }
}

/* One that was freed before its birth came to a create may have been listed, or not. */
static void
add_lives(void)
{
    for (uint32_t i = 0; i < history.life_count; i++) {
        struct history_life *life = &history.lives[i];
        if (life->birth_failed && life->create_since == 0 && life->close.from == 0) {
            life->id = -1;
        }
        if (life->number != 0 && life->id >= 0) {
            add_life(life);
        }
    }
}

/* --- zones -------------------------------------------------------------------------------- */

static void
add_zones(void)
{
    for (uint32_t i = 0; i < history.zone_count; i++) {
        const struct history_zone *zone = &history.zones[i];
        if (is_unsure(zone->id)) {
            continue;
        }
        enum model_action action = zone->goes        ? MODEL_ZONE_GOES
                                   : zone->exclusive ? MODEL_ZONE_COMES
                                                     : MODEL_ZONE_COMES_SHARED;
        struct history_raw *raw = history__add(HISTORY_ZONE, action, zone->window, zone->note);
        if (raw != NULL) {
            raw->number = zone->id;
        }
    }
}

/* --- walks and barriers -------------------------------------------------------------------------------- */

static void
add_walk_step(int32_t id, const struct history_walk *walk, enum model_action action,
              struct window window, uint32_t note)
{
    struct history_raw *raw = history__add(HISTORY_ZONE, action, window, note);
    if (raw != NULL) {
        raw->number = id;
        raw->step.value = walk->value;
    }
}

/* The walks that may have met a stack of this id, while one lived. */
static void
add_walks(int32_t id, const struct window *lived)
{
    for (uint32_t i = 0; i < history.walk_count; i++) {
        const struct history_walk *walk = &history.walks[i];
        const struct window lasted = {walk->begins.from,
                                      walk->is_open ? LINEAR_FOREVER : walk->finished};
        if (!overlaps(lived, &lasted)) {
            continue;
        }
        add_walk_step(id, walk, MODEL_WALK_BEGINS, walk->begins, walk->begins_note);
        if (walk->ends.to != 0) {
            add_walk_step(id, walk, MODEL_WALK_ENDS, walk->ends, walk->ends_note);
        }
    }
}

/* The barriers that may have waited for a stack of this id: two steps each. */
static void
add_barriers(int32_t id, const struct window *lived)
{
    for (uint32_t i = 0; i < history.barrier_count; i++) {
        const struct history_barrier *barrier = &history.barriers[i];
        struct history_raw *begin = NULL, *end = NULL;
        if (overlaps(lived, &barrier->window)) {
            begin =
                history__add(HISTORY_ZONE, MODEL_BARRIER_BEGINS, barrier->window, barrier->note);
            end = history__add(HISTORY_ZONE, MODEL_BARRIER_ENDS, barrier->window, barrier->note);
        }
        if (end != NULL && begin != NULL) {
            begin->number = end->number = id;
            begin->step.value = end->step.value = barrier->slot;
            end->step.after = (uint16_t)index_of(begin);
        }
    }
}

static void
add_passers_by(void)
{
    bool any = history.walk_count + history.barrier_count > 0;
    for (uint32_t i = 0; i < history.life_count && any; i++) {
        const struct history_life *life = &history.lives[i];
        struct window lived = {LINEAR_FOREVER, 0};
        bool is_first = life->number != 0 && life->id >= 0;
        for (uint32_t k = 0; k < history.life_count && is_first; k++) {
            const struct history_life *other = &history.lives[k];
            if (other->number == 0 || other->id != life->id) {
                continue;
            }
            is_first = k >= i;
            lived.from = other->born < lived.from ? other->born : lived.from;
            lived.to = other->freed == 0 ? LINEAR_FOREVER : later(lived.to, other->freed);
        }
        if (is_first) {
            add_walks(life->id, &lived);
            add_barriers(life->id, &lived);
        }
    }
}

/* --- kstats ------------------------------------------------------------------------------- */

static void
add_sight(uint16_t kstat, int32_t zone, enum model_action action, struct window window,
          uint32_t note)
{
    struct history_raw *raw = history__add(HISTORY_SIGHT, action, window, note);
    if (raw != NULL) {
        raw->number = zone;
        raw->kstat = (int16_t)(kstat + 1);
    }
}

/* What was done to it, and what was seen. */
static void
add_sights_in(uint16_t index, int32_t zone)
{
    const struct history_kstat *kstat = &history.kstats[index];
    bool is_shared = kstat->of_stack && kstat->zone == GLOBAL_ZONEID && zone != GLOBAL_ZONEID;
    if (kstat->zone == zone) {
        add_sight(index, zone, MODEL_SHOW, kstat->created, kstat->note);
    }
    for (uint32_t i = 0; i < history.zone_count && is_shared; i++) {
        const struct history_zone *of = &history.zones[i];
        if (of->id == zone && (of->goes || !of->exclusive)) {
            add_sight(index, zone, of->goes ? MODEL_HIDE : MODEL_SHOW, of->window, of->note);
        }
    }
    for (uint32_t i = 0; i < history.sight_count; i++) {
        const struct history_sight *sight = &history.sights[i];
        bool is_open =
            is_shared && ((sight->action == MODEL_SEEN && is_during_failure(&sight->window)) ||
                          (sight->action == MODEL_UNSEEN && history.adds_are_ignored));
        if (sight->kstat == index && sight->zone == zone && !is_open) {
            add_sight(index, zone, (enum model_action)sight->action, sight->window, sight->note);
        }
    }
}

static bool
is_first_of_its_part(uint32_t index)
{
    const struct history_sight *sight = &history.sights[index];
    for (uint32_t i = 0; i < index; i++) {
        if (history.sights[i].kstat == sight->kstat && history.sights[i].zone == sight->zone) {
            return false;
        }
    }
    return true;
}

static void
add_sights(void)
{
    for (uint32_t i = 0; i < history.sight_count; i++) {
        const struct history_sight *sight = &history.sights[i];
        const struct history_kstat *kstat = &history.kstats[sight->kstat];
        bool is_open = kstat->of_stack && kstat->zone == GLOBAL_ZONEID && is_unsure(sight->zone);
        if (sight->zone >= 0 && !is_open && is_first_of_its_part(i)) {
            add_sights_in(sight->kstat, sight->zone);
        }
    }
}

/* --- splitting ---------------------------------------------------------------------------- */

/* Is there nothing to be said of this step? */
static bool
is_left_out(const struct history_raw *raw)
{
    const struct window window = {raw->step.from, raw->step.to};
    switch (raw->step.action) {
    case MODEL_NO_ZONE:
    case MODEL_FOUND_SHARED:
        return is_unsure(raw->number);
    case MODEL_IN_USE:
        return is_during_unknown_life(&window);
    default:
        return raw->number < 0;
    }
}

static bool
is_of_part(const struct history_raw *raw, const struct history_part *part)
{
    return part->number == raw->number && part->kind == raw->kind && part->kstat == raw->kstat;
}

/* NULL: there is no room. */
static struct history_part *
part_of(const struct history_raw *raw)
{
    /* Steps that follow each other are often of one part. */
    static uint32_t lately;
    if (lately < part_count && is_of_part(raw, &parts[lately])) {
        return &parts[lately];
    }
    for (uint32_t i = 0; i < part_count; i++) {
        if (is_of_part(raw, &parts[i])) {
            lately = i;
            return &parts[i];
        }
    }
    if (part_count == PARTS_MAX) {
        history.is_complete = false;
        return NULL;
    }
    parts[part_count] = (struct history_part){
        .kind = (enum history_kind)raw->kind, .number = raw->number, .kstat = raw->kstat};
    return &parts[part_count++];
}

static void
assign_parts(void)
{
    for (uint32_t i = 0; i < history.step_count; i++) {
        struct history_raw *raw = &history.raw[i];
        raw->part = PARTS_MAX;
        if (raw->of_stack) {
            raw->number = history.lives[raw->number].id;
            raw->of_stack = false;
        }
        struct history_part *part = is_left_out(raw) ? NULL : part_of(raw);
        if (part != NULL) {
            raw->part = (uint16_t)(part - parts);
            raw->place = (uint16_t)part->count++;
        }
    }
}

uint32_t
history_split(bool *complete)
{
    part_count = 0;
    add_lives();
    add_zones();
    add_passers_by();
    add_sights();
    assign_parts();

    uint32_t first = 0;
    for (uint32_t i = 0; i < part_count; i++) {
        parts[i].first = first;
        first += parts[i].count;
    }
    for (uint32_t i = 0; i < history.step_count; i++) {
        const struct history_raw *raw = &history.raw[i];
        if (raw->part == PARTS_MAX) {
            continue;
        }
        struct linear_step *step = &split[parts[raw->part].first + raw->place];
        *step = raw->step;
        if (step->after != LINEAR_NONE) {
            step->after = history.raw[step->after].place;
        }
    }
    *complete = history.is_complete;
    return part_count;
}

const struct history_part *
history_part_at(uint32_t index)
{
    return &parts[index];
}

const struct linear_step *
history_steps(const struct history_part *part)
{
    return &split[part->first];
}
