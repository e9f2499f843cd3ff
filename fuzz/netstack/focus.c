/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The parts of the vocabulary, by their verbs: those that are not named here weigh nothing there. Faults are of all verbs, and
 * of more faults.
 */
#include "netstack/focus.h"

#include <string.h>

#include "netstack/operations.h"

struct focus {
    struct program_vocabulary vocabulary;
    struct program_verb verbs[VERB_COUNT];
};

/* Modules come and go over stacks that come and go. */
static const enum netstack_verb of_registry[] = {
    VERB_REGISTER,
    VERB_UNREGISTER,
    VERB_REGISTER_BAD,
    VERB_UNREGISTER_BAD,
    VERB_ZONE_CREATE,
    VERB_ZONE_SHUTDOWN,
    VERB_ZONE_DESTROY,
    VERB_ZONE_KEY_CREATE,
    VERB_ZONE_KEY_DELETE,
    VERB_GET_CURRENT,
    VERB_ZONE_GETSPECIFIC,
    VERB_BARRIER,
    VERB_FIGURES,
    VERB_ALL_VALID,
    VERB_CURRENT,
    VERB_FINI,
    VERB_INIT,
    VERB_REAP_LIMIT,
    VERB_SLEEP,
    VERB_YIELD,
};

/* Stacks are found, held, walked over and given back while they end. */
static const enum netstack_verb of_references[] = {
    VERB_REGISTER,       VERB_UNREGISTER,   VERB_ZONE_CREATE,
    VERB_ZONE_SHUTDOWN,  VERB_ZONE_DESTROY, VERB_FIND_BY_STACKID,
    VERB_FIND_BY_ZONEID, VERB_FIND_BY_CRED, VERB_FIND_BY_ZONEID_NOLOCK,
    VERB_GET_CURRENT,    VERB_HOLD,         VERB_INUSE_BY_STACKID,
    VERB_RELE,           VERB_HOLD_TAG,     VERB_HOLD_IF_ACTIVE,
    VERB_RELE_TAG,       VERB_WALK_INIT,    VERB_WALK_NEXT,
    VERB_WALK_FINI,      VERB_WALK,         VERB_STACKID_TO_ZONEID,
    VERB_GET_ZONEID,     VERB_GET_UID,      VERB_ZONEID_TO_STACKID,
    VERB_BARRIER,        VERB_WAIT_GONE,    VERB_WAIT_GONE_BAD,
    VERB_REPORT,         VERB_IS_VALID,     VERB_CRED_CREATE,
    VERB_CRED_RELE,      VERB_ZONE_ENTER,   VERB_ZONE_FIND,
    VERB_ZONE_RELE,      VERB_ZONE_LEAVE,   VERB_REAP_LIMIT,
    VERB_ZONE_IDS,       VERB_SLEEP,        VERB_YIELD,
};

/* Kstats of the shared stack come and go while zones attach to it and leave it. */
static const enum netstack_verb of_shared_kstats[] = {
    VERB_ZONE_CREATE,        VERB_ZONE_SHUTDOWN,      VERB_ZONE_DESTROY,
    VERB_KSTAT_CREATE_STACK, VERB_KSTAT_DELETE_STACK, VERB_KSTAT_DELETE_STALE,
    VERB_KSTAT_CREATE_ZONE,  VERB_KSTAT_DELETE_ZONE,  VERB_KSTAT_ZONE_ADD,
    VERB_KSTAT_ZONE_REMOVE,  VERB_KSTAT_ZONE_FIND,    VERB_KSTAT_IS_VALID,
    VERB_ZONE_KEY_CREATE,    VERB_ZONE_KEY_DELETE,    VERB_ZONEID_TO_STACKID,
    VERB_ZONE_IS_VALID,      VERB_ZONE_IDS,           VERB_YIELD,
};

static const struct program_vocabulary *
focus_on(struct focus *focus, const enum netstack_verb *kept, size_t count)
{
    if (focus->vocabulary.verbs != NULL) {
        return &focus->vocabulary;
    }
    const struct program_vocabulary *all = operations_vocabulary();
    focus->vocabulary = *all;
    memcpy(focus->verbs, all->verbs, sizeof(focus->verbs));
    for (uint32_t verb = 0; verb < VERB_COUNT; verb++) {
        focus->verbs[verb].weight = 0;
    }
    for (size_t i = 0; i < count; i++) {
        focus->verbs[kept[i]].weight = all->verbs[kept[i]].weight;
    }
    focus->vocabulary.verbs = focus->verbs;
    return &focus->vocabulary;
}

#define FOCUS(name)                                                                                \
    const struct program_vocabulary *focus_##name(void)                                            \
    {                                                                                              \
        static struct focus focus;                                                                 \
        return focus_on(&focus, of_##name, sizeof(of_##name) / sizeof(of_##name[0]));              \
    }

#define FAULTS_MIN 2u

const struct program_vocabulary *
focus_faults(void)
{
    static struct program_vocabulary vocabulary;
    vocabulary = *operations_vocabulary();
    vocabulary.faults_min = FAULTS_MIN;
    return &vocabulary;
}

FOCUS(registry)
FOCUS(references)
FOCUS(shared_kstats)
