/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What is taken away, and in which order: whole threads, then of operations, faults and switches first
 * halves, then quarters, down to single ones (as in delta debugging: Zeller, Hildebrandt, TSE 2002);
 * and threads that are empty by then.
 */
#include "mutator/trim.h"

#define PASSES 5u
/* Of long lists single pieces are too many executions: a piece is no less than so many-th of the list. */
#define PIECES_MAX 64u

static bool
is_of_threads(uint32_t pass)
{
    return pass == 0 || pass == PASSES - 1;
}

static enum program_part
part_of(uint32_t pass)
{
    return pass == 1   ? PROGRAM_PART_OPERATIONS
           : pass == 2 ? PROGRAM_PART_FAULTS
                       : PROGRAM_PART_DEVIATIONS;
}

static uint32_t
count_pieces(const struct program *program, uint32_t pass)
{
    if (is_of_threads(pass)) {
        return program->thread_count > 1 ? program->thread_count : 0;
    }
    return program_part_size(program, part_of(pass));
}

static uint32_t
at_least_one(uint32_t number)
{
    return number > 0 ? number : 1;
}

static uint32_t
first_chunk(uint32_t count, uint32_t pass)
{
    return is_of_threads(pass) ? 1 : at_least_one(count / 2);
}

static void
begin_pass(struct mutator_trim *trim)
{
    uint32_t count = trim->pass < PASSES ? count_pieces(&trim->kept, trim->pass) : 0;
    trim->chunk = first_chunk(count, trim->pass);
    trim->floor = at_least_one(count / PIECES_MAX);
    trim->position = 0;
}

/* Each piece goes, or the next one is tried: so many of a pass, whatever the answers. */
static uint32_t
count_most(const struct program *program)
{
    uint32_t most = 0;
    for (uint32_t pass = 0; pass < PASSES; pass++) {
        uint32_t count = count_pieces(program, pass);
        uint32_t floor = at_least_one(count / PIECES_MAX);
        for (uint32_t chunk = first_chunk(count, pass);; chunk = at_least_one(chunk / 2)) {
            most += (count + chunk - 1) / chunk;
            if (chunk <= floor) {
                break;
            }
        }
    }
    return most;
}

static void
cut(struct mutator_trim *trim)
{
    program_copy(&trim->tried, &trim->kept);
    if (is_of_threads(trim->pass)) {
        program_cut_thread(&trim->tried, trim->position);
    } else {
        program_cut(&trim->tried, part_of(trim->pass), trim->position, trim->chunk);
    }
}

/* The next candidate from here on; false: there is none. */
static bool
propose(struct mutator_trim *trim)
{
    while (trim->pass < PASSES) {
        if (trim->position < count_pieces(&trim->kept, trim->pass)) {
            cut(trim);
            /* What was no canonical form may be shorter than what it stands for. */
            if (program_encode(&trim->tried, NULL, 0) <= trim->limit) {
                return true;
            }
            trim->position += trim->chunk;
        } else if (trim->chunk > trim->floor) {
            trim->chunk = at_least_one(trim->chunk / 2);
            trim->position = 0;
        } else {
            trim->pass++;
            begin_pass(trim);
        }
    }
    return false;
}

void
mutator_trim_init(struct mutator_trim *trim)
{
    *trim = (struct mutator_trim){.pass = PASSES};
    program_init(&trim->kept);
    program_init(&trim->tried);
}

void
mutator_trim_fini(struct mutator_trim *trim)
{
    program_fini(&trim->tried);
    program_fini(&trim->kept);
}

uint32_t
mutator_trim_start(struct mutator_trim *trim, const uint8_t *bytes, size_t size)
{
    trim->done = trim->most = 0;
    if (program_head_of(bytes, size) == PROGRAM_HEAD_NEWER) {
        return 0;
    }
    mutator_decode(&trim->kept, bytes, size);
    trim->limit = size;
    trim->most = count_most(&trim->kept);
    trim->pass = 0;
    begin_pass(trim);
    return propose(trim) ? trim->most : 0;
}

size_t
mutator_trim_next(struct mutator_trim *trim, uint8_t *out)
{
    return program_encode(&trim->tried, out, trim->limit);
}

uint32_t
mutator_trim_judge(struct mutator_trim *trim, bool is_same)
{
    if (is_same) {
        program_copy(&trim->kept, &trim->tried);
    } else {
        trim->position += trim->chunk;
    }
    trim->done++;
    return propose(trim) && trim->done < trim->most ? trim->done : trim->most;
}
