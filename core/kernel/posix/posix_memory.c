/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Memory: the C library's. Who may sleep waits until there is some, as in a kernel.
 */
#include <stdlib.h>

#include "kernel/posix/posix_backend.h"

#define RETRY_NS 10000000u

_Static_assert(_Alignof(max_align_t) >= 16, "calloc does not align to 16 bytes here");

void *
kernel_zalloc_at(const char *kind, size_t size, enum kernel_wait wait, kernel_site_t site)
{
    void *memory;

    (void)kind;
    if (size == 0) {
        kernel_panic_at(site, "allocation of nothing");
    }
    while ((memory = calloc(1, size)) == NULL && wait == KERNEL_SLEEP) {
        kernel_sleep_ns_at(RETRY_NS, site);
    }
    return memory;
}

void
kernel_free_at(void *memory, size_t size, kernel_site_t site)
{
    (void)size;
    if (memory == NULL) {
        kernel_panic_at(site, "free of NULL");
    }
    free(memory);
}
