/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A hash table in shared memory, with one writer; and the estimators.
 */
#include "tool/incidence.h"

#include <stdlib.h>
#include <sys/mman.h>

#define SLOTS     ((uint32_t)1 << 17)
#define PAIRS_MAX (SLOTS / 4 * 3)

struct entry {
    uint64_t identity;     /* 0: an empty slot; written last */
    uint64_t first_run;    /* the lowest */
    uint64_t last_program; /* that showed it */
    uint64_t programs;     /* how many did */
};

struct incidence {
    uint64_t programs, last_program;
    uint32_t count;
    bool full;
    struct entry slots[SLOTS];
    uint64_t discoverers[PAIRS_MAX]; /* room for count_discoverers */
};

struct incidence *
incidence_create(void)
{
    struct incidence *incidence = mmap(NULL, sizeof(*incidence), PROT_READ | PROT_WRITE,
                                       MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return incidence == MAP_FAILED ? NULL : incidence;
}

void
incidence_destroy(struct incidence *incidence)
{
    if (incidence != NULL) {
        munmap(incidence, sizeof(*incidence));
    }
}

/* The entry of that identity, or an empty slot; NULL: no more fit. */
static struct entry *
find(struct incidence *incidence, uint64_t identity)
{
    uint32_t slot = (uint32_t)(identity >> 32) % SLOTS;
    while (incidence->slots[slot].identity != 0 && incidence->slots[slot].identity != identity) {
        slot = (slot + 1) % SLOTS;
    }
    struct entry *entry = &incidence->slots[slot];
    if (entry->identity == 0 && incidence->count == PAIRS_MAX) {
        incidence->full = true;
        return NULL;
    }
    return entry;
}

static void
put(struct incidence *incidence, struct entry *empty, struct entry entry)
{
    empty->first_run = entry.first_run;
    empty->last_program = entry.last_program;
    empty->programs = entry.programs;
    empty->identity = entry.identity;
    incidence->count++;
}

void
incidence_add(struct incidence *incidence, const struct coverage *coverage, uint64_t run,
              uint64_t program)
{
    if (incidence->programs == 0 || incidence->last_program != program) {
        incidence->last_program = program;
        incidence->programs++;
    }
    uint32_t count = coverage_pair_count(coverage);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t identity = coverage_pair_at(coverage, i)->identity;
        struct entry *entry = find(incidence, identity);
        if (entry == NULL) {
            continue;
        }
        if (entry->identity == 0) {
            put(incidence, entry, (struct entry){identity, run, program, 1});
        } else if (entry->last_program != program) {
            entry->last_program = program;
            entry->programs++;
        }
    }
}

void
incidence_merge(struct incidence *incidence, const struct incidence *other)
{
    incidence->programs += other->programs;
    incidence->full = incidence->full || other->full;
    for (uint32_t slot = 0; slot < SLOTS; slot++) {
        const struct entry *from = &other->slots[slot];
        struct entry *to = from->identity == 0 ? NULL : find(incidence, from->identity);
        if (to == NULL) {
            continue;
        }
        if (to->identity == 0) {
            put(incidence, to, *from);
            continue;
        }
        to->programs += from->programs;
        to->first_run = from->first_run < to->first_run ? from->first_run : to->first_run;
    }
}

/* --- figures ------------------------------------------------------------------------------ */

static int
compare(const void *left, const void *right)
{
    const uint64_t *a = left, *b = right;
    return *a < *b ? -1 : *a > *b;
}

static uint64_t
count_distinct(uint64_t *numbers, size_t count)
{
    uint64_t distinct = 0;
    qsort(numbers, count, sizeof(*numbers), compare);
    for (size_t i = 0; i < count; i++) {
        distinct += i == 0 || numbers[i] != numbers[i - 1];
    }
    return distinct;
}

/* Programs that show a pair that no other does. */
static uint64_t
count_discoverers(struct incidence *incidence)
{
    uint64_t *discoverers = incidence->discoverers;
    size_t count = 0;
    for (uint32_t slot = 0; slot < SLOTS; slot++) {
        if (incidence->slots[slot].identity != 0 && incidence->slots[slot].programs == 1) {
            discoverers[count++] = incidence->slots[slot].last_program;
        }
    }
    return count_distinct(discoverers, count);
}

static void
estimate(struct incidence_figures *figures, uint64_t discoverers)
{
    if (figures->programs == 0) {
        return;
    }
    double programs = (double)figures->programs, once = (double)figures->once;
    figures->next_is_new = (double)discoverers / programs;
    if (figures->once > 1) {
        figures->unseen =
            (programs - 1) / programs * once * (once - 1) / (2 * ((double)figures->twice + 1));
    }
}

/* Pairs by the first of the curve's points that holds them; then sums. */
static void
draw_curve(const struct incidence *incidence, uint64_t runs, struct incidence_figures *figures)
{
    uint32_t length = 0;
    for (uint64_t point = 1; point < runs && length < INCIDENCE_CURVE_MAX - 1; point *= 2) {
        figures->curve[length++].runs = point;
    }
    figures->curve[length++].runs = runs;
    figures->curve_length = length;
    for (uint32_t slot = 0; slot < SLOTS; slot++) {
        const struct entry *entry = &incidence->slots[slot];
        uint32_t point = 0;
        while (point < length - 1 && entry->first_run >= figures->curve[point].runs) {
            point++;
        }
        figures->curve[point].pairs += entry->identity != 0;
    }
    for (uint32_t point = 1; point < length; point++) {
        figures->curve[point].pairs += figures->curve[point - 1].pairs;
    }
}

void
incidence_read_figures(struct incidence *incidence, uint64_t runs,
                       struct incidence_figures *figures)
{
    *figures = (struct incidence_figures){
        .programs = incidence->programs, .pairs = incidence->count, .full = incidence->full};
    for (uint32_t slot = 0; slot < SLOTS; slot++) {
        const struct entry *entry = &incidence->slots[slot];
        figures->once += entry->identity != 0 && entry->programs == 1;
        figures->twice += entry->identity != 0 && entry->programs == 2;
    }
    estimate(figures, count_discoverers(incidence));
    draw_curve(incidence, runs, figures);
}
