/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The callbacks that the adapter gives to its subject. A create callback is not told for which
 * module or registration it runs, so each module has VARIANTS sets of functions of its own, and the
 * adapter keeps which registration (epoch) a set is for. Each is a scheduling point, then what the
 * fault plan says, then its effect, then a scheduling point again.
 */
#include "netstack/comparison.h"

static const char instance_kind[] = "instance";
static const char key_kind[] = "zone_data";

/* --- module callbacks ---------------------------------------------------------------------- */

static void
observe_callback(enum observation_kind kind, const struct callback *callback, const void *instance)
{
    if (!adapter.oracles) {
        return;
    }
    struct observation see = observation_of(kind, KERNEL_HERE);
    see.phase = callback->phase;
    see.module = callback->which;
    see.epoch = callback->epoch;
    see.stack = callback->stack_number;
    see.address = callback->stack;
    see.zone = callback->zone;
    see.instance = (uintptr_t)instance;
    see.lock = kind == OBSERVE_CALLBACK_START ? heddle_lock_held(NULL) : NULL;
    oracle_observe(&see);
}

static void
callback_begin(struct callback *callback)
{
    struct task_record *task = adapter_task();
    if (task->depth < NESTING_MAX) {
        task->callbacks[task->depth] = *callback;
    }
    task->depth++;
    if (task->call != NULL && !callback->of_key) {
        task->call->epoch_seen = callback->epoch;
    }
    struct stack_record *stack = stack_record_find(callback->stack_number);
    if (task->call == NULL && stack != NULL) {
        stack->reaping = true;
    }
    heddle_point(EVENT_CALLBACK_BEFORE, callback->stack_number,
                 callback_code(callback->phase, callback->of_key, callback->which), KERNEL_HERE);
}

static void
callback_end(const struct callback *callback)
{
    heddle_point(EVENT_CALLBACK_AFTER, callback->stack_number,
                 callback_code(callback->phase, callback->of_key, callback->which), KERNEL_HERE);
    adapter_task()->depth--;
    if (!callback->of_key) {
        adapter.totals->callbacks[callback->phase]++;
    }
}

static bool
runs_in_birth(void)
{
    const struct call *call = adapter_task()->call;
    return call != NULL && call->see.verb == VERB_ZONE_CREATE;
}

static void
record_instance(const void *instance, const struct callback *callback)
{
    if (adapter.now.instance_count < INSTANCES_MAX) {
        adapter.instances[adapter.now.instance_count++] =
            (struct instance_record){.address = instance,
                                     .stack = callback->stack,
                                     .stack_number = callback->stack_number,
                                     .told_as = callback->told_as};
    }
}

/* What is known of the argument that a callback was given; nothing if no create returned it. */
static void
find_instance(struct callback *callback, const void *instance)
{
    for (uint32_t i = adapter.now.instance_count; i > 0; i--) {
        const struct instance_record *record = &adapter.instances[i - 1];
        if (record->address == instance) {
            callback->stack = record->stack;
            callback->stack_number = record->stack_number;
            callback->told_as = record->told_as;
            return;
        }
    }
}

/* A number for the instance that comes to be, if a comparison is to know of it. */
static uint32_t
number_instance(const struct callback *callback)
{
    if (adapter.peer == NULL) {
        return 0;
    }
    const struct stack_record *stack = stack_record_find(callback->stack_number);
    bool left_out = (adapter.subject->differences & CONTRACT_CREATES_AFTER_SHUTDOWN) != 0 &&
                    !callback->in_birth && stack != NULL && stack->shut;
    return left_out ? 0 : ++adapter.now.creates;
}

/* For builds and runs without oracles: an argument that cannot be touched ends here. */
static void
check_instance(const void *instance, const char *what)
{
    enum heddle_life life = heddle_life_of(instance);
    if (life == HEDDLE_LIFE_LIVE) {
        return;
    }
    if (life == HEDDLE_LIFE_FREED) {
        heddle_fail(HEDDLE_USE_AFTER_FREE, "shims", "a callback's instance is not destroyed before",
                    KERNEL_HERE, instance, NULL, "%s was given an instance that is freed.", what);
    }
    heddle_fail(HEDDLE_INVARIANT, "shims", "a callback's instance is what a create returned",
                KERNEL_HERE, NULL, NULL, "%s was given what no create returned.", what);
}

static struct callback
callback_of_module(enum callback_phase phase, uint8_t module, uint32_t variant, int stackid)
{
    return (struct callback){.phase = phase,
                             .which = module,
                             .epoch = adapter.now.variants[module][variant].epoch,
                             .zone = stackid,
                             .step = adapter.now.variants[module][variant].step};
}

static void *
run_create(uint8_t module, uint32_t variant, int stackid, subject_stack_t *stack)
{
    struct callback callback = callback_of_module(PHASE_CREATE, module, variant, stackid);
    callback.stack = stack;
    callback.stack_number = heddle_object_of(stack);
    callback.in_birth = runs_in_birth();
    callback.told_as = number_instance(&callback);
    comparison_callback(&callback);
    observe_callback(OBSERVE_CALLBACK_START, &callback, NULL);
    callback_begin(&callback);

    void *instance = NULL;
    if (!plan_at_callback(PHASE_CREATE, false, module)) {
        instance = instance_create(instance_kind);
        record_instance(instance, &callback);
    }
    callback_end(&callback);
    observe_callback(OBSERVE_CALLBACK_END, &callback, instance);
    return instance;
}

static void
run_teardown(enum callback_phase phase, uint8_t module, uint32_t variant, int stackid,
             void *instance)
{
    struct callback callback = callback_of_module(phase, module, variant, stackid);
    find_instance(&callback, instance);
    comparison_callback(&callback);
    observe_callback(OBSERVE_CALLBACK_START, &callback, instance);
    callback_begin(&callback);

    check_instance(instance, phase_names[phase]);
    instance_touch(instance);
    (void)plan_at_callback(phase, false, module);
    check_instance(instance, phase_names[phase]);
    if (phase == PHASE_DESTROY) {
        instance_destroy(instance);
    } else {
        instance_touch(instance);
    }
    callback_end(&callback);
    observe_callback(OBSERVE_CALLBACK_END, &callback, instance);
}

#define SHIMS(module, variant)                                                                     \
    static void *create_##module##_##variant(int stackid, subject_stack_t *stack)                  \
    {                                                                                              \
        return run_create(module, variant, stackid, stack);                                        \
    }                                                                                              \
    static void shutdown_##module##_##variant(int stackid, void *instance)                         \
    {                                                                                              \
        run_teardown(PHASE_SHUTDOWN, module, variant, stackid, instance);                          \
    }                                                                                              \
    static void destroy_##module##_##variant(int stackid, void *instance)                          \
    {                                                                                              \
        run_teardown(PHASE_DESTROY, module, variant, stackid, instance);                           \
    }
#define SHIMS_ENTRY(module, variant)                                                               \
    [module][variant] = {create_##module##_##variant, shutdown_##module##_##variant,               \
                         destroy_##module##_##variant},

/* clang-format off */
#define EACH_VARIANT(X, module) X(module, 0) X(module, 1) X(module, 2) X(module, 3)
#define EACH_MODULE(X)                                                                             \
    EACH_VARIANT(X, 0) EACH_VARIANT(X, 1) EACH_VARIANT(X, 2) EACH_VARIANT(X, 3)                    \
    EACH_VARIANT(X, 4) EACH_VARIANT(X, 5) EACH_VARIANT(X, 6) EACH_VARIANT(X, 7)                    \
    EACH_VARIANT(X, 8) EACH_VARIANT(X, 9) EACH_VARIANT(X, 10) EACH_VARIANT(X, 11)                  \
    EACH_VARIANT(X, 12) EACH_VARIANT(X, 13) EACH_VARIANT(X, 14) EACH_VARIANT(X, 15)                \
    EACH_VARIANT(X, 16) EACH_VARIANT(X, 17) EACH_VARIANT(X, 18)
/* clang-format on */

EACH_MODULE(SHIMS)

const struct module_shims module_shims[MODULES][VARIANTS] = {EACH_MODULE(SHIMS_ENTRY)};

_Static_assert(MODULES == 19 && VARIANTS == 4, "the lists above are complete");

/* --- zone keys' callbacks ------------------------------------------------------------------- */

static void *
run_key_create(uint8_t key, zoneid_t zone)
{
    struct callback callback = {.phase = PHASE_CREATE, .of_key = true, .which = key, .zone = zone};
    callback.told_as = adapter.peer != NULL ? ++adapter.now.key_creates : 0;
    comparison_callback(&callback);
    callback_begin(&callback);
    void *data = NULL;
    if (!plan_at_callback(PHASE_CREATE, true, key)) {
        data = instance_create(key_kind);
        if (adapter.peer != NULL) {
            record_instance(data, &callback);
        }
    }
    callback_end(&callback);
    return data;
}

static void
run_key_teardown(enum callback_phase phase, uint8_t key, zoneid_t zone, void *data)
{
    struct callback callback = {.phase = phase, .of_key = true, .which = key, .zone = zone};
    if (adapter.peer != NULL) {
        find_instance(&callback, data);
    }
    comparison_callback(&callback);
    callback_begin(&callback);
    check_instance(data, "a zone key's callback");
    instance_touch(data);
    (void)plan_at_callback(phase, true, key);
    check_instance(data, "a zone key's callback");
    if (phase == PHASE_DESTROY) {
        instance_destroy(data);
    }
    callback_end(&callback);
}

#define KEY_SHIMS(key)                                                                             \
    static void *key_create_##key(zoneid_t zone)                                                   \
    {                                                                                              \
        return run_key_create(key, zone);                                                          \
    }                                                                                              \
    static void key_shutdown_##key(zoneid_t zone, void *data)                                      \
    {                                                                                              \
        run_key_teardown(PHASE_SHUTDOWN, key, zone, data);                                         \
    }                                                                                              \
    static void key_destroy_##key(zoneid_t zone, void *data)                                       \
    {                                                                                              \
        run_key_teardown(PHASE_DESTROY, key, zone, data);                                          \
    }
#define KEY_SHIMS_ENTRY(key) [key] = {key_create_##key, key_shutdown_##key, key_destroy_##key},
#define EACH_KEY(X)          X(0) X(1) X(2) X(3)

EACH_KEY(KEY_SHIMS)

const struct key_shims key_shims[SLOTS_KEY] = {EACH_KEY(KEY_SHIMS_ENTRY)};

_Static_assert(SLOTS_KEY == 4, "the list above is complete");
