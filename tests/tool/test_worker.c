/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Workers die here of everything that a subject can do to its process; the parent must hear of each
 * with its number, and every other number must be executed as if nothing had happened.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool/worker.h"

#define NUMBERS 40
#define GROWTH  ((size_t)200 << 20)

static void *volatile growth; /* or an optimiser would see that nobody wants it */

enum deed {
    NOTHING,
    REPORT,
    NULL_WRITE,
    WILD_WRITE,
    LOOP,
    OVERFLOW,
    EXIT,
    KILL,
    KILL_OFTEN,
    GROW,
    IDLE_EXIT
};

struct scene {
    enum deed deed; /* at number 17; at all others, nothing */
    enum worker_answer answer;
    atomic_uint *executed; /* shared: how often each number was */
    struct worker_news news[NUMBERS];
    char output[64];
    unsigned news_count;
    /* Shared: the last one's pid; how many there were; how many began inside a batch. Or NULL. */
    atomic_int *processes;
    uint64_t batch;
    bool unsettled; /* a number below what was settled had not been executed */
    unsigned slow;  /* microseconds; where somebody is to grow, only who has */
    bool has_grown; /* this process */
};

static int
overflow_stack(volatile int depth)
{
    volatile char page[4096];
    page[0] = (char)depth;
    return depth < 0 ? 0 : overflow_stack(depth + 1) + page[0];
}

static void
do_deed(enum deed deed)
{
    static volatile uintptr_t nowhere;
    switch (deed) {
    case NULL_WRITE:
        *(volatile int *)nowhere = 1;
        break;
    case WILD_WRITE:
        *(volatile int *)(nowhere + 0xdeadf4eedead0000u) = 1;
        break;
    case LOOP:
        for (;;) {
            nowhere = 0;
        }
    case OVERFLOW:
        nowhere = (uintptr_t)(overflow_stack(0) & 0);
        break;
    case EXIT:
        _exit(3);
    case GROW:
        growth = memset(malloc(GROWTH), 1, GROWTH);
        break;
    case KILL_OFTEN:
    case KILL:
        kill(getpid(), SIGKILL);
        break;
    default:
        break;
    }
}

static void
execute(struct worker *worker, uint64_t number, void *argument)
{
    struct scene *scene = argument;
    bool here = scene->deed == KILL_OFTEN ? number % 5 == 2 : number == 17;
    if (here && scene->deed == IDLE_EXIT) {
        _exit(3);
    }
    atomic_fetch_add(&scene->executed[number % NUMBERS], 1);
    if (scene->processes != NULL && atomic_exchange(&scene->processes[0], getpid()) != getpid()) {
        atomic_fetch_add(&scene->processes[1], 1);
        atomic_fetch_add(&scene->processes[2], number % scene->batch != 0);
    }
    worker->log->running = 1;
    worker->log->number = number;
    usleep(scene->deed != GROW || scene->has_grown ? scene->slow : 0);
    scene->has_grown |= here && scene->deed == GROW;
    if (here) {
        if (write(STDERR_FILENO, "last words", 10) != 10) {
            abort();
        }
        do_deed(scene->deed);
    }
    worker->log->running = 0;
    if (here && scene->deed == REPORT) {
        worker_report(worker);
    }
}

static enum worker_answer
on_news(const struct worker_news *news, void *argument)
{
    struct scene *scene = argument;
    cr_assert_lt(scene->news_count, NUMBERS);
    cr_assert_eq(news->log->number, news->number);
    strncpy(scene->output, news->output, sizeof(scene->output) - 1);
    scene->news[scene->news_count++] = *news;
    return news->deaths == 0 ? scene->answer : WORKER_GO_ON;
}

static enum worker_answer
on_settled(uint64_t below, void *argument)
{
    struct scene *scene = argument;
    for (uint64_t i = 0; i < below && i < NUMBERS; i++) {
        scene->unsettled = scene->unsettled || atomic_load(&scene->executed[i]) == 0;
    }
    return WORKER_GO_ON;
}

static bool
play(struct scene *scene, unsigned jobs, uint64_t batch)
{
    size_t size = NUMBERS * sizeof(atomic_uint);
    if (scene->executed == NULL) {
        scene->executed = worker_shared_create(size);
    }
    memset((void *)scene->executed, 0, size);
    scene->news_count = 0;
    scene->batch = batch;
    return worker_run(&(struct worker_job){.jobs = jobs,
                                           .numbers = NUMBERS,
                                           .batch = batch,
                                           .memory_max = GROWTH,
                                           .batches_are_whole = true,
                                           .execute = execute,
                                           .on_news = on_news,
                                           .on_settled = on_settled,
                                           .argument = scene});
}

static void
each_was_executed(const struct scene *scene, unsigned times_of_17)
{
    for (unsigned i = 0; i < NUMBERS; i++) {
        cr_expect_eq(scene->executed[i], i == 17 ? times_of_17 : 1, "number %u: %u times", i,
                     scene->executed[i]);
    }
    cr_expect_not(scene->unsettled);
}

static void
dies_as(enum deed deed, enum worker_end end, int code)
{
    for (unsigned jobs = 1; jobs <= 3; jobs++) {
        struct scene scene = {.deed = deed};
        cr_assert(play(&scene, jobs, 4));
        each_was_executed(&scene, 1);
        cr_assert_eq(scene.news_count, 1);
        cr_expect_eq(scene.news[0].number, 17);
        cr_expect_eq(scene.news[0].end, end);
        cr_expect_eq(scene.news[0].code, code, "code %d", scene.news[0].code);
        cr_expect_str_eq(scene.output, "last words");
    }
}

/* The engine's options for sanitizers come with this function: signals are to kill as they are. */
static void
link_options(void)
{
    cr_assert_not_null(heddle_build_sanitizers());
}

TestSuite(worker, .init = link_options);

Test(worker, every_number_is_executed_once)
{
    for (unsigned jobs = 1; jobs <= 7; jobs++) {
        for (unsigned batch = 1; batch <= 9; batch++) {
            struct scene scene = {.deed = NOTHING, .slow = 50};
            cr_assert(play(&scene, jobs, batch));
            each_was_executed(&scene, 1);
            cr_expect_eq(scene.news_count, 0);
        }
    }
}

Test(worker, a_report_shows_the_log)
{
    dies_as(REPORT, WORKER_REPORTED, 0);
}

Test(worker, null_write_is_heard_of)
{
    dies_as(NULL_WRITE, WORKER_SIGNALLED, SIGSEGV);
}

Test(worker, wild_write_is_heard_of)
{
    dies_as(WILD_WRITE, WORKER_SIGNALLED, SIGSEGV);
}

Test(worker, stack_overflow_is_heard_of)
{
    dies_as(OVERFLOW, WORKER_SIGNALLED, SIGSEGV);
}

Test(worker, exit_is_heard_of)
{
    dies_as(EXIT, WORKER_EXITED, 3);
}

Test(worker, kill_is_heard_of)
{
    dies_as(KILL, WORKER_SIGNALLED, SIGKILL);
}

Test(worker, endless_loop_is_killed_and_heard_of, .timeout = 900)
{
    dies_as(LOOP, WORKER_STUCK, SIGKILL);
}

Test(worker, a_deadly_number_can_be_repeated)
{
    struct scene scene = {.deed = KILL, .answer = WORKER_REPEAT};
    cr_assert(play(&scene, 2, 1));
    each_was_executed(&scene, 2);
    cr_assert_eq(scene.news_count, 2);
    cr_expect_eq(scene.news[0].deaths, 0);
    cr_expect_eq(scene.news[1].deaths, 1);
}

Test(worker, deaths_are_counted_for_each_number)
{
    struct scene scene = {.deed = KILL_OFTEN, .answer = WORKER_REPEAT};
    cr_assert(play(&scene, 2, 1));
    cr_assert_eq(scene.news_count, 2 * NUMBERS / 5);
    unsigned again = 0;
    for (unsigned i = 0; i < scene.news_count; i++) {
        cr_expect_leq(scene.news[i].deaths, 1);
        again += scene.news[i].deaths;
    }
    cr_expect_eq(again, NUMBERS / 5);
}

Test(worker, one_that_grows_is_followed_by_another)
{
    for (uint64_t batch = 1; batch <= 16; batch += 15) {
        struct scene scene = {.deed = GROW, .slow = 500000};
        scene.processes = worker_shared_create(3 * sizeof(atomic_int));
        cr_assert(play(&scene, 1, batch));
        each_was_executed(&scene, 1);
        cr_expect_eq(scene.news_count, 0);
        cr_expect_eq(scene.processes[1], 2, "%d processes", scene.processes[1]);
        cr_expect_eq(scene.processes[2], 0, "inside a batch of %u", (unsigned)batch);
    }
}

Test(worker, stopping_leaves_later_numbers_alone)
{
    struct scene scene = {.deed = REPORT, .answer = WORKER_STOP};
    cr_assert(play(&scene, 1, 1));
    cr_expect_eq(scene.executed[17], 1);
    cr_expect_eq(scene.executed[18], 0);
}

Test(worker, deaths_outside_of_executions_end_the_job)
{
    struct scene scene = {.deed = IDLE_EXIT};
    cr_expect_not(play(&scene, 2, 1));
    cr_expect_eq(errno, ECHILD);
    cr_expect_eq(scene.news_count, 0);
}

Test(worker, a_time_limit_stops_an_endless_job, .timeout = 900)
{
    struct scene scene = {.deed = NOTHING, .slow = 1000};
    scene.executed = worker_shared_create(NUMBERS * sizeof(atomic_uint));
    cr_assert(worker_run(&(struct worker_job){.jobs = 2,
                                              .numbers = UINT64_MAX,
                                              .batch = 1,
                                              .seconds = 0.3,
                                              .execute = execute,
                                              .on_news = on_news,
                                              .argument = &scene}));
    cr_expect_gt(scene.executed[0], 0);
}
