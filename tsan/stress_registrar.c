/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Registering and unregistering. Any thread may unregister what another has registered; a thread registers
 * a module anew only when it knows that its last registration of it is gone. So whoever removed one
 * can tell whether instances of it are left.
 */
#include "stress_registrations.h"

#define PAUSE_NS 100000

/* Registered by this thread, and not known to be gone. */
static _Thread_local bool mine[NS_MAX];

/* --- one call ------------------------------------------------------------------------------------ */

static int
register_as(int module, int variant)
{
    struct stress_registration *registration = &stress_registrations[module][variant];
    uint64_t word = atomic_load_explicit(&registration->live, memory_order_relaxed);
    STRESS_CHECK(STRESS_LIVE_COUNT(word) == 0);
    registration->serial++;
    atomic_store_explicit(&registration->live, registration->serial << 32, memory_order_relaxed);

    const struct stress_module_callbacks *callbacks = &stress_module_callbacks[variant][module];
    stress_turn_begin(STRESS_TURN_REGISTER, module);
    int error = STRESS_ERROR(
        netstack_register,
        netstack_register(module, callbacks->create,
                          stress_variant_shuts_down(variant) ? callbacks->shutdown : NULL,
                          callbacks->destroy));
    stress_turn_end();
    STRESS_CHECK(netstack_current() == NULL);
    if (error != 0) {
        word = atomic_load_explicit(&registration->live, memory_order_relaxed);
        STRESS_CHECK(STRESS_LIVE_COUNT(word) == 0);
    }
    return error;
}

static int
unregister(int module)
{
    stress_turn_begin(STRESS_TURN_UNREGISTER, module);
    int error = STRESS_ERROR(netstack_unregister, netstack_unregister(module));
    struct stress_turn turn = stress_turn;
    stress_turn_end();
    STRESS_CHECK(netstack_current() == NULL);
    if (error == 0) {
        /* Stack 0 stands throughout, so there was an instance at least. */
        STRESS_CHECK(turn.removed_serial > 0);
        uint64_t word = atomic_load_explicit(
            &stress_registrations[module][turn.removed_variant].live, memory_order_relaxed);
        STRESS_CHECK(STRESS_LIVE_SERIAL(word) != turn.removed_serial ||
                     STRESS_LIVE_COUNT(word) == 0);
    } else {
        STRESS_CHECK(turn.phase == 0);
    }
    if (error != EBUSY) {
        mine[module] = false;
    }
    return error;
}

/* --- those that come and go ---------------------------------------------------------------------- */

/* With more threads than variants, those of one variant share the modules out. */
static bool
may_register(int module)
{
    unsigned index = stress_self()->index;
    unsigned groups = 1 + (stress_options.threads - 1) / STRESS_VARIANT_OF_THREADS;
    return !mine[module] && (unsigned)module % groups == index / STRESS_VARIANT_OF_THREADS;
}

void
stress_modules_step(void)
{
    int module;
    do {
        module = (int)stress_deed(NS_MAX);
    } while ((stress_program.stable_modules & (1u << module)) != 0);

    if (mine[module] || stress_deed(8) == 0) {
        (void)unregister(module);
    } else if (may_register(module)) {
        int variant = (int)(stress_self()->index % STRESS_VARIANT_OF_THREADS);
        mine[module] = register_as(module, variant) == 0;
    }
}

void
stress_modules_finish(void)
{
    /* Each of these calls ends, so who watches for calls that do not sees nothing amiss if another never does. */
    uint64_t left = (uint64_t)stress_options.stuck_s * 1000000000u / PAUSE_NS;
    for (int module = 0; module < NS_MAX; module++) {
        while (mine[module] && unregister(module) == EBUSY) {
            STRESS_CHECK(left-- > 0);
            kernel_sleep_ns(PAUSE_NS);
        }
    }
}

/* --- those that stay ----------------------------------------------------------------------------- */

void
stress_modules_start(void)
{
    for (int module = 0; module < NS_MAX; module++) {
        if ((stress_program.stable_modules & (1u << module)) != 0) {
            STRESS_CHECK(register_as(module, STRESS_VARIANT_STABLE) == 0);
        }
    }
}

void
stress_modules_stop(void)
{
    for (int module = 0; module < NS_MAX; module++) {
        if ((stress_program.stable_modules & (1u << module)) != 0) {
            STRESS_CHECK(unregister(module) == 0);
        }
    }
}
