/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Callbacks are not told their module, so each module has its own three.
 */
#include "recording_modules.h"
#include "seen_probes.h"

struct recording_module modules[NS_MAX];

void *
module_instance(int module, netstackid_t id)
{
    return (void *)(((uintptr_t)id << 8 | (uintptr_t)module) + 0x10000);
}

static void
pass_gate(int module, char phase, netstackid_t id)
{
    if (modules[module].gate_phase == phase && modules[module].gate_stack == id) {
        gate_pass(&modules[module].gate);
    }
}

static void
step_inside(int module, char phase, netstackid_t id, netstack_t *ns)
{
    if (modules[module].inside != NULL) {
        modules[module].inside(phase, id, ns);
    }
}

static void *
on_create(int module, netstackid_t id, netstack_t *ns)
{
    cr_assert_eq(ns->netstack_stackid, id);
    cr_assert_eq(netstack_current(), ns);
    cr_assert_null(ns->netstack_modules[module]);
    recorder_note("%d+%d", module, id);
    pass_gate(module, '+', id);
    step_inside(module, '+', id, ns);
    if (modules[module].leaves_reference_on == id) {
        netstack_hold(ns);
        modules[module].left = ns;
    }
    return modules[module].fails_for == id ? NULL : module_instance(module, id);
}

static void
on_shutdown(int module, netstackid_t id, void *instance)
{
    netstack_t *ns = netstack_current();
    cr_assert_eq(ns->netstack_stackid, id);
    cr_assert_eq(instance, module_instance(module, id));
    cr_assert_eq(ns->netstack_modules[module], instance);
    recorder_note("%d!%d", module, id);
    pass_gate(module, '!', id);
    step_inside(module, '!', id, ns);
}

static void
on_destroy(int module, netstackid_t id, void *instance)
{
    netstack_t *ns = netstack_current();
    cr_assert_eq(ns->netstack_stackid, id);
    cr_assert_eq(instance, module_instance(module, id));
    cr_assert_null(ns->netstack_modules[module]);
    recorder_note("%d-%d", module, id);
    pass_gate(module, '-', id);
    step_inside(module, '-', id, ns);
}

#define MODULES(X)                                                                                 \
    X(0)                                                                                           \
    X(1)                                                                                           \
    X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15) X(16) X(17) X(18)
#define DEFINE_CALLBACKS(module)                                                                   \
    static void *create_##module(netstackid_t id, netstack_t *ns)                                  \
    {                                                                                              \
        return on_create(module, id, ns);                                                          \
    }                                                                                              \
    static void shutdown_##module(netstackid_t id, void *instance)                                 \
    {                                                                                              \
        on_shutdown(module, id, instance);                                                         \
    }                                                                                              \
    static void destroy_##module(netstackid_t id, void *instance)                                  \
    {                                                                                              \
        on_destroy(module, id, instance);                                                          \
    }
MODULES(DEFINE_CALLBACKS)

static const struct {
    void *(*create)(netstackid_t, netstack_t *);
    void (*shutdown)(netstackid_t, void *);
    void (*destroy)(netstackid_t, void *);
} callbacks[NS_MAX] = {
#define CALLBACKS(module) {create_##module, shutdown_##module, destroy_##module},
    MODULES(CALLBACKS)};

int
module_register(int module)
{
    return netstack_register(module, callbacks[module].create, callbacks[module].shutdown,
                             callbacks[module].destroy);
}

int
module_register_without_shutdown(int module)
{
    return netstack_register(module, callbacks[module].create, NULL, callbacks[module].destroy);
}

void
module_close_gate(int module, char phase, netstackid_t stack)
{
    modules[module].gate_phase = phase;
    modules[module].gate_stack = stack;
    gate_close_for(&modules[module].gate, 1);
}

size_t
word_count(const char *word)
{
    size_t count = 0;
    size_t length = strlen(word);
    const char *text = recorder_text();
    for (const char *at = text; (at = strstr(at, word)) != NULL; at += length) {
        bool begins = at == text || at[-1] == ' ';
        bool ends = at[length] == ' ' || at[length] == '\0';
        count += begins && ends ? 1 : 0;
    }
    return count;
}

void
core_start(void)
{
    for (int module = 0; module < NS_MAX; module++) {
        modules[module] = (struct recording_module){.fails_for = -1, .leaves_reference_on = -1};
    }
    probes_start();
    zone_init();
    kstat_init();
    cr_assert_eq(netstack_init(), 0);
    recorder_clear();
}

void
core_stop(void)
{
    cr_assert(netstack_all_valid());
    /* Zone ids are given out in ascending order here. */
    for (zoneid_t zone = 1; zone < 5000; zone++) {
        (void)zone_destroy(zone);
    }
    for (int module = 0; module < NS_MAX; module++) {
        (void)netstack_unregister(module);
    }
    cr_assert_eq(netstack_barrier(), 0);
    cr_assert(netstack_all_valid());
    cr_assert_eq(netstack_fini(), 0);
    cr_assert_eq(kstat_fini(), 0);
    cr_assert_eq(zone_fini(), 0);
    cr_assert_eq(test_memory_live(), 0);
}

static int
boot(uint32_t flags)
{
    zoneid_t id;
    return zone_create(flags, &id);
}

int
boot_exclusive(int unused)
{
    (void)unused;
    return boot(ZF_NET_EXCL);
}

int
boot_shared(int unused)
{
    (void)unused;
    return boot(0);
}

zoneid_t
make_exclusive_zone(void)
{
    zoneid_t id = ZONEID_NONE;
    cr_assert_eq(zone_create(ZF_NET_EXCL, &id), 0);
    return id;
}

static void
run_call(void *argument)
{
    struct call *call = argument;
    call->answer = call->run(call->argument);
    call->has_answered = true;
}

void
call_start(struct call *call, int (*run)(int argument), int argument)
{
    *call = (struct call){.run = run, .argument = argument};
    call->thread = kernel_thread_create("call", run_call, call);
    cr_assert_not_null(call->thread);
}

int
call_finish(struct call *call)
{
    kernel_thread_join(call->thread);
    return call->answer;
}
