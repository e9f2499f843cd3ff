/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Counting semaphores on those of POSIX.
 */
#include <errno.h>
#include <semaphore.h>

#include "kernel/posix/posix_backend.h"

struct posix_sema {
    sem_t semaphore;
};
_Static_assert(sizeof(struct posix_sema) <= sizeof(kernel_sema_t), "kernel_sema_t is too small");
_Static_assert(_Alignof(struct posix_sema) <= _Alignof(kernel_sema_t), "kernel_sema_t's alignment");

static inline sem_t *
of(kernel_sema_t *sema)
{
    return &((struct posix_sema *)sema)->semaphore;
}

static void
check(int result, const char *call, kernel_site_t site)
{
    posix_check(result == 0 ? 0 : errno, call, site);
}

void
kernel_sema_init_at(kernel_sema_t *sema, uint32_t count, const char *name, kernel_site_t site)
{
    (void)name;
    check(sem_init(of(sema), 0, count), "sem_init", site);
}

void
kernel_sema_destroy_at(kernel_sema_t *sema, kernel_site_t site)
{
    check(sem_destroy(of(sema)), "sem_destroy", site);
}

void
kernel_sema_wait_at(kernel_sema_t *sema, kernel_site_t site)
{
    while (sem_wait(of(sema)) != 0) {
        if (errno != EINTR) {
            check(-1, "sem_wait", site);
        }
    }
}

bool
kernel_sema_trywait_at(kernel_sema_t *sema, kernel_site_t site)
{
    while (sem_trywait(of(sema)) != 0) {
        if (errno == EAGAIN) {
            return false;
        }
        if (errno != EINTR) {
            check(-1, "sem_trywait", site);
        }
    }
    return true;
}

void
kernel_sema_post_at(kernel_sema_t *sema, kernel_site_t site)
{
    check(sem_post(of(sema)), "sem_post", site);
}
