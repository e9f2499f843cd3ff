/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Virtual time: a step takes STEP_NS, and where nobody can run, what lies before the next sleeper's hour is
 * skipped. Only ever forwards.
 */
#include "engine/execution.h"
#include "engine/seam.h"

uint64_t
scheduler_now_ns(void)
{
    return exec.skipped_ns + (uint64_t)(exec.view.step + 1) * STEP_NS;
}

void
scheduler_set_alarm(void)
{
    exec.alarm_step = exec.step_limit;
    if (exec.next_wake_ns != UINT64_MAX) {
        uint64_t now_ns = scheduler_now_ns();
        uint64_t left_ns = exec.next_wake_ns > now_ns ? exec.next_wake_ns - now_ns : 0;
        uint64_t step = exec.view.step + (left_ns + STEP_NS - 1) / STEP_NS;
        exec.alarm_step = step < exec.step_limit ? (uint32_t)step : exec.step_limit;
    }
}

void
scheduler_set_timer(struct task *task, uint64_t wake_ns)
{
    task->wake_ns = wake_ns;
    if (wake_ns < exec.next_wake_ns) {
        exec.next_wake_ns = wake_ns;
        scheduler_set_alarm();
    }
}

void
scheduler_skip_time(uint64_t ns)
{
    if (ns > 0) {
        exec.skipped_ns += ns;
        scheduler_set_alarm();
    }
}

void
scheduler_wake_sleepers(void)
{
    uint64_t now_ns = scheduler_now_ns();
    exec.next_wake_ns = UINT64_MAX;
    for (uint32_t i = 0; i < exec.task_count; i++) {
        struct task *task = &exec.tasks[i];
        if (task->wake_ns == 0) {
            continue;
        }
        if (task->wake_ns <= now_ns) {
            task->timed_out = true;
            if (task->waits_for == WAIT_CV) {
                seam_cv_expire(task);
            } else if (task->waits_for == WAIT_TURN) {
                task->timed_out = false;
                seam_mutex_contend(task, task->wait_mutex);
            } else {
                scheduler_make_runnable(task);
            }
        } else if (task->wake_ns < exec.next_wake_ns) {
            exec.next_wake_ns = task->wake_ns;
        }
    }
}
