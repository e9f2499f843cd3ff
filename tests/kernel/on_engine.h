/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The suites of the core and of the services once more, on the engine: put before a test's source by the
 * compiler's -include, this makes each case the body of executions, under the fixed policy, under random
 * walks and under PCT. The sources are the same as on threads; TEST_ROUNDS (recorder.h) tells them how often
 * to do what is done for luck.
 */
#ifndef KERNEL_ON_ENGINE_H
#define KERNEL_ON_ENGINE_H

#include <criterion/criterion.h>
#include <stdint.h>

/* What Criterion's own structures say of suites and cases, as far as the suites use it. */
struct engine_case {
    bool named; /* so that no case is without an initialiser */
    void (*init)(void);
    void (*fini)(void);
    int signal; /* the case is to end in a failure that a production build dies of */
};

/* Runs a case in an execution, under a strategy of this name; it fails with what the execution says. */
void engine_run_case(const struct engine_case *suite, const struct engine_case *own,
                     void (*body)(void), const char *strategy, uint64_t seed);

#undef TestSuite
#define TestSuite(suite, ...)                                                                      \
    static const struct engine_case engine_suite_##suite = {.named = true, ##__VA_ARGS__}

/* A process each, by Criterion: what an execution leaves in static data would be there for the next. */
#define ENGINE_RUN(suite, name, how, strategy, seed)                                               \
    CR_EXPAND(CR_TEST_BASE(suite, name##_##how, .sentinel_ = 0))                                   \
    {                                                                                              \
        engine_run_case(&engine_suite_##suite, &engine_case_##suite##_##name,                      \
                        engine_body_##suite##_##name, strategy, seed);                             \
    }

#undef Test
#define Test(suite, name, ...)                                                                     \
    static void engine_body_##suite##_##name(void);                                                \
    static const struct engine_case engine_case_##suite##_##name = {.named = true, ##__VA_ARGS__}; \
    ENGINE_RUN(suite, name, fixed, "fixed", 0)                                                     \
    ENGINE_RUN(suite, name, walk_1, "random", 1)                                                   \
    ENGINE_RUN(suite, name, walk_2, "random", 2)                                                   \
    ENGINE_RUN(suite, name, walk_3, "random", 3)                                                   \
    ENGINE_RUN(suite, name, pct, "pct", 1)                                                         \
    static void engine_body_##suite##_##name(void)

#endif
