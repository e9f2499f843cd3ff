/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The line beside AFL++'s module that says which target it mutates for: built once for each (MUTATOR_TARGET,
 * MUTATOR_SUBJECT).
 */
#include "mutator/mutator.h"
#include "netstack/laboratory.h"

const struct mutator_target *
mutator_target(void)
{
    static struct mutator_target target;
    if (target.vocabulary == NULL) {
        const struct laboratory_target *of = laboratory_target_find(MUTATOR_TARGET);
        target = (struct mutator_target){.target = MUTATOR_TARGET,
                                         .subject = MUTATOR_SUBJECT,
                                         .vocabulary = of->vocabulary,
                                         .generation = of->generation};
    }
    return &target;
}
