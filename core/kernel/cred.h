/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Credentials, as far as the netstack reads them: whose zone. Counted references.
 */
#ifndef KERNEL_CRED_H
#define KERNEL_CRED_H

#include "kernel/kernel.h"
#include "kernel/zone.h"

typedef struct cred cred_t;

/* A credential for this zone; ZONEID_NONE: without a zone. Held once. NULL without memory. */
cred_t *cred_create(zoneid_t zone);
void cred_hold(cred_t *cred);
void cred_rele(cred_t *cred); /* the last one frees it */
zoneid_t crgetzoneid(const cred_t *cred);

#endif
