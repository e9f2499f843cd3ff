/* SPDX-License-Identifier: BSD-2-Clause
 *
 * libFuzzer's loop over programs made from nothing: the n-th input is the n-th program, under random walk and PCT in turn, whatever
 * libFuzzer chose to mutate. So two subjects are given the same programs, however much more is covered on one of them.
 */
#include "mutator/mutator.h"

#include <string.h>

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t capacity, unsigned int seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t size_a, const uint8_t *b, size_t size_b,
                                 uint8_t *out, size_t capacity, unsigned int seed);

static size_t
generate(uint8_t *out, size_t capacity)
{
    static uint64_t inputs;
    const struct mutator_target *target = mutator_target();
    struct program program;
    uint64_t state = ++inputs;

    program_init(&program);
    program_generate(&program, target->vocabulary, &target->generation, &state);
    snprintf(program.target, sizeof(program.target), "%s", target->target);
    snprintf(program.subject, sizeof(program.subject), "%s", target->subject);
    program.strategy.strategy = (uint8_t)(1 + inputs % 2);
    program.strategy.seed = inputs;
    program.strategy.depth = 3;
    program.strategy.length = 300;

    size_t size = program_encode(&program, out, capacity);
    program_fini(&program);
    return size <= capacity ? size : 0;
}

size_t
LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t capacity, unsigned int seed)
{
    (void)size;
    (void)seed;
    return generate(bytes, capacity);
}

size_t
LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t size_a, const uint8_t *b, size_t size_b,
                          uint8_t *out, size_t capacity, unsigned int seed)
{
    (void)a;
    (void)size_a;
    (void)b;
    (void)size_b;
    (void)seed;
    return generate(out, capacity);
}
