/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Before the seam, by the linker's --wrap: the objects of core and backend are as they ship. Memory is
 * counted, and fails by chance where a thread says so. At locks and atomic words threads give way by
 * chance, so that windows of a few instructions become windows of a time slice.
 */
#include <sched.h>

#include "stress.h"

void *__real_kernel_zalloc_at(const char *kind, size_t size, enum kernel_wait wait,
                              kernel_site_t site);
void __real_kernel_free_at(void *memory, size_t size, kernel_site_t site);
void __real_kernel_mutex_enter_at(kernel_mutex_t *mutex, kernel_site_t site);
void __real_kernel_mutex_exit_at(kernel_mutex_t *mutex, kernel_site_t site);
bool __real_kernel_atomic_compare_exchange_at(kernel_atomic_t *word, uint64_t *expected,
                                              uint64_t desired, kernel_site_t site);
uint64_t __real_kernel_atomic_fetch_add_at(kernel_atomic_t *word, uint64_t delta,
                                           kernel_site_t site);
void *__wrap_kernel_zalloc_at(const char *kind, size_t size, enum kernel_wait wait,
                              kernel_site_t site);
void __wrap_kernel_free_at(void *memory, size_t size, kernel_site_t site);
void __wrap_kernel_mutex_enter_at(kernel_mutex_t *mutex, kernel_site_t site);
void __wrap_kernel_mutex_exit_at(kernel_mutex_t *mutex, kernel_site_t site);
bool __wrap_kernel_atomic_compare_exchange_at(kernel_atomic_t *word, uint64_t *expected,
                                              uint64_t desired, kernel_site_t site);
uint64_t __wrap_kernel_atomic_fetch_add_at(kernel_atomic_t *word, uint64_t delta,
                                           kernel_site_t site);

#define GIVE_WAY_ONE_IN 256
#define SLEEP_ONE_IN    64 /* of those */
#define SLEEP_NS_MAX    100000

static _Atomic int64_t blocks, bytes;
static _Atomic uint64_t allocations, failed;

/* --- memory ------------------------------------------------------------------------------------- */

static void
count(int64_t block, int64_t size)
{
    atomic_fetch_add_explicit(&blocks, block, memory_order_relaxed);
    atomic_fetch_add_explicit(&bytes, size, memory_order_relaxed);
}

void *
__wrap_kernel_zalloc_at(const char *kind, size_t size, enum kernel_wait wait, kernel_site_t site)
{
    uint32_t fault_one_in = stress_self()->fault_one_in;
    if (wait == KERNEL_NOSLEEP && fault_one_in > 0 && stress_chance(fault_one_in) == 0) {
        atomic_fetch_add_explicit(&failed, 1, memory_order_relaxed);
        return NULL;
    }
    void *memory = __real_kernel_zalloc_at(kind, size, wait, site);
    if (memory != NULL) {
        count(1, (int64_t)size);
        atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed);
    }
    return memory;
}

void
__wrap_kernel_free_at(void *memory, size_t size, kernel_site_t site)
{
    count(-1, -(int64_t)size);
    __real_kernel_free_at(memory, size, site);
}

struct stress_memory
stress_memory_read(void)
{
    return (struct stress_memory){
        .blocks = blocks, .bytes = bytes, .allocations = allocations, .failed = failed};
}

/* --- delays ------------------------------------------------------------------------------------- */

static void
give_way(void)
{
    if (stress_chance(GIVE_WAY_ONE_IN) != 0) {
        return;
    }
    if (stress_chance(SLEEP_ONE_IN) == 0) {
        kernel_sleep_ns(stress_chance(SLEEP_NS_MAX));
    } else {
        sched_yield();
    }
}

void
__wrap_kernel_mutex_enter_at(kernel_mutex_t *mutex, kernel_site_t site)
{
    give_way();
    __real_kernel_mutex_enter_at(mutex, site);
}

void
__wrap_kernel_mutex_exit_at(kernel_mutex_t *mutex, kernel_site_t site)
{
    __real_kernel_mutex_exit_at(mutex, site);
    give_way();
}

bool
__wrap_kernel_atomic_compare_exchange_at(kernel_atomic_t *word, uint64_t *expected,
                                         uint64_t desired, kernel_site_t site)
{
    give_way();
    return __real_kernel_atomic_compare_exchange_at(word, expected, desired, site);
}

uint64_t
__wrap_kernel_atomic_fetch_add_at(kernel_atomic_t *word, uint64_t delta, kernel_site_t site)
{
    give_way();
    return __real_kernel_atomic_fetch_add_at(word, delta, site);
}
