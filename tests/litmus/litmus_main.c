/* SPDX-License-Identifier: BSD-2-Clause
 *
 * litmus [NAME]: runs the programs of the table, each under the same schedules in every build, and says where
 * this build's detector of races does not say what the table does. Exit status: 0 all as the table says, 1 not.
 */
#include "litmus.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef HEDDLE_TSAN
#define SCHEDULES 60u /* of a program without a race; one with a race ends at the first report */
#define REPLAYS   5u
#else
#define SCHEDULES 200u
#define REPLAYS   100u
#endif

static struct heddle_log *record;
static unsigned complaints;

struct box *
litmus_box(void)
{
    struct box *box = kernel_zalloc("box", sizeof *box, KERNEL_SLEEP);
    kernel_mutex_init(&box->lock, "lock");
    kernel_mutex_init(&box->other_lock, "other_lock");
    kernel_cv_init(&box->changed, "changed");
    kernel_sema_init(&box->empty, 0, "empty");
    kernel_sema_init(&box->two, 2, "two");
    kernel_atomic_init(&box->word, 0, "word");
    return box;
}

void
litmus_run(struct box *box, void (*one)(void *), void (*other)(void *))
{
    uint16_t first = heddle_spawn("one", one, box);
    uint16_t second = heddle_spawn("other", other, box);
    heddle_join(first);
    heddle_join(second);
}

void
litmus_run_three(struct box *box, void (*one)(void *), void (*two)(void *), void (*three)(void *))
{
    uint16_t first = heddle_spawn("one", one, box);
    uint16_t second = heddle_spawn("two", two, box);
    uint16_t third = heddle_spawn("three", three, box);
    heddle_join(first);
    heddle_join(second);
    heddle_join(third);
}

static const struct heddle_result *
execute(const struct litmus *litmus, struct heddle_schedule schedule)
{
    const struct heddle_run run = {
        .body = litmus->body, .schedule = schedule, .accesses = heddle_has_accesses()};
    heddle_execute(&run, record);
    return &record->result;
}

static void
complain(const struct litmus *litmus, const char *what, const struct heddle_result *result)
{
    printf("FAIL: %s: %s%s%s\n", litmus->name, what, result == NULL ? "" : "\n",
           result == NULL ? "" : result->message);
    complaints++;
}

/* --- replaying what was found ------------------------------------------------------------------ */

/* The race comes again from its explicit schedule, each time the same. */
static void
replay(const struct litmus *litmus)
{
    const struct heddle_result found = record->result;
    size_t count = record->deviation_count;
    struct heddle_deviation *deviations = calloc(count + 1, sizeof *deviations);
    if (deviations == NULL) {
        complain(litmus, "no memory", NULL);
        return;
    }
    memcpy(deviations, record->deviations, count * sizeof *deviations);
    heddle_sort_deviations(deviations, count);
    const struct heddle_schedule schedule = {
        .deviations = deviations, .deviation_count = count, .strict = true};
    for (unsigned i = 0; i < REPLAYS; i++) {
        const struct heddle_result *again = execute(litmus, schedule);
        if (again->verdict != found.verdict || again->hash != found.hash ||
            again->signature != found.signature || again->diverged_at != -1 ||
            strcmp(again->message, found.message) != 0) {
            complain(litmus, "a replay differs", again);
            break;
        }
    }
    free(deviations);
}

/* --- the table ---------------------------------------------------------------------------------- */

static bool
is_expected(const struct litmus *litmus)
{
#ifdef HEDDLE_TSAN
    return litmus->races == (litmus->tsan_differs == NULL);
#else
    return litmus->races;
#endif
}

static void
judge(const struct litmus *litmus)
{
    bool expected = is_expected(litmus);
    unsigned races = 0;
    for (uint64_t seed = 0; seed < SCHEDULES; seed++) {
        const struct heddle_result *result = execute(
            litmus, (struct heddle_schedule){.strategy = strategy_find("random"), .seed = seed});
        if (result->verdict == HEDDLE_RACE) {
            races++;
            if (!expected) {
                complain(litmus, "a race was reported, and there is none", result);
                break;
            }
            if (races == 1) {
                replay(litmus);
            }
#ifdef HEDDLE_TSAN
            break;
#endif
        } else if (result->verdict != HEDDLE_OK && !(expected && litmus->races && races > 0)) {
            complain(litmus, heddle_verdict_name(result->verdict), result);
            break;
        }
    }
    if (expected && races == 0) {
        complain(litmus, "the race was not found", NULL);
    }
#ifndef HEDDLE_TSAN
    if (litmus->always && races < SCHEDULES) {
        complain(litmus, "the race was not found under every schedule", NULL);
    }
#endif
    printf("%-34s %-7s %3u of %u%s%s\n", litmus->name, litmus->races ? "race" : "-", races,
           SCHEDULES, litmus->tsan_differs == NULL ? "" : "   ThreadSanitizer differs: ",
           litmus->tsan_differs == NULL ? "" : litmus->tsan_differs);
}

int
main(int argc, char **argv)
{
    static const struct litmus *const families[] = {litmus_plain,   litmus_stack, litmus_lock,
                                                    litmus_handoff, litmus_order, litmus_fence,
                                                    litmus_atomic,  litmus_queue, litmus_free};
    unsigned judged = 0;
    record = heddle_log_create();
    if (record == NULL) {
        perror("litmus");
        return 4;
    }
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        for (const struct litmus *litmus = families[i]; litmus->name != NULL; litmus++) {
            if (argc < 2 || strcmp(argv[1], litmus->name) == 0) {
                judge(litmus);
                judged++;
            }
        }
    }
    heddle_shutdown();
    printf("%s: %u programs, %u complaints\n", complaints == 0 && judged > 0 ? "PASS" : "FAIL",
           judged, complaints);
    return complaints == 0 && judged > 0 ? 0 : 1;
}
