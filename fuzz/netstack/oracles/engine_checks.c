/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What of the invariants the engine keeps by itself, whatever oracles run: said here, for it
 * knows nothing of them. Each line names the file of fuzz/engine that does it.
 */
#include "netstack/oracles/oracle.h"

const struct engine_check engine_checks[] = {
    {"engine: memory", "1. Lifetime: no lock, condition or free of what is freed; nobody sleeps on "
                       "it then; it is not written"},
    {"engine: lock_order", "18. Locks: they are taken in one order, in whatever schedule"},
    {"engine: scheduler", "21. Every call returns: under a fair schedule something completes, and "
                          "all comes to rest"},
    {"engine: deadlock", "21. Every call returns: whoever waits is woken by somebody alive"},
    {"engine: deadlock", "23. Wait-for graph: it has no cycle"},
    {"engine: seam_mutex", "23. Wait-for graph: nobody enters a mutex that is his own"},
    {"engine: memory", "26. Sleepers: whoever was woken runs before what he slept on is freed"},
    {NULL, NULL},
};
