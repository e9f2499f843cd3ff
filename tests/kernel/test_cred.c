/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Credentials.
 */
#include <criterion/criterion.h>

#include "counting_memory.h"
#include "kernel/cred.h"

TestSuite(cred);

Test(cred, it_says_its_zone)
{
    cred_t *cred = cred_create(17);

    cr_assert_eq(crgetzoneid(cred), 17);
    cred_rele(cred);
    cr_assert_eq(test_memory_live(), 0);
}

Test(cred, it_may_be_without_a_zone)
{
    cred_t *cred = cred_create(ZONEID_NONE);

    cr_assert_eq(crgetzoneid(cred), ZONEID_NONE);
    cred_rele(cred);
}

Test(cred, the_last_release_frees_it)
{
    cred_t *cred = cred_create(1);

    cred_hold(cred);
    cred_rele(cred);
    cr_assert_eq(crgetzoneid(cred), 1);
    cred_rele(cred);
    cr_assert_eq(test_memory_live(), 0);
}

Test(cred, there_is_none_without_memory)
{
    test_memory_fail_nth(1);
    cr_assert_null(cred_create(1));
}
