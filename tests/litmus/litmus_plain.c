/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Plain loads and stores, of all sizes, and nothing that orders them but a task's start and end.
 */
#include "litmus.h"

#include <string.h>

static void
write_x(void *argument)
{
    struct box *box = argument;
    box->x = 1;
}

static void
read_x(void *argument)
{
    const struct box *box = argument;
    litmus_need(box->x);
}

static void
write_y(void *argument)
{
    struct box *box = argument;
    box->y = 1;
}

static void
write_first_byte(void *argument)
{
    struct box *box = argument;
    box->bytes[0] = 1;
}

static void
write_second_byte(void *argument)
{
    struct box *box = argument;
    box->bytes[1] = 1;
}

static void
write_third_byte(void *argument)
{
    struct box *box = argument;
    box->bytes[2] = 1;
}

static void
write_two_bytes(void *argument)
{
    struct box *box = argument;
    box->bytes[0] = 1;
    box->bytes[2] = 1;
}

static void
write_first_word(void *argument)
{
    struct box *box = argument;
    memcpy(box->bytes, &(int){7}, sizeof(int));
}

static void
write_low_bits(void *argument)
{
    struct box *box = argument;
    box->bits.low = 1;
}

static void
write_high_bits(void *argument)
{
    struct box *box = argument;
    box->bits.high = 1;
}

static void
write_bits_apart(void *argument)
{
    struct box *box = argument;
    box->bits.apart = 1;
}

static void
write_unaligned(void *argument)
{
    struct box *box = argument;
    box->packed.number = 0x01020304;
}

/* The last byte of the number. */
static void
write_within_unaligned(void *argument)
{
    struct box *box = argument;
    ((char *)&box->packed)[4] = 1;
}

static void
write_behind_unaligned(void *argument)
{
    struct box *box = argument;
    box->packed.after = 1;
}

static void
copy_half(void *argument)
{
    struct box *box = argument;
    memcpy(box->pairs, box->pairs + 4, 4 * sizeof(struct pair));
}

static void
write_last_copied(void *argument)
{
    struct box *box = argument;
    box->pairs[3].other = 1;
}

static void
write_source(void *argument)
{
    struct box *box = argument;
    box->pairs[7].other = 1;
}

static void
read_last_copied(void *argument)
{
    const struct box *box = argument;
    litmus_need(box->pairs[3].other);
}

static void
read_source(void *argument)
{
    const struct box *box = argument;
    litmus_need(box->pairs[4].one);
}

static void
clear(void *argument)
{
    struct box *box = argument;
    memset(box->pairs, 0, sizeof box->pairs);
}

static void
copy_struct(void *argument)
{
    struct box *box = argument;
    box->pairs[0] = box->pair;
}

static void
write_member(void *argument)
{
    struct box *box = argument;
    box->pair.other = 1;
}

static void
read_pair(void *argument)
{
    const struct box *box = argument;
    litmus_need(box->pair.one);
}

static void
add_to_x(void *argument)
{
    struct box *box = argument;
    for (int i = 0; i < 3; i++) {
        box->x += i;
        litmus_need(box->y);
    }
}

LITMUS_PAIR(write_write, write_x, write_x)
LITMUS_PAIR(read_write, read_x, write_x)
LITMUS_PAIR(read_read, read_x, read_x)
LITMUS_PAIR(words_beside, write_x, write_y)
LITMUS_PAIR(bytes_beside, write_first_byte, write_second_byte)
LITMUS_PAIR(two_bytes_over_one, write_two_bytes, write_third_byte)
LITMUS_PAIR(two_bytes_around_one, write_two_bytes, write_second_byte)
LITMUS_PAIR(word_over_byte, write_first_word, write_second_byte)
LITMUS_PAIR(bits_of_one_word, write_low_bits, write_high_bits)
LITMUS_PAIR(bits_of_two_words, write_low_bits, write_bits_apart)
LITMUS_PAIR(unaligned_over_byte, write_unaligned, write_within_unaligned)
LITMUS_PAIR(unaligned_beside_byte, write_unaligned, write_behind_unaligned)
LITMUS_PAIR(memcpy_to, copy_half, write_last_copied)
LITMUS_PAIR(memcpy_from, copy_half, write_source)
LITMUS_PAIR(memcpy_read_to, copy_half, read_last_copied)
LITMUS_PAIR(memcpy_read_from, copy_half, read_source)
LITMUS_PAIR(memset_over, clear, read_source)
LITMUS_PAIR(struct_copy, copy_struct, write_member)
LITMUS_PAIR(struct_copy_read, copy_struct, read_pair)
LITMUS_PAIR(counting, add_to_x, add_to_x)
LITMUS_PAIR(counting_beside, add_to_x, write_first_byte)

static void
before_spawn(void *unused)
{
    struct box *box = litmus_box();
    (void)unused;
    box->x = 1;
    litmus_run(box, read_x, read_x);
    box->x = 2;
    litmus_run(box, write_x, write_y);
    litmus_need(box->x);
}

static void
after_spawn(void *unused)
{
    struct box *box = litmus_box();
    (void)unused;
    uint16_t task = heddle_spawn("reader", read_x, box);
    box->x = 1;
    heddle_join(task);
}

static void
after_one_join(void *unused)
{
    struct box *box = litmus_box();
    (void)unused;
    uint16_t one = heddle_spawn("one", write_x, box);
    uint16_t other = heddle_spawn("other", write_y, box);
    heddle_join(one);
    box->x = 2;
    box->y = 2;
    heddle_join(other);
}

const struct litmus litmus_plain[] = {
    {.name = "write_write", .body = write_write, .races = true, .always = true},
    {.name = "read_write", .body = read_write, .races = true, .always = true},
    {.name = "read_read", .body = read_read},
    {.name = "words_beside", .body = words_beside},
    {.name = "bytes_beside", .body = bytes_beside},
    {.name = "two_bytes_over_one", .body = two_bytes_over_one, .races = true, .always = true},
    {.name = "two_bytes_around_one", .body = two_bytes_around_one},
    {.name = "word_over_byte", .body = word_over_byte, .races = true, .always = true},
    {.name = "bits_of_one_word", .body = bits_of_one_word, .races = true, .always = true},
    {.name = "bits_of_two_words", .body = bits_of_two_words},
    {.name = "unaligned_over_byte", .body = unaligned_over_byte, .races = true, .always = true},
    {.name = "unaligned_beside_byte", .body = unaligned_beside_byte},
    {.name = "memcpy_to", .body = memcpy_to, .races = true, .always = true},
    {.name = "memcpy_from", .body = memcpy_from, .races = true, .always = true},
    {.name = "memcpy_read_to", .body = memcpy_read_to, .races = true, .always = true},
    {.name = "memcpy_read_from", .body = memcpy_read_from},
    {.name = "memset_over", .body = memset_over, .races = true, .always = true},
    {.name = "struct_copy", .body = struct_copy, .races = true, .always = true},
    {.name = "struct_copy_read", .body = struct_copy_read},
    {.name = "counting", .body = counting, .races = true, .always = true},
    {.name = "counting_beside", .body = counting_beside},
    {.name = "before_spawn", .body = before_spawn},
    {.name = "after_spawn", .body = after_spawn, .races = true, .always = true},
    {.name = "after_one_join", .body = after_one_join, .races = true, .always = true},
    {0},
};
