/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Credentials. Constant but for the count of references; the last one frees.
 */
#include "kernel/cred.h"

struct cred {
    kernel_atomic_t references;
    zoneid_t zone; /* constant */
};

cred_t *
cred_create(zoneid_t zone)
{
    cred_t *cred = kernel_zalloc("cred", sizeof(*cred), KERNEL_NOSLEEP);

    if (cred != NULL) {
        kernel_atomic_init(&cred->references, 1, "cred_references");
        cred->zone = zone;
    }
    return cred;
}

void
cred_hold(cred_t *cred)
{
    VERIFY(kernel_atomic_fetch_add(&cred->references, 1) > 0);
}

void
cred_rele(cred_t *cred)
{
    uint64_t before = kernel_atomic_fetch_add(&cred->references, UINT64_MAX);

    VERIFY(before > 0);
    if (before == 1) {
        kernel_free(cred, sizeof(*cred));
    }
}

zoneid_t
crgetzoneid(const cred_t *cred)
{
    return cred->zone;
}
