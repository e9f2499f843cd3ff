/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Calls: what each may answer, how often it did, and what the end says of it. A thread counts for itself;
 * the counts meet when it has been joined.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "stress.h"

static const struct {
    const char *name;
    unsigned may_answer;
} calls[STRESS_CALL_COUNT] = {
#define STRESS_CALL_ROW(name, may_answer) {#name, may_answer},
    STRESS_CALLS(STRESS_CALL_ROW)
#undef STRESS_CALL_ROW
};

static const char *const outcomes[STRESS_OUTCOME_COUNT] = {
    "ok", "NULL", "EINVAL", "ENOMEM", "EEXIST", "ENOENT", "EBUSY", "EDEADLK", "others"};

static uint64_t totals[STRESS_CALL_COUNT][STRESS_OUTCOME_COUNT];

const char *
stress_call_name(enum stress_call call)
{
    return call < STRESS_CALL_COUNT ? calls[call].name : "nothing";
}

void
stress_begin(enum stress_call call)
{
    atomic_store_explicit(&stress_self()->call, (int)call, memory_order_relaxed);
}

void
stress_end_outcome(enum stress_call call, enum stress_outcome outcome)
{
    struct stress_thread *self = stress_self();
    if ((calls[call].may_answer & (1u << outcome)) == 0) {
        fprintf(stderr, "%s answers %s\n", calls[call].name, outcomes[outcome]);
        stress_fail("a call answers what it may", __FILE__, __LINE__);
    }
    self->counts[call][outcome]++;
    uint64_t ended = atomic_load_explicit(&self->ended, memory_order_relaxed);
    atomic_store_explicit(&self->ended, ended + 1, memory_order_relaxed);
    atomic_store_explicit(&self->call, STRESS_CALL_COUNT, memory_order_relaxed);
}

int
stress_end(enum stress_call call, int error)
{
    enum stress_outcome outcome = STRESS_OTHER;
    switch (error) {
    case 0:
        outcome = STRESS_OK;
        break;
    case EINVAL:
        outcome = STRESS_EINVAL;
        break;
    case ENOMEM:
        outcome = STRESS_ENOMEM;
        break;
    case EEXIST:
        outcome = STRESS_EEXIST;
        break;
    case ENOENT:
        outcome = STRESS_ENOENT;
        break;
    case EBUSY:
        outcome = STRESS_EBUSY;
        break;
    case EDEADLK:
        outcome = STRESS_EDEADLK;
        break;
    default:
        fprintf(stderr, "error %d: ", error);
        break;
    }
    stress_end_outcome(call, outcome);
    return error;
}

void
stress_totals_add(const struct stress_thread *thread)
{
    for (int call = 0; call < STRESS_CALL_COUNT; call++) {
        for (int outcome = 0; outcome < STRESS_OUTCOME_COUNT; outcome++) {
            totals[call][outcome] += thread->counts[call][outcome];
        }
    }
}

uint64_t
stress_total_done(enum stress_call call)
{
    return call == STRESS_refused_in_callback ? totals[call][STRESS_EDEADLK]
                                              : totals[call][STRESS_OK];
}

/* Of threads on the core: what the core calls are callbacks. */
uint64_t
stress_total_calls(void)
{
    uint64_t count = 0;
    for (int call = 0; call < STRESS_module_create; call++) {
        for (int outcome = 0; outcome < STRESS_OUTCOME_COUNT; outcome++) {
            count += totals[call][outcome];
        }
    }
    return count;
}

void
stress_totals_print(void)
{
    for (int call = 0; call < STRESS_CALL_COUNT; call++) {
        const char *separator = "";
        for (int outcome = 0; outcome < STRESS_OUTCOME_COUNT; outcome++) {
            if (totals[call][outcome] == 0) {
                continue;
            }
            if (separator[0] == '\0') {
                printf("  %-32s", calls[call].name);
            }
            printf("%s%" PRIu64 " %s", separator, totals[call][outcome], outcomes[outcome]);
            separator = ", ";
        }
        if (separator[0] != '\0') {
            printf("\n");
        }
    }
}
