/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Bytes to program. The byte format, version 1, which this file owns and encode.c writes:
 *
 *   file        = [ magic version head ] body
 *   magic       = 89 48 44 4c ("\x89HDL")
 *   version     = byte, 1; a higher one was written by a newer heddle, and nothing after it is read
 *   head        = part { name target, name subject, byte event model, byte required build, name build }; the
 *                 last of event model "memory" alone
 *   body        = part operations, part strategy, part deviations, part faults
 *   part        = varint size, that many bytes; so a change in one part does not shift another
 *   name        = byte size, that many bytes of graphic ASCII without # = :, at most 47
 *   varint      = LEB128: seven bits a byte, least significant first, bit 7 set on all but the
 * last; at most ten bytes
 *
 *   operations  = byte threads - 1, then operations to the end of the part:
 *   operation   = byte (bits 0-2 thread, bits 3-5 number of arguments, the others 0), byte verb,
 *                 varint arguments; those of one thread run in the order in which they stand
 *   strategy    = byte strategy, byte depth, varint length, 8 bytes seed, little-endian
 *   deviations  = to the end of the part: varint task, varint kind, varint k, varint value
 *   faults      = to the end of the part: byte point, byte action, varint (2 * nth + onwards),
 *                 byte (bits 0-2 number of selectors, bits 3-5 of arguments, the others 0),
 *                 varint selectors, varint arguments
 *
 * Every byte string is such a file. Without the magic, or with version 0, all of it is the body.
 * What is cut off reads as 0, and a part that is longer than what is left ends there. A number too
 * large is taken modulo its limit; arguments that are not written are 0, those that the verb does
 * not have are skipped, as is what exceeds a PROGRAM_..._MAX and what stands behind the last field
 * of a part or behind the last part. A name ends before its first byte that cannot be in one. Of
 * two deviations for one choice, that with the greater value counts.
 *
 * The canonical bytes, which encode.c writes: head present, every field of it and of the strategy
 * written, shortest varints, operations grouped by thread, no zero arguments at an end, deviations
 * sorted by task, kind and k.
 */
#include "program/program_private.h"

#include <stdlib.h>
#include <string.h>

struct reader {
    const uint8_t *at, *end;
};

static struct reader
reader_of(const uint8_t *bytes, size_t size)
{
    /* Nothing may be added to NULL, not even 0. */
    return (struct reader){bytes, size > 0 ? bytes + size : bytes};
}

static inline uint8_t
take_byte(struct reader *reader)
{
    return reader->at < reader->end ? *reader->at++ : 0;
}

static inline uint64_t
take_varint(struct reader *reader)
{
    uint64_t value = 0;

    for (unsigned int shift = 0; shift < 64 && reader->at < reader->end; shift += 7) {
        uint8_t byte = *reader->at++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            break;
        }
    }
    return value;
}

static struct reader
take_bytes(struct reader *reader, uint64_t size)
{
    size_t rest = (size_t)(reader->end - reader->at);
    struct reader part = reader_of(reader->at, size < rest ? (size_t)size : rest);

    reader->at = part.end;
    return part;
}

static struct reader
take_part(struct reader *reader)
{
    uint64_t size = take_varint(reader);

    return take_bytes(reader, size);
}

/* Division is slow, and nearly every number is within its limit already. */
static inline uint64_t
reduce(uint64_t value, uint64_t limit)
{
    if (value < limit) {
        return value;
    }
    return limit == 0 ? 0 : value % limit;
}

static void
take_numbers(struct reader *reader, uint32_t count, const struct program_verb *verb,
             uint16_t *numbers)
{
    for (uint32_t i = 0; i < PROGRAM_ARGUMENTS_MAX; i++) {
        numbers[i] = 0;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint64_t value = take_varint(reader);
        if (i < verb->parameter_count) {
            numbers[i] = (uint16_t)reduce(value, verb->parameters[i].limit);
        }
    }
}

static void
take_name(struct reader *reader, char *name)
{
    uint8_t size = take_byte(reader);
    struct reader bytes = take_bytes(reader, size);
    size_t length = 0;

    while (length < PROGRAM_NAME_MAX - 1 && bytes.at < bytes.end &&
           program__is_name_character(*bytes.at)) {
        name[length++] = (char)*bytes.at++;
    }
    memset(name + length, 0, PROGRAM_NAME_MAX - length);
}

enum program_head
program_head_of(const uint8_t *bytes, size_t size)
{
    if (size <= PROGRAM__MAGIC_SIZE || memcmp(bytes, PROGRAM__MAGIC, PROGRAM__MAGIC_SIZE) != 0 ||
        bytes[PROGRAM__MAGIC_SIZE] == 0) {
        return PROGRAM_HEAD_NONE;
    }
    return bytes[PROGRAM__MAGIC_SIZE] > PROGRAM_FORMAT_VERSION ? PROGRAM_HEAD_NEWER
                                                               : PROGRAM_HEAD_KNOWN;
}

/* The head's part; the reader stands before the magic, and then before the body. */
static struct reader
take_head(struct reader *reader)
{
    reader->at += PROGRAM__MAGIC_SIZE + 1;
    return take_part(reader);
}

bool
program_decode_head(const uint8_t *bytes, size_t size, char *target, char *subject)
{
    if (program_head_of(bytes, size) != PROGRAM_HEAD_KNOWN) {
        return false;
    }
    struct reader reader = reader_of(bytes, size);
    struct reader head = take_head(&reader);
    take_name(&head, target);
    take_name(&head, subject);
    return true;
}

/* Puts operations of one thread together, keeping the order of each thread's. */
static void
group_by_thread(struct program *program)
{
    struct program_operation unordered[PROGRAM_OPERATIONS_MAX];
    uint32_t grouped = 0;

    memcpy(unordered, program->operations, program->operation_count * sizeof(*unordered));
    for (uint32_t thread = 0; thread < program->thread_count; thread++) {
        for (uint32_t i = 0; i < program->operation_count; i++) {
            if (unordered[i].thread == thread) {
                program->operations[grouped++] = unordered[i];
            }
        }
    }
}

static void
decode_operations(struct program *program, struct reader part,
                  const struct program_vocabulary *vocabulary)
{
    uint8_t thread_last = 0;
    bool grouped = true;

    program->thread_count = (uint32_t)take_byte(&part) % PROGRAM_THREADS_MAX + 1;
    program->operation_count = 0;
    while (part.at < part.end && program->operation_count < PROGRAM_OPERATIONS_MAX &&
           vocabulary->verb_count > 0) {
        struct program_operation *operation = &program->operations[program->operation_count++];
        uint8_t first = take_byte(&part);
        operation->thread = (uint8_t)reduce(first & 7, program->thread_count);
        operation->verb = (uint8_t)reduce(take_byte(&part), vocabulary->verb_count);
        take_numbers(&part, first >> 3 & 7, &vocabulary->verbs[operation->verb],
                     operation->arguments);
        grouped = grouped && operation->thread >= thread_last;
        thread_last = operation->thread;
    }
    if (!grouped) {
        group_by_thread(program);
    }
}

static void
decode_strategy(struct program_strategy *strategy, struct reader part,
                const struct program_vocabulary *vocabulary)
{
    strategy->strategy = (uint8_t)reduce(take_byte(&part), vocabulary->strategy_count);
    strategy->depth = take_byte(&part);
    strategy->length = (uint32_t)take_varint(&part);
    strategy->seed = 0;
    for (unsigned int shift = 0; shift < 64; shift += 8) {
        strategy->seed |= (uint64_t)take_byte(&part) << shift;
    }
}

static int
compare_deviations(const void *left, const void *right)
{
    const struct program_deviation *a = left, *b = right;
    uint64_t key_a = program__deviation_key(a), key_b = program__deviation_key(b);

    if (key_a != key_b) {
        return key_a < key_b ? -1 : 1;
    }
    return (a->value > b->value) - (a->value < b->value);
}

static void
sort_deviations(struct program *program)
{
    struct program_deviation *deviations = program->deviations;
    uint32_t kept = 0;

    qsort(deviations, program->deviation_count, sizeof(*deviations), compare_deviations);
    for (uint32_t i = 0; i < program->deviation_count; i++) {
        bool is_double = kept > 0 && program__deviation_key(&deviations[kept - 1]) ==
                                         program__deviation_key(&deviations[i]);
        deviations[is_double ? kept - 1 : kept++] = deviations[i];
    }
    program->deviation_count = kept;
}

static void
decode_deviations(struct program *program, struct reader part,
                  const struct program_vocabulary *vocabulary)
{
    /* Each takes at least four bytes, but the last, of which some may be cut off. */
    size_t count_max = ((size_t)(part.end - part.at) + 3) / 4;
    bool sorted = true;

    if (count_max > PROGRAM_DEVIATIONS_MAX) {
        count_max = PROGRAM_DEVIATIONS_MAX;
    }
    program->deviation_count = 0;
    if (vocabulary->choice_kind_count == 0) {
        return;
    }
    program__reserve_deviations(program, (uint32_t)count_max);
    while (part.at < part.end && program->deviation_count < count_max) {
        struct program_deviation *deviation = &program->deviations[program->deviation_count];
        deviation->task = (uint16_t)take_varint(&part);
        deviation->kind = (uint16_t)reduce(take_varint(&part), vocabulary->choice_kind_count);
        deviation->k = (uint32_t)take_varint(&part);
        deviation->value = (uint32_t)take_varint(&part);
        sorted = sorted && (program->deviation_count == 0 || program__deviation_key(deviation - 1) <
                                                                 program__deviation_key(deviation));
        program->deviation_count++;
    }
    if (!sorted) {
        sort_deviations(program);
    }
}

static void
decode_faults(struct program *program, struct reader part,
              const struct program_vocabulary *vocabulary)
{
    program->fault_count = 0;
    if (vocabulary->fault_point_count == 0 || vocabulary->fault_action_count == 0) {
        return;
    }
    while (part.at < part.end && program->fault_count < PROGRAM_FAULTS_MAX) {
        struct program_fault *fault = &program->faults[program->fault_count++];
        fault->point = (uint8_t)reduce(take_byte(&part), vocabulary->fault_point_count);
        fault->action = (uint8_t)reduce(take_byte(&part), vocabulary->fault_action_count);
        uint64_t when = take_varint(&part);
        fault->nth = (uint16_t)(when >> 1);
        fault->onwards = when & 1;
        uint8_t counts = take_byte(&part);
        take_numbers(&part, counts & 7, &vocabulary->fault_points[fault->point], fault->selectors);
        take_numbers(&part, counts >> 3 & 7, &vocabulary->fault_actions[fault->action],
                     fault->arguments);
    }
}

void
program_decode(struct program *program, const uint8_t *bytes, size_t size,
               const struct program_vocabulary *vocabulary)
{
    struct reader reader = reader_of(bytes, size);
    struct reader head = {bytes, bytes};

    if (program_head_of(bytes, size) != PROGRAM_HEAD_NONE) {
        head = take_head(&reader);
    }
    take_name(&head, program->target);
    take_name(&head, program->subject);
    program->event_model = take_byte(&head) % PROGRAM_EVENT_MODEL_COUNT;
    program->requires_build = take_byte(&head) % PROGRAM_REQUIRES_COUNT;
    program->build[0] = '\0';
    if (program->event_model == PROGRAM_EVENT_MODEL_MEMORY) {
        take_name(&head, program->build);
    }

    decode_operations(program, take_part(&reader), vocabulary);
    decode_strategy(&program->strategy, take_part(&reader), vocabulary);
    decode_deviations(program, take_part(&reader), vocabulary);
    decode_faults(program, take_part(&reader), vocabulary);
}
