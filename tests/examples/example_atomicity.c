/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Atomicity violations: what was meant to happen at once can be seen, or lost, half done. The shapes
 * are those of Lu, Park, Seo and Zhou, "Learning from mistakes", ASPLOS 2008.
 */
#include "example.h"

/* --- lost-update --------------------------------------------------------------------------- */

static kernel_atomic_t hits;

static void
hit(void *unused)
{
    (void)unused;
    for (int i = 0; i < 2; i++) {
        if (mended()) {
            kernel_atomic_fetch_add(&hits, 1);
        } else {
            set(&hits, get(&hits) + 1);
        }
    }
}

static void
lost_update(void)
{
    kernel_atomic_init(&hits, 0, "hits");
    run_all(hit, hit);
    VERIFY(get(&hits) == 4);
}

/* --- torn-pair: a square is as wide as it is high ------------------------------------------- */

static struct {
    kernel_mutex_t lock;
    kernel_atomic_t width, height;
} square;

static void
resize(void *unused)
{
    (void)unused;
    for (uint64_t side = 2; side < 4; side++) {
        enter_if(mended(), &square.lock);
        set(&square.width, side);
        set(&square.height, side);
        exit_if(mended(), &square.lock);
    }
}

static void
look(void *unused)
{
    (void)unused;
    enter_if(mended(), &square.lock);
    uint64_t width = get(&square.width);
    uint64_t height = get(&square.height);
    exit_if(mended(), &square.lock);
    EXPECT(INVARIANT, width == height);
}

static void
torn_pair(void)
{
    kernel_mutex_init(&square.lock, "square");
    kernel_atomic_init(&square.width, 1, "width");
    kernel_atomic_init(&square.height, 1, "height");
    run_all(resize, look);
}

/* --- log-rotation: between close and open, records are dropped ------------------------------ */

static struct {
    kernel_mutex_t lock;
    kernel_atomic_t is_open, records;
} journal;

static void
rotate(void *unused)
{
    (void)unused;
    enter_if(mended(), &journal.lock);
    set(&journal.is_open, false);
    set(&journal.is_open, true);
    exit_if(mended(), &journal.lock);
}

static void
write_records(void *unused)
{
    (void)unused;
    for (int i = 0; i < 2; i++) {
        kernel_mutex_enter(&journal.lock);
        if (get(&journal.is_open)) {
            set(&journal.records, get(&journal.records) + 1);
        }
        kernel_mutex_exit(&journal.lock);
    }
}

static void
log_rotation(void)
{
    kernel_mutex_init(&journal.lock, "journal");
    kernel_atomic_init(&journal.is_open, true, "is_open");
    kernel_atomic_init(&journal.records, 0, "records");
    run_all(write_records, rotate);
    VERIFY(get(&journal.records) == 2);
}

/* --- null-check: looked at, then used, and gone in between ---------------------------------- */

static kernel_atomic_t query_text;

static void
show_query(void *unused)
{
    (void)unused;
    uint64_t text = get(&query_text);
    if (text != 0) {
        text = mended() ? text : get(&query_text);
        VERIFY(text != 0);
    }
}

static void
end_query(void *unused)
{
    (void)unused;
    set(&query_text, 0);
}

static void
null_check(void)
{
    kernel_atomic_init(&query_text, 1, "query_text");
    run_all(show_query, end_query);
}

const struct example examples_atomicity[] = {
    {.name = "lost-update",
     .family = "atomicity violation, one variable",
     .bug = "a counter is read, increased and written back in two steps",
     .verdicts = VERDICT(ASSERTION),
     .threads = 2,
     .body = lost_update},
    {.name = "torn-pair",
     .family = "atomicity violation, two variables",
     .bug = "two fields that belong together are written and read without a lock",
     .verdicts = VERDICT(INVARIANT),
     .threads = 2,
     .body = torn_pair},
    {.name = "log-rotation",
     .family = "atomicity violation, one variable",
     .bug = "a log is closed and opened again without the lock that its writers take",
     .verdicts = VERDICT(ASSERTION),
     .threads = 2,
     .body = log_rotation},
    {.name = "null-check",
     .family = "atomicity violation, one variable",
     .bug = "a pointer is read again after it was found not to be null",
     .verdicts = VERDICT(ASSERTION),
     .threads = 2,
     .body = null_check},
    {0},
};
