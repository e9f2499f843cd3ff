/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The one table of differences of contract, a reason a row. Where the adapter answers in a
 * subject's place, the answer is what the core would say: comparing the two shows whether it is.
 */
#include "netstack/contract.h"

static const struct contract_row rows[] = {
    {CONTRACT_REGISTER_ASSERTS, "register_asserts",
     "illumos' register returns nothing; a bad id, a missing callback or a taken slot is its "
     "caller's bug",
     "the adapter answers EINVAL, or EEXIST from register's call to the end of unregister", false},
    {CONTRACT_UNREGISTER_ASSERTS, "unregister_asserts",
     "illumos' unregister returns nothing; an empty or busy slot is its caller's bug",
     "the adapter answers EINVAL, ENOENT for an empty slot, EBUSY for one in transition", false},
    {CONTRACT_CREATE_CANNOT_FAIL, "create_cannot_fail",
     "illumos requires that a module's create returns an instance",
     "the fault plan's failures of create are passed over", true},
    {CONTRACT_CALLBACKS_MAY_NOT_BLOCK, "callbacks_may_not_block",
     "illumos forbids in callbacks, without a check, what waits for callbacks",
     "the adapter answers EDEADLK to the calls that netstack.h marks (E)", false},
    {CONTRACT_GLOBAL_ZONE_STAYS, "global_zone_stays",
     "illumos' global zone lives as long as the system; its code relies on it",
     "the adapter answers EBUSY to shutting down or destroying zone 0", true},
    {CONTRACT_CURRENT_NEEDS_ZONE, "current_needs_zone",
     "illumos ends the processes of a zone before destroying it, so a thread's own zone has a "
     "stack",
     "the adapter answers EBUSY to destroying a zone that a thread is in, ENOENT to entering "
     "later",
     true},
    {CONTRACT_HOLD_NEEDS_BIRTH, "hold_needs_birth",
     "in illumos nothing but the zone's reference makes a plain hold legal in a create callback",
     "outside of births, callbacks hold their stack by hold_if_active only", true},
    {CONTRACT_KSTAT_DELETE_ASSERTS, "kstat_delete_asserts",
     "illumos' delete returns nothing; a kstat that is not there is its caller's bug",
     "the adapter answers EINVAL", false},
    {CONTRACT_NO_END, "no_end", "illumos' netstack is never unloaded",
     "stopping it does nothing; stack 0, zone 0 and the zone key are left at the end", true},
    {CONTRACT_NO_INQUIRY, "no_inquiry",
     "illumos has no barrier, wait_gone, uids, tags, current stack, figures or self-check",
     "those operations are passed over", true},
    {CONTRACT_LIMIT_AT_RELE, "limit_at_rele",
     "illumos limits reaps where the last reference goes, and documents that rele may wait there",
     "no oracle asks that births wait or that rele does not", false},
    {CONTRACT_KSTAT_ADD_IGNORED, "kstat_add_ignored",
     "illumos' kstat_zone_add cannot fail, so nobody looks at what it returns",
     "no oracle asks for a shared kstat where adding it failed; compared, names are such that "
     "none fails",
     true},
    {CONTRACT_TURNS_MAY_OVERLAP, "turns_may_overlap",
     "illumos orders callbacks of one module on one stack only; unregister may go on beside a reap",
     "the order of teardown is asked for within one call, not between calls", false},
    {CONTRACT_CREATES_AFTER_SHUTDOWN, "creates_after_shutdown",
     "illumos' register creates on every stack that is not closing, shut down or not",
     "a create by register may start on a stack whose zone was shut down; compared, what such an "
     "instance sees is left out",
     false},
    {CONTRACT_WALK_GOES_ON, "walk_goes_on",
     "illumos' walker does not say what a next after the end gives",
     "a walk may go on after its end with a stack born meanwhile; compared, none goes on", true},
    {CONTRACT_POINTER_AFTER_DESTROY, "pointer_after_destroy",
     "illumos clears a module's pointer when its destroy has returned, not before",
     "no oracle looks at module pointers during destroy", false},
    {CONTRACT_WALK_OF_NEWBORNS, "walk_of_newborns",
     "whether a walk gives what became active since its begin is open: illumos' does, the core's "
     "does not",
     "no oracle asks for either; compared, a walk in steps is passed over from the next birth on",
     true},
};

const struct contract_row *
contract_at(size_t index)
{
    return index < sizeof(rows) / sizeof(rows[0]) ? &rows[index] : NULL;
}

uint64_t
contract_common(uint64_t differences)
{
    uint64_t common = 0;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        common |= rows[i].is_common ? rows[i].difference : 0;
    }
    return differences & common;
}
