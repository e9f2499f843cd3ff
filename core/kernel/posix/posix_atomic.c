/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Atomic words: C11's, with the orders that kernel.h promises and no stronger.
 */
#include <stdatomic.h>

#include "kernel/posix/posix_backend.h"

const bool kernel_atomic_is_plain = true;
const unsigned kernel_stripes = KERNEL_STRIPES_MAX;

void
kernel_atomic_init_at(kernel_atomic_t *word, uint64_t value, const char *name, kernel_site_t site)
{
    (void)name;
    (void)site;
    atomic_init((kernel_plain_t *)word, value);
}

/* For those who call by these names: the macros do it in place. */

uint64_t
kernel_atomic_load_at(const kernel_atomic_t *word, kernel_site_t site)
{
    return kernel_inline_load(word, site);
}

void
kernel_atomic_store_at(kernel_atomic_t *word, uint64_t value, kernel_site_t site)
{
    kernel_inline_store(word, value, site);
}

uint64_t
kernel_atomic_fetch_add_at(kernel_atomic_t *word, uint64_t delta, kernel_site_t site)
{
    return kernel_inline_fetch_add(word, delta, site);
}

bool
kernel_atomic_compare_exchange_at(kernel_atomic_t *word, uint64_t *expected, uint64_t desired,
                                  kernel_site_t site)
{
    return kernel_inline_compare_exchange(word, expected, desired, site);
}

bool
kernel_atomic_add_if_at(kernel_atomic_t *word, uint64_t delta, uint64_t mask, uint64_t least,
                        uint64_t most, kernel_site_t site)
{
    return kernel_inline_add_if(word, delta, mask, least, most, site);
}
