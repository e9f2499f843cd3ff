/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The search (linearizability.h). A configuration is the set of steps done and the state that they led to.
 *
 *   1. A step may come next if it is not done, what it is after is done, no step that must be done and is not ends
 *      before it begins, and, if it is optional, none that is done begins after it ends.
 *   2. Steps are tried in the order of their ends: where nothing is wrong, that is mostly the order in which they took
 *      effect, so that most histories are accepted without ever going back. Memory is used from the first time on.
 *   3. A step that may come next and only reads is taken at once, without alternatives: in any order that goes on from
 *      here it can be put first, since it is possible here, changes nothing where it stood, and may precede all
 *      others. All but optional ones that end before it begins: where there is one of those, this is not done. A write
 *      of what is there already is no read: where it stood it may have undone another.
 */
#include "netstack/linearizability.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define WORDS     (LINEAR_STEPS_MAX / 64)
#define SEATS     8192 /* of the memory: a power of two */
#define SEATS_TRY 8    /* then it forgets */

struct configuration {
    uint64_t done[WORDS];
    uint8_t state[LINEAR_STATE_MAX];
};

struct seat {
    uint32_t search; /* in which it was filled; 0: never */
    struct configuration configuration;
};

/* A configuration on the way from the first one, and what was tried from there. */
struct level {
    uint8_t state[LINEAR_STATE_MAX];
    uint32_t latest; /* beginning of a step that is done */
    uint32_t next;   /* place in the order that is tried next */
    uint16_t taken;  /* step that led to the level above */
    bool is_entered;
    bool no_others; /* the argument's number 3 */
};

static struct seat seats[SEATS];
static struct level levels[LINEAR_STEPS_MAX + 1];

static struct {
    const struct linear_model *model;
    const struct linear_step *steps;
    uint32_t count;
    uint16_t order[LINEAR_STEPS_MAX]; /* of their ends */
    uint64_t done[WORDS];
    uint32_t number; /* of searches, from 1 */
    uint32_t first;  /* no place before it has a step that must be done and is not */
    bool went_back;
} search;

static bool
is_done(uint32_t step)
{
    return search.done[step / 64] >> step % 64 & 1;
}

/* --- the order of ends ------------------------------------------------------------------------ */

/* They come nearly sorted: a caller knows of an operation when it ends. */
static void
sort_steps(void)
{
    for (uint32_t i = 0; i < search.count; i++) {
        uint32_t place = i, to = search.steps[i].to;
        while (place > 0 && search.steps[search.order[place - 1]].to > to) {
            search.order[place] = search.order[place - 1];
            place--;
        }
        search.order[place] = (uint16_t)i;
    }
}

/* The first end of what must be done and is not; FOREVER if all is done or has no end. */
static uint32_t
find_deadline(bool *complete)
{
    while (search.first < search.count) {
        uint16_t step = search.order[search.first];
        if (!is_done(step) && !search.steps[step].optional) {
            *complete = false;
            return search.steps[step].to;
        }
        search.first++;
    }
    *complete = true;
    return LINEAR_FOREVER;
}

static bool
may_come(const struct level *level, const struct linear_step *step, uint32_t deadline)
{
    return step->from <= deadline && (step->after == LINEAR_NONE || is_done(step->after)) &&
           (!step->optional || step->to >= level->latest);
}

/* --- memory ----------------------------------------------------------------------------------- */

static struct configuration
configuration_of(const struct level *level)
{
    struct configuration configuration;
    memcpy(configuration.done, search.done, sizeof(configuration.done));
    memcpy(configuration.state, level->state, sizeof(configuration.state));
    return configuration;
}

/* The seat that has it, or where it may sit; NULL: there is no room. */
static struct seat *
find_seat(const struct configuration *configuration, bool *found)
{
    uint64_t hash = XXH3_64bits(configuration, sizeof(*configuration));
    *found = false;
    for (uint32_t i = 0; i < SEATS_TRY; i++) {
        struct seat *seat = &seats[(hash + i) % SEATS];
        if (seat->search != search.number) {
            return seat;
        }
        if (memcmp(&seat->configuration, configuration, sizeof(*configuration)) == 0) {
            *found = true;
            return seat;
        }
    }
    return NULL;
}

static bool
led_nowhere(const struct level *level)
{
    struct configuration configuration = configuration_of(level);
    bool found;
    (void)find_seat(&configuration, &found);
    return found;
}

static void
remember(const struct level *level)
{
    struct configuration configuration = configuration_of(level);
    bool found;
    struct seat *seat = find_seat(&configuration, &found);
    if (seat != NULL && !found) {
        seat->search = search.number;
        seat->configuration = configuration;
    }
}

/* --- steps ------------------------------------------------------------------------------------ */

/* Takes a step from a level to the next, if the model lets it. */
static enum linear_effect
take(struct level *level, uint32_t index)
{
    const struct linear_step *step = &search.steps[index];
    struct level *above = level + 1;
    memcpy(above->state, level->state, sizeof(above->state));
    enum linear_effect effect = search.model->apply(above->state, step);
    if (effect == LINEAR_IMPOSSIBLE) {
        return effect;
    }
    above->latest = step->from > level->latest ? step->from : level->latest;
    above->next = 0;
    above->is_entered = false;
    above->no_others = false;
    level->taken = (uint16_t)index;
    search.done[index / 64] |= UINT64_C(1) << index % 64;
    return effect;
}

static void
take_back(struct level *level)
{
    search.done[level->taken / 64] &= ~(UINT64_C(1) << level->taken % 64);
    search.first = 0;
    search.went_back = true;
}

/* The first end of what is optional and not done: what begins later must not be put before it. */
static uint32_t
find_optional_end(const struct level *level)
{
    for (uint32_t place = 0; place < search.count; place++) {
        const struct linear_step *step = &search.steps[search.order[place]];
        if (step->optional && step->to >= level->latest && !is_done(search.order[place])) {
            return step->to;
        }
    }
    return LINEAR_FOREVER;
}

/* Takes a step that only reads, if one may come. */
static bool
take_read(struct level *level, uint32_t deadline)
{
    uint32_t optional_end = find_optional_end(level);
    for (uint32_t place = search.first; place < search.count; place++) {
        uint16_t index = search.order[place];
        const struct linear_step *step = &search.steps[index];
        if (is_done(index) || step->optional || step->from > optional_end ||
            !may_come(level, step, deadline)) {
            continue;
        }
        enum linear_effect effect = take(level, index);
        if (effect == LINEAR_READS) {
            level->no_others = true;
            return true;
        }
        if (effect == LINEAR_CHANGES) {
            search.done[index / 64] &= ~(UINT64_C(1) << index % 64);
        }
    }
    return false;
}

static bool
take_next(struct level *level, uint32_t deadline)
{
    if (level->next < search.first) {
        /* All that is passed over is done, or optional: that comes last. */
        level->next = search.first;
    }
    for (; level->next < 2 * search.count; level->next++) {
        /* Twice around: what is optional is left for when nothing else will do. */
        uint16_t index = search.order[level->next % search.count];
        const struct linear_step *step = &search.steps[index];
        bool is_for_later = level->next >= search.count;
        if (step->optional != is_for_later || is_done(index) || !may_come(level, step, deadline)) {
            continue;
        }
        if (take(level, index) != LINEAR_IMPOSSIBLE) {
            level->next++;
            return true;
        }
    }
    return false;
}

static enum linear_answer
run(const struct linear_limits *limits)
{
    uint32_t nodes_max = limits->nodes != 0 ? limits->nodes : LINEAR_NODES_MAX;
    uint32_t nodes = 0, depth = 0;
    for (;;) {
        struct level *level = &levels[depth];
        bool is_complete, is_dead = false, uses_memory = search.went_back && !limits->no_memory;
        uint32_t deadline = find_deadline(&is_complete);
        if (is_complete) {
            return LINEAR_YES;
        }
        bool is_new = !level->is_entered;
        level->is_entered = true;
        if (is_new) {
            if (search.went_back && nodes++ >= nodes_max) {
                return LINEAR_UNDECIDED;
            }
            is_dead = uses_memory && led_nowhere(level);
        }
        if (!is_dead && !level->no_others &&
            ((uses_memory && is_new && take_read(level, deadline)) || take_next(level, deadline))) {
            depth++;
            continue;
        }
        if (!is_dead && !limits->no_memory) {
            remember(level);
        }
        if (depth == 0) {
            return LINEAR_NO;
        }
        depth--;
        take_back(&levels[depth]);
    }
}

enum linear_answer
linear_check(const struct linear_model *model, const struct linear_step *steps, uint32_t count,
             const struct linear_limits *limits)
{
    if (count > LINEAR_STEPS_MAX) {
        return LINEAR_UNDECIDED;
    }
    search.model = model;
    search.steps = steps;
    search.count = count;
    search.first = 0;
    search.went_back = false;
    if (++search.number == 0) {
        memset(seats, 0, sizeof(seats));
        search.number = 1;
    }
    memset(search.done, 0, sizeof(search.done));
    memset(&levels[0], 0, sizeof(levels[0]));
    if (model->begin != NULL) {
        model->begin(levels[0].state);
    }
    sort_steps();
    return run(limits);
}

/* --- where it breaks -------------------------------------------------------------------------- */

static struct linear_step prefix[LINEAR_STEPS_MAX];

/* What was known at an instant: later ends are open, what is later may come or not. */
static void
cut(const struct linear_step *steps, uint32_t count, uint32_t until)
{
    memcpy(prefix, steps, count * sizeof(prefix[0]));
    for (uint32_t i = 0; i < count; i++) {
        if (prefix[i].to > until) {
            prefix[i].to = LINEAR_FOREVER;
            prefix[i].optional = true;
        }
    }
}

uint32_t
linear_contradiction(const struct linear_model *model, const struct linear_step *steps,
                     uint32_t count, const struct linear_limits *limits)
{
    uint16_t order[LINEAR_STEPS_MAX];
    if (count > LINEAR_STEPS_MAX) {
        return 0;
    }
    search.steps = steps;
    search.count = count;
    sort_steps();
    memcpy(order, search.order, sizeof(order));
    /* A beginning of what can be explained can be explained, so the ends divide in two. */
    uint32_t low = 0, high = count - 1;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        cut(steps, count, steps[order[middle]].to);
        if (linear_check(model, prefix, count, limits) == LINEAR_NO) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return order[low];
}

bool
linear_explains_without(const struct linear_model *model, const struct linear_step *steps,
                        uint32_t count, uint32_t until, const bool *without,
                        const struct linear_limits *limits)
{
    if (count > LINEAR_STEPS_MAX) {
        return false;
    }
    cut(steps, count, steps[until].to);
    for (uint32_t i = 0; i < count; i++) {
        if (without[i]) {
            prefix[i].to = LINEAR_FOREVER;
            prefix[i].optional = true;
        }
    }
    return linear_check(model, prefix, count, limits) == LINEAR_YES;
}
