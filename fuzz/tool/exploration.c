/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Programs and schedules from numbers.
 */
#include "tool/exploration.h"

#include <inttypes.h>
#include <stdio.h>

#include "engine/strategy.h"

/* What a number is for, so that the same one gives independent bits for each. */
enum purpose { PURPOSE_PROGRAM = 1, PURPOSE_SCHEDULE = 2 };

static uint64_t
hash(uint64_t seed, uint64_t number, enum purpose purpose)
{
    uint64_t state = seed * 4 + (uint64_t)purpose;
    state = program_random(&state) ^ number;
    return program_random(&state);
}

void
exploration_program(const struct exploration *exploration, uint64_t group, struct program *program)
{
    struct program_generation how = exploration->target->generation;
    uint64_t state = hash(exploration->seed, group, PURPOSE_PROGRAM);
    how.faults = how.faults && exploration->faults;
    program_generate(program, exploration->target->vocabulary, &how, &state);
    snprintf(program->target, sizeof(program->target), "%s", exploration->target->name);
    snprintf(program->subject, sizeof(program->subject), "%s", exploration->subject->name);
    program->event_model = exploration->events;
    snprintf(program->build, sizeof(program->build), "%s",
             exploration->events == PROGRAM_EVENT_MODEL_MEMORY ? heddle_build_id() : "");
}

uint64_t
exploration_group(const struct exploration *exploration)
{
    const struct strategy *strategy =
        strategy_find(exploration->target->vocabulary->strategies[exploration->strategy]);
    uint32_t wanted = strategy != NULL ? strategy->executions : 0;
    return wanted > EXPLORATION_GROUP ? wanted : EXPLORATION_GROUP;
}

void
exploration_schedule(const struct exploration *exploration, uint64_t number, uint32_t length,
                     struct program *program)
{
    if (number % exploration_group(exploration) == 0) {
        program->strategy = (struct program_strategy){0};
        return;
    }
    program->strategy = (struct program_strategy){
        .strategy = exploration->strategy,
        .depth = exploration->depth,
        .length = length,
        .seed = hash(exploration->seed, number, PURPOSE_SCHEDULE),
    };
}

void
exploration_command(const struct exploration *exploration, char *text, size_t size)
{
    char depth[24] = "";
    if (exploration->depth != EXPLORATION_DEPTH) {
        snprintf(depth, sizeof(depth), " --depth %u", (unsigned)exploration->depth);
    }
    snprintf(text, size,
             "heddle run %s --subject %s --strategy %s%s --seed %" PRIu64 " --faults %s%s",
             exploration->target->name, exploration->subject->name,
             exploration->target->vocabulary->strategies[exploration->strategy], depth,
             exploration->seed, exploration->faults ? "on" : "off",
             exploration->events == PROGRAM_EVENT_MODEL_MEMORY ? " --events memory" : "");
}
