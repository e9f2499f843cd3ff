/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What is in a campaign's directory, read once and put in order: whether it runs, was killed or has ended, nothing there is
 * changed. What is missing or cannot be read is told as such, for a page of the rest.
 */
#ifndef TOOL_CAMPAIGN_ACCOUNT_H
#define TOOL_CAMPAIGN_ACCOUNT_H

#include "tool/campaign/campaign.h"

struct account_instance {
    char name[64]; /* "lifecycle-afl-main" */
    bool readable; /* its tally; else it is of another version, or was never begun */
    uint64_t runs, passed_over, doubled, pairs;
};

/* A failure as its files say, without running it. What they do not say is empty. */
struct account_failure {
    char path[PATH_MAX];                                                   /* the .prog */
    char name[64];                                                         /* its signature */
    char verdict[32], promise[160], oracle[64], place[160], found_by[160]; /* of its head */
    char file[NAME_MAX + 1], commit[64], build[64], judged[32], found[32]; /* of its origin */
    char process[160]; /* "lifecycle-afl-main (afl, main), seed 7, execution 1234" */
    double seconds;    /* of the campaign, when it was judged; below 0: not known */
};

struct campaign_account {
    struct campaign campaign; /* campaign.json */
    struct campaign_options options;
    struct campaign_record record;
    bool running;
    struct account_instance *instances; /* by name */
    size_t instance_count, unreadable;
    struct tally sum;                 /* of those that are readable */
    struct account_failure *failures; /* first found, first */
    size_t failure_count;
    uint64_t inputs, waiting; /* in corpus/ and incoming/ now */
};

/*
 * Returns: anything but TOOL_OK has complained, and *account is NULL.
 */
enum tool_exit campaign_account_read(const char *directory, struct campaign_account **account);
/* Is there a tally? Without one nobody knows what was executed, which is not the same as nothing. */
bool campaign_account_has_tallies(const struct campaign_account *account);

void campaign_account_destroy(struct campaign_account *account);

#endif
