/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The one table of differences of contract, a reason a row. Where the adapter answers in a
 * subject's place, the answer is what the core would say.
 */
#include "netstack/contract.h"

static const struct contract_row rows[] = {
    {CONTRACT_REGISTER_ASSERTS, "register_asserts",
     "illumos' register returns nothing; a bad id, a missing callback or a taken slot is its "
     "caller's bug",
     "the adapter answers EINVAL, or EEXIST from register's call to the end of unregister"},
    {CONTRACT_UNREGISTER_ASSERTS, "unregister_asserts",
     "illumos' unregister returns nothing; an empty or busy slot is its caller's bug",
     "the adapter answers EINVAL, ENOENT for an empty slot, EBUSY for one in transition"},
    {CONTRACT_CREATE_CANNOT_FAIL, "create_cannot_fail",
     "illumos requires that a module's create returns an instance",
     "the fault plan's failures of create are passed over"},
    {CONTRACT_CALLBACKS_MAY_NOT_BLOCK, "callbacks_may_not_block",
     "illumos forbids in callbacks, without a check, what waits for callbacks",
     "the adapter answers EDEADLK to the calls that netstack.h marks (E)"},
    {CONTRACT_GLOBAL_ZONE_STAYS, "global_zone_stays",
     "illumos' global zone lives as long as the system; its code relies on it",
     "the adapter answers EBUSY to shutting down or destroying zone 0"},
    {CONTRACT_CURRENT_NEEDS_ZONE, "current_needs_zone",
     "illumos ends the processes of a zone before destroying it, so a thread's own zone has a "
     "stack",
     "the adapter answers EBUSY to destroying a zone that a thread is in, ENOENT to entering "
     "later"},
    {CONTRACT_HOLD_NEEDS_BIRTH, "hold_needs_birth",
     "in illumos nothing but the zone's reference makes a plain hold legal in a create callback",
     "outside of births, callbacks hold their stack by hold_if_active only"},
    {CONTRACT_KSTAT_DELETE_ASSERTS, "kstat_delete_asserts",
     "illumos' delete returns nothing; a kstat that is not there is its caller's bug",
     "the adapter answers EINVAL"},
    {CONTRACT_NO_END, "no_end", "illumos' netstack is never unloaded",
     "stopping it does nothing; stack 0, zone 0 and the zone key are left at the end"},
    {CONTRACT_NO_INQUIRY, "no_inquiry",
     "illumos has no barrier, wait_gone, uids, tags, current stack, figures or self-check",
     "those operations are passed over"},
    {CONTRACT_LIMIT_AT_RELE, "limit_at_rele",
     "illumos limits reaps where the last reference goes, and documents that rele may wait there",
     "no oracle asks that births wait or that rele does not"},
    {CONTRACT_KSTAT_ADD_IGNORED, "kstat_add_ignored",
     "illumos' kstat_zone_add cannot fail, so nobody looks at what it returns",
     "no oracle asks for a shared kstat where adding it failed for want of memory"},
    {CONTRACT_TURNS_MAY_OVERLAP, "turns_may_overlap",
     "illumos orders callbacks of one module on one stack only; unregister may go on beside a reap",
     "the order of teardown is asked for within one call, not between calls"},
    {CONTRACT_CREATES_AFTER_SHUTDOWN, "creates_after_shutdown",
     "illumos' register creates on every stack that is not closing, shut down or not",
     "a create by register may start on a stack whose zone was shut down"},
    {CONTRACT_WALK_GOES_ON, "walk_goes_on",
     "illumos' walker does not say what a next after the end gives",
     "a walk may go on after its end with a stack born meanwhile"},
    {CONTRACT_POINTER_AFTER_DESTROY, "pointer_after_destroy",
     "illumos clears a module's pointer when its destroy has returned, not before",
     "no oracle looks at module pointers during destroy"},
};

const struct contract_row *
contract_at(size_t index)
{
    return index < sizeof(rows) / sizeof(rows[0]) ? &rows[index] : NULL;
}
