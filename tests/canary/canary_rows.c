/* SPDX-License-Identifier: BSD-2-Clause
 *
 * For each error of the canary: the promise that it breaks, a program on which it shows, and who
 * must be the one to say so.
 */
#include "canaries.h"

#define BOOT   "  zone_create stack=exclusive zone=z1\n"
#define HALT   "  zone_destroy zone=z1\n"
#define LOAD   "  register module=ip shutdown=yes\n"
#define UNLOAD "  unregister module=ip\n"
#define FIND   "  find_by_stackid zone=z1 held=0\n"
#define THREAD "thread\n"

const struct canary_row canary_rows[] = {
    {CANARY_freed_while_held, 1, "lifetime", "1. Lifetime: a stack is not freed while a reference",
     NULL, THREAD BOOT FIND HALT "  sleep time=1ms\n  rele held=0"},
    {CANARY_locked_after_free, 1, "engine", "a primitive is used only while its memory lives", NULL,
     THREAD BOOT HALT},
    {CANARY_shut_down_twice, 2, "exactly_once", "2. Exactly once: an instance is shut down", NULL,
     THREAD LOAD BOOT "  zone_shutdown zone=z1\n" HALT},
    {CANARY_failed_is_shut_down, 3, "phase_order",
     "3. Phase order: an instance whose create failed", NULL,
     THREAD LOAD "faults\n  create nth=0 : fail"},
    {CANARY_shutdown_left_out, 4, "completeness", "4. Completeness: an instance is shut down", NULL,
     THREAD LOAD UNLOAD},
    {CANARY_others_instance, 5, "argument",
     "5. Argument: shutdown and destroy get what that create", NULL,
     THREAD LOAD "  register module=arp shutdown=yes\n" BOOT "  zone_shutdown zone=z1"},
    {CANARY_create_on_closing, 6, "late_create", "6. No late create: register creates on no stack",
     NULL, THREAD BOOT FIND HALT LOAD},
    {CANARY_creates_descend, 7, "create_order", "7. Create order", NULL,
     THREAD LOAD "  register module=udp shutdown=yes\n" BOOT},
    {CANARY_destroys_ascend, 8, "teardown_order", "8. Teardown order: destroys of a turn descend",
     NULL, THREAD LOAD "  register module=udp shutdown=yes\n" BOOT HALT},
    {CANARY_register_leaves_out, 9, "all_or_nothing", "9. All or nothing: a module that is", NULL,
     THREAD BOOT LOAD},
    {CANARY_flags_left, 10, "last_callback", "10. Last callback: unregister leaves no flags", NULL,
     THREAD LOAD UNLOAD},
    {CANARY_found_when_closing, 11, "reference_count", "11. References: no lookup gives one after",
     NULL, THREAD BOOT FIND HALT "  find_by_stackid zone=z1 held=1"},
    {CANARY_reaped_by_release, 12, "single_reap", "12. Single reap: a reap runs on the service's",
     NULL, THREAD LOAD BOOT HALT},
    {CANARY_lookup_misses, 13, "lookup_answers", "13. Lookups: what is active throughout is found",
     NULL, THREAD BOOT FIND},
    {CANARY_walk_skips, 14, "walk_completeness", "14. Walk: a stack that is active throughout",
     NULL, THREAD BOOT "  walk"},
    {CANARY_id_of_listed, 15, "unique_ids", "15. Unique ids", NULL,
     THREAD "  zone_ids count=0\n" BOOT FIND HALT "  zone_create stack=exclusive zone=z2"},
    {CANARY_zone_stays_counted, 16, "shared_stack", "16. Shared stack: no zone is counted", NULL,
     THREAD "  zone_create stack=shared zone=z1\n" HALT},
    {CANARY_kstat_not_shown, 16, "shared_stack", "16. Shared stack: a kstat is visible in all",
     NULL,
     THREAD "  kstat_create name=k0 zone=global kstat=0\n"
            "  zone_create stack=shared zone=z1\n"
            "  kstat_find kstat=0 zone=z1"},
    {CANARY_flags_together, 17, "module_flags", "17. Flags: at most one of needed, in progress",
     NULL, THREAD LOAD},
    {CANARY_closing_cleared, 17, "module_flags", "17. Flags: closing is never cleared", NULL,
     THREAD LOAD BOOT HALT},
    {CANARY_callback_under_lock, 18, "held_locks", "18. Locks: a callback is called with no lock",
     NULL, THREAD LOAD},
    {CANARY_waits_under_lock, 18, "held_locks", "18. Locks: who waits for a condition holds", NULL,
     THREAD BOOT FIND "  get_uid held=0 uid=0\n" HALT "  wait_gone uid=0"},
    {CANARY_allocates_under_lock, 18, "held_locks", "18. Locks: no sleeping allocation", NULL,
     THREAD BOOT},
    {CANARY_dispatches_under_lock, 18, "held_locks", "18. Locks: no task is dispatched", NULL,
     THREAD BOOT FIND "  rele held=0"},
    {CANARY_locks_crossed, 18, "engine", "mutexes are taken in one order",
     "the wait-for graph has no cycle",
     THREAD "  find_by_stackid zone=global held=0\n  hold held=0 to=1\n" THREAD
            "  zone_create stack=shared zone=z1"},
    {CANARY_limit_ignored, 19, "admission", "19. Admission", NULL,
     THREAD "  reap_limit count=0\n" LOAD BOOT HALT "  zone_create stack=exclusive zone=z2"},
    {CANARY_record_leaked, 20, "resting_state", "20. Resting state: no canary_zone is left", NULL,
     THREAD "  zone_create stack=shared zone=z1"},
    {CANARY_barrier_never_ends, 21, "engine", "whoever waits is woken by somebody alive", NULL,
     THREAD "  barrier"},
    {CANARY_barrier_spins, 21, "engine", "everything comes to rest", NULL, THREAD "  barrier"},
    {CANARY_pin_leaked, 22, "end_of_stack", "22. End: what was reaped is freed", NULL,
     THREAD LOAD BOOT HALT},
    {CANARY_barrier_too_early, 22, "end_of_stack", "22. End: a barrier returns after", NULL,
     THREAD LOAD BOOT HALT "  barrier"},
    {CANARY_lock_entered_twice, 23, "engine", "a mutex is not entered by its owner", NULL,
     THREAD BOOT FIND "  hold held=0 to=1"},
    {CANARY_locks_crossed, 23, "engine", "the wait-for graph has no cycle",
     "mutexes are taken in one order",
     THREAD "  find_by_stackid zone=global held=0\n  hold held=0 to=1\n" THREAD
            "  zone_create stack=shared zone=z1"},
    {CANARY_release_allocates, 24, "prompt_release", "24. Release: it allocates nothing", NULL,
     THREAD BOOT FIND "  rele held=0"},
    {CANARY_begins_anew, 25, "bounded_visits", "25. Visits", NULL,
     THREAD LOAD THREAD BOOT
     "  zone_create stack=exclusive zone=z2\n"
     "  zone_create stack=exclusive zone=z3\n" THREAD
     "  zone_create stack=exclusive zone=z4\n  zone_create stack=exclusive zone=z5\n"
     "  zone_create stack=exclusive zone=z6\n"
     "faults\n  create nth=0 onwards : yield steps=3"},
    {CANARY_sleeper_without_pin, 26, "engine", "whoever was woken runs before what it slept on",
     NULL, THREAD BOOT FIND "  get_uid held=0 uid=0\n" HALT "  wait_gone uid=0"},
    {CANARY_pointer_stays, 27, "module_pointers", "27. Module pointers: NULL from before destroy",
     NULL, THREAD LOAD UNLOAD},
    {CANARY_slot_stays_taken, 13, "linearizable", "Register: a slot is refused", NULL,
     THREAD LOAD UNLOAD LOAD},
    {.program = NULL},
};
