/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the engine's tests share: run a body under a schedule and look at the result.
 */
#ifndef TESTS_ENGINE_HARNESS_H
#define TESTS_ENGINE_HARNESS_H

#include <criterion/criterion.h>
#include <string.h>

#include "engine/heddle.h"

/* One log a test process: made at first use. */
struct heddle_log *harness_log(void);

/* Runs the body under the fixed policy; the result stays valid until the next run. */
const struct heddle_result *harness_run(void (*body)(void *));
const struct heddle_result *harness_run_seed(void (*body)(void *), const char *strategy,
                                             uint64_t seed);

/* Runs random walks with seeds from 0 until one gives the verdict; fails the test after `limit`. */
const struct heddle_result *harness_find(void (*body)(void *), enum heddle_verdict verdict,
                                         uint32_t limit);

/* Replays the last execution's explicit schedule, strictly. */
const struct heddle_result *harness_replay(void (*body)(void *));

/* The verdict, by name, so that a failed test says what it got. */
#define expect_verdict(result, name)                                                               \
    cr_assert_str_eq(heddle_verdict_name((result)->verdict), name, "%s: %s",                       \
                     heddle_verdict_name((result)->verdict), (result)->message)

#endif
