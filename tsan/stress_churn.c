/* SPDX-License-Identifier: BSD-2-Clause
 *
 * So many stacks booted and halted, one after the other, with nineteen modules: seventeen that stay, and two that
 * two threads unregister and register again all the time.
 */
#include <pthread.h>

#include "stress_watch.h"

#define REGISTRARS 2u

static _Atomic bool has_ended;

static void *
load_and_unload(void *thread)
{
    stress_watch_join(thread);
    while (!atomic_load_explicit(&has_ended, memory_order_relaxed)) {
        stress_modules_step();
    }
    stress_modules_finish();
    return NULL;
}

static void
boot_and_halt(uint64_t count)
{
    pthread_t registrars[REGISTRARS];
    for (unsigned i = 0; i < REGISTRARS; i++) {
        struct stress_thread *thread = stress_watch_thread(i, 0);
        STRESS_CHECK(pthread_create(&registrars[i], NULL, load_and_unload, thread) == 0);
    }
    for (uint64_t i = 0; i < count; i++) {
        struct stress_zone zone;
        STRESS_CHECK(stress_boot(true, &zone));
        stress_halt(&zone);
    }
    atomic_store_explicit(&has_ended, true, memory_order_relaxed);
    for (unsigned i = 0; i < REGISTRARS; i++) {
        STRESS_CHECK(pthread_join(registrars[i], NULL) == 0);
    }
}

const struct stress_program stress_churn = {
    .name = "stress_churn",
    .property = "so many stacks boot and halt with nineteen modules, two of which come and go. "
                "Memory is back "
                "at its baseline.",
    .threads = REGISTRARS,
    .stable_modules = ((1u << NS_MAX) - 1) & ~(1u << NS_STR | 1u << NS_UDP),
    .reaps_max = 1024,
    .ids_max = STRESS_IDS - 1,
    .volume = boot_and_halt,
    .count = 100000,
    .needs = {STRESS_zone_create_exclusive, STRESS_zone_destroy, STRESS_netstack_register,
              STRESS_netstack_unregister, STRESS_module_destroy},
};
