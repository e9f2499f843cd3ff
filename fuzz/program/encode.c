/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Program to canonical bytes; the format stands in decode.c. No vocabulary is needed: what a number
 * means is not written, only the number. A writer that has no room counts; each part is counted
 * before it is written, since its size stands before it.
 */
#include "program/program_private.h"

#include <string.h>

struct writer {
    uint8_t *bytes; /* NULL: only count */
    size_t size;
};

static inline void
put_byte(struct writer *writer, uint8_t byte)
{
    if (writer->bytes != NULL) {
        writer->bytes[writer->size] = byte;
    }
    writer->size++;
}

static inline void
put_varint(struct writer *writer, uint64_t value)
{
    while (value >= 0x80) {
        put_byte(writer, (uint8_t)(value | 0x80));
        value >>= 7;
    }
    put_byte(writer, (uint8_t)value);
}

static void
put_name(struct writer *writer, const char *name)
{
    size_t length = strnlen(name, PROGRAM_NAME_MAX - 1);

    put_byte(writer, (uint8_t)length);
    for (size_t i = 0; i < length; i++) {
        put_byte(writer, (uint8_t)name[i]);
    }
}

/* How many numbers need to be written: those that are 0 at the end do not. */
static uint8_t
count_numbers(const uint16_t *numbers)
{
    uint8_t count = PROGRAM_ARGUMENTS_MAX;

    while (count > 0 && numbers[count - 1] == 0) {
        count--;
    }
    return count;
}

static void
put_numbers(struct writer *writer, const uint16_t *numbers, uint8_t count)
{
    for (uint8_t i = 0; i < count; i++) {
        put_varint(writer, numbers[i]);
    }
}

static void
put_head(struct writer *writer, const struct program *program)
{
    put_name(writer, program->target);
    put_name(writer, program->subject);
    put_byte(writer, program->event_model);
    put_byte(writer, program->requires_build);
    if (program->event_model == PROGRAM_EVENT_MODEL_MEMORY) {
        put_name(writer, program->build);
    }
}

static void
put_operations(struct writer *writer, const struct program *program)
{
    put_byte(writer, (uint8_t)(program->thread_count - 1));
    for (uint32_t i = 0; i < program->operation_count; i++) {
        const struct program_operation *operation = &program->operations[i];
        uint8_t count = count_numbers(operation->arguments);
        put_byte(writer, (uint8_t)(operation->thread | count << 3));
        put_byte(writer, operation->verb);
        put_numbers(writer, operation->arguments, count);
    }
}

static void
put_strategy(struct writer *writer, const struct program *program)
{
    put_byte(writer, program->strategy.strategy);
    put_byte(writer, program->strategy.depth);
    put_varint(writer, program->strategy.length);
    for (unsigned int shift = 0; shift < 64; shift += 8) {
        put_byte(writer, (uint8_t)(program->strategy.seed >> shift));
    }
}

static void
put_deviations(struct writer *writer, const struct program *program)
{
    for (uint32_t i = 0; i < program->deviation_count; i++) {
        const struct program_deviation *deviation = &program->deviations[i];
        put_varint(writer, deviation->task);
        put_varint(writer, deviation->kind);
        put_varint(writer, deviation->k);
        put_varint(writer, deviation->value);
    }
}

static void
put_faults(struct writer *writer, const struct program *program)
{
    for (uint32_t i = 0; i < program->fault_count; i++) {
        const struct program_fault *fault = &program->faults[i];
        uint8_t selectors = count_numbers(fault->selectors);
        uint8_t arguments = count_numbers(fault->arguments);
        put_byte(writer, fault->point);
        put_byte(writer, fault->action);
        put_varint(writer, (uint64_t)fault->nth << 1 | fault->onwards);
        put_byte(writer, (uint8_t)(selectors | arguments << 3));
        put_numbers(writer, fault->selectors, selectors);
        put_numbers(writer, fault->arguments, arguments);
    }
}

static void
put_part(struct writer *writer, const struct program *program,
         void (*put)(struct writer *writer, const struct program *program))
{
    struct writer counter = {NULL, 0};

    put(&counter, program);
    put_varint(writer, counter.size);
    put(writer, program);
}

static void
put_program(struct writer *writer, const struct program *program)
{
    for (size_t i = 0; i < PROGRAM__MAGIC_SIZE; i++) {
        put_byte(writer, (uint8_t)PROGRAM__MAGIC[i]);
    }
    put_byte(writer, PROGRAM_FORMAT_VERSION);
    put_part(writer, program, put_head);
    put_part(writer, program, put_operations);
    put_part(writer, program, put_strategy);
    put_part(writer, program, put_deviations);
    put_part(writer, program, put_faults);
}

size_t
program_encode(const struct program *program, uint8_t *bytes, size_t capacity)
{
    struct writer counter = {NULL, 0};

    put_program(&counter, program);
    if (counter.size <= capacity) {
        put_program(&(struct writer){bytes, 0}, program);
    }
    return counter.size;
}
