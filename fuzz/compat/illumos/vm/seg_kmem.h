/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Kernel memory comes with its segment driver.
 */
#ifndef ILLUMOS_VM_SEG_KMEM_H
#define ILLUMOS_VM_SEG_KMEM_H

#include <sys/kmem.h>

#endif
