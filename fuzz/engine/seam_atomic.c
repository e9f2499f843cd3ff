/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The seam's atomic words under the engine: a point before each operation, sequentially consistent.
 * An atomic has no magic number: a word in freed memory is seen by where it lies.
 */
#include "engine/seam.h"

#include "engine/sanitizers.h"

/* Every operation is a point, so each is a call. */
const bool kernel_atomic_is_plain = false;

/* Few, so that threads meet on them, and who looks at all does not take many points. */
const unsigned kernel_stripes = 2;

static struct seam_atomic *
seam(const kernel_atomic_t *word)
{
    return (struct seam_atomic *)(uintptr_t)word;
}

static void
check(const struct seam_atomic *word, const char *what, kernel_site_t site)
{
    /* Numbers are small; the pattern, and most of what is not an atomic, is not. */
    if (__builtin_expect(word->number == 0 || word->number > exec.object_count, 0)) {
        memory_fail_dead(word, NULL, what, site);
    }
}

static struct heddle_event *
point(const struct seam_atomic *word, uint16_t kind, const char *what, kernel_site_t site)
{
    check(word, what, site);
    struct heddle_event *event = scheduler_point(kind, (uint32_t)word->number, site);
    check(word, what, site);
    return event;
}

void
kernel_atomic_init_at(kernel_atomic_t *opaque, uint64_t value, const char *name, kernel_site_t site)
{
    struct seam_atomic *word = seam(opaque);
    *word = (struct seam_atomic){.value = value, .number = scheduler_new_primitive(word, name)};
    trace_event(HEDDLE_EVENT_ATOMIC_INIT, (uint32_t)word->number, 0, site);
}

uint64_t
kernel_atomic_load_at(const kernel_atomic_t *opaque, kernel_site_t site)
{
    struct seam_atomic *word = seam(opaque);
    struct heddle_event *event = point(word, HEDDLE_EVENT_ATOMIC_LOAD, "atomic_load", site);
    sanitizer_acquire(word);
    event->result = (uint32_t)word->value;
    return word->value;
}

void
kernel_atomic_store_at(kernel_atomic_t *opaque, uint64_t value, kernel_site_t site)
{
    struct seam_atomic *word = seam(opaque);
    struct heddle_event *event = point(word, HEDDLE_EVENT_ATOMIC_STORE, "atomic_store", site);
    sanitizer_release(word);
    event->result = (uint32_t)value;
    word->value = value;
}

uint64_t
kernel_atomic_fetch_add_at(kernel_atomic_t *opaque, uint64_t delta, kernel_site_t site)
{
    struct seam_atomic *word = seam(opaque);
    struct heddle_event *event = point(word, HEDDLE_EVENT_ATOMIC_ADD, "atomic_fetch_add", site);
    sanitizer_acquire(word);
    sanitizer_release(word);
    uint64_t before = word->value;
    event->result = (uint32_t)before;
    word->value = before + delta;
    return before;
}

bool
kernel_atomic_compare_exchange_at(kernel_atomic_t *opaque, uint64_t *expected, uint64_t desired,
                                  kernel_site_t site)
{
    struct seam_atomic *word = seam(opaque);
    struct heddle_event *event =
        point(word, HEDDLE_EVENT_ATOMIC_COMPARE_EXCHANGE, "atomic_compare_exchange", site);
    sanitizer_acquire(word);
    if (word->value != *expected) {
        *expected = word->value;
        return false;
    }
    sanitizer_release(word);
    event->result = 1;
    word->value = desired;
    return true;
}

bool
kernel_atomic_add_if_at(kernel_atomic_t *opaque, uint64_t delta, uint64_t mask, uint64_t least,
                        uint64_t most, kernel_site_t site)
{
    struct seam_atomic *word = seam(opaque);
    /* What a loop of compare_exchange comes to, if it is one step. */
    struct heddle_event *event =
        point(word, HEDDLE_EVENT_ATOMIC_COMPARE_EXCHANGE, "atomic_add_if", site);
    sanitizer_acquire(word);
    if ((word->value & mask) < least || (word->value & mask) > most) {
        return false;
    }
    sanitizer_release(word);
    event->result = 1;
    word->value += delta;
    return true;
}
