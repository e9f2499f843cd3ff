/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Mutexes on the seam. A lock's class is what mutex_init was given, from its last component on:
 * "netstack_lock" for &ns->netstack_lock.
 */
#ifndef ILLUMOS_SYS_MUTEX_H
#define ILLUMOS_SYS_MUTEX_H

#include <sys/param.h>

typedef kernel_mutex_t kmutex_t;

#define MUTEX_DEFAULT 0

/* The field's or the variable's name in the text of an expression: the compiler's own work. */
#define ILLUMOS_LAST_COMPONENT(text)                                                               \
    (__builtin_strrchr(text, '>') != NULL ? __builtin_strrchr(text, '>') + 1                       \
                                          : (text) + ((text)[0] == '&' || (text)[0] == '*'))

#define mutex_init(lock, name, type, argument)                                                     \
    kernel_mutex_init_at((lock), ILLUMOS_LAST_COMPONENT(#lock), KERNEL_HERE)
#define mutex_destroy(lock) kernel_mutex_destroy_at((lock), KERNEL_HERE)
#define mutex_enter(lock)   kernel_mutex_enter_at((lock), KERNEL_HERE)
#define mutex_exit(lock)    kernel_mutex_exit_at((lock), KERNEL_HERE)
#define mutex_owned(lock)   kernel_mutex_is_held(lock)
#define MUTEX_HELD(lock)    kernel_mutex_is_held(lock)

#endif
