/* SPDX-License-Identifier: BSD-2-Clause
 *
 * libFuzzer's custom mutator and crossover. All randomness is libFuzzer's seed, so that the same
 * -seed and -runs make the same corpus.
 */
#include "mutator/mutator.h"

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t capacity, unsigned int seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t size_a, const uint8_t *b, size_t size_b,
                                 uint8_t *out, size_t capacity, unsigned int seed);

/* Its own mutations. The stand-alone tests of this file link no libFuzzer. */
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t size, size_t capacity) __attribute__((weak));

size_t
LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t capacity, unsigned int seed)
{
    if (mutator_target()->is_off && LLVMFuzzerMutate != NULL) {
        return LLVMFuzzerMutate(bytes, size, capacity);
    }
    return mutator_mutate(bytes, size, bytes, capacity, seed);
}

size_t
LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t size_a, const uint8_t *b, size_t size_b,
                          uint8_t *out, size_t capacity, unsigned int seed)
{
    /* Those include its own crossover, and of 0 bytes it makes another attempt. */
    if (mutator_target()->is_off && LLVMFuzzerMutate != NULL) {
        return 0;
    }
    return mutator_splice(a, size_a, b, size_b, out, capacity, seed);
}
