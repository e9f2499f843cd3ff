/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The core as a subject: the table of its calls. Mutants of the core are built from this file too,
 * under other names.
 */
#include <errno.h>

#include "netstack/netstack.h"
#include "netstack/subject_services.h"

#ifndef SUBJECT_NAME
#define SUBJECT_NAME core
#endif
#ifndef SUBJECT_SUMMARY
#define SUBJECT_SUMMARY "this project's netstack"
#endif

static int
subject_start(unsigned int reaps_max, unsigned int id_max)
{
    zone_id_max = id_max;
    zone_init();
    kstat_init();
    netstack_outstanding_reaps = reaps_max;
    return netstack_init();
}

static int
subject_stop(void)
{
    int error = netstack_fini();
    /* The program may have ended it already. */
    if (error == 0 || error == ENXIO) {
        error = kstat_fini();
    }
    return error != 0 ? error : zone_fini();
}

static void
subject_read_figures(void)
{
    struct netstack_figures figures;
    netstack_read_figures(&figures);
    VERIFY(figures.lingering <= figures.closing);
}

const struct subject SUBJECT_SYMBOL = {
    SUBJECT_COMMON,
    .stack_kind = "netstack",
    .summary = SUBJECT_SUMMARY,
    .differences = 0,
    .stack_flags = netstack_read_flags,
    .start = subject_start,
    .stop = subject_stop,
    .register_module = netstack_register,
    .unregister_module = netstack_unregister,
    .kstat_delete = kstat_delete_netstack,
    .barrier = netstack_barrier,
    .wait_gone = netstack_wait_gone,
    .get_uid = netstack_get_uid,
    .current = netstack_current,
    .hold_tag = netstack_hold_tag,
    .rele_tag = netstack_rele_tag,
    .read_figures = subject_read_figures,
    .report = netstack_report,
    .is_valid = netstack_is_valid,
    .all_valid = netstack_all_valid,
    .init = netstack_init,
    .fini = netstack_fini,
};
