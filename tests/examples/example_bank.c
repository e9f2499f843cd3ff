/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A bank whose money must add up at every moment that an audit can see.
 */
#include "example.h"

#define ACCOUNTS 2
#define OPENING  100

static struct {
    kernel_mutex_t lock;
    kernel_atomic_t balance;
} accounts[ACCOUNTS];

static void
add(uint32_t account, uint64_t amount)
{
    set(&accounts[account].balance, get(&accounts[account].balance) + amount);
}

/* Both locks in order of number, where one lock at a time is not enough. */
static void
enter_both(void)
{
    for (uint32_t i = 0; i < ACCOUNTS; i++) {
        enter_if(mended(), &accounts[i].lock);
    }
}

static void
exit_both(void)
{
    for (uint32_t i = 0; i < ACCOUNTS; i++) {
        exit_if(mended(), &accounts[i].lock);
    }
}

static void
transfer(void *argument)
{
    uint32_t from = number_of(argument), to = 1 - from;
    enter_both();
    enter_if(!mended(), &accounts[from].lock);
    add(from, (uint64_t)-10);
    exit_if(!mended(), &accounts[from].lock);
    enter_if(!mended(), &accounts[to].lock);
    add(to, 10);
    exit_if(!mended(), &accounts[to].lock);
    exit_both();
}

static void
audit(void)
{
    uint64_t sum = 0;
    enter_both();
    for (uint32_t i = 0; i < ACCOUNTS; i++) {
        enter_if(!mended(), &accounts[i].lock);
        sum += get(&accounts[i].balance);
        exit_if(!mended(), &accounts[i].lock);
    }
    exit_both();
    EXPECT(INVARIANT, sum == ACCOUNTS * OPENING);
}

static void
transfer_or_audit(void *argument)
{
    if (number_of(argument) < ACCOUNTS) {
        transfer(argument);
    } else {
        audit();
    }
}

static void
bank_audit(void)
{
    for (uint32_t i = 0; i < ACCOUNTS; i++) {
        kernel_mutex_init(&accounts[i].lock, "account");
        kernel_atomic_init(&accounts[i].balance, OPENING, "balance");
    }
    run_many(transfer_or_audit, ACCOUNTS + 1);
}

const struct example examples_bank[] = {
    {.name = "bank-audit",
     .family = "bank account transfer with audit",
     .bug = "each account has its lock, and an audit sees money between two of them",
     .verdicts = VERDICT(INVARIANT),
     .threads = 3,
     .body = bank_audit},
    {0},
};
