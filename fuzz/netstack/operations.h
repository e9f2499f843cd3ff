/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The operation table: what programs of the target "lifecycle" may say. One verb for each public
 * call of the netstack, the zones, the kstats and the credentials, and for each way to misuse them
 * that is answered by an error. Verbs are only ever added at the end: their index is in files.
 */
#ifndef NETSTACK_OPERATIONS_H
#define NETSTACK_OPERATIONS_H

#include "program/program.h"

enum netstack_verb {
    VERB_REGISTER,       /* module, shutdown */
    VERB_UNREGISTER,     /* module */
    VERB_REGISTER_BAD,   /* how */
    VERB_UNREGISTER_BAD, /* how */
    VERB_ZONE_CREATE,    /* stack, zone */
    VERB_ZONE_SHUTDOWN,  /* zone */
    VERB_ZONE_DESTROY,   /* zone */
    VERB_ZONE_SHUTDOWN_GLOBAL,
    VERB_ZONE_DESTROY_GLOBAL,
    VERB_ZONE_CREATE_BAD,
    VERB_FIND_BY_STACKID,       /* zone, held */
    VERB_FIND_BY_ZONEID,        /* zone, held */
    VERB_FIND_BY_ZONEID_NOLOCK, /* held */
    VERB_FIND_BY_CRED,          /* cred, held */
    VERB_GET_CURRENT,           /* held */
    VERB_INUSE_BY_STACKID,      /* zone */
    VERB_HOLD,                  /* held, to */
    VERB_RELE,                  /* held */
    VERB_HOLD_IF_ACTIVE,        /* held, to */
    VERB_HOLD_TAG,              /* held, to */
    VERB_RELE_TAG,              /* held */
    VERB_WALK_INIT,             /* cursor */
    VERB_WALK_NEXT,             /* cursor, held */
    VERB_WALK_FINI,             /* cursor */
    VERB_WALK,                  /* keep */
    VERB_STACKID_TO_ZONEID,     /* zone */
    VERB_ZONEID_TO_STACKID,     /* zone */
    VERB_GET_ZONEID,            /* held */
    VERB_GET_UID,               /* held, uid */
    VERB_KSTAT_CREATE_STACK,    /* name, zone, kstat */
    VERB_KSTAT_DELETE_STACK,    /* kstat */
    VERB_KSTAT_DELETE_STALE,
    VERB_BARRIER,
    VERB_WAIT_GONE, /* uid */
    VERB_WAIT_GONE_BAD,
    VERB_CURRENT,
    VERB_FIGURES,
    VERB_REPORT,   /* json */
    VERB_IS_VALID, /* held */
    VERB_ALL_VALID,
    VERB_INIT,
    VERB_FINI,
    VERB_ZONE_FIND,        /* zone, hold */
    VERB_ZONE_FIND_NOLOCK, /* hold */
    VERB_ZONE_HOLD,        /* hold, to */
    VERB_ZONE_RELE,        /* hold */
    VERB_ZONE_STATUS,      /* hold */
    VERB_ZONE_ENTER,       /* hold */
    VERB_ZONE_LEAVE,
    VERB_ZONE_CURRENT,
    VERB_ZONE_KEY_CREATE, /* key, shutdown */
    VERB_ZONE_KEY_CREATE_BAD,
    VERB_ZONE_KEY_DELETE,  /* key */
    VERB_ZONE_GETSPECIFIC, /* key, hold */
    VERB_ZONE_IS_VALID,
    VERB_KSTAT_CREATE_ZONE, /* name, zone, kstat */
    VERB_KSTAT_DELETE_ZONE, /* kstat */
    VERB_KSTAT_ZONE_ADD,    /* kstat, zone */
    VERB_KSTAT_ZONE_REMOVE, /* kstat, zone */
    VERB_KSTAT_ZONE_FIND,   /* kstat, zone */
    VERB_KSTAT_IS_VALID,    /* kstat */
    VERB_CRED_CREATE,       /* zone, cred */
    VERB_CRED_HOLD,         /* cred, to */
    VERB_CRED_RELE,         /* cred */
    VERB_CRED_ZONEID,       /* cred */
    VERB_SLEEP,             /* time */
    VERB_YIELD,             /* steps */
    VERB_REAP_LIMIT,        /* count: decides before the start, does nothing where it stands */
    VERB_ZONE_IDS,          /* count: likewise */
    VERB_COUNT
};

/* Slots that all threads share: what one operation leaves, another one takes. */
#define SLOTS_ZONE   8 /* 0 is the global zone, for ever */
#define SLOTS_HELD   8 /* references to stacks */
#define SLOTS_CURSOR 4
#define SLOTS_KSTAT  8
#define SLOTS_CRED   4
#define SLOTS_UID    4
#define SLOTS_HOLD   4 /* references to zones */
#define SLOTS_KEY    4
#define KSTAT_NAMES  4
#define SLEEP_TIMES  8

/* An operation's result in events, beside 0 and errno: there was nothing that it could work on. */
#define OPERATION_SKIPPED 0xffff

/* The vocabulary of "lifecycle"; its strategies are the engine's. */
const struct program_vocabulary *operations_vocabulary(void);

/*
 * Runs one operation in the calling task: a scheduling point, the call, its result as an event.
 * Also what callbacks call when the fault plan says so. Returns: 0, an errno, or OPERATION_SKIPPED.
 */
int operation_run(enum netstack_verb verb, const uint16_t *arguments);

#endif
