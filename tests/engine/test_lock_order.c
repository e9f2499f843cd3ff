/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Lock order: a cycle is reported from executions in which nothing deadlocked; what cannot deadlock under any
 * schedule is not.
 */
#include "engine_harness.h"

static struct {
    kernel_mutex_t a, b, c, gate;
    kernel_cv_t turn;
    kernel_sema_t permits;
    bool is_open; /* gate */
} world;

static void
begin(void)
{
    kernel_mutex_init(&world.a, "a");
    kernel_mutex_init(&world.b, "b");
    kernel_mutex_init(&world.c, "c");
    kernel_mutex_init(&world.gate, "gate");
    kernel_cv_init(&world.turn, "turn");
    kernel_sema_init(&world.permits, 0, "permits");
    world.is_open = false;
}

/* Each a function of its own: the place of a report is one. */
#define TAKE_BOTH(first, second)                                                                   \
    do {                                                                                           \
        kernel_mutex_enter(first);                                                                 \
        kernel_mutex_enter(second);                                                                \
        kernel_mutex_exit(second);                                                                 \
        kernel_mutex_exit(first);                                                                  \
    } while (0)

static void
a_then_b(void *unused)
{
    (void)unused;
    TAKE_BOTH(&world.a, &world.b);
}

static void
b_then_a(void *unused)
{
    (void)unused;
    TAKE_BOTH(&world.b, &world.a);
}

static void
b_then_c(void *unused)
{
    (void)unused;
    TAKE_BOTH(&world.b, &world.c);
}

static void
c_then_a(void *unused)
{
    (void)unused;
    TAKE_BOTH(&world.c, &world.a);
}

/* Under the fixed policy they run one after the other: no deadlock. */
static const struct heddle_result *
run_body(void (*body)(void *), bool lock_order)
{
    const struct heddle_run run = {.body = body, .lock_order = lock_order};
    heddle_execute(&run, harness_log());
    return &harness_log()->result;
}

static void
run_beside(void (*first)(void *), void (*second)(void *), void (*third)(void *))
{
    uint16_t tasks[] = {heddle_spawn("first", first, NULL), heddle_spawn("second", second, NULL),
                        heddle_spawn("third", third, NULL)};
    for (int i = 0; i < 3; i++) {
        heddle_join(tasks[i]);
    }
}

static void
nothing(void *unused)
{
    (void)unused;
}

/* --- what is a cycle ---------------------------------------------------------------------------- */

static void
opposite_orders(void *unused)
{
    (void)unused;
    begin();
    run_beside(a_then_b, b_then_a, nothing);
}

static void
opposite_orders_the_other_way_round(void *unused)
{
    (void)unused;
    begin();
    run_beside(b_then_a, a_then_b, nothing);
}

Test(lock_order, opposite_orders_are_reported_though_nothing_deadlocked)
{
    const struct heddle_result *result = run_body(opposite_orders, true);
    cr_assert_eq(result->verdict, HEDDLE_LOCK_ORDER, "%s", heddle_verdict_name(result->verdict));
    cr_assert_not_null(strstr(result->message, "Task 1 (first) takes object 2 in a_then_b"));
    cr_assert_not_null(strstr(result->message, "Task 2 (second) takes object 1 in b_then_a"));
}

Test(lock_order, the_signature_does_not_depend_on_who_came_first)
{
    uint64_t signature = run_body(opposite_orders, true)->signature;
    cr_assert_eq(run_body(opposite_orders_the_other_way_round, true)->signature, signature);
}

Test(lock_order, without_it_nothing_is_reported)
{
    cr_assert_eq(run_body(opposite_orders, false)->verdict, HEDDLE_OK);
}

static void
three_in_a_ring(void *unused)
{
    (void)unused;
    begin();
    run_beside(a_then_b, b_then_c, c_then_a);
}

Test(lock_order, a_ring_of_three_is_reported)
{
    const struct heddle_result *result = run_body(three_in_a_ring, true);
    cr_assert_eq(result->verdict, HEDDLE_LOCK_ORDER);
    cr_assert_not_null(strstr(result->message, "Task 3 (third)"));
}

static void
wait_with_another(void *unused)
{
    (void)unused;
    kernel_mutex_enter(&world.gate);
    kernel_mutex_enter(&world.a);
    (void)kernel_cv_timedwait(&world.turn, &world.gate, kernel_time_ns() + 1000);
    kernel_mutex_exit(&world.a);
    kernel_mutex_exit(&world.gate);
}

static void
a_then_gate(void *unused)
{
    (void)unused;
    TAKE_BOTH(&world.a, &world.gate);
}

/* Who wakes takes its mutex again, with the other one in hand: that alone is the opposite order. */
static void
wait_holding(void *unused)
{
    (void)unused;
    begin();
    run_beside(wait_with_another, a_then_gate, nothing);
}

Test(lock_order, a_wait_takes_its_mutex_again)
{
    cr_assert_eq(run_body(wait_holding, true)->verdict, HEDDLE_LOCK_ORDER);
}

/* The same schedule that deadlocks is a deadlock, with or without. */
Test(lock_order, a_deadlock_that_happens_is_called_one)
{
    const struct heddle_deviation switch_inside = {
        .task = 1, .kind = HEDDLE_CHOICE_TASK, .k = 1, .value = 2};
    for (int lock_order = 0; lock_order < 2; lock_order++) {
        const struct heddle_run run = {
            .body = opposite_orders,
            .schedule = {.deviations = &switch_inside, .deviation_count = 1},
            .lock_order = lock_order != 0};
        heddle_execute(&run, harness_log());
        cr_assert_eq(harness_log()->result.verdict, HEDDLE_DEADLOCK);
    }
}

static void
gated_a_b(void *unused)
{
    kernel_mutex_enter(&world.gate);
    a_then_b(unused);
    kernel_mutex_exit(&world.gate);
}

static void
gated_b_a(void *unused)
{
    kernel_mutex_enter(&world.gate);
    b_then_a(unused);
    kernel_mutex_exit(&world.gate);
}

/* The second time without the gate that the other task has, and with as many mutexes. */
static void
gated_and_not(void *unused)
{
    gated_a_b(unused);
    kernel_mutex_enter(&world.c);
    a_then_b(unused);
    kernel_mutex_exit(&world.c);
}

static void
once_without_the_gate(void *unused)
{
    (void)unused;
    begin();
    run_beside(gated_and_not, gated_b_a, nothing);
}

Test(lock_order, a_gate_counts_only_where_it_is_held)
{
    cr_assert_eq(run_body(once_without_the_gate, true)->verdict, HEDDLE_LOCK_ORDER);
}

/* --- what is none ------------------------------------------------------------------------------- */

static void
under_a_gate(void *unused)
{
    (void)unused;
    begin();
    run_beside(gated_a_b, gated_b_a, nothing);
}

static void
one_after_the_other(void *unused)
{
    (void)unused;
    begin();
    heddle_join(heddle_spawn("first", a_then_b, NULL));
    heddle_join(heddle_spawn("second", b_then_a, NULL));
}

static void
before_and_after(void *unused)
{
    begin();
    a_then_b(unused);
    uint16_t task = heddle_spawn("task", b_then_a, NULL);
    heddle_join(task);
    a_then_b(unused);
}

static void
one_task(void *unused)
{
    begin();
    a_then_b(unused);
    b_then_a(unused);
}

static void
try_b_a(void *unused)
{
    (void)unused;
    kernel_mutex_enter(&world.b);
    if (kernel_mutex_tryenter(&world.a)) {
        kernel_mutex_exit(&world.a);
    }
    kernel_mutex_exit(&world.b);
}

static void
only_tries(void *unused)
{
    (void)unused;
    begin();
    run_beside(a_then_b, try_b_a, nothing);
}

static void
dispatch_after(void *queue)
{
    a_then_b(NULL);
    (void)kernel_taskq_dispatch(queue, b_then_a, NULL, KERNEL_SLEEP);
}

static void
by_a_task_queue(void *unused)
{
    (void)unused;
    begin();
    kernel_taskq_t *queue = kernel_taskq_create("queue", 1);
    heddle_join(heddle_spawn("task", dispatch_after, queue));
    heddle_settle();
    a_then_b(NULL);
}

static void
post_after(void *unused)
{
    a_then_b(unused);
    kernel_sema_post(&world.permits);
}

static void
wait_before(void *unused)
{
    kernel_sema_wait(&world.permits);
    b_then_a(unused);
}

static void
by_a_permit(void *unused)
{
    (void)unused;
    begin();
    run_beside(post_after, wait_before, nothing);
}

static void
open_after(void *unused)
{
    a_then_b(unused);
    kernel_mutex_enter(&world.gate);
    world.is_open = true;
    kernel_cv_broadcast(&world.turn);
    kernel_mutex_exit(&world.gate);
}

static void
wait_for_turn(void *unused)
{
    kernel_mutex_enter(&world.gate);
    while (!world.is_open) {
        kernel_cv_wait(&world.turn, &world.gate);
    }
    kernel_mutex_exit(&world.gate);
    b_then_a(unused);
}

static void
by_a_condition(void *unused)
{
    (void)unused;
    begin();
    run_beside(wait_for_turn, open_after, nothing);
}

Test(lock_order, what_cannot_deadlock_is_not_accused)
{
    static void (*const bodies[])(void *) = {under_a_gate, one_after_the_other, before_and_after,
                                             one_task,     only_tries,          by_a_task_queue,
                                             by_a_permit,  by_a_condition};
    for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
        const struct heddle_result *result = run_body(bodies[i], true);
        cr_assert_eq(result->verdict, HEDDLE_OK, "body %zu: %s", i, result->message);
    }
}

/* --- what it cannot know ----------------------------------------------------------------------- */

static void
open_first(void *unused)
{
    (void)unused;
    begin();
    run_beside(open_after, wait_for_turn, nothing);
}

/* An order that a value keeps: nobody had to wait here, so nothing shows that somebody would have. */
Test(lock_order, an_order_that_only_a_value_keeps_is_accused)
{
    cr_assert_eq(run_body(open_first, true)->verdict, HEDDLE_LOCK_ORDER);
}

/* Locks of other executions are forgotten, and so is an order that only they had. */
Test(lock_order, executions_have_nothing_to_do_with_each_other)
{
    cr_assert_eq(run_body(one_after_the_other, true)->verdict, HEDDLE_OK);
    cr_assert_eq(run_body(opposite_orders, true)->verdict, HEDDLE_LOCK_ORDER);
    cr_assert_eq(run_body(one_after_the_other, true)->verdict, HEDDLE_OK);
}
