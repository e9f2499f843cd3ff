/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a module's create makes: memory that the create writes, and that every later callback on it
 * reads and writes. These are the accesses that the subject has to order: the one file of the
 * adapter that TSan watches. Also how slots tell TSan of what they pass on.
 */
#include "engine/access.h"
#include "netstack/adapter.h"

struct instance {
    uint64_t touches;
    uint64_t payload[3];
};

void *
instance_create(const char *kind)
{
    struct instance *instance = kernel_zalloc(kind, sizeof(*instance), KERNEL_SLEEP);
    instance->touches = 1;
    return instance;
}

void
instance_touch(void *address)
{
    struct instance *instance = address;
    instance->touches++;
}

void
instance_destroy(void *address)
{
    instance_touch(address);
    kernel_free(address, sizeof(struct instance));
}

#ifdef HEDDLE_TSAN
void
handover_give(handover_t *handover)
{
    /* Adding goes on with the order of all that gave before. */
    (void)__atomic_fetch_add(handover, 1, __ATOMIC_RELEASE);
}

void
handover_take(handover_t *handover)
{
    (void)__atomic_load_n(handover, __ATOMIC_ACQUIRE);
}
#elif defined(HEDDLE_ACCESS)
/* Not atomic operations, which are points: what the adapter does between two calls is one step. */
void
handover_give(handover_t *handover)
{
    access_release(handover);
}

void
handover_take(handover_t *handover)
{
    access_acquire(handover);
}
#endif
