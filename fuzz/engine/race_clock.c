/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Vector clocks: what each task knows of the others' pasts, and what was left to be known at objects that
 * order tasks. A task's own entry counts how often it told others; what it does between two such times
 * becomes known together.
 */
#include <stdio.h>
#include <stdlib.h>

#include "engine/access_parts.h"
#include "engine/address_map.h"

struct clock race_clocks[HEDDLE_TASKS_MAX];

static struct address_map numbers; /* of released, by address */
static struct released *released;
static uint32_t released_count, released_capacity;

void
race_clock_begin(void)
{
    address_map_clear(&numbers);
    released_count = 0;
}

void
race_join(struct clock *to, const struct clock *from)
{
    for (uint32_t i = 0; i < exec.task_count; i++) {
        to->at[i] = from->at[i] > to->at[i] ? from->at[i] : to->at[i];
    }
}

void
race_tick(void)
{
    race_clocks[exec.current->number].at[exec.current->number]++;
}

void
race_clock_spawn(uint16_t task)
{
    struct clock *clock = &race_clocks[task];
    *clock = task == 0 ? (struct clock){{0}} : race_clocks[exec.current->number];
    clock->at[task] = 1;
    if (task > 0) {
        race_tick();
    }
}

struct released *
race_released(const void *object)
{
    const uint32_t *number = address_map_find(&numbers, (uintptr_t)object);
    return number == NULL ? NULL : &released[*number];
}

struct released *
race_released_make(const void *object)
{
    struct released *old = race_released(object);
    if (old != NULL) {
        return old;
    }
    if (released_count == released_capacity) {
        released_capacity = released_capacity == 0 ? 64 : released_capacity * 2;
        released = realloc(released, released_capacity * sizeof *released);
        if (released == NULL) {
            fputs("heddle: no memory to watch loads and stores\n", stderr);
            exit(4);
        }
    }
    *address_map_put(&numbers, (uintptr_t)object) = released_count;
    released[released_count] = (struct released){0};
    return &released[released_count++];
}

void
access_acquire(const void *object)
{
    if (access_counts) {
        const struct released *what = race_released(object);
        if (what != NULL) {
            race_join(&race_clocks[exec.current->number], &what->known);
        }
    }
}

void
access_release(const void *object)
{
    if (access_counts) {
        struct released *what = race_released_make(object);
        race_join(&what->known, &race_clocks[exec.current->number]);
        taskset_add(&what->heads, exec.current->number);
        race_tick();
    }
}

void
access_store_release(const void *object)
{
    if (access_counts) {
        *race_released_make(object) = (struct released){0};
        access_release(object);
    }
}
