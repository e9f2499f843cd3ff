/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Telling observations by hand, and the engine's double: heddle_fail jumps back into the test.
 */
#include "telling.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static struct {
    jmp_buf back;
    bool failed, has_place;
    uint32_t events;
    enum heddle_verdict verdict;
    char oracle[32], promise[96], message[1024];
} said;

static const struct oracle *alone; /* NULL: all */
/* What the subject would say: a stack's address is that of its number. */
#define NUMBERS_MAX 4096
static struct told {
    uintptr_t pointers[NS_MAX];
    uint16_t flags[NS_MAX];
    uint32_t zones, stack_flags;
} told[NUMBERS_MAX];
static struct subject subject; /* what it does not say, no story asks for */

/* --- the engine's double ------------------------------------------------------------------- */

uint32_t
heddle_event_count(void)
{
    return ++said.events;
}

void
heddle_fail(enum heddle_verdict verdict, const char *oracle, const char *promise,
            kernel_site_t site, const void *object0, const void *object1, const char *format, ...)
{
    (void)object0;
    (void)object1;
    cr_assert_lt(strlen(promise), sizeof(said.promise), "too long for a result: %s", promise);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(said.message, sizeof(said.message), format, arguments);
    va_end(arguments);
    said.failed = true;
    said.has_place = site != NULL;
    said.verdict = verdict;
    (void)snprintf(said.oracle, sizeof(said.oracle), "%s", oracle);
    (void)snprintf(said.promise, sizeof(said.promise), "%s", promise);
    longjmp(said.back, 1);
}

static uint16_t
told_flags(const subject_stack_t *stack, int module)
{
    return ((const struct told *)(const void *)stack)->flags[module];
}

static void *
told_pointer(const subject_stack_t *stack, int module)
{
    return (void *)((const struct told *)(const void *)stack)->pointers[module];
}

static uint32_t
told_zones(const subject_stack_t *stack)
{
    return ((const struct told *)(const void *)stack)->zones;
}

static uint32_t
told_stack_flags(const subject_stack_t *stack)
{
    return ((const struct told *)(const void *)stack)->stack_flags;
}

void
zones_become(uint32_t stack, uint32_t zones)
{
    subject.stack_zones = told_zones;
    told[stack].zones = zones;
}

void
stack_flags_become(uint32_t stack, uint32_t flags)
{
    subject.stack_flags = told_stack_flags;
    told[stack].stack_flags = flags;
}

void
flags_become(uint32_t stack, uint8_t module, uint16_t flags)
{
    told[stack].flags[module] = flags;
}

void
pointer_becomes(uint32_t stack, uint8_t module, uintptr_t pointer)
{
    told[stack].pointers[module] = pointer;
}

/* --- telling ------------------------------------------------------------------------------- */

static void
tell(struct observation what)
{
    if (what.kind == OBSERVE_CALL || what.kind == OBSERVE_RETURN) {
        what.phase = PHASE_CREATE;
    }
    what.site = KERNEL_HERE;
    if (what.stack != 0 && what.address == NULL) {
        what.address = &told[what.stack];
    }
    if (alone == NULL) {
        oracle_observe(&what);
        return;
    }
    view_observe(&what);
    if (alone->kinds & (1u << what.kind)) {
        alone->observe(&what);
    }
}

static bool
tell_story(uint64_t differences, story_fn *story, const struct oracle *oracle)
{
    subject = (struct subject){.name = "story"};
    subject.stack_kind = "stack";
    subject.differences = differences;
    subject.stack_module_flags = told_flags;
    subject.stack_module_instance = told_pointer;
    memset(told, 0, sizeof(told));
    memset(&said, 0, sizeof(said));
    live_forget();
    alone = oracle;
    oracles_begin(&subject, false);
    if (setjmp(said.back) == 0) {
        live_add(GLOBAL, "stack");
        tell((struct observation){.kind = OBSERVE_STARTED, .zone = -1, .module = 0xff});
        attached(BODY, 0, GLOBAL);
        story();
    }
    return said.failed;
}

static const struct oracle *
oracle_named(const char *name)
{
    for (size_t i = 0; netstack_oracles[i] != NULL; i++) {
        if (strcmp(netstack_oracles[i]->name, name) == 0) {
            return netstack_oracles[i];
        }
    }
    cr_assert_fail("there is no oracle '%s'", name);
    return NULL;
}

void
assert_silent_with(uint64_t differences, story_fn *story)
{
    cr_assert_not(tell_story(differences, story, NULL), "%s: %s\n%s", said.oracle, said.promise,
                  said.message);
}

void
assert_silent(story_fn *story)
{
    assert_silent_with(0, story);
}

static void
assert_said(story_fn *story, const struct oracle *asked, const char *oracle, const char *promise)
{
    const char *who = asked == NULL ? "all" : "it alone";
    cr_assert(tell_story(0, story, asked), "nothing was caught, asking %s", who);
    cr_assert_str_eq(said.oracle, oracle, "asking %s: %s: %s\n%s", who, said.oracle, said.promise,
                     said.message);
    cr_assert_not_null(strstr(said.promise, promise), "asking %s: %s", who, said.promise);
}

void
assert_caught_alone(story_fn *story, const char *oracle, const char *promise)
{
    assert_said(story, oracle_named(oracle), oracle, promise);
}

void
assert_caught(story_fn *story, const char *oracle, const char *promise)
{
    assert_said(story, oracle_named(oracle), oracle, promise);
    assert_said(story, NULL, oracle, promise);
}

void
assert_caught_as(story_fn *story, enum heddle_verdict verdict, const char *oracle,
                 const char *promise)
{
    assert_caught(story, oracle, promise);
    cr_assert_eq(said.verdict, verdict);
}

void
assert_refused(story_fn *story)
{
    cr_assert(tell_story(0, story, NULL), "nothing was said");
    cr_assert_eq(said.verdict, HEDDLE_INTERNAL, "%s: %s", said.oracle, said.promise);
}

bool
last_has_place(void)
{
    return said.has_place;
}

const char *
last_message(void)
{
    return said.message;
}

/* --- lines --------------------------------------------------------------------------------- */

static void
tell_call(enum observation_kind kind, uint16_t task, enum netstack_verb verb,
          struct observation rest)
{
    rest.kind = kind;
    rest.task = task;
    rest.verb = (uint8_t)verb;
    tell(rest);
}

static const struct observation nothing = {.module = 0xff, .zone = -1};

void
calls(uint16_t task, enum netstack_verb verb)
{
    tell_call(OBSERVE_CALL, task, verb, nothing);
}

void
returns(uint16_t task, enum netstack_verb verb, int result)
{
    struct observation what = nothing;
    what.result = result;
    tell_call(OBSERVE_RETURN, task, verb, what);
}

void
calls_register(uint16_t task, uint8_t module, uint32_t epoch, bool shutdown_given)
{
    tell_call(OBSERVE_CALL, task, VERB_REGISTER,
              (struct observation){
                  .module = module, .epoch = epoch, .shutdown_given = shutdown_given, .zone = -1});
}

void
returns_register(uint16_t task, uint8_t module, uint32_t epoch, int result)
{
    tell_call(OBSERVE_RETURN, task, VERB_REGISTER,
              (struct observation){.module = module, .epoch = epoch, .result = result, .zone = -1});
}

void
calls_unregister(uint16_t task, uint8_t module)
{
    tell_call(OBSERVE_CALL, task, VERB_UNREGISTER,
              (struct observation){.module = module, .zone = -1});
}

void
returns_unregister(uint16_t task, uint8_t module, int result)
{
    tell_call(OBSERVE_RETURN, task, VERB_UNREGISTER,
              (struct observation){.module = module, .result = result, .zone = -1});
}

void
calls_of_zone(uint16_t task, enum netstack_verb verb, int zone)
{
    tell_call(OBSERVE_CALL, task, verb, (struct observation){.zone = zone, .module = 0xff});
}

void
returns_of_zone(uint16_t task, enum netstack_verb verb, int zone, int result)
{
    tell_call(OBSERVE_RETURN, task, verb,
              (struct observation){.zone = zone, .module = 0xff, .result = result});
}

void
calls_with(uint16_t task, enum netstack_verb verb, uint32_t stack)
{
    tell_call(OBSERVE_CALL, task, verb,
              (struct observation){.stack = stack, .module = 0xff, .zone = -1});
}

void
returns_with(uint16_t task, enum netstack_verb verb, int zone, uint32_t stack)
{
    tell_call(OBSERVE_RETURN, task, verb,
              (struct observation){.zone = zone, .stack = stack, .module = 0xff});
}

void
asks_kstat(uint16_t task, enum netstack_verb verb, uint32_t kstat, int zone, int result)
{
    struct observation what = {.zone = zone, .module = 0xff, .kstat = kstat, .result = result};
    tell_call(OBSERVE_CALL, task, verb, what);
    tell_call(OBSERVE_RETURN, task, verb, what);
}

uintptr_t
instance_of(uint32_t stack, uint8_t module, uint32_t epoch)
{
    return ((uintptr_t)stack << 16 | (uintptr_t)module << 8 | epoch) << 4;
}

/* A module's pointer, as a correct subject keeps it. */
static void
keep_pointer(const struct observation *what)
{
    if (what->stack == 0 || what->module >= NS_MAX) {
        return;
    }
    uintptr_t *pointer = &told[what->stack].pointers[what->module];
    if (what->kind == OBSERVE_CALLBACK_START && what->phase == PHASE_DESTROY) {
        *pointer = 0;
    } else if (what->kind == OBSERVE_CALLBACK_END && what->phase == PHASE_CREATE) {
        *pointer = what->instance;
    }
}

static void
tell_callback(enum observation_kind kind, uint16_t task, enum callback_phase phase, uint32_t stack,
              uint8_t module, uint32_t epoch, uintptr_t instance)
{
    struct observation what = {.kind = kind,
                               .task = task,
                               .phase = phase,
                               .stack = stack,
                               .module = module,
                               .epoch = epoch,
                               .zone = (int)stack,
                               .instance = instance};
    if (kind == OBSERVE_CALLBACK_START) {
        keep_pointer(&what);
    }
    tell(what);
    if (kind == OBSERVE_CALLBACK_END) {
        keep_pointer(&what);
    }
}

void
starts(uint16_t task, enum callback_phase phase, uint32_t stack, uint8_t module, uint32_t epoch)
{
    tell_callback(OBSERVE_CALLBACK_START, task, phase, stack, module, epoch,
                  phase == PHASE_CREATE ? 0 : instance_of(stack, module, epoch));
}

void
starts_with(uint16_t task, enum callback_phase phase, uint32_t stack, uint8_t module,
            uint32_t epoch, uintptr_t argument)
{
    tell_callback(OBSERVE_CALLBACK_START, task, phase, stack, module, epoch, argument);
}

void
ends(uint16_t task, enum callback_phase phase, uint32_t stack, uint8_t module, uint32_t epoch)
{
    tell_callback(OBSERVE_CALLBACK_END, task, phase, stack, module, epoch,
                  instance_of(stack, module, epoch));
}

void
runs(uint16_t task, enum callback_phase phase, uint32_t stack, uint8_t module, uint32_t epoch)
{
    starts(task, phase, stack, module, epoch);
    ends(task, phase, stack, module, epoch);
}

void
create_fails(uint16_t task, uint32_t stack, uint8_t module, uint32_t epoch)
{
    starts(task, PHASE_CREATE, stack, module, epoch);
    tell_callback(OBSERVE_CALLBACK_END, task, PHASE_CREATE, stack, module, epoch, 0);
}

static void
tell_stack(enum observation_kind kind, uint16_t task, uint32_t stack)
{
    tell((struct observation){
        .kind = kind, .task = task, .stack = stack, .module = 0xff, .zone = -1});
}

void
born(uint16_t task, uint32_t stack)
{
    live_add(stack, "stack");
    tell_stack(OBSERVE_STACK_BORN, task, stack);
}

void
freed(uint16_t task, uint32_t stack)
{
    live_remove(stack);
    tell_stack(OBSERVE_STACK_FREED, task, stack);
}

void
holds(uint16_t task, uint32_t stack)
{
    probes(task, KERNEL_PROBE_netstack__inc__ref, stack, 0xff);
    tell_stack(OBSERVE_HOLD, task, stack);
}

void
releases(uint16_t task, uint32_t stack)
{
    tell_stack(OBSERVE_RELE, task, stack);
    probes(task, KERNEL_PROBE_netstack__dec__ref, stack, 0xff);
}

void
probes(uint16_t task, enum kernel_probe probe, uint32_t stack, uint8_t module)
{
    tell((struct observation){.kind = OBSERVE_PROBE,
                              .task = task,
                              .stack = stack,
                              .probe = probe,
                              .module = module,
                              .zone = -1});
}

void
waits(uint16_t task, enum heddle_wait wait, bool may_sleep, const char *lock)
{
    tell((struct observation){.kind = OBSERVE_WAIT,
                              .task = task,
                              .wait = wait,
                              .may_sleep = may_sleep,
                              .lock = lock,
                              .module = 0xff,
                              .zone = -1});
}

void
starts_holding(uint16_t task, uint32_t stack, uint8_t module, uint32_t epoch, const char *lock)
{
    tell((struct observation){.kind = OBSERVE_CALLBACK_START,
                              .task = task,
                              .phase = PHASE_CREATE,
                              .stack = stack,
                              .module = module,
                              .epoch = epoch,
                              .zone = (int)stack,
                              .lock = lock});
}

void
limits_reaps(int limit)
{
    tell(
        (struct observation){.kind = OBSERVE_STARTED, .result = limit, .module = 0xff, .zone = -1});
}

void
makes_kstat(uint16_t task, uint32_t kstat, int stackid)
{
    struct observation what = {.zone = stackid, .module = 0xff};
    tell_call(OBSERVE_CALL, task, VERB_KSTAT_CREATE_STACK, what);
    what.kstat = kstat;
    tell_call(OBSERVE_RETURN, task, VERB_KSTAT_CREATE_STACK, what);
}

void
begins_to_look(uint16_t task, uint32_t kstat, int zone)
{
    tell_call(OBSERVE_CALL, task, VERB_KSTAT_ZONE_FIND,
              (struct observation){.zone = zone, .module = 0xff, .kstat = kstat});
}

void
ends_looking(uint16_t task, uint32_t kstat, int zone, int result)
{
    tell_call(OBSERVE_RETURN, task, VERB_KSTAT_ZONE_FIND,
              (struct observation){.zone = zone, .module = 0xff, .kstat = kstat, .result = result});
}

void
looks_for_kstat(uint16_t task, uint32_t kstat, int zone, int result)
{
    begins_to_look(task, kstat, zone);
    ends_looking(task, kstat, zone, result);
}

void
unlocks(uint16_t task, uint32_t stack)
{
    tell_stack(OBSERVE_UNLOCK, task, stack);
}

static void
tell_zone(enum observation_kind kind, uint16_t task, int zone, uint32_t stack)
{
    tell((struct observation){
        .kind = kind, .task = task, .zone = zone, .stack = stack, .module = 0xff});
}

void
attached(uint16_t task, int zone, uint32_t stack)
{
    tell_zone(OBSERVE_ZONE_ATTACHED, task, zone, stack);
}

void
detaching(uint16_t task, int zone, uint32_t stack)
{
    tell_zone(OBSERVE_ZONE_DETACHING, task, zone, stack);
}

void
walk_tells(uint16_t task, enum observation_kind kind, uint32_t cursor, uint32_t stack)
{
    tell((struct observation){
        .kind = kind, .task = task, .cursor = cursor, .stack = stack, .module = 0xff, .zone = -1});
}

void
walk_begins(uint16_t task, uint32_t cursor)
{
    calls(task, VERB_WALK_INIT);
    walk_tells(task, OBSERVE_WALK_INIT, cursor, 0);
    returns(task, VERB_WALK_INIT, 0);
}

void
walk_gives(uint16_t task, uint32_t cursor, uint32_t stack)
{
    calls(task, VERB_WALK_NEXT);
    if (stack != 0) {
        probes(task, KERNEL_PROBE_netstack__inc__ref, stack, 0xff);
    }
    walk_tells(task, OBSERVE_WALK_NEXT, cursor, stack);
    if (stack != 0) {
        tell_stack(OBSERVE_HOLD, task, stack);
        releases(task, stack);
    }
    returns(task, VERB_WALK_NEXT, 0);
}

void
walk_finishes(uint16_t task, uint32_t cursor)
{
    walk_tells(task, OBSERVE_WALK_FINI, cursor, 0);
}

void
threads_done(void)
{
    tell((struct observation){.kind = OBSERVE_THREADS_DONE, .module = 0xff, .zone = -1});
}

void
rests(void)
{
    tell((struct observation){.kind = OBSERVE_REST, .module = 0xff, .zone = -1});
}
