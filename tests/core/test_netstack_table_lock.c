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
    kernel_atomic_t *line = netstack__read_enter(&lock);
    inside++;
    netstack__read_exit(&lock, line);
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

static bool
a_writer_has_come(void)
{
    kernel_mutex_enter(&lock.mutex);
    bool writing = lock.writing;
    kernel_mutex_exit(&lock.mutex);
    return writing;
}

Test(netstack_table_lock, readers_go_in_together)
{
    struct call other;
    kernel_atomic_t *line = netstack__read_enter(&lock);
    call_start(&other, read_once, 0);
    (void)call_finish(&other);
    cr_assert_eq(inside, 1);
    netstack__read_exit(&lock, line);
}

Test(netstack_table_lock, a_writer_waits_for_readers_and_later_readers_do_not_wait_for_it)
{
    struct call writer, reader;
    kernel_atomic_t *line = netstack__read_enter(&lock);
    call_start(&writer, write_once, 0);
    while (!a_writer_has_come()) {
        kernel_sleep_ns(1000);
    }
    call_start(&reader, read_once, 0);
    (void)call_finish(&reader);
    cr_assert_eq(inside, 1);
    cr_assert_not(written);
    netstack__read_exit(&lock, line);
    (void)call_finish(&writer);
    cr_assert(written);
}

Test(netstack_table_lock, a_reader_that_finds_its_line_taken_takes_another)
{
    kernel_atomic_t *lines[KERNEL_STRIPES_MAX];
    for (unsigned i = 0; i < kernel_stripes; i++) {
        lines[i] = netstack__read_enter(&lock);
        cr_assert_not_null(lines[i]);
        for (unsigned other = 0; other < i; other++) {
            cr_assert_neq(lines[i], lines[other]);
        }
    }
    /* None is left: the mutex, which lets others do the same one by one. */
    cr_assert_null(netstack__read_enter(&lock));
    netstack__read_exit(&lock, NULL);
    cr_assert_null(netstack__read_enter(&lock));
    netstack__read_exit(&lock, NULL);
    netstack__read_exit(&lock, lines[0]);
    cr_assert_eq(netstack__read_enter(&lock), lines[0]);
    for (unsigned i = 0; i < kernel_stripes; i++) {
        netstack__read_exit(&lock, lines[i]);
    }
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
        kernel_atomic_t *line = netstack__read_enter(&lock);
        cr_assert_eq(halves[0], halves[1]);
        netstack__read_exit(&lock, line);
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
