/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The scheduling point before a load or a store, and where there is none: on the running task's own stack. The
 * compiler leaves out variables whose address goes nowhere; what is left there are those that a function
 * passes on, nearly always to a function that it calls. Others can reach them only through a pointer that
 * they were given:
 *
 * 1. as the argument of a task or of work: then all above it on the stack is shared from there on
 *    (access_give);
 * 2. through memory: then the words count from the first access by another task on.
 *
 * So under 2 what a task does to such a word before another has touched it is one step with the point before
 * it. Orders that need to be told apart there are not explored; a race with it is still seen, for every
 * access is checked, whether a point stands before it or not.
 */
#include "engine/access_parts.h"

#define SITES_MAX ((uint32_t)1 << 16)

/* Numbers of objects, where strategies see memory beside primitives, which hardly are as many. */
#define OBJECT_FIRST 2048u

bool access_counts;

/* The lowest address of each task's stack that it has given away. */
static uintptr_t given_from[HEDDLE_TASKS_MAX];

/* --- sites ------------------------------------------------------------------------------- */

/* By address of the text, so that strategies can compare and count by them; nothing reads their text. */
static struct access_site {
    access_pc_t pc; /* 0: free */
    struct kernel_site site;
} sites[SITES_MAX];
static uint32_t site_count;

static kernel_site_t
find_site(access_pc_t pc)
{
    static const struct kernel_site elsewhere = {"", "an access", 0};
    uint32_t place = pc * 0x9e3779b1u >> 16;
    for (;; place++) {
        struct access_site *found = &sites[place % SITES_MAX];
        if (found->pc == pc) {
            return &found->site;
        }
        if (found->pc == 0) {
            if (site_count > SITES_MAX / 2) {
                return &elsewhere;
            }
            site_count++;
            *found = (struct access_site){pc, {"", "an access", (int)pc}};
            return &found->site;
        }
    }
}

access_pc_t
access_pc(const void *return_address)
{
    extern const char __executable_start[];
    return (access_pc_t)((uintptr_t)return_address - (uintptr_t)__executable_start);
}

/* --- points ------------------------------------------------------------------------------ */

/* Nobody else's, or the engine's own constant that subjects ask at each probe. */
static bool
is_private(const void *address)
{
    if (access_is_on_own_stack(address)) {
        return (uintptr_t)address < given_from[exec.current->number] && !race_is_shared(address);
    }
    return address == (const void *)&kernel_probes_wanted;
}

void
access_point(const void *address, enum access_kind kind, access_pc_t pc)
{
    if (is_private(address)) {
        return;
    }
    bool updates = (kind & (ACCESS_WRITE | ACCESS_ATOMIC)) == (ACCESS_WRITE | ACCESS_ATOMIC);
    scheduler_access_point(updates               ? HEDDLE_OPERATION_UPDATE
                           : kind & ACCESS_WRITE ? HEDDLE_OPERATION_STORE
                                                 : HEDDLE_OPERATION_LOAD,
                           OBJECT_FIRST + race_object(address), find_site(pc));
}

void
access_plain(const void *address, size_t size, enum access_kind kind, const void *caller)
{
    access_pc_t pc = access_pc(caller);
    if (size == 0) {
        return;
    }
    access_point(address, kind, pc);
    race_check(address, size, kind, pc);
}

void
access_give(const void *argument)
{
    uintptr_t address = (uintptr_t)argument;
    if (access_counts && access_is_on_own_stack(argument) &&
        address < given_from[exec.current->number]) {
        given_from[exec.current->number] = address & ~(uintptr_t)7;
    }
}

/* --- the execution ----------------------------------------------------------------------- */

void
access_begin(bool counts)
{
    access_counts = counts;
    if (counts) {
        race_begin();
    }
}

void
access_end(void)
{
    if (access_counts) {
        access_counts = false;
        race_report_end();
    }
}

bool
access_look(void)
{
    bool counted = access_counts;
    access_counts = false;
    return counted;
}

void
access_look_end(bool counted)
{
    access_counts = counted;
}

void
access_spawned(uint16_t task, const void *argument)
{
    if (!access_counts) {
        return;
    }
    if (task > 0) {
        access_give(argument);
    }
    given_from[task] = UINTPTR_MAX;
    access_chain_begin(task);
    access_atomic_begin(task);
    race_clock_spawn(task);
}

void
access_free(const void *memory, size_t size, const void *caller)
{
    if (access_counts && size > 0) {
        race_check(memory, size, ACCESS_WRITE | ACCESS_FREE, access_pc(caller));
    }
}
