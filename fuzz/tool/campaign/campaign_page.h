/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A campaign's account as a page, that needs nothing but itself: no script, no file, no network. Each part is a file of its own.
 */
#ifndef TOOL_CAMPAIGN_PAGE_H
#define TOOL_CAMPAIGN_PAGE_H

#include <stdio.h>

#include "tool/campaign/campaign_account.h"

/* Failures are run again to be explained. Returns: the worst that was seen, which the page says, too. */
enum tool_exit campaign_page(const struct campaign_account *account, FILE *out);

/* --- its parts ------------------------------------------------------------------------------ */

/* page_curves.c: how it grew; and interleaving pairs, if their growth was written down. */
void page_curves(const struct campaign_account *account, FILE *out);
void page_curve_of_pairs(const struct campaign_account *account, FILE *out);

/* page_failures.c */
enum tool_exit page_failures(const struct campaign_account *account, FILE *out);

/* page_coverage.c: faults, interleavings, operations. */
void page_coverage(const struct campaign_account *account, FILE *out);

#endif
