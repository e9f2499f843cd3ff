/* SPDX-License-Identifier: BSD-2-Clause
 *
 * AFL++'s custom mutator: the calls that it looks up in the module AFL_CUSTOM_MUTATOR_LIBRARY names
 * (docs/custom_mutators.md of AFL++ 4).
 */
#include "mutator/trim.h"

#include <stdlib.h>

/* Where a second input is there, how often it is used. */
#define SPLICE_ONE_IN 4

/*
 * How many changed inputs it makes of one before the next has its turn. Its own number is near a thousand, so that the first
 * ten thousands of executions are all of the seeds (docs/feedback.md).
 */
#define CHANGES_EACH 32

struct afl_mutator {
    uint64_t state;
    uint8_t *out; /* AFL++ reads the result from here until the next call */
    size_t capacity;
    struct mutator_trim trim;
};

struct afl_mutator *afl_custom_init(void *afl, unsigned int seed);
void afl_custom_deinit(struct afl_mutator *mutator);
size_t afl_custom_fuzz(struct afl_mutator *mutator, uint8_t *bytes, size_t size, uint8_t **out,
                       uint8_t *other, size_t other_size, size_t capacity);
size_t afl_custom_havoc_mutation(struct afl_mutator *mutator, uint8_t *bytes, size_t size,
                                 uint8_t **out, size_t capacity);
uint8_t afl_custom_havoc_mutation_probability(struct afl_mutator *mutator);
uint32_t afl_custom_fuzz_count(struct afl_mutator *mutator, const uint8_t *bytes, size_t size);
int32_t afl_custom_init_trim(struct afl_mutator *mutator, uint8_t *bytes, size_t size);
size_t afl_custom_trim(struct afl_mutator *mutator, uint8_t **out);
int32_t afl_custom_post_trim(struct afl_mutator *mutator, uint8_t is_same);

struct afl_mutator *
afl_custom_init(void *afl, unsigned int seed)
{
    struct afl_mutator *mutator = calloc(1, sizeof(*mutator));

    (void)afl;
    if (mutator != NULL) {
        mutator->state = seed;
        mutator_trim_init(&mutator->trim);
    }
    return mutator;
}

void
afl_custom_deinit(struct afl_mutator *mutator)
{
    mutator_trim_fini(&mutator->trim);
    free(mutator->out);
    free(mutator);
}

static void
make_room(struct afl_mutator *mutator, size_t capacity)
{
    if (mutator->capacity >= capacity) {
        return;
    }
    free(mutator->out);
    mutator->out = malloc(capacity);
    if (mutator->out == NULL) {
        abort();
    }
    mutator->capacity = capacity;
}

size_t
afl_custom_fuzz(struct afl_mutator *mutator, uint8_t *bytes, size_t size, uint8_t **out,
                uint8_t *other, size_t other_size, size_t capacity)
{
    make_room(mutator, capacity);
    *out = mutator->out;
    if (other != NULL && program_random_below(&mutator->state, SPLICE_ONE_IN) == 0) {
        return mutator_splice(bytes, size, other, other_size, *out, capacity,
                              program_random(&mutator->state));
    }
    return mutator_mutate(bytes, size, *out, capacity, program_random(&mutator->state));
}

size_t
afl_custom_havoc_mutation(struct afl_mutator *mutator, uint8_t *bytes, size_t size, uint8_t **out,
                          size_t capacity)
{
    return afl_custom_fuzz(mutator, bytes, size, out, NULL, 0, capacity);
}

/* In per cent. Bytes that are no program's are worth little; the rest of havoc finds them anyway.
 */
uint8_t
afl_custom_havoc_mutation_probability(struct afl_mutator *mutator)
{
    (void)mutator;
    return 60;
}

uint32_t
afl_custom_fuzz_count(struct afl_mutator *mutator, const uint8_t *bytes, size_t size)
{
    (void)mutator;
    (void)bytes;
    (void)size;
    return CHANGES_EACH;
}

/* It asks for a candidate, executes it, and says whether its map was the input's, so many times at most. */
int32_t
afl_custom_init_trim(struct afl_mutator *mutator, uint8_t *bytes, size_t size)
{
    make_room(mutator, size);
    return (int32_t)mutator_trim_start(&mutator->trim, bytes, size);
}

size_t
afl_custom_trim(struct afl_mutator *mutator, uint8_t **out)
{
    *out = mutator->out;
    return mutator_trim_next(&mutator->trim, *out);
}

int32_t
afl_custom_post_trim(struct afl_mutator *mutator, uint8_t is_same)
{
    return (int32_t)mutator_trim_judge(&mutator->trim, is_same != 0);
}
