/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Kernel memory on the seam. What an allocation holds is named by the text of its size:
 * "netstack_t" for sizeof (netstack_t).
 */
#ifndef ILLUMOS_SYS_KMEM_H
#define ILLUMOS_SYS_KMEM_H

#include <sys/mutex.h>

#define KM_SLEEP   KERNEL_SLEEP
#define KM_NOSLEEP KERNEL_NOSLEEP

/* kmem_zalloc's size starts with the word sizeof, which this pastes into a macro's name. */
#define ILLUMOS_KIND_sizeof(of) ILLUMOS_LAST_COMPONENT(#of)

#define kmem_zalloc(size, wait) kernel_zalloc_at(ILLUMOS_KIND_##size, (size), (wait), KERNEL_HERE)
#define kmem_free(memory, size) kernel_free_at((memory), (size), KERNEL_HERE)

#endif
