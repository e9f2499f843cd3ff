/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What stress_modules.c (callbacks) and stress_registrar.c (who registers them) share.
 */
#ifndef STRESS_STRESS_REGISTRATIONS_H
#define STRESS_STRESS_REGISTRATIONS_H

#include "stress.h"

/* Of threads, and the last for the stable modules. One has no shutdown callback. */
#define STRESS_VARIANTS           5
#define STRESS_VARIANT_STABLE     4
#define STRESS_VARIANT_OF_THREADS 4

static inline bool
stress_variant_shuts_down(int variant)
{
    return variant != 3;
}

struct stress_module_callbacks {
    void *(*create)(netstackid_t, netstack_t *);
    void (*shutdown)(netstackid_t, void *);
    void (*destroy)(netstackid_t, void *);
};
extern const struct stress_module_callbacks stress_module_callbacks[STRESS_VARIANTS][NS_MAX];

/* The last registration of a module by one thread. serial: written by that thread while no callback of it
 * can run, read by creates. live: instances, with the serial above them, so that who removed it sees
 * whether that number is of what it removed. */
struct stress_registration {
    uint64_t serial;
    _Atomic uint64_t live;
};
#define STRESS_LIVE_SERIAL(word) ((word) >> 32)
#define STRESS_LIVE_COUNT(word)  ((word)&UINT64_C(0xffffffff))
extern struct stress_registration stress_registrations[NS_MAX][STRESS_VARIANTS];

enum { STRESS_PHASE_CREATE = 1, STRESS_PHASE_SHUTDOWN, STRESS_PHASE_DESTROY };

/* In whose name the thread calls, and how far that has come. */
struct stress_turn {
    enum stress_turn_kind kind;
    int subject; /* module or zone */
    int phase;
    int64_t key;
    int64_t reaping; /* uid */
    int removed_variant;
    uint64_t removed_serial; /* 0: nothing yet */
};
extern _Thread_local struct stress_turn stress_turn;

#endif
