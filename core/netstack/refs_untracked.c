/* SPDX-License-Identifier: BSD-2-Clause
 *
 * References without records: the production choice. refs_tracked.c is the other.
 */
#include "netstack_impl.h"

const bool netstack__tracked = false;

void
netstack__track_start(void)
{
}

void
netstack__track_hold(struct netstack__stack *stack, const char *tag, kernel_site_t site)
{
    (void)stack;
    (void)tag;
    (void)site;
}

void
netstack__track_rele(struct netstack__stack *stack, const char *tag, kernel_site_t site)
{
    (void)stack;
    (void)tag;
    (void)site;
}

void
netstack__track_forget(struct netstack__stack *stack)
{
    (void)stack;
}

void
netstack__track_read(struct netstack__stack *stack, struct netstack__holders *holders)
{
    (void)stack;
    *holders = (struct netstack__holders){.tracked = false};
}
