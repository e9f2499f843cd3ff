/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Atomic words: C11's, with the orders that kernel.h promises and no stronger.
 */
#include <stdatomic.h>

#include "kernel/posix/posix_backend.h"

typedef _Atomic uint64_t posix_word_t;
_Static_assert(sizeof(posix_word_t) <= sizeof(kernel_atomic_t), "kernel_atomic_t is too small");
_Static_assert(_Alignof(posix_word_t) <= _Alignof(kernel_atomic_t), "kernel_atomic_t's alignment");

void
kernel_atomic_init_at(kernel_atomic_t *word, uint64_t value, const char *name, kernel_site_t site)
{
    (void)name;
    (void)site;
    atomic_init((posix_word_t *)word, value);
}

uint64_t
kernel_atomic_load_at(const kernel_atomic_t *word, kernel_site_t site)
{
    (void)site;
    return atomic_load_explicit((const posix_word_t *)word, memory_order_acquire);
}

void
kernel_atomic_store_at(kernel_atomic_t *word, uint64_t value, kernel_site_t site)
{
    (void)site;
    atomic_store_explicit((posix_word_t *)word, value, memory_order_release);
}

uint64_t
kernel_atomic_fetch_add_at(kernel_atomic_t *word, uint64_t delta, kernel_site_t site)
{
    (void)site;
    return atomic_fetch_add_explicit((posix_word_t *)word, delta, memory_order_acq_rel);
}

bool
kernel_atomic_compare_exchange_at(kernel_atomic_t *word, uint64_t *expected, uint64_t desired,
                                  kernel_site_t site)
{
    (void)site;
    return atomic_compare_exchange_strong_explicit((posix_word_t *)word, expected, desired,
                                                   memory_order_acq_rel, memory_order_acquire);
}
