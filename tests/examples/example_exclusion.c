/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Mutual exclusion by loads and stores alone, and by a token: never are two inside.
 */
#include "example.h"

#define PARTIES_MAX 3

static struct {
    kernel_atomic_t inside;
    kernel_atomic_t wants[PARTIES_MAX], turn;
    kernel_atomic_t choosing[PARTIES_MAX], ticket[PARTIES_MAX];
} door;

static void
make_door(void)
{
    kernel_atomic_init(&door.inside, 0, "inside");
    kernel_atomic_init(&door.turn, 0, "turn");
    for (int i = 0; i < PARTIES_MAX; i++) {
        kernel_atomic_init(&door.wants[i], false, "wants");
        kernel_atomic_init(&door.choosing[i], false, "choosing");
        kernel_atomic_init(&door.ticket[i], 0, "ticket");
    }
}

static void
be_inside(void)
{
    EXPECT(INVARIANT, kernel_atomic_fetch_add(&door.inside, 1) == 0);
    kernel_atomic_fetch_add(&door.inside, (uint64_t)-1);
}

/* --- peterson (Peterson, 1981) ------------------------------------------------------------------------------- */

static void
peterson_party(void *argument)
{
    uint32_t self = number_of(argument), other = 1 - self;
    if (mended()) {
        set(&door.wants[self], true);
        set(&door.turn, other);
    } else {
        set(&door.turn, other);
        set(&door.wants[self], true);
    }
    while (get(&door.wants[other]) && get(&door.turn) == other) {
        spin_pause();
    }
    be_inside();
    set(&door.wants[self], false);
}

static void
peterson(void)
{
    make_door();
    run_many(peterson_party, 2);
}

/* --- dekker (Dijkstra, EWD 123, 1965) --------------------------------------------------------------------------- */

static void
dekker_party(void *argument)
{
    uint32_t self = number_of(argument), other = 1 - self;
    for (int round = 0; round < 2; round++) {
        set(&door.wants[self], true);
        while (get(&door.wants[other])) {
            if (get(&door.turn) != self) {
                set(&door.wants[self], false);
                while (get(&door.turn) != self) {
                    spin_pause();
                }
                set(&door.wants[self], true);
                if (!mended()) {
                    break; /* its turn, but the other may be on its way in again */
                }
            }
            spin_pause();
        }
        be_inside();
        set(&door.turn, other);
        set(&door.wants[self], false);
    }
    /* Who is done leaves the turn to the other for good. */
}

static void
dekker(void)
{
    make_door();
    run_many(dekker_party, 2);
}

/* --- bakery (Lamport, CACM 1974) ---------------------------------------------------------------------------------- */

static void
bakery_party(void *argument)
{
    uint32_t self = number_of(argument), parties = size();
    if (mended()) {
        set(&door.choosing[self], true);
    }
    uint64_t last = 0;
    for (uint32_t i = 0; i < parties; i++) {
        uint64_t ticket = get(&door.ticket[i]);
        last = ticket > last ? ticket : last;
    }
    uint64_t own = last + 1;
    set(&door.ticket[self], own);
    if (mended()) {
        set(&door.choosing[self], false);
    }
    for (uint32_t i = 0; i < parties; i++) {
        while (i != self && get(&door.choosing[i])) {
            spin_pause();
        }
        uint64_t ticket;
        while (i != self && (ticket = get(&door.ticket[i])) != 0 &&
               (ticket < own || (ticket == own && i < self))) {
            spin_pause();
        }
    }
    be_inside();
    set(&door.ticket[self], 0);
}

static void
bakery(void)
{
    make_door();
    run_many(bakery_party, size());
}

/* --- token-ring: a watchdog makes a new token where it sees none ---------------------------------------------------- */

#define STATIONS 3
#define NOWHERE  STATIONS

static struct {
    kernel_mutex_t lock;
    kernel_sema_t arrived[STATIONS];
    kernel_atomic_t place; /* of the token, where it waits to be taken */
} token;

static void
pass_token_on(uint32_t to)
{
    set(&token.place, to);
    kernel_sema_post(&token.arrived[to]);
}

static void
station(void *argument)
{
    uint32_t self = number_of(argument);
    kernel_sema_wait(&token.arrived[self]);
    enter_if(mended(), &token.lock);
    set(&token.place, NOWHERE);
    be_inside();
    pass_token_on((self + 1) % STATIONS);
    exit_if(mended(), &token.lock);
}

static void
watchdog(void)
{
    for (int i = 0; i < 2; i++) {
        enter_if(mended(), &token.lock);
        if (get(&token.place) == NOWHERE) {
            pass_token_on(STATIONS - 1);
        }
        exit_if(mended(), &token.lock);
    }
}

static void
watch_or_pass(void *argument)
{
    if (number_of(argument) < STATIONS) {
        station(argument);
    } else {
        watchdog();
    }
}

static void
token_ring(void)
{
    make_door();
    kernel_mutex_init(&token.lock, "token");
    kernel_atomic_init(&token.place, 0, "place");
    for (uint32_t i = 0; i < STATIONS; i++) {
        kernel_sema_init(&token.arrived[i], i == 0, "arrived");
    }
    run_many(watch_or_pass, STATIONS + 1);
}

const struct example examples_exclusion[] = {
    {.name = "peterson",
     .family = "mutual exclusion",
     .bug = "the turn is given away before the own wish is announced",
     .verdicts = VERDICT(INVARIANT),
     .threads = 2,
     .body = peterson},
    {.name = "dekker",
     .family = "mutual exclusion",
     .bug = "whose turn it has become enters without looking at the other's wish again",
     /* Two inside may also leave the turn to who is through already. */
     .verdicts = VERDICT(INVARIANT) | VERDICT(LIVELOCK),
     .threads = 2,
     .body = dekker},
    {.name = "bakery-2",
     .family = "mutual exclusion",
     .bug = "nobody announces that it is choosing a ticket",
     .verdicts = VERDICT(INVARIANT),
     .threads = 2,
     .size = 2,
     .body = bakery},
    {.name = "bakery-3",
     .family = "mutual exclusion",
     .bug = "nobody announces that it is choosing a ticket",
     .verdicts = VERDICT(INVARIANT),
     .threads = 3,
     .size = 3,
     .body = bakery},
    {.name = "token-ring",
     .family = "token ring",
     .bug = "a watchdog takes the token in somebody's hands for lost and makes another",
     .verdicts = VERDICT(INVARIANT),
     .threads = 4,
     .body = token_ring},
    {0},
};
