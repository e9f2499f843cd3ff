/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Doubles of what oracles ask: heddle_live_allocations counts what the test says lives; calls have names.
 */
#include "telling.h"

#define LIVE_MAX 32
static struct {
    uint32_t object;
    const char *kind;
} live[LIVE_MAX];
static size_t live_count;

void
live_forget(void)
{
    live_count = 0;
}

size_t
heddle_live_allocations(void (*visit)(uint32_t object, const char *kind, void *argument),
                        void *argument)
{
    for (size_t i = 0; visit != NULL && i < live_count; i++) {
        visit(live[i].object, live[i].kind, argument);
    }
    return live_count;
}

const struct program_vocabulary *
operations_vocabulary(void)
{
    static struct program_verb verbs[VERB_COUNT];
    static const struct program_vocabulary vocabulary = {.verbs = verbs, .verb_count = VERB_COUNT};
    for (size_t i = 0; i < VERB_COUNT; i++) {
        verbs[i].name = "a call";
    }
    verbs[VERB_UNREGISTER].name = "unregister";
    return &vocabulary;
}

void
live_add(uint32_t object, const char *kind)
{
    live[live_count].object = object;
    live[live_count++].kind = kind;
}

void
live_remove(uint32_t object)
{
    for (size_t i = 0; i < live_count; i++) {
        if (live[i].object == object) {
            live[i] = live[--live_count];
            return;
        }
    }
}
