/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the shims have in common: decoding with the target's vocabulary, heads for bytes that have
 * none, and fitting a program into the bytes that the engine allows.
 */
#include "mutator/mutator.h"

#include <string.h>

/* Inputs without operations, and now and then any other, are made anew. */
#define FRESH_ONE_IN 64

void
mutator_decode(struct program *program, const uint8_t *bytes, size_t size)
{
    const struct mutator_target *target = mutator_target();
    program_decode(program, bytes, size, target->vocabulary);
    if (program_head_of(bytes, size) == PROGRAM_HEAD_NONE) {
        snprintf(program->target, PROGRAM_NAME_MAX, "%s", target->target);
        snprintf(program->subject, PROGRAM_NAME_MAX, "%s", target->subject);
    }
}

/* Leaves out what costs least until the rest fits. Returns: 0 if even nothing does not. */
static size_t
encode_fitting(struct program *program, uint8_t *out, size_t capacity)
{
    size_t size = program_encode(program, out, capacity);

    while (size > capacity) {
        if (program->deviation_count > 0) {
            program->deviation_count /= 2;
        } else if (program->fault_count > 0) {
            program->fault_count--;
        } else if (program->operation_count > 0) {
            program->operation_count--;
        } else {
            return 0;
        }
        size = program_encode(program, out, capacity);
    }
    return size;
}

static size_t
keep(const uint8_t *bytes, size_t size, uint8_t *out, size_t capacity)
{
    size_t kept = size < capacity ? size : capacity;

    memmove(out, bytes, kept);
    return kept;
}

size_t
mutator_mutate(const uint8_t *bytes, size_t size, uint8_t *out, size_t capacity, uint64_t seed)
{
    const struct mutator_target *target = mutator_target();
    struct program program;
    uint64_t state = seed;

    if (program_head_of(bytes, size) == PROGRAM_HEAD_NEWER) {
        return keep(bytes, size, out, capacity);
    }
    program_init(&program);
    mutator_decode(&program, bytes, size);
    if (program.operation_count == 0 || program_random_below(&state, FRESH_ONE_IN) == 0) {
        program_generate(&program, target->vocabulary, &target->generation, &state);
    }
    program_mutate(&program, target->vocabulary, &state);

    size_t written = encode_fitting(&program, out, capacity);
    program_fini(&program);
    return written > 0 ? written : keep(bytes, size, out, capacity);
}

size_t
mutator_splice(const uint8_t *a, size_t size_a, const uint8_t *b, size_t size_b, uint8_t *out,
               size_t capacity, uint64_t seed)
{
    const struct mutator_target *target = mutator_target();
    struct program program_a, program_b, child;
    uint64_t state = seed;

    if (program_head_of(a, size_a) == PROGRAM_HEAD_NEWER ||
        program_head_of(b, size_b) == PROGRAM_HEAD_NEWER) {
        return keep(a, size_a, out, capacity);
    }
    program_init(&program_a);
    program_init(&program_b);
    program_init(&child);
    mutator_decode(&program_a, a, size_a);
    mutator_decode(&program_b, b, size_b);
    program_splice(&child, &program_a, &program_b, target->vocabulary, &state);

    size_t written = encode_fitting(&child, out, capacity);
    program_fini(&child);
    program_fini(&program_b);
    program_fini(&program_a);
    return written > 0 ? written : keep(a, size_a, out, capacity);
}
