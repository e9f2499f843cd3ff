/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which of the operations are what to the oracles: a table from verb to class.
 */
#include "netstack/oracles/view.h"
#include "netstack/operations.h"

static const uint8_t classes[VERB_COUNT] = {
    [VERB_REGISTER] = VIEW_CALL_REGISTER,
    [VERB_UNREGISTER] = VIEW_CALL_UNREGISTER,
    [VERB_ZONE_CREATE] = VIEW_CALL_ZONE_CREATE,
    [VERB_ZONE_CREATE_BAD] = VIEW_CALL_ZONE_CREATE,
    [VERB_ZONE_SHUTDOWN] = VIEW_CALL_ZONE_SHUTDOWN,
    [VERB_ZONE_SHUTDOWN_GLOBAL] = VIEW_CALL_ZONE_SHUTDOWN,
    [VERB_ZONE_DESTROY] = VIEW_CALL_ZONE_DESTROY,
    [VERB_ZONE_DESTROY_GLOBAL] = VIEW_CALL_ZONE_DESTROY,
    [VERB_INIT] = VIEW_CALL_INIT,
    [VERB_FINI] = VIEW_CALL_FINI,
    [VERB_FIND_BY_STACKID] = VIEW_CALL_LOOKUP,
    [VERB_FIND_BY_ZONEID] = VIEW_CALL_LOOKUP,
    [VERB_FIND_BY_ZONEID_NOLOCK] = VIEW_CALL_LOOKUP,
    [VERB_FIND_BY_CRED] = VIEW_CALL_LOOKUP,
    [VERB_GET_CURRENT] = VIEW_CALL_LOOKUP,
    [VERB_HOLD_IF_ACTIVE] = VIEW_CALL_LOOKUP,
    [VERB_WALK_NEXT] = VIEW_CALL_WALK,
    [VERB_INUSE_BY_STACKID] = VIEW_CALL_INUSE,
    [VERB_RELE] = VIEW_CALL_RELEASE,
    [VERB_RELE_TAG] = VIEW_CALL_RELEASE,
};

enum view_call
view_call_of(uint8_t verb)
{
    if (verb >= VERB_COUNT || classes[verb] == VIEW_CALL_NONE) {
        return VIEW_CALL_OTHER;
    }
    return (enum view_call)classes[verb];
}
