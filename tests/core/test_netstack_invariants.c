/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The executable invariants: silent on what is right, the end on what is planted.
 */
#include <signal.h>

#include "netstack/netstack_impl.h"
#include "recording_modules.h"

TestSuite(netstack_invariants, .init = core_start, .fini = core_stop);
TestSuite(netstack_invariants_broken, .init = core_start);

static struct netstack__stack *
stack_with_a_module(void)
{
    cr_assert_eq(module_register(NS_IP), 0);
    netstack_t *ns = netstack_find_by_stackid(0);
    cr_assert(netstack_is_valid(ns));
    return netstack__of(ns);
}

static void
check_inside(char phase, netstackid_t id, netstack_t *ns)
{
    (void)phase;
    (void)id;
    cr_assert(netstack_is_valid(ns));
    cr_assert(netstack_all_valid());
}

Test(netstack_invariants, hold_in_every_callback_and_between)
{
    modules[NS_IP].inside = check_inside;
    cr_assert_eq(module_register(NS_IP), 0);
    zoneid_t zone = make_exclusive_zone();
    modules[NS_IP].fails_for = zone + 1;
    cr_assert_eq(boot_exclusive(0), ENOMEM);
    cr_assert(netstack_all_valid());
    cr_assert_eq(zone_destroy(zone), 0);
    cr_assert_eq(netstack_barrier(), 0);
    cr_assert(netstack_all_valid());
    cr_assert_eq(netstack_unregister(NS_IP), 0);
    cr_assert(netstack_all_valid());
}

static unsigned
flags_of(netstack_t *ns)
{
    kernel_mutex_enter(&ns->netstack_lock);
    unsigned flags = netstack_read_flags(ns);
    kernel_mutex_exit(&ns->netstack_lock);
    return flags;
}

static void
check_flags(char phase, netstackid_t id, netstack_t *ns)
{
    unsigned expected = id == 0 ? 0 : phase == '+' ? NSF_UNINIT : NSF_CLOSING;
    cr_assert_eq(flags_of(ns), phase == '!' ? 0 : expected, "%c%d: %u", phase, id, flags_of(ns));
}

Test(netstack_invariants, flags_say_whether_a_stack_is_being_born_or_closing)
{
    cr_assert_eq(module_register(NS_IP), 0);
    modules[NS_IP].inside = check_flags;
    zoneid_t zone = make_exclusive_zone();
    netstack_t *ns = netstack_find_by_stackid(zone);
    cr_assert_eq(flags_of(ns), 0);
    cr_assert_eq(zone_destroy(zone), 0);
    cr_assert_eq(flags_of(ns), NSF_CLOSING);
    netstack_rele(ns);
    cr_assert_eq(netstack_barrier(), 0);
    modules[NS_IP].inside = NULL;
}

Test(netstack_invariants_broken, two_flags_of_a_phase, .signal = SIGABRT)
{
    stack_with_a_module()->shown.netstack_m_state[NS_IP].nms_flags |= NSS_CREATE_NEEDED;
    (void)netstack_all_valid();
}

Test(netstack_invariants_broken, a_destroy_where_nothing_was_created, .signal = SIGABRT)
{
    stack_with_a_module()->shown.netstack_m_state[NS_TCP].nms_flags = NSS_DESTROY_COMPLETED;
    (void)netstack_all_valid();
}

Test(netstack_invariants_broken, a_callback_outside_a_turn, .signal = SIGABRT)
{
    stack_with_a_module()->shown.netstack_m_state[NS_TCP].nms_flags = NSS_CREATE_INPROGRESS;
    (void)netstack_all_valid();
}

Test(netstack_invariants_broken, a_pointer_that_is_missing, .signal = SIGABRT)
{
    stack_with_a_module()->shown.netstack_modules[NS_IP] = NULL;
    (void)netstack_all_valid();
}

Test(netstack_invariants_broken, a_stage_that_the_word_does_not_say, .signal = SIGABRT)
{
    struct netstack__stack *stack = stack_with_a_module();
    stack->stage = NETSTACK__CLOSING;
    (void)netstack_is_valid(&stack->shown);
}

Test(netstack_invariants_broken, a_key_that_hides_an_active_stack, .signal = SIGABRT)
{
    struct netstack__stack *stack = stack_with_a_module();
    stack->key |= NETSTACK__HIDDEN;
    (void)netstack_is_valid(&stack->shown);
}

Test(netstack_invariants_broken, zones_without_a_reference, .signal = SIGABRT)
{
    struct netstack__stack *stack = stack_with_a_module();
    kernel_atomic_store(&stack->word, 0);
    (void)netstack_all_valid();
}

Test(netstack_invariants_broken, a_list_with_a_wrong_link, .signal = SIGABRT)
{
    (void)make_exclusive_zone();
    struct netstack__stack *stack = stack_with_a_module();
    stack->next->previous = NULL;
    (void)netstack_all_valid();
}

Test(netstack_invariants_broken, a_figure_that_is_wrong, .signal = SIGABRT)
{
    netstack__service.stages[NETSTACK__LIVE]++;
    (void)netstack_all_valid();
}
