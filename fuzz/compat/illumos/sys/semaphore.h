/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Counting semaphores on the seam. sema_tryp answers 1 if it took a unit.
 */
#ifndef ILLUMOS_SYS_SEMAPHORE_H
#define ILLUMOS_SYS_SEMAPHORE_H

#include <sys/mutex.h>

typedef kernel_sema_t ksema_t;

#define SEMA_DRIVER 0

#define sema_init(sema, count, name, type, argument)                                               \
    kernel_sema_init_at((sema), (count), ILLUMOS_LAST_COMPONENT(#sema), KERNEL_HERE)
#define sema_destroy(sema) kernel_sema_destroy_at((sema), KERNEL_HERE)
#define sema_p(sema)       kernel_sema_wait_at((sema), KERNEL_HERE)
#define sema_tryp(sema)    ((int)kernel_sema_trywait_at((sema), KERNEL_HERE))
#define sema_v(sema)       kernel_sema_post_at((sema), KERNEL_HERE)

#endif
