/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Wrong twins: each behaves as its strategy but for one error, of the kind that is easily made and
 * hardly seen. They do not call themselves by another name.
 */
#ifndef TESTS_TWINS_H
#define TESTS_TWINS_H

#include "engine/strategy.h"

struct twin {
    const char *of;    /* whose twin it is */
    const char *error; /* what is wrong with it */
    struct strategy strategy;
};

/* NULL beyond the last. */
const struct twin *twin_at(size_t index);

#endif
