/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Where in its life a stack is when a fault strikes, and the table of how often which struck then. What is known
 * here are the adapter's own calls, with and without oracles.
 */
#include "netstack/adapter.h"

/* In the order of a stack's life. */
enum stack_state {
    STATE_NONE,          /* no stack is concerned, or it is not known which */
    STATE_UNINITIALISED, /* its zone is being created */
    STATE_ACTIVE,
    STATE_SHUTTING_DOWN, /* its zone has been told to */
    STATE_CLOSING,       /* its zone is being destroyed, or is gone */
    STATE_REAPING,       /* the service runs its last callbacks */
    STATE_COUNT
};

static const char *const state_names[STATE_COUNT] = {
    "none", "uninitialised", "active", "shutting_down", "closing", "reaping",
};

_Static_assert((int)POINT_COUNT <= LABORATORY_POINTS_MAX &&
                   (int)FAULT_KIND_COUNT <= LABORATORY_KINDS_MAX &&
                   (int)STATE_COUNT <= LABORATORY_STATES_MAX,
               "the totals have room for the table");

/* The zone that the stack was born for. */
static const struct zone_record *
find_own_zone(uint32_t stack)
{
    for (uint32_t i = 0; i < adapter.now.zone_count; i++) {
        const struct zone_record *zone = &adapter.zones[i];
        if (zone->stack == stack && (zone->exclusive || zone->id == GLOBAL_ZONEID)) {
            return zone;
        }
    }
    return NULL;
}

static enum stack_state
state_of(uint32_t number)
{
    const struct stack_record *stack = number != 0 ? stack_record_find(number) : NULL;
    if (stack == NULL) {
        return STATE_NONE;
    }
    const struct zone_record *zone = find_own_zone(number);
    if (stack->reaping) {
        return STATE_REAPING;
    }
    if (stack->closed || (zone != NULL && zone->detaching)) {
        return STATE_CLOSING;
    }
    if (stack->shutting) {
        return STATE_SHUTTING_DOWN;
    }
    return zone == NULL ? STATE_UNINITIALISED : STATE_ACTIVE;
}

uint32_t
fault_states_stack(void)
{
    const struct task_record *task = adapter_task();
    const struct callback *callback = adapter_callback();
    const struct call *call = task->call;
    if (callback != NULL && callback->stack_number != 0) {
        return callback->stack_number;
    }
    if (call == NULL) {
        return 0;
    }
    if (call->born != 0 || call->see.stack != 0) {
        return call->born != 0 ? call->born : call->see.stack;
    }
    const struct zone_record *zone =
        call->see.zone != ZONE_NONE ? zone_record_find(call->see.zone) : NULL;
    return zone != NULL ? zone->stack : 0;
}

void
fault_states_count(uint32_t point, enum fault_kind kind, uint32_t stack)
{
    struct laboratory_fault_count *count =
        &adapter.totals->fault_table[point][kind][state_of(stack)];
    uint64_t number = adapter.log->number + 1;
    count->times++;
    count->first = count->first == 0 || number < count->first ? number : count->first;
}

const struct laboratory_fault_words *
laboratory_fault_words(void)
{
    static const struct laboratory_fault_words words = {.kinds = fault_kind_names,
                                                        .kind_count = FAULT_KIND_COUNT,
                                                        .states = state_names,
                                                        .state_count = STATE_COUNT};
    return &words;
}

uint32_t
laboratory_fault_kind(uint32_t action)
{
    return (uint32_t)fault_kind(action);
}

/* --- what a log tells --------------------------------------------------------------------------- */

static bool
is_fault(const struct heddle_event *event)
{
    return event->kind == HEDDLE_EVENT_SUBJECT + (unsigned int)EVENT_FAULT;
}

size_t
laboratory_injections(const struct heddle_log *log, struct laboratory_injection *injections,
                      size_t max)
{
    size_t count = 0;
    uint32_t events = log->event_count < HEDDLE_EVENTS_MAX ? log->event_count : HEDDLE_EVENTS_MAX;
    uint32_t remarks =
        log->remark_count < HEDDLE_REMARKS_MAX ? log->remark_count : HEDDLE_REMARKS_MAX;
    for (uint32_t i = 0, next = 0; i < events; i++) {
        while (next < remarks && log->remarks[next].event < i) {
            next++;
        }
        if (!is_fault(&log->events[i]) || count++ >= max) {
            continue;
        }
        bool told = next < remarks && log->remarks[next].event == i;
        injections[count - 1] = (struct laboratory_injection){
            .point = log->events[i].object,
            .action = log->events[i].result,
            .fault = told ? log->remarks[next].value >> 16 : UINT32_MAX,
            .nth = told ? log->remarks[next].value & 0xffff : UINT32_MAX};
    }
    return count;
}
