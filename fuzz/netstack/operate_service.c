/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The service as a whole: waiting for reaps, figures and reports, its start and its end; and what a
 * thread does without calling anything.
 */
#include "netstack/operate.h"

#include <stdio.h>

/* --- waiting ---------------------------------------------------------------------------------- */

int
operate_barrier(struct operation *op)
{
    (void)op;
    if (!adapter_has(barrier)) {
        return OPERATION_SKIPPED;
    }
    struct call call;
    call_init(&call, VERB_BARRIER);
    call_tell(&call);
    return call_return(&call, adapter.subject->barrier());
}

/*
 * A client that waits for a stack's end must not keep it alive: all references to it are dropped.
 */
static void
drop_references(uint32_t stack)
{
    reference_let_go(stack);
    for (uint32_t i = 0; i < SLOTS_HELD; i++) {
        struct slot *slot = &slots.rows[ROW_HELD][i];
        if (slot->object != NULL && slot->stack == stack && slot->borrowers == 0) {
            struct slot held;
            slot_clear(slot, &held);
            reference_rele(&held);
        }
    }
}

/*
 * Only for a stack that is closing, or in a callback, where the answer is EDEADLK: else it may
 * last.
 */
int
operate_wait_gone(struct operation *op)
{
    const struct uid_slot uid = slots.uids[op->arguments[0]];
    if (!adapter_has(wait_gone) || uid.uid == 0) {
        return OPERATION_SKIPPED;
    }
    struct stack_record *record = stack_record_find(uid.stack);
    bool in_callback = adapter_task()->depth > 0;
    if (record == NULL || (!record->closed && !in_callback)) {
        return OPERATION_SKIPPED;
    }
    if (!in_callback) {
        record->waiters++;
        drop_references(uid.stack);
    }
    struct call call;
    call_init(&call, VERB_WAIT_GONE);
    call.see.stack = uid.stack;
    call_tell(&call);
    int error = adapter.subject->wait_gone(uid.uid);
    if (!in_callback) {
        record->waiters--;
    }
    return call_return(&call, error);
}

int
operate_wait_gone_bad(struct operation *op)
{
    (void)op;
    if (!adapter_has(wait_gone)) {
        return OPERATION_SKIPPED;
    }
    struct call call;
    call_init(&call, VERB_WAIT_GONE_BAD);
    call_tell(&call);
    int error = adapter.subject->wait_gone(UINT64_MAX);
    MUST(error != 0, "there is no waiting for a uid that was never given out");
    return call_return(&call, error);
}

/* --- asking ----------------------------------------------------------------------------------- */

int
operate_current(struct operation *op)
{
    (void)op;
    if (!adapter_has(current)) {
        return OPERATION_SKIPPED;
    }
    const struct callback *callback = adapter_callback();
    struct call call;
    call_init(&call, VERB_CURRENT);
    call_tell(&call);
    const subject_stack_t *stack = adapter.subject->current();
    MUST(callback != NULL || stack == NULL, "outside of callbacks there is no current stack");
    MUST(callback == NULL || callback->of_key || stack == callback->stack,
         "in a callback the current stack is the one that it is for");
    return call_return(&call, stack == NULL ? ENOENT : 0);
}

int
operate_figures(struct operation *op)
{
    (void)op;
    if (!adapter_has(read_figures)) {
        return OPERATION_SKIPPED;
    }
    struct call call;
    call_init(&call, VERB_FIGURES);
    call_tell(&call);
    adapter.subject->read_figures();
    return call_return(&call, 0);
}

int
operate_report(struct operation *op)
{
    static FILE *nowhere;
    if (!adapter_has(report)) {
        return OPERATION_SKIPPED;
    }
    if (nowhere == NULL) {
        nowhere = fopen("/dev/null", "w");
    }
    if (nowhere == NULL) {
        return OPERATION_SKIPPED;
    }
    struct call call;
    call_init(&call, VERB_REPORT);
    call_tell(&call);
    adapter.subject->report(nowhere, op->arguments[0] != 0);
    return call_return(&call, 0);
}

int
operate_all_valid(struct operation *op)
{
    (void)op;
    if (!adapter_has(all_valid)) {
        return OPERATION_SKIPPED;
    }
    struct call call;
    call_init(&call, VERB_ALL_VALID);
    call_tell(&call);
    bool valid = adapter.subject->all_valid();
    MUST(valid, "the stacks are valid at any time");
    return call_return(&call, 0);
}

/* --- start and end ---------------------------------------------------------------------------- */

int
operate_init(struct operation *op)
{
    (void)op;
    if (adapter.subject->init == NULL || adapter_differs(CONTRACT_NO_END)) {
        return OPERATION_SKIPPED;
    }
    uint32_t ends = adapter.now.ends;
    struct call call;
    call_init(&call, VERB_INIT);
    call_tell(&call);
    int error = adapter.subject->init();
    (void)call_return(&call, error);
    if (error == 0 && adapter.now.ends == ends && !adapter.now.global_is_gone) {
        adapter.now.shared_unsure = false;
        struct zone_record *global =
            zone_record_add(GLOBAL_ZONEID, false, adapter.now.global_stack);
        zone_observe_attached(global);
    }
    return error;
}

int
operate_fini(struct operation *op)
{
    (void)op;
    if (adapter.subject->fini == NULL || adapter_differs(CONTRACT_NO_END)) {
        return OPERATION_SKIPPED;
    }
    struct zone_record *global = zone_record_find(GLOBAL_ZONEID);
    bool known = global != NULL && !global->destroyed && adapter_task()->depth == 0;
    if (known) {
        zone_observe_detaching(global);
    }
    adapter.now.ends++;
    adapter.now.shared_unsure = true;
    struct call call;
    call_init(&call, VERB_FINI);
    call_tell(&call);
    int error = adapter.subject->fini();
    if (error == 0 && known) {
        global->destroyed = true;
    }
    return call_return(&call, error);
}

/* --- nothing ---------------------------------------------------------------------------------- */

static const uint64_t sleeps_ns[SLEEP_TIMES] = {1000,     10000,     100000,     1000000,
                                                10000000, 100000000, 1000000000, 10000000000};

int
operate_sleep(struct operation *op)
{
    kernel_sleep_ns(sleeps_ns[op->arguments[0]]);
    return 0;
}

int
operate_yield(struct operation *op)
{
    for (uint32_t i = 0; i <= op->arguments[0]; i++) {
        heddle_point(EVENT_YIELD, 0, 0, KERNEL_HERE);
    }
    return 0;
}

/* What these say was done before the start (execute.c). */
int
operate_reap_limit(struct operation *op)
{
    (void)op;
    return 0;
}

int
operate_zone_ids(struct operation *op)
{
    (void)op;
    return 0;
}
