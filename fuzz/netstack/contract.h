/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Where a subject's contract differs from the core's, without being wrong: what the adapter answers
 * itself instead of asking the subject, and what oracles must not hold it to. The one table of
 * reasons is in contract.c. What is a genuine bug of a subject never stands here: it must stay
 * reachable.
 */
#ifndef NETSTACK_CONTRACT_H
#define NETSTACK_CONTRACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum contract_difference {
    /* What the adapter does not do to the subject. */
    CONTRACT_REGISTER_ASSERTS = 1 << 0,
    CONTRACT_UNREGISTER_ASSERTS = 1 << 1,
    CONTRACT_CREATE_CANNOT_FAIL = 1 << 2,
    CONTRACT_CALLBACKS_MAY_NOT_BLOCK = 1 << 3,
    CONTRACT_GLOBAL_ZONE_STAYS = 1 << 4,
    CONTRACT_CURRENT_NEEDS_ZONE = 1 << 5,
    CONTRACT_HOLD_NEEDS_BIRTH = 1 << 6,
    CONTRACT_KSTAT_DELETE_ASSERTS = 1 << 7,
    CONTRACT_NO_END = 1 << 8,
    CONTRACT_NO_INQUIRY = 1 << 9,
    /* What oracles do not ask of it. */
    CONTRACT_LIMIT_AT_RELE = 1 << 10,
    CONTRACT_KSTAT_ADD_IGNORED = 1 << 11,
    CONTRACT_TURNS_MAY_OVERLAP = 1 << 12,
    CONTRACT_CREATES_AFTER_SHUTDOWN = 1 << 13,
    CONTRACT_WALK_GOES_ON = 1 << 14,
    CONTRACT_POINTER_AFTER_DESTROY = 1 << 15,
    CONTRACT_WALK_OF_NEWBORNS = 1 << 16,
    CONTRACT_LAST_BIT = CONTRACT_WALK_OF_NEWBORNS,
};

/* All that an illumos netstack.c differs in. */
#define CONTRACT_OF_ILLUMOS (2 * (uint64_t)CONTRACT_LAST_BIT - 1)

struct contract_row {
    uint64_t difference;
    const char *name;
    const char *reason; /* what the subject's contract says instead, and why that is no bug */
    const char *answer; /* what the adapter or an oracle does about it */
    bool is_common;     /* where two subjects are compared, the adapter does so to both: after
                           answers that differ, they would go on from different states */
};

/* Rows in order of their bits. NULL past the last. */
const struct contract_row *contract_at(size_t index);

/* Those of these differences that are common. */
uint64_t contract_common(uint64_t differences);

#endif
