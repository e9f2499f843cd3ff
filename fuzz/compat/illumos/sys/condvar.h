/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Condition variables on the seam.
 */
#ifndef ILLUMOS_SYS_CONDVAR_H
#define ILLUMOS_SYS_CONDVAR_H

#include <sys/mutex.h>

typedef kernel_cv_t kcondvar_t;

#define CV_DEFAULT 0

#define cv_init(cv, name, type, argument)                                                          \
    kernel_cv_init_at((cv), ILLUMOS_LAST_COMPONENT(#cv), KERNEL_HERE)
#define cv_destroy(cv)    kernel_cv_destroy_at((cv), KERNEL_HERE)
#define cv_wait(cv, lock) kernel_cv_wait_at((cv), (lock), KERNEL_HERE)
#define cv_signal(cv)     kernel_cv_signal_at((cv), KERNEL_HERE)
#define cv_broadcast(cv)  kernel_cv_broadcast_at((cv), KERNEL_HERE)

#endif
