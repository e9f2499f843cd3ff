/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What closing a subject does: all its static data is put back before every execution, after
 * failures too, and nothing of it is seen from outside.
 */
#include "lab_harness.h"

extern const struct subject subject_statics;

static int answers[2];

static void
ask(void *fails)
{
    answers[0] = subject_statics.stop();
    answers[1] = subject_statics.stop();
    if (fails != NULL) {
        heddle_fail(HEDDLE_PANIC, "test", "planted", KERNEL_HERE, NULL, NULL, "planted");
    }
}

static void
run(bool fails)
{
    const struct heddle_run how = {
        .body = ask,
        .argument = fails ? &answers : NULL,
        .globals = &subject_statics.globals,
        .globals_count = 1,
    };
    heddle_execute(&how, lab_log());
    cr_assert_eq(lab_log()->result.verdict, fails ? HEDDLE_PANIC : HEDDLE_OK);
}

Test(subject, static_data_of_every_kind_is_put_back)
{
    for (int i = 0; i < 5; i++) {
        run(i == 2);
        cr_assert_eq(answers[0], 42, "execution %d", i);
        cr_assert_eq(answers[1], -1, "without putting back, the second answer is another one");
    }
}

Test(subject, its_data_is_all_between_start_and_end)
{
    cr_assert_gt((size_t)(subject_statics.globals.end - subject_statics.globals.start),
                 300 * sizeof(int));
    cr_assert_gt((size_t)(subject_core.globals.end - subject_core.globals.start), 1000);
}
