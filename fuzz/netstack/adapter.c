/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The adapter's state, its records of stacks and zones, and the way from what happens to an
 * observation.
 */
#include "netstack/comparison.h"

#include <string.h>

struct adapter adapter;

void
adapter_begin(void)
{
    memset(&adapter.now, 0, sizeof(adapter.now));
    memset(adapter.tasks, 0, adapter.task_count * sizeof(adapter.tasks[0]));
    adapter.task_count = 0;
}

struct task_record *
adapter_task(void)
{
    uint32_t number = heddle_self();
    if (number >= adapter.task_count) {
        adapter.task_count = number + 1;
    }
    return &adapter.tasks[number];
}

struct callback *
adapter_callback(void)
{
    struct task_record *task = adapter_task();
    if (task->depth == 0 || task->depth > NESTING_MAX) {
        return NULL;
    }
    return &task->callbacks[task->depth - 1];
}

const struct callback *
adapter_own(void)
{
    if (adapter.now.own_calls == 0) {
        return NULL;
    }
    const struct task_record *task = adapter_task();
    return task->own_depth != 0 && task->own_depth == task->depth ? adapter_callback() : NULL;
}

bool
adapter_must_not_block(void)
{
    return adapter_differs(CONTRACT_CALLBACKS_MAY_NOT_BLOCK) && adapter_task()->depth > 0;
}

/* --- records ------------------------------------------------------------------------------ */

struct stack_record *
stack_record_find(uint32_t number)
{
    for (uint32_t i = adapter.now.stack_count; i > 0; i--) {
        if (adapter.stacks[i - 1].number == number) {
            return &adapter.stacks[i - 1];
        }
    }
    return NULL;
}

struct zone_record *
zone_record_find(zoneid_t id)
{
    for (uint32_t i = adapter.now.zone_count; i > 0; i--) {
        if (adapter.zones[i - 1].id == id) {
            return &adapter.zones[i - 1];
        }
    }
    return NULL;
}

struct zone_record *
zone_record_add(zoneid_t id, bool exclusive, uint32_t stack)
{
    if (adapter.now.zone_count == ZONES_MAX) {
        heddle_fail(HEDDLE_INTERNAL, "adapter", "no more than ZONES_MAX zones", KERNEL_HERE, NULL,
                    NULL, "The program made more than %d zones.", ZONES_MAX);
    }
    struct zone_record *record = &adapter.zones[adapter.now.zone_count++];
    *record = (struct zone_record){.id = id, .exclusive = exclusive, .stack = stack};
    return record;
}

/* --- telling ------------------------------------------------------------------------------ */

/*
 * Where the running task is in its subject, if its last event was there; else where the adapter
 * says.
 */
static kernel_site_t
site_in_subject(kernel_site_t otherwise)
{
    kernel_site_t site = heddle_last_site();
    return site != NULL ? site : otherwise;
}

struct observation
observation_of(enum observation_kind kind, kernel_site_t site)
{
    return (struct observation){
        .kind = kind,
        .task = heddle_self(),
        .module = MODULE_NONE,
        .zone = ZONE_NONE,
        .site = adapter.oracles ? site_in_subject(site) : site,
    };
}

void
call_init_at(struct call *call, enum netstack_verb verb, kernel_site_t site)
{
    *call = (struct call){.see = observation_of(OBSERVE_CALL, site)};
    call->see.verb = (uint8_t)verb;
}

void
call_tell(struct call *call)
{
    struct task_record *task = adapter_task();
    call->outer = task->call;
    task->call = call;
    if (adapter.oracles) {
        oracle_observe(&call->see);
    }
}

int
call_return(struct call *call, int result)
{
    adapter_task()->call = call->outer;
    if (adapter.oracles) {
        call->see.site = site_in_subject(call->see.site);
        call->see.kind = OBSERVE_RETURN;
        call->see.result = result;
        oracle_observe(&call->see);
    }
    return result;
}

void
call_gives(struct call *call, subject_stack_t *stack)
{
    if (stack == NULL) {
        call->see.stack = 0;
        call->see.address = NULL;
        return;
    }
    call->see.stack = heddle_object_of(stack);
    call->see.address = stack;
    comparison_stack(call->see.stack);
    if (adapter.oracles) {
        struct observation hold = observation_of(OBSERVE_HOLD, KERNEL_HERE);
        hold.verb = call->see.verb;
        hold.stack = call->see.stack;
        hold.address = stack;
        oracle_observe(&hold);
    }
}

/* --- what the engine tells ---------------------------------------------------------------- */

static void
observe_stack(enum observation_kind kind, uint32_t number, const void *address)
{
    struct observation see = observation_of(kind, KERNEL_HERE);
    see.stack = number;
    see.address = address;
    oracle_observe(&see);
}

/* Asked at every unlock. A subject's kind is one and the same text each time, if not the one that is wanted. */
static bool
is_stack_kind(const char *kind)
{
    static const char *same, *wanted;
    if (wanted != adapter.subject->stack_kind) {
        wanted = adapter.subject->stack_kind;
        same = wanted;
    }
    if (kind == same) {
        return true;
    }
    bool is_wanted = kind[0] == wanted[0] && strcmp(kind, wanted) == 0;
    if (is_wanted) {
        same = kind;
    }
    return is_wanted;
}

static void
on_alloc(uint32_t object, const char *kind, void *memory, size_t size)
{
    (void)size;
    if (!is_stack_kind(kind)) {
        return;
    }
    if (adapter.now.stack_count < STACKS_MAX) {
        adapter.stacks[adapter.now.stack_count++] =
            (struct stack_record){.number = object, .address = memory, .step = comparison_step()};
    }
    struct call *call = adapter_task()->call;
    if (!adapter.now.started || (call != NULL && call->see.verb == VERB_INIT && call->born == 0)) {
        adapter.now.global_stack = object;
    }
    if (call != NULL) {
        call->born = object;
    }
    if (adapter.oracles) {
        observe_stack(OBSERVE_STACK_BORN, object, memory);
    }
}

static void
on_free(uint32_t object, const char *kind, void *memory, size_t size)
{
    (void)size;
    if (is_stack_kind(kind)) {
        observe_stack(OBSERVE_STACK_FREED, object, memory);
    }
}

static void
on_unlock(const kernel_mutex_t *mutex, void *container, uint32_t object, const char *kind)
{
    if (container != NULL &&
        (const char *)mutex == (const char *)container + adapter.subject->stack_lock_offset &&
        is_stack_kind(kind)) {
        observe_stack(OBSERVE_UNLOCK, object, container);
    }
}

static void
on_wait(enum heddle_wait what, bool may_sleep, const kernel_mutex_t *released)
{
    const char *lock = heddle_lock_held(released);
    const struct task_record *task = adapter_task();
    /* A task of the service may wait when it likes; where the fault plan does, the subject does not. */
    if (task->is_delayed || (lock == NULL && task->call == NULL)) {
        return;
    }
    struct observation see = observation_of(OBSERVE_WAIT, KERNEL_HERE);
    see.wait = what;
    see.may_sleep = may_sleep;
    see.lock = lock;
    oracle_observe(&see);
}

/* What the arguments of a probe are, by the words of probes.h. */
enum probe_argument {
    PROBE_ARGUMENT_none,
    PROBE_ARGUMENT_stack,
    PROBE_ARGUMENT_module,
    PROBE_ARGUMENT_stackid,
    PROBE_ARGUMENT_instance,
    PROBE_ARGUMENT_nms,
    PROBE_ARGUMENT_limited_ns,
};

static const uint8_t probe_arguments[KERNEL_PROBE_COUNT][2] = {
#define PROBE_ARGUMENTS(name, first, second)                                                       \
    [KERNEL_PROBE_##name] = {PROBE_ARGUMENT_##first, PROBE_ARGUMENT_##second},
    KERNEL_PROBES(PROBE_ARGUMENTS)
#undef PROBE_ARGUMENTS
};

static void
on_probe(enum kernel_probe probe, uintptr_t arg0, uintptr_t arg1)
{
    const uintptr_t arguments[2] = {arg0, arg1};
    struct observation see = observation_of(OBSERVE_PROBE, KERNEL_HERE);
    see.probe = probe;
    for (uint32_t i = 0; i < 2; i++) {
        switch (probe_arguments[probe][i]) {
        case PROBE_ARGUMENT_stack:
            see.address = (const void *)arguments[i];
            see.stack = heddle_object_of(see.address);
            break;
        case PROBE_ARGUMENT_module:
            see.module = (uint8_t)arguments[i];
            break;
        case PROBE_ARGUMENT_stackid:
            see.zone = (int)arguments[i];
            break;
        case PROBE_ARGUMENT_instance:
            see.instance = arguments[i];
            break;
        default:
            break;
        }
    }
    heddle_about(see.stack);
    oracle_observe(&see);
}

static enum heddle_allocation
on_allocate(const char *kind, enum kernel_wait wait, kernel_site_t site)
{
    (void)kind;
    return plan_at_allocation(wait, site);
}

#define FAULTS                                                                                     \
    .on_allocate = on_allocate, .on_dispatch = plan_at_dispatch, .ends_spuriously = plan_at_wait,  \
    .on_work = plan_at_work, .on_clock = plan_at_clock

const struct heddle_observer adapter_observer = {
    .on_alloc = on_alloc,
    FAULTS,
};

const struct heddle_observer adapter_observer_with_oracles = {
    .on_probe = on_probe,
    .on_alloc = on_alloc,
    .on_free = on_free,
    .on_unlock = on_unlock,
    .on_wait = on_wait,
    FAULTS,
};
