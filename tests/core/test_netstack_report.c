/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Figures, and the report as text and as JSON.
 */
#include <stdio.h>
#include <stdlib.h>

#include "recording_modules.h"

TestSuite(netstack_report, .init = core_start, .fini = core_stop);

/* What a report says; for free(). */
static char *
report(bool as_json)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    netstack_report(out, as_json);
    fclose(out);
    return text;
}

Test(netstack_report, figures_follow_the_stacks)
{
    struct netstack_figures figures;
    zoneid_t zone = make_exclusive_zone();
    netstack_t *ns = netstack_find_by_stackid(zone);
    netstack_read_figures(&figures);
    cr_assert_eq(figures.live, 2);
    cr_assert_eq(figures.lingering, 0);
    cr_assert_eq(zone_shutdown(zone), 0);
    netstack_read_figures(&figures);
    cr_assert_eq(figures.live, 1);
    cr_assert_eq(figures.closing, 0);
    cr_assert_eq(zone_destroy(zone), 0);
    netstack_read_figures(&figures);
    cr_assert_eq(figures.closing, 1);
    cr_assert_eq(figures.lingering, 1);
    cr_assert_eq(figures.reaps_done, 0);
    netstack_rele(ns);
    cr_assert_eq(netstack_barrier(), 0);
    netstack_read_figures(&figures);
    cr_assert_eq(figures.lingering, 0);
    cr_assert_eq(figures.reaps_outstanding, 0);
    cr_assert_eq(figures.reaps_done, 1);
    cr_assert_gt(figures.reap_longest_ns, 0);
}

Test(netstack_report, names_every_lingering_stack)
{
    netstack_t *ns = netstack_find_by_stackid(make_exclusive_zone());
    (void)make_exclusive_zone();
    netstack_hold(ns);
    cr_assert_eq(zone_destroy(ns->netstack_stackid), 0);

    char *text = report(false);
    cr_assert_not_null(strstr(text, "lingering          1\n"));
    cr_assert_not_null(strstr(text, "stack 1, uid 2: 2 references, lingering for "));
    cr_assert_null(strstr(text, "stack 2"));
    free(text);

    text = report(true);
    cr_assert_eq(strncmp(text, "{\"live\":2,\"closing\":1,\"lingering\":1,", 35), 0);
    cr_assert_not_null(strstr(text, "\"stacks\":[{\"id\":1,\"uid\":2,\"references\":2,"));
    cr_assert_eq(strcmp(text + strlen(text) - 4, "}]}\n"), 0);
    free(text);
    netstack_rele(ns);
    netstack_rele(ns);
}

Test(netstack_report, without_lingering_stacks_is_figures_alone)
{
    char *text = report(true);
    cr_assert_eq(strcmp(text + strlen(text) - 14, ",\"stacks\":[]}\n"), 0);
    free(text);
}

Test(netstack_report, says_every_figure_in_both_formats)
{
    struct netstack_figures figures;
    zoneid_t zone = make_exclusive_zone();
    (void)make_exclusive_zone();
    cr_assert_eq(zone_destroy(zone), 0);
    cr_assert_eq(netstack_barrier(), 0);
    netstack_t *held = netstack_find_by_stackid(make_exclusive_zone());
    cr_assert_eq(zone_destroy(held->netstack_stackid), 0);
    do {
        netstack_read_figures(&figures);
        kernel_sleep_ns(1000);
    } while (figures.closing > 1); /* the reaper frees the first after it counted the reap */

    char *text = report(false), *json = report(true), line[80];
#define EXPECT(name)                                                                               \
    snprintf(line, sizeof(line), "%-18s %llu\n", #name, (unsigned long long)figures.name);         \
    cr_assert_not_null(strstr(text, line), "%s in %s", line, text);                                \
    snprintf(line, sizeof(line), "\"%s\":%llu,", #name, (unsigned long long)figures.name);         \
    cr_assert_not_null(strstr(json, line), "%s in %s", line, json)
    EXPECT(live);
    EXPECT(closing);
    EXPECT(lingering);
    EXPECT(reaps_outstanding);
    EXPECT(reaps_done);
    EXPECT(reap_longest_ns);
    EXPECT(waits);
#undef EXPECT
    free(text);
    free(json);
    netstack_rele(held);
}
