/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What kernel.h's macros for atomic words and probes expand to. A backend whose words are C11's own says so
 * (kernel_atomic_is_plain), and the operations are instructions where they stand; elsewhere each
 * is a call of the backend. A program is linked with the one or the other, while the object files that use
 * the words are the same: so it is asked each time, at the price of a jump that is always
 * predicted.
 */
#ifndef KERNEL_ATOMIC_INLINE_H
#define KERNEL_ATOMIC_INLINE_H

#include <stdatomic.h>

#include "kernel/kernel.h"

/* The backend's: its words are _Atomic uint64_t, first in kernel_atomic_t. */
extern const bool kernel_atomic_is_plain;

typedef _Atomic uint64_t kernel_plain_t;
_Static_assert(sizeof(kernel_plain_t) <= sizeof(kernel_atomic_t), "kernel_atomic_t is too small");
_Static_assert(_Alignof(kernel_plain_t) <= _Alignof(kernel_atomic_t),
               "kernel_atomic_t's alignment");

static inline uint64_t
kernel_inline_load(const kernel_atomic_t *word, kernel_site_t site)
{
    if (__builtin_expect(kernel_atomic_is_plain, 1)) {
        return atomic_load_explicit((const kernel_plain_t *)word, memory_order_acquire);
    }
    return kernel_atomic_load_at(word, site);
}

static inline void
kernel_inline_store(kernel_atomic_t *word, uint64_t value, kernel_site_t site)
{
    if (__builtin_expect(kernel_atomic_is_plain, 1)) {
        atomic_store_explicit((kernel_plain_t *)word, value, memory_order_release);
    } else {
        kernel_atomic_store_at(word, value, site);
    }
}

static inline uint64_t
kernel_inline_fetch_add(kernel_atomic_t *word, uint64_t delta, kernel_site_t site)
{
    if (__builtin_expect(kernel_atomic_is_plain, 1)) {
        return atomic_fetch_add_explicit((kernel_plain_t *)word, delta, memory_order_acq_rel);
    }
    return kernel_atomic_fetch_add_at(word, delta, site);
}

static inline bool
kernel_inline_compare_exchange(kernel_atomic_t *word, uint64_t *expected, uint64_t desired,
                               kernel_site_t site)
{
    if (__builtin_expect(kernel_atomic_is_plain, 1)) {
        return atomic_compare_exchange_strong_explicit((kernel_plain_t *)word, expected, desired,
                                                       memory_order_acq_rel, memory_order_acquire);
    }
    return kernel_atomic_compare_exchange_at(word, expected, desired, site);
}

static inline bool
kernel_inline_add_if(kernel_atomic_t *word, uint64_t delta, uint64_t mask, uint64_t least,
                     uint64_t most, kernel_site_t site)
{
    if (__builtin_expect(kernel_atomic_is_plain, 1)) {
        kernel_plain_t *plain = (kernel_plain_t *)word;
        uint64_t value = atomic_load_explicit(plain, memory_order_acquire);
        do {
            if ((value & mask) < least || (value & mask) > most) {
                return false;
            }
        } while (!atomic_compare_exchange_weak_explicit(
            plain, &value, value + delta, memory_order_acq_rel, memory_order_acquire));
        return true;
    }
    return kernel_atomic_add_if_at(word, delta, mask, least, most, site);
}

#endif
