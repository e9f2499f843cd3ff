/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The canary's subjects, one for each error and one without; and by which program each is caught.
 */
#ifndef TESTS_CANARIES_H
#define TESTS_CANARIES_H

#include "canary.h"
#include "netstack/subject.h"

/* By enum canary_error; CANARY_NONE: the correct twin. Made before main. */
extern struct subject canary_subjects[];

struct canary_row {
    enum canary_error broken;
    int invariant;         /* core-spec.md, 3 */
    const char *oracle;    /* who must say so: result.oracle */
    const char *promise;   /* what its promise contains */
    const char *otherwise; /* … or this, under other schedules; NULL */
    const char *program;   /* the body of a .prog */
};
extern const struct canary_row canary_rows[]; /* ended by a program of NULL */

#endif
