/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A program one operation at a time: each thread is a task of its own, since what a thread entered
 * stays its own, and does one operation when task 0 says so; the next one is for when all others are
 * at rest.
 */
#include "netstack/comparison.h"
#include "netstack/operate.h"

static const char *const thread_names[PROGRAM_THREADS_MAX] = {"s0", "s1", "s2", "s3",
                                                              "s4", "s5", "s6", "s7"};

/* --- order ------------------------------------------------------------------------------------ */

static struct {
    const struct program_operation *operations[PROGRAM_OPERATIONS_MAX];
    uint32_t count;
} order;

/* Of each thread's operations, what is left. */
struct thread_rest {
    const struct program_operation *next, *end;
};

static void
find_threads(struct thread_rest threads[PROGRAM_THREADS_MAX])
{
    const struct program *program = adapter.program;
    for (uint32_t i = 0; i < program->operation_count; i++) {
        const struct program_operation *operation = &program->operations[i];
        struct thread_rest *thread = &threads[operation->thread];
        if (thread->next == NULL) {
            thread->next = operation;
        }
        thread->end = operation + 1;
    }
}

/* The first choice, which is the fixed policy's, is the thread after the one before. */
static uint32_t
choose_thread(const struct thread_rest threads[PROGRAM_THREADS_MAX], uint32_t before)
{
    uint32_t candidates[PROGRAM_THREADS_MAX], count = 0;
    for (uint32_t i = 1; i <= PROGRAM_THREADS_MAX; i++) {
        uint32_t thread = (before + i) % PROGRAM_THREADS_MAX;
        if (threads[thread].next != threads[thread].end) {
            candidates[count++] = thread;
        }
    }
    return candidates[count > 1 ? heddle_choose(count) : 0];
}

void
serial_choose_order(void)
{
    struct thread_rest threads[PROGRAM_THREADS_MAX] = {{0}};
    uint32_t thread = PROGRAM_THREADS_MAX - 1;
    find_threads(threads);
    for (order.count = 0; order.count < adapter.program->operation_count; order.count++) {
        thread = choose_thread(threads, thread);
        order.operations[order.count] = threads[thread].next++;
    }
}

const struct program_operation *
serial_operation(uint32_t index)
{
    return index < order.count ? order.operations[index] : NULL;
}

/* --- turns ------------------------------------------------------------------------------------ */

#define NOBODY PROGRAM_THREADS_MAX

/* lock: of both words. A thread without a turn waits for work, so it is at rest. */
static struct {
    kernel_mutex_t lock;
    kernel_cv_t changed;
    uint32_t thread;                           /* whose turn it is, or NOBODY */
    const struct program_operation *operation; /* what is to be done; NULL: go home and end */
} turn;

static const struct program_operation *
await_turn(uint32_t thread)
{
    kernel_mutex_enter(&turn.lock);
    while (turn.thread != thread) {
        kernel_cv_wait_for_work(&turn.changed, &turn.lock);
    }
    turn.thread = NOBODY;
    const struct program_operation *operation = turn.operation;
    kernel_mutex_exit(&turn.lock);
    return operation;
}

static void
run_thread(void *argument)
{
    uint32_t thread = (uint32_t)(uintptr_t)argument;
    const struct program_operation *operation;
    while ((operation = await_turn(thread)) != NULL) {
        (void)operation_run((enum netstack_verb)operation->verb, operation->arguments);
    }
    (void)operate_zone_go_home();
}

static void
give_turn(uint32_t thread, const struct program_operation *operation)
{
    kernel_mutex_enter(&turn.lock);
    turn.thread = thread;
    turn.operation = operation;
    kernel_cv_broadcast(&turn.changed);
    kernel_mutex_exit(&turn.lock);
    heddle_settle();
}

void
serial_run(void)
{
    uint32_t used = 0; /* bits: threads that have operations */
    kernel_mutex_init(&turn.lock, "turn");
    kernel_cv_init(&turn.changed, "turn");
    turn.thread = NOBODY;
    for (uint32_t i = 0; i < adapter.program->operation_count; i++) {
        uint32_t thread = adapter.program->operations[i].thread;
        if ((used & 1u << thread) == 0) {
            used |= 1u << thread;
            heddle_spawn(thread_names[thread], run_thread, (void *)(uintptr_t)thread);
        }
    }
    const struct program_operation *operation;
    for (uint32_t i = 0; (operation = serial_operation(i)) != NULL; i++) {
        give_turn(operation->thread, operation);
        comparison_step_done();
    }
    for (uint32_t thread = 0; thread < PROGRAM_THREADS_MAX; thread++) {
        if ((used & 1u << thread) != 0) {
            give_turn(thread, NULL);
        }
    }
    kernel_cv_destroy(&turn.changed);
    kernel_mutex_destroy(&turn.lock);
}
