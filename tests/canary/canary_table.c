/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The canary as a subject: its start and its end, and the table of its calls.
 */
#include <errno.h>

#include "canary.h"
#include "netstack/subject_services.h"

unsigned int netstack_outstanding_reaps;

static int
subject_start(unsigned int reaps_max, unsigned int id_max)
{
    zone_id_max = id_max;
    zone_init();
    kstat_init();
    netstack_outstanding_reaps = reaps_max;
    kernel_mutex_init(&canary.lock, "canary");
    kernel_cv_init(&canary.work, "canary_work");
    kernel_cv_init(&canary.reaped, "canary_reaped");
    canary.reaper = kernel_thread_create("canary_reaper", reaper_run, NULL);
    if (!breaks(id_of_listed)) {
        zone_set_id_filter(netstack_inuse_by_stackid);
    }
    return canary.reaper == NULL ? ENOMEM : attach_start();
}

static int
subject_stop(void)
{
    int error = zone_key_delete(canary.key);
    if (error != 0) {
        return error;
    }
    kernel_mutex_enter(&canary.lock);
    while (canary.reaps_done < canary.reaps_begun) {
        kernel_cv_wait(&canary.reaped, &canary.lock);
    }
    bool is_empty = canary.head == NULL;
    canary.stops = is_empty;
    kernel_cv_signal(&canary.work);
    kernel_mutex_exit(&canary.lock);
    if (!is_empty) {
        return EBUSY;
    }
    kernel_thread_join(canary.reaper);
    zone_set_id_filter(NULL);
    error = kstat_fini();
    return error != 0 ? error : zone_fini();
}

SUBJECT_UNWATCHED static uint32_t
subject_stack_flags(const subject_stack_t *stack)
{
    return (stack_of(stack)->is_uninitialised ? NSF_UNINIT : 0u) |
           (stack_of(stack)->is_closing ? NSF_CLOSING : 0u);
}

const struct subject SUBJECT_SYMBOL = {
    SUBJECT_COMMON,
    .stack_kind = "canary_stack",
    .summary = SUBJECT_SUMMARY,
    .stack_flags = subject_stack_flags,
    .start = subject_start,
    .stop = subject_stop,
    .register_module = netstack_register,
    .unregister_module = netstack_unregister,
    .kstat_delete = kstat_delete_netstack,
    .barrier = netstack_barrier,
    .wait_gone = netstack_wait_gone,
    .get_uid = netstack_get_uid,
    .current = netstack_current,
};
