/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Stands before the backend's memory by the linker's --wrap, so the services are tested as they
 * are.
 */
#include <stdatomic.h>

#include "counting_memory.h"
#include "kernel/kernel.h"

void *__real_kernel_zalloc_at(const char *kind, size_t size, enum kernel_wait wait,
                              kernel_site_t site);
void __real_kernel_free_at(void *memory, size_t size, kernel_site_t site);
void *__wrap_kernel_zalloc_at(const char *kind, size_t size, enum kernel_wait wait,
                              kernel_site_t site);
void __wrap_kernel_free_at(void *memory, size_t size, kernel_site_t site);

static _Atomic uint64_t until_failure;
static _Atomic size_t live;
static atomic_bool has_failed;

void
test_memory_fail_nth(uint64_t n)
{
    until_failure = n;
    has_failed = false;
}

bool
test_memory_has_failed(void)
{
    return has_failed;
}

size_t
test_memory_live(void)
{
    return live;
}

void *
__wrap_kernel_zalloc_at(const char *kind, size_t size, enum kernel_wait wait, kernel_site_t site)
{
    void *memory;

    if (wait == KERNEL_NOSLEEP && until_failure > 0 && --until_failure == 0) {
        has_failed = true;
        return NULL;
    }
    memory = __real_kernel_zalloc_at(kind, size, wait, site);
    live += memory != NULL ? 1 : 0;
    return memory;
}

void
__wrap_kernel_free_at(void *memory, size_t size, kernel_site_t site)
{
    live--;
    __real_kernel_free_at(memory, size, site);
}
