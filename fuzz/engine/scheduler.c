/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Who runs. A task runs until a scheduling point or a wait; there the next task is chosen: by a
 * deviation if the schedule has one, else by the strategy; and every choice that the fixed policy
 * would have made otherwise is written to the log first, so the log is always the explicit schedule
 * so far.
 *
 * Invariant: exec.view.runnable holds exactly the tasks that can take a step now. A task that waits
 * for a mutex or a permit is runnable while that is free: who is chosen, gets it.
 */
#include "engine/execution.h"
#include "engine/access.h"
#include "engine/seam.h"

#include <stdio.h>
#include <string.h>

#include "engine/lock_order.h"
#include "engine/sanitizers.h"

struct execution exec;

/* --- choices ----------------------------------------------------------------------------- */

static void
diverge(void)
{
    if (exec.diverged_at < 0) {
        exec.diverged_at = exec.view.step;
    }
}

/* The deviation for this choice, if the schedule has one. */
static bool
find_deviation(struct task *task, enum heddle_choice_kind kind, uint32_t k, uint32_t *value)
{
    const struct heddle_schedule *schedule = &exec.run->schedule;
    uint32_t index = task->deviation_next[kind];
    if (index >= schedule->deviation_count) {
        return false;
    }
    const struct heddle_deviation *deviation = &schedule->deviations[index];
    if (deviation->k != k || deviation->task != task->number || deviation->kind != kind) {
        return false;
    }
    task->deviation_next[kind] = index + 1;
    exec.deviations_used++;
    *value = deviation->value;
    return true;
}

/* Where in the sorted deviations a task's choices of each kind begin. */
static void
find_first_deviations(struct task *task)
{
    const struct heddle_schedule *schedule = &exec.run->schedule;
    for (uint32_t kind = 0; kind < HEDDLE_CHOICE_KIND_COUNT; kind++) {
        size_t low = 0, high = schedule->deviation_count;
        while (low < high) {
            size_t middle = (low + high) / 2;
            const struct heddle_deviation *deviation = &schedule->deviations[middle];
            if (deviation->task < task->number ||
                (deviation->task == task->number && deviation->kind < kind)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        task->deviation_next[kind] = (uint32_t)low;
    }
}

static void
record_deviation(uint16_t task, enum heddle_choice_kind kind, uint32_t k, uint32_t value)
{
    struct heddle_log *log = exec.log;
    if (log->deviation_count < HEDDLE_DEVIATIONS_MAX) {
        log->deviations[log->deviation_count] =
            (struct heddle_deviation){.task = task, .kind = (uint16_t)kind, .k = k, .value = value};
        log->deviation_count++;
    }
}

/*
 * Draws the number for a task's next choice. Drawn one choice ahead, it is there when the task runs
 * again: the hash is then no part of the time from one jump to the next.
 */
static inline void
draw_ahead(struct task *task)
{
    if (exec.strategy->draws_ahead) {
        task->drawn = strategy_hash(exec.view.seed, task->number, task->counts[HEDDLE_CHOICE_TASK],
                                    HEDDLE_CHOICE_TASK);
    }
}

static inline uint16_t
ask_strategy(const struct task *task, bool can_continue, uint16_t fixed, uint32_t k)
{
    if (exec.strategy->choose_task == NULL || !taskset_has_many(&exec.view.runnable)) {
        return fixed;
    }
    exec.view.task = task->number;
    exec.view.k = k;
    exec.view.can_continue = can_continue;
    exec.view.drawn = task->drawn;
    return exec.strategy->choose_task(&exec.view);
}

static void
keep_choice(const struct heddle_choice *choice)
{
    struct heddle_log *log = exec.log;
    if (exec.run->choices && log->choice_count < HEDDLE_CHOICES_MAX) {
        log->choices[log->choice_count] = *choice;
        log->choices[log->choice_count].event = log->event_count;
        log->choice_count++;
    }
}

/* A choice of task for which the schedule may have a deviation. */
static uint16_t
choose_deviating(struct task *task, bool can_continue, uint16_t fixed, uint32_t k)
{
    uint32_t wanted;
    bool deviates = find_deviation(task, HEDDLE_CHOICE_TASK, k, &wanted);
    bool usable = deviates && wanted < exec.task_count && taskset_has(&exec.view.runnable, wanted);
    uint16_t chosen = usable ? (uint16_t)wanted : ask_strategy(task, can_continue, fixed, k);
    if (deviates && wanted != chosen) {
        diverge();
    }
    if (taskset_has_many(&exec.view.runnable)) {
        keep_choice(&(struct heddle_choice){
            .task = task->number,
            .kind = HEDDLE_CHOICE_TASK,
            .k = k,
            .chosen = chosen,
            .fixed = fixed,
            .can_continue = can_continue,
            .alternatives = {exec.view.runnable.bits[0], exec.view.runnable.bits[1]}});
    }
    return chosen;
}

/* Which runnable task the task's k-th choice is; `fixed` is what the fixed policy would choose. */
static inline uint16_t
choose_next(struct task *task, bool can_continue, uint16_t fixed, uint32_t k)
{
    uint16_t chosen = __builtin_expect(exec.has_deviations, 0)
                          ? choose_deviating(task, can_continue, fixed, k)
                          : ask_strategy(task, can_continue, fixed, k);
    draw_ahead(task);
    return chosen;
}

uint32_t
scheduler_choose(enum heddle_choice_kind kind, uint32_t count)
{
    struct task *task = exec.current;
    uint32_t k = task->counts[kind]++;
    uint32_t chosen = 0;
    uint32_t wanted;
    bool deviates = exec.has_deviations && find_deviation(task, kind, k, &wanted);

    if (deviates && wanted < count) {
        chosen = wanted;
    } else if (count > 1) {
        exec.view.task = task->number;
        exec.view.k = k;
        chosen = exec.strategy->choose(&exec.view, kind, count);
    }
    if (deviates && wanted != chosen) {
        diverge();
    }
    if (chosen != 0) {
        record_deviation(task->number, kind, k, chosen);
    }
    if (count > 1 && count <= 64) {
        keep_choice(&(struct heddle_choice){.task = task->number,
                                            .kind = (uint16_t)kind,
                                            .k = k,
                                            .chosen = (uint16_t)chosen,
                                            .alternatives = {~UINT64_C(0) >> (64 - count), 0}});
    }
    return chosen;
}

/* --- switching --------------------------------------------------------------------------- */

static void
switch_to(struct task *next)
{
    struct task *self = exec.current;
    exec.switches++;
    exec.current = next;
    fiber_switch(&self->fiber, &next->fiber);
}

/*
 * Nobody can run. Time passes if somebody sleeps; whoever waits for rest has it if all the others
 * rest; else this is a deadlock.
 */
static void
find_somebody(void)
{
    while (taskset_is_empty(&exec.view.runnable)) {
        if (exec.next_wake_ns != UINT64_MAX) {
            uint64_t now_ns = scheduler_now_ns();
            scheduler_skip_time(exec.next_wake_ns > now_ns ? exec.next_wake_ns - now_ns : 0);
            scheduler_wake_sleepers();
            scheduler_set_alarm();
            continue;
        }
        struct task *settler = NULL;
        for (uint32_t i = 0; i < exec.task_count; i++) {
            struct task *task = &exec.tasks[i];
            if (task->waits_for == WAIT_SETTLE) {
                settler = task;
            } else if (!deadlock_is_at_rest(task)) {
                deadlock_report();
            }
        }
        if (settler == NULL) {
            deadlock_report();
        }
        scheduler_make_runnable(settler);
    }
}

/*
 * The step bound is reached: go on under a fair strategy. No progress there is a livelock; and where somebody waits for
 * the others' rest, so is whatever does not come to it.
 */
static void
pass_bound(void)
{
    if (exec.fair && exec.settling) {
        char waits[900] = "";
        deadlock_tell_waits(waits, sizeof waits);
        verdict_fail("", HEDDLE_LIVELOCK, "everything comes to rest once nobody asks for more",
                     exec.current->last_site, NULL, NULL,
                     "There was no rest in %u steps under a fair schedule.%s", exec.steps_max,
                     waits);
    }
    if (exec.fair && exec.progress == exec.progress_at_bound) {
        verdict_fail("", HEDDLE_LIVELOCK, "everything comes to rest under a fair schedule",
                     exec.current->last_site, NULL, NULL,
                     "Nothing was completed in %u steps under a fair schedule.", exec.steps_max);
    }
    exec.fair = true;
    exec.strategy = &strategy_round_robin;
    exec.progress_at_bound = exec.progress;
    exec.step_limit = exec.view.step + exec.steps_max;
}

void
scheduler_renew_bound(void)
{
    exec.step_limit = exec.view.step + exec.steps_max;
    exec.progress_at_bound = exec.progress;
    scheduler_set_alarm();
}

/* Time has come for a sleeper, or the step bound is reached. */
static void
heed_alarm(void)
{
    if (scheduler_now_ns() >= exec.next_wake_ns) {
        scheduler_wake_sleepers();
    }
    if (exec.view.step >= exec.step_limit) {
        pass_bound();
    }
    scheduler_set_alarm();
}

/* The running task does its pending operation now. */
static void
tell_strategy(bool waited)
{
    exec.run->schedule.strategy->event(&exec.view, exec.current->number, waited);
}

static void
attend(void)
{
    if (exec.attention & ATTENTION_RACE) {
        exec.attention &= ~(uint32_t)ATTENTION_RACE;
        /* The report's hook has filled the result; only leaving is left. */
        scheduler_leave();
    }
    tell_strategy(false);
}

static void
set_pending(const struct task *task, uint16_t kind, uint32_t object, kernel_site_t site)
{
    exec.pending[task->number] =
        (struct strategy_operation){.site = site, .object = object, .kind = kind};
}

/* The point itself: others may run. Returns: who was chosen. */
static inline uint16_t
pass_point(struct task *self, uint16_t kind, uint32_t object, kernel_site_t site)
{
    set_pending(self, kind, object, site);
    exec.log->beat++;
    if (__builtin_expect(++exec.view.step >= exec.alarm_step, 0)) {
        heed_alarm();
    }
    uint32_t k = self->counts[HEDDLE_CHOICE_TASK]++;
    uint16_t next = choose_next(self, true, self->number, k);
    if (next != self->number) {
        record_deviation(self->number, HEDDLE_CHOICE_TASK, k, next);
        exec.preemptions++;
        switch_to(&exec.tasks[next]);
    }
    if (__builtin_expect(exec.attention != 0, 0)) {
        attend();
    }
    return next;
}

struct heddle_event *
scheduler_point(uint16_t kind, uint32_t object, kernel_site_t site)
{
    struct task *self = exec.current;
    self->last_site = site;
    self->last_kind = kind;
    uint16_t next = pass_point(self, kind, object, site);
    return trace_put(self->number, kind, object, next, site);
}

void
scheduler_access_point(uint16_t kind, uint32_t object, kernel_site_t site)
{
    (void)pass_point(exec.current, kind, object, site);
}

/* What a task does when its wait is over. A wait on a condition ends with entering the mutex. */
static const uint16_t awaited[] = {
    [WAIT_NOTHING] = HEDDLE_EVENT_SLEEP,  [WAIT_MUTEX] = HEDDLE_EVENT_MUTEX_ENTER,
    [WAIT_CV] = HEDDLE_EVENT_CV_WAKE,     [WAIT_SEMA] = HEDDLE_EVENT_SEMA_WAIT,
    [WAIT_JOIN] = HEDDLE_EVENT_JOIN,      [WAIT_SLEEP] = HEDDLE_EVENT_SLEEP,
    [WAIT_SETTLE] = HEDDLE_EVENT_JOIN,    [WAIT_TASKQ_END] = HEDDLE_EVENT_TASKQ_DESTROY,
    [WAIT_WORK] = HEDDLE_EVENT_TASKQ_RUN, [WAIT_TURN] = HEDDLE_EVENT_CV_WAKE,
};

void
scheduler_wait_for(enum wait_kind kind, const void *object, uint32_t number, const char *name,
                   kernel_site_t site)
{
    struct task *self = exec.current;
    taskset_remove(&exec.view.runnable, self->number);
    self->waits_for = kind;
    self->wait_object = object;
    self->wait_number = number;
    self->wait_name = name;
    self->wait_site = site;
    self->wait_sequence = ++exec.wait_sequence;
    self->timed_out = false;
    set_pending(self, awaited[kind], number, site);
    if (kind == WAIT_WORK) {
        sanitizer_release(self); /* heddle_settle acquires: all that a task at rest did is done */
    }
}

void
scheduler_block(void)
{
    struct task *self = exec.current;
    if (taskset_is_empty(&exec.view.runnable)) {
        find_somebody();
    }
    bool can_continue = taskset_has(&exec.view.runnable, self->number);
    uint16_t fixed = can_continue ? self->number : taskset_first(&exec.view.runnable);
    uint32_t k = self->counts[HEDDLE_CHOICE_TASK]++;
    uint16_t next = choose_next(self, can_continue, fixed, k);
    if (next != fixed) {
        record_deviation(self->number, HEDDLE_CHOICE_TASK, k, next);
    }
    if (next != self->number) {
        switch_to(&exec.tasks[next]);
    }
    if (__builtin_expect((exec.attention & ATTENTION_EVENT) != 0, 0)) {
        tell_strategy(true);
    }
}

void
scheduler_will_enter(const struct task *task, uint32_t number)
{
    set_pending(task, HEDDLE_EVENT_MUTEX_ENTER, number, task->wait_site);
}

void
scheduler_make_runnable(struct task *task)
{
    task->waits_for = WAIT_NOTHING;
    task->wake_ns = 0;
    taskset_add(&exec.view.runnable, task->number);
}

void
scheduler_keep_mark(enum heddle_mark mark, uint32_t k)
{
    if (exec.run->choices) {
        keep_choice(
            &(struct heddle_choice){.task = exec.current->number, .kind = (uint16_t)mark, .k = k});
    }
}

uint32_t
scheduler_new_primitive(const void *primitive, const char *name)
{
    uint32_t number = scheduler_new_object(name);
    if ((exec.run->choices || exec.run->trace) && number < HEDDLE_EVENTS_MAX) {
        exec.log->containers[number] = heddle_object_of(primitive);
    }
    return number;
}

/* --- tasks ------------------------------------------------------------------------------- */

static void
task_main(void *argument)
{
    struct task *self = argument;
    if (__builtin_expect((exec.attention & ATTENTION_EVENT) != 0, 0)) {
        tell_strategy(false); /* its start */
    }
    self->run(self->argument);
    scheduler_end_task();
}

uint16_t
scheduler_spawn(const char *name, void (*run)(void *), void *argument, kernel_site_t site)
{
    if (exec.task_count == HEDDLE_TASKS_MAX) {
        verdict_fail("spawn", HEDDLE_INTERNAL, "no more than HEDDLE_TASKS_MAX tasks", site, NULL,
                     NULL, "The body made more than %d tasks.", HEDDLE_TASKS_MAX);
    }
    struct task *task = &exec.tasks[exec.task_count];
    struct fiber fiber = task->fiber;
    if (fiber.stack == NULL && !fiber_init(&fiber)) {
        verdict_fail("spawn", HEDDLE_INTERNAL, "a fiber has a stack", site, NULL, NULL,
                     "No memory for the stack of task %u.", exec.task_count);
    }
    *task = (struct task){.fiber = fiber,
                          .number = (uint16_t)exec.task_count,
                          .name = name,
                          .run = run,
                          .argument = argument,
                          .last_site = site,
                          .last_kind = HEDDLE_EVENT_SPAWN};
    exec.task_count++;
    trace_keep_task(task->number, name);
    exec.view.task_count = exec.task_count;
    draw_ahead(task);
    access_spawned(task->number, argument);
    fiber_start(&task->fiber, task_main, task);
    set_pending(task, HEDDLE_EVENT_SPAWN, task->number, site);
    if (exec.run->schedule.deviation_count > 0) {
        find_first_deviations(task);
    }
    if (exec.run->schedule.strategy != NULL && exec.run->schedule.strategy->spawned != NULL) {
        exec.view.task = task->number == 0 ? HEDDLE_TASK_NONE : exec.current->number;
        exec.run->schedule.strategy->spawned(&exec.view, task->number);
    }
    if (exec.run->lock_order) {
        lock_order_spawned(task->number);
    }
    taskset_add(&exec.view.runnable, task->number);
    return task->number;
}

void
scheduler_end_task(void)
{
    struct task *self = exec.current;
    trace_event(HEDDLE_EVENT_EXIT, self->number, 0, self->last_site);
    if (exec.run->lock_order) {
        self->done = lock_order_publish(self->number, 0);
    }
    sanitizer_release(self);
    self->ended = true;
    taskset_remove(&exec.view.runnable, self->number);
    exec.progress++;
    if (self->number == 0) {
        scheduler_leave();
    }
    for (uint32_t i = 0; i < exec.task_count; i++) {
        struct task *waiter = &exec.tasks[i];
        if (waiter->waits_for == WAIT_JOIN && waiter->wait_task == self->number) {
            scheduler_make_runnable(waiter);
        }
    }
    scheduler_block();
    __builtin_unreachable();
}

void
scheduler_leave(void)
{
    fiber_switch(&exec.current->fiber, &exec.host);
    __builtin_unreachable();
}

void
scheduler_begin(void)
{
    const struct heddle_run *run = exec.run;
    exec.strategy = run->schedule.strategy != NULL ? run->schedule.strategy : &strategy_fixed;
    exec.has_deviations = run->schedule.deviation_count > 0 || run->choices;
    exec.view = (struct strategy_view){
        .seed = run->schedule.seed,
        .depth = run->schedule.depth,
        .length = run->schedule.length,
        .pending = exec.pending,
    };
    exec.observer = run->observer;
    exec.keeps_sites = run->trace || run->coverage;
    exec.task_count = 0;
    exec.failed = false;
    exec.skipped_ns = 0;
    exec.next_wake_ns = UINT64_MAX;
    exec.wait_sequence = 0;
    exec.object_count = 0;
    exec.steps_max = run->steps_max != 0 ? run->steps_max : run->accesses ? 200000 : 20000;
    exec.step_limit = exec.alarm_step = exec.steps_max;
    exec.fair = exec.settling = false;
    exec.progress = 0;
    exec.switches = exec.preemptions = 0;
    exec.diverged_at = -1;
    exec.deviations_used = 0;
    exec.taskq_count = 0;
    exec.taskq_system = NULL;
    if (run->lock_order) {
        lock_order_begin();
    }
    exec.attention = exec.strategy->event != NULL ? ATTENTION_EVENT : 0;
    if (exec.strategy->begin != NULL) {
        exec.strategy->begin(&exec.view);
    }
}
