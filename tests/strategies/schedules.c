/* SPDX-License-Identifier: BSD-2-Clause
 *
 * See schedules.h.
 */
#include "schedules.h"

#include <stdlib.h>

#include "engine_harness.h"

/* --- running one ---------------------------------------------------------------------------- */

static const struct small_program *running;
static kernel_atomic_t shared_words[3], own_words[LIST_TASKS_MAX];

/* An operation's place, as a line of source would be. */
static const struct kernel_site sites[LIST_TASKS_MAX][OPERATIONS_MAX];

static void
run_task(void *argument)
{
    size_t number = (size_t)(uintptr_t)argument, index = 0;
    for (const char *text = running->tasks[number]; *text != '\0'; text += text[2] == ' ' ? 3 : 2) {
        kernel_site_t site = &sites[number][index++];
        kernel_atomic_t *word = text[1] == 'p' ? &own_words[number] : &shared_words[text[1] - 'x'];
        if (text[0] == 'r') {
            (void)kernel_atomic_load_at(word, site);
        } else {
            kernel_atomic_store_at(word, 10 * number + index, site);
        }
    }
}

static void
body(void *unused)
{
    (void)unused;
    for (size_t i = 0; i < 3; i++) {
        kernel_atomic_init(&shared_words[i], 0, "shared");
    }
    for (size_t i = 0; i < LIST_TASKS_MAX && running->tasks[i] != NULL; i++) {
        kernel_atomic_init(&own_words[i], 0, "own");
    }
    for (size_t i = 0; i < LIST_TASKS_MAX && running->tasks[i] != NULL; i++) {
        (void)heddle_spawn("task", run_task, (void *)(uintptr_t)i);
    }
    heddle_settle();
}

/* What a task found wrong. It says so when the execution has ended: a test cannot be left from a fiber. */
static const char *fault;

/* The strategy that is asked, and what it has answered in this execution, three bits a choice. */
static const struct strategy *asked;
#define ANSWERS_MAX (64 / 3)
static uint64_t answers;
static uint32_t answer_count;

static uint16_t
ask_and_note(const struct strategy_view *view)
{
    uint16_t chosen =
        asked->choose_task != NULL ? asked->choose_task(view) : strategy_fixed_task(view);
    if (++answer_count > ANSWERS_MAX) {
        fault = "too many choices";
    }
    answers = answers << 3 | chosen;
    return chosen;
}

static void
execute(const struct small_program *program, const struct heddle_run *run)
{
    running = program;
    answers = 1;
    answer_count = 0;
    heddle_execute(run, harness_log());
    cr_assert_null(fault, "%s: %s", program->name, fault);
    cr_assert_eq(harness_log()->result.verdict, HEDDLE_OK, "%s", harness_log()->result.message);
}

void
small_program_execute(const struct small_program *program, const struct heddle_schedule *schedule)
{
    struct strategy watched = *schedule->strategy;
    struct heddle_run run = {.body = body, .schedule = *schedule};
    asked = schedule->strategy;
    watched.choose_task = ask_and_note;
    run.schedule.strategy = &watched;
    execute(program, &run);
}

void
small_program_search(const struct small_program *program, const struct heddle_schedule *schedule)
{
    execute(program, &(struct heddle_run){.body = body, .schedule = *schedule, .choices = true});
}

uint64_t
small_program_answers(void)
{
    return answers;
}

/* --- the tree of choices ---------------------------------------------------------------------- */

/* The branch that is being followed: what to choose first, and what could have been chosen. */
static uint16_t path[RECORDS_MAX];
static struct taskset alternatives[RECORDS_MAX];
static uint32_t path_length, depth_now;
static struct listed_schedule *noted;

static struct record *
note(const struct strategy_view *view)
{
    static struct record beyond;
    if (noted->record_count == RECORDS_MAX) {
        fault = "too many records";
    }
    struct record *record = fault != NULL ? &beyond : &noted->records[noted->record_count++];
    *record = (struct record){.step = view->step};
    return record;
}

static void
follow_begin(const struct strategy_view *view)
{
    (void)view;
    depth_now = 0;
    noted->record_count = 0;
}

static uint16_t
follow_choose_task(const struct strategy_view *view)
{
    struct record *record = note(view);
    if (depth_now == path_length) {
        path[path_length] = taskset_first(&view->runnable);
        alternatives[path_length++] = view->runnable;
    }
    record->is_choice = true;
    record->at_point = view->can_continue;
    record->task = view->task;
    record->chosen = path[depth_now++];
    record->runnable = view->runnable;
    for (uint32_t task = 0; task < view->task_count; task++) {
        record->pending[task] = view->pending[task];
    }
    return record->chosen;
}

static uint32_t
follow_choose(const struct strategy_view *view, enum heddle_choice_kind kind, uint32_t count)
{
    (void)view;
    (void)kind;
    (void)count;
    fault = "a choice of another kind than of a task";
    return 0;
}

static void
follow_event(const struct strategy_view *view, uint16_t task, bool waited)
{
    if (task == 0) {
        return;
    }
    if (waited) {
        fault = "a task waits";
    }
    struct record *record = note(view);
    record->task = task;
    record->operation = view->pending[task];
}

static const struct strategy follow = {
    .name = "follow",
    .begin = follow_begin,
    .choose_task = follow_choose_task,
    .choose = follow_choose,
    .event = follow_event,
};

/* The next branch in depth-first order. Returns: false if that was the last. */
static bool
next_path(void)
{
    while (path_length > 0) {
        uint16_t *last = &path[path_length - 1];
        while (++*last < LIST_TASKS_MAX + 1) {
            if (taskset_has(&alternatives[path_length - 1], *last)) {
                return true;
            }
        }
        path_length--;
    }
    return false;
}

struct schedule_list *
schedules_list(const struct small_program *program)
{
    struct schedule_list *list = calloc(1, sizeof *list);
    cr_assert_not_null(list);
    list->program = program;
    list->schedules = calloc(SCHEDULES_MAX, sizeof *list->schedules);
    cr_assert_not_null(list->schedules);
    path_length = 0;
    do {
        cr_assert_lt(list->count, SCHEDULES_MAX, "%s", program->name);
        noted = &list->schedules[list->count];
        small_program_execute(program, &(struct heddle_schedule){.strategy = &follow});
        const struct heddle_result *result = &harness_log()->result;
        cr_assert(list->count == 0 || list->length == result->steps);
        noted->answers = answers;
        list->length = result->steps;
        list->task_count = result->tasks - 1;
        list->count++;
    } while (next_path());
    return list;
}

void
schedules_free(struct schedule_list *list)
{
    free(list->schedules);
    free(list);
}

uint32_t
schedules_find(const struct schedule_list *list)
{
    uint32_t i = 0;
    while (i < list->count && list->schedules[i].answers != answers) {
        i++;
    }
    return i;
}
