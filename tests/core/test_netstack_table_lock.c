/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The lock of the table: readers together, writers alone, and who waits for whom.
 */
#include <stdatomic.h>

#include "netstack/netstack_impl.h"
#include "recording_modules.h"

static struct netstack__table_lock lock;
static _Atomic int inside; /* readers */
static _Atomic bool written;
static uint64_t halves[2]; /* always equal, but for a writer */

static void
prepare(void)
{
    netstack__table_lock_init(&lock);
}

TestSuite(netstack_table_lock, .init = prepare);

static int
read_once(int unused)
{
    (void)unused;
    kernel_atomic_t *readers = netstack__read_enter(&lock);
    inside++;
    netstack__read_exit(&lock, readers);
    return 0;
}

static int
write_once(int unused)
{
    (void)unused;
    netstack__write_enter(&lock);
    written = true;
    netstack__write_exit(&lock);
    return 0;
}

Test(netstack_table_lock, readers_go_in_together)
{
    struct call other;
    kernel_atomic_t *readers = netstack__read_enter(&lock);
    call_start(&other, read_once, 0);
    (void)call_finish(&other);
    cr_assert_eq(inside, 1);
    netstack__read_exit(&lock, readers);
}

Test(netstack_table_lock, a_writer_waits_for_readers_and_later_readers_do_not_wait_for_it)
{
    struct call writer, reader;
    kernel_atomic_t *readers = netstack__read_enter(&lock);
    call_start(&writer, write_once, 0);
    while (kernel_atomic_load(readers) == 1) {
        /* until the writer has come */
    }
    call_start(&reader, read_once, 0);
    (void)call_finish(&reader);
    cr_assert_eq(inside, 1);
    cr_assert_not(written);
    netstack__read_exit(&lock, readers);
    (void)call_finish(&writer);
    cr_assert(written);
}

Test(netstack_table_lock, a_reader_waits_for_a_writer_at_work)
{
    struct call reader;
    netstack__write_enter(&lock);
    call_start(&reader, read_once, 0);
    kernel_sleep_ns(1000000);
    cr_assert_eq(inside, 0);
    netstack__write_exit(&lock);
    (void)call_finish(&reader);
    cr_assert_eq(inside, 1);
}

static int
read_often(int rounds)
{
    for (int i = 0; i < rounds; i++) {
        kernel_atomic_t *readers = netstack__read_enter(&lock);
        cr_assert_eq(halves[0], halves[1]);
        netstack__read_exit(&lock, readers);
    }
    return 0;
}

static int
write_often(int rounds)
{
    for (int i = 0; i < rounds; i++) {
        netstack__write_enter(&lock);
        halves[0]++;
        halves[1]++;
        netstack__write_exit(&lock);
    }
    return 0;
}

Test(netstack_table_lock, writers_are_alone)
{
    struct call calls[7];
    for (int i = 0; i < 5; i++) {
        call_start(&calls[i], read_often, TEST_ROUNDS(20000));
    }
    call_start(&calls[5], write_often, TEST_ROUNDS(2000));
    call_start(&calls[6], write_often, TEST_ROUNDS(2000));
    for (int i = 0; i < 7; i++) {
        (void)call_finish(&calls[i]);
    }
    cr_assert_eq(halves[0], 2 * TEST_ROUNDS(2000));
}
