/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The schedule of a smaller program. It names a choice by its task and by how many the task made before: where an
 * operation goes, the later choices of its task move up, and where a thread goes, the tasks behind it do. So most of the
 * schedule stays what it was. A switch within an operation that goes is chosen where the next one begins: whoever was to
 * run then is mostly wanted all the same.
 */
#include "tool/shrink/shrink_candidates.h"

#include <string.h>

/* In the worker: where each operation began, in an execution of the best one. */
void
shrink_note_starts(struct shrinking *all, const struct heddle_log *log)
{
    const struct input *input = all->options->input;
    const struct program *program = &all->candidate;
    struct laboratory_telling telling;
    uint32_t counts[HEDDLE_TASKS_MAX] = {0}, choice = 0;
    memset(all->figures->starts, 0xff, sizeof(all->figures->starts));
    for (uint32_t i = 0; i < log->event_count; i++) {
        for (; choice < log->choice_count && log->choices[choice].event <= i; choice++) {
            const struct heddle_choice *made = &log->choices[choice];
            if (made->kind == HEDDLE_CHOICE_TASK && made->task < HEDDLE_TASKS_MAX) {
                counts[made->task] = made->k;
            }
        }
        laboratory_tell(log, i, program, input->target, input->subject, &telling);
        if (telling.deed == LABORATORY_DEED_OPERATION && telling.operation != NULL) {
            all->figures->starts[telling.operation - program->operations] =
                counts[log->events[i].task];
        }
    }
    all->figures->has_starts = true;
}

/* The choice's number without the operations from `first` to before `end`. */
static uint32_t
without(const struct shrinking *all, uint32_t task, uint32_t k, uint32_t first, uint32_t end)
{
    const struct program *program = &all->best->program;
    const uint32_t *starts = all->figures->starts;
    uint32_t gone = 0;
    for (uint32_t i = first; i < end; i++) {
        bool is_last = i + 1 == program->operation_count ||
                       program->operations[i + 1].thread != program->operations[i].thread;
        uint32_t next = is_last ? UINT32_MAX : starts[i + 1];
        if (program->operations[i].thread + 1u == task && starts[i] < k) {
            gone += (k < next ? k : next) - starts[i];
        }
    }
    return k - gone;
}

/* Of several that have come to the same choice the last one counts. */
static void
put(struct program *program, const struct program_deviation *deviation,
    uint32_t last[HEDDLE_TASKS_MAX])
{
    uint32_t *before = &last[deviation->task % HEDDLE_TASKS_MAX];
    if (deviation->kind == HEDDLE_CHOICE_TASK) {
        if (*before != 0 && program->deviations[*before - 1].k == deviation->k) {
            program->deviations[*before - 1].value = deviation->value;
            return;
        }
        *before = program->deviation_count + 1;
    }
    program->deviations[program->deviation_count++] = *deviation;
}

void
shrink_realign(struct shrinking *all, uint32_t first, uint32_t end)
{
    struct program *program = &all->candidate;
    uint32_t last[HEDDLE_TASKS_MAX] = {0}, count = program->deviation_count;
    if (!all->figures->has_starts) {
        return;
    }
    program->deviation_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct program_deviation deviation = program->deviations[i];
        if (deviation.kind == HEDDLE_CHOICE_TASK) {
            deviation.k = without(all, deviation.task, deviation.k, first, end);
        }
        put(program, &deviation, last);
    }
}

void
shrink_realign_thread(struct shrinking *all, uint32_t thread)
{
    struct program *program = &all->candidate;
    uint32_t count = program->deviation_count, task = thread + 1;
    program->deviation_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct program_deviation deviation = program->deviations[i];
        bool is_task = deviation.kind == HEDDLE_CHOICE_TASK;
        if (deviation.task == task || (is_task && deviation.value == task)) {
            continue;
        }
        deviation.task = (uint16_t)(deviation.task - (deviation.task > task));
        deviation.value -= is_task && deviation.value > task;
        program->deviations[program->deviation_count++] = deviation;
    }
}
