/* SPDX-License-Identifier: BSD-2-Clause
 *
 * AFL++'s loop over inputs that stay as they are, by the calls that its custom mutators have (docs/custom_mutators.md of
 * AFL++ 4). Without a mutation that is thrown away: it would be the same beside both targets, and hide how they differ.
 */
#include <stddef.h>
#include <stdint.h>

void *afl_custom_init(void *afl, unsigned int seed);
void afl_custom_deinit(void *mutator);
size_t afl_custom_fuzz(void *mutator, uint8_t *bytes, size_t size, uint8_t **out, uint8_t *other,
                       size_t other_size, size_t capacity);

void *
afl_custom_init(void *afl, unsigned int seed)
{
    static char nothing;
    (void)afl;
    (void)seed;
    return &nothing;
}

void
afl_custom_deinit(void *mutator)
{
    (void)mutator;
}

size_t
afl_custom_fuzz(void *mutator, uint8_t *bytes, size_t size, uint8_t **out, uint8_t *other,
                size_t other_size, size_t capacity)
{
    (void)mutator;
    (void)other;
    (void)other_size;
    (void)capacity;
    *out = bytes;
    return size;
}
