/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Credentials: made, held, released, asked for their zone.
 */
#include "netstack/operate.h"

static void
rele(const struct slot *cred)
{
    struct call call;
    call_init(&call, VERB_CRED_RELE);
    call_tell(&call);
    adapter.subject->cred_rele(cred->object);
    (void)call_return(&call, 0);
}

static void
keep(uint16_t index, cred_t *cred, zoneid_t zone)
{
    struct slot slot = {.object = cred, .id = zone, .sort = SORT_PLAIN};
    if (!slot_put(ROW_CRED, index, slot)) {
        rele(&slot);
    }
}

/* The last value of the parameter stands for a credential without a zone. */
int
operate_cred_create(struct operation *op)
{
    uint16_t from = op->arguments[0];
    zoneid_t zone = from == SLOTS_ZONE ? ZONEID_NONE : slots_zone(from);
    struct call call;
    call_init(&call, VERB_CRED_CREATE);
    call.see.zone = zone;
    call_tell(&call);
    cred_t *cred = adapter.subject->cred_create(zone);
    int result = call_return(&call, cred == NULL ? ENOMEM : 0);
    if (cred != NULL) {
        keep(op->arguments[1], cred, zone);
    }
    return result;
}

int
operate_cred_hold(struct operation *op)
{
    struct slot *cred = slot_borrow(ROW_CRED, op->arguments[0], SORT_ANY);
    if (cred == NULL) {
        return OPERATION_SKIPPED;
    }
    struct call call;
    call_init(&call, VERB_CRED_HOLD);
    call_tell(&call);
    adapter.subject->cred_hold(cred->object);
    (void)call_return(&call, 0);
    keep(op->arguments[1], cred->object, cred->id);
    slot_return(cred);
    return 0;
}

int
operate_cred_rele(struct operation *op)
{
    struct slot cred;
    if (!slot_take(ROW_CRED, op->arguments[0], SORT_ANY, &cred)) {
        return OPERATION_SKIPPED;
    }
    rele(&cred);
    return 0;
}

int
operate_cred_zoneid(struct operation *op)
{
    struct slot *cred = slot_borrow(ROW_CRED, op->arguments[0], SORT_ANY);
    if (cred == NULL) {
        return OPERATION_SKIPPED;
    }
    struct call call;
    call_init(&call, VERB_CRED_ZONEID);
    call_tell(&call);
    zoneid_t zone = adapter.subject->cred_zoneid(cred->object);
    MUST(zone == cred->id, "a credential keeps its zone");
    (void)call_return(&call, 0);
    slot_return(cred);
    return 0;
}
