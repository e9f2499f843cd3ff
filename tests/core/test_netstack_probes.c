/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The probes: which are reached in the life of a stack, in which order, with which arguments.
 */
#include "recording_modules.h"
#include "seen_probes.h"

TestSuite(netstack_probes, .init = core_start, .fini = core_stop);

static const char *const names[KERNEL_PROBE_COUNT] = {
#define NAME(name, first, second) #name,
    KERNEL_PROBES(NAME)
#undef NAME
};

static netstack_t *watched;

/* Says each probe, without "netstack__", with what its arguments are for the watched stack. */
static const char *
describe(uintptr_t argument)
{
    if (argument == (uintptr_t)watched) {
        return "stack";
    }
    return argument == (uintptr_t)module_instance(NS_IP, 0) ? "instance" : NULL;
}

static void
record(enum kernel_probe probe, uintptr_t arg0, uintptr_t arg1)
{
    const char *first = describe(arg0);
    const char *second = describe(arg1);
    const char *name = names[probe] + strlen("netstack__");
    if (first != NULL && second != NULL) {
        recorder_note("%s(%s,%s)", name, first, second);
    } else if (first != NULL) {
        recorder_note("%s(%s,%d)", name, first, (int)arg1);
    } else if (second != NULL) {
        recorder_note("%s(%d,%s)", name, (int)arg0, second);
    } else {
        recorder_note("%s(%d,%d)", name, (int)arg0, (int)arg1);
    }
}

Test(netstack_probes, of_a_registration)
{
    watched = netstack_find_by_stackid(0);
    probe_listen(record);
    cr_assert_eq(module_register(NS_IP), 0);
    recorder_expect("create__needed(stack,6) create__inprogress(stack,6) create__start(0,stack) "
                    "6+0 create__end(instance,stack) create__completed(stack,6)");
    recorder_clear();
    cr_assert_eq(netstack_unregister(NS_IP), 0);
    recorder_expect(
        "shutdown__needed(stack,6) shutdown__inprogress(stack,6) shutdown__start(0,instance) "
        "6!0 shutdown__end(stack,0) shutdown__completed(stack,6) "
        "destroy__needed(stack,6) destroy__inprogress(stack,6) destroy__start(0,instance) "
        "6-0 destroy__end(stack,0) destroy__completed(stack,6) destroy__done(stack,6)");
    probe_listen(NULL);
    netstack_rele(watched);
}

Test(netstack_probes, of_references_and_zones)
{
    watched = netstack_find_by_stackid(0);
    probe_listen(record);
    netstack_hold(watched);
    netstack_rele(watched);
    zoneid_t zone = make_zone();
    cr_assert_eq(zone_destroy(zone), 0);
    recorder_expect("inc__ref(stack,0) dec__ref(stack,0) inc__numzones(stack,0)");
    probe_listen(NULL);
    netstack_rele(watched);
}

Test(netstack_probes, of_the_last_zone)
{
    zoneid_t zone = make_exclusive_zone();
    watched = netstack_find_by_stackid(zone);
    probe_listen(record);
    cr_assert_eq(zone_destroy(zone), 0);
    recorder_expect("dec__numzones(stack,0) dec__ref(stack,0)");
    probe_listen(NULL);
    netstack_rele(watched);
}

/* --- of those who wait -------------------------------------------------------------------------- */

static uintptr_t waited_for[KERNEL_PROBE_COUNT][2];

static void
keep_arguments(enum kernel_probe probe, uintptr_t arg0, uintptr_t arg1)
{
    waited_for[probe][0] = arg0;
    waited_for[probe][1] = arg1;
}

/* Lets an unregister of NS_TCP wait for what a call with a gate in NS_IP does. */
static void
wait_for(int (*run)(int argument), int argument, enum kernel_probe probe)
{
    struct call first, second;
    call_start(&first, run, argument);
    gate_await(&modules[NS_IP].gate);
    call_start(&second, netstack_unregister, NS_TCP);
    probe_await(probe, 1);
    gate_open(&modules[NS_IP].gate);
    cr_assert_eq(call_finish(&first), 0);
    cr_assert_eq(call_finish(&second), 0);
}

Test(netstack_probes, of_waits)
{
    cr_assert_eq(module_register(NS_IP), 0);
    cr_assert_eq(module_register(NS_TCP), 0);
    watched = netstack_find_by_stackid(0);
    probe_listen(keep_arguments);
    module_close_gate(NS_IP, '!', 0);
    wait_for(netstack_unregister, NS_IP, KERNEL_PROBE_netstack__wait__nms__inprogress);
    const uintptr_t *seen = waited_for[KERNEL_PROBE_netstack__wait__nms__inprogress];
    cr_assert_eq(seen[0], (uintptr_t)watched);
    cr_assert_eq(seen[1], (uintptr_t)&watched->netstack_m_state[NS_IP]);
    netstack_rele(watched);

    cr_assert_eq(module_register(NS_IP), 0);
    cr_assert_eq(module_register(NS_TCP), 0);
    watched = netstack_find_by_stackid(make_exclusive_zone());
    module_close_gate(NS_IP, '!', watched->netstack_stackid);
    wait_for(zone_shutdown, watched->netstack_stackid,
             KERNEL_PROBE_netstack__wait__zone__inprogress);
    cr_assert_eq(waited_for[KERNEL_PROBE_netstack__wait__zone__inprogress][0], (uintptr_t)watched);
    probe_listen(NULL);
    netstack_rele(watched);
}
