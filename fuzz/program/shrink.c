/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Smaller programs of larger ones: parts that can be cut out, and numbers that can be simpler. Whether the smaller one still
 * does what matters, the caller finds out.
 */
#include "program/program_private.h"

#include <string.h>

uint32_t
program_part_size(const struct program *program, enum program_part part)
{
    switch (part) {
    case PROGRAM_PART_OPERATIONS:
        return program->operation_count;
    case PROGRAM_PART_FAULTS:
        return program->fault_count;
    default:
        return program->deviation_count;
    }
}

/* Of so many elements of that size, takes out those from `first` on; how many are left. */
static uint32_t
take_out(void *elements, size_t size, uint32_t all, uint32_t first, uint32_t count)
{
    char *bytes = elements;
    count = count < all - first ? count : all - first;
    memmove(bytes + first * size, bytes + (first + count) * size, (all - first - count) * size);
    return all - count;
}

void
program_cut(struct program *program, enum program_part part, uint32_t first, uint32_t count)
{
    if (first >= program_part_size(program, part)) {
        return;
    }
    switch (part) {
    case PROGRAM_PART_OPERATIONS:
        program->operation_count = take_out(program->operations, sizeof(program->operations[0]),
                                            program->operation_count, first, count);
        break;
    case PROGRAM_PART_FAULTS:
        program->fault_count = take_out(program->faults, sizeof(program->faults[0]),
                                        program->fault_count, first, count);
        break;
    default:
        program->deviation_count = take_out(program->deviations, sizeof(program->deviations[0]),
                                            program->deviation_count, first, count);
        break;
    }
}

void
program_cut_thread(struct program *program, uint32_t thread)
{
    if (program->thread_count == 1 || thread >= program->thread_count) {
        return;
    }
    struct program__range range = program__thread_range(program, thread);
    if (range.end > range.first) {
        program_cut(program, PROGRAM_PART_OPERATIONS, range.first, range.end - range.first);
    }
    for (uint32_t i = range.first; i < program->operation_count; i++) {
        program->operations[i].thread--;
    }
    program->thread_count--;
}

/* --- simpler numbers ----------------------------------------------------------------------------- */

/* 0 is the simplest number, then what is half as large, then one less. */
#define SIMPLER 3u
static bool
simplify(uint16_t *number, uint32_t how)
{
    uint16_t simpler = how == 0 ? 0 : how == 1 ? *number / 2 : (uint16_t)(*number - 1);
    /* Each once: half of 1 is 0, and one less than 2 is half of it. */
    if (*number == 0 || (how > 0 && simpler == 0) || (how == 2 && simpler == *number / 2)) {
        return false;
    }
    *number = simpler;
    return true;
}

bool
program_simplify(struct program *program, uint32_t index, bool *changed)
{
    uint32_t element = index / SIMPLER / PROGRAM_ARGUMENTS_MAX, how = index % SIMPLER;
    uint32_t argument = index / SIMPLER % PROGRAM_ARGUMENTS_MAX;
    *changed = false;
    if (element < program->operation_count) {
        *changed = simplify(&program->operations[element].arguments[argument], how);
        return true;
    }
    element -= program->operation_count;
    if (element < program->fault_count) {
        *changed = simplify(&program->faults[element].arguments[argument], how);
        return true;
    }
    /* Then of each fault whether it goes on, and which one it is. */
    element -= program->fault_count;
    if (element >= program->fault_count) {
        return false;
    }
    struct program_fault *fault = &program->faults[element];
    if (argument == 0) {
        *changed = simplify(&fault->nth, how);
    } else if (argument == 1 && how == 0 && fault->onwards) {
        fault->onwards = false;
        *changed = true;
    }
    return true;
}
