/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What happened, in order, as words that a test compares; gates, at which a callback waits; and
 * three keys that record: key a's callbacks for zone 1 say "a+1" (create), "a!1" (shutdown) and
 * "a-1" (destroy).
 */
#ifndef KERNEL_RECORDER_H
#define KERNEL_RECORDER_H

#ifdef TEST_ON_ENGINE
#include "on_engine.h"
#else
#include <criterion/criterion.h>
#endif
#include <stdatomic.h>

#include "kernel/zone.h"

/* How often a test does something for luck: a few times where schedules are chosen. */
#ifdef TEST_ON_ENGINE
#define TEST_ROUNDS(on_threads) ((on_threads) / 100 + 1)
#else
#define TEST_ROUNDS(on_threads) (on_threads)
#endif

void recorder_clear(void);
void recorder_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
const char *recorder_text(void);

#define recorder_expect(text) cr_assert_str_eq(recorder_text(), (text))

/* A gate that is closed for n: the next n who come say so and wait, each for one opening. */
struct gate {
    atomic_int closed_for;
    kernel_sema_t reached, opened;
};
void gate_close_for(struct gate *gate, int n);
void gate_pass(struct gate *gate);
void gate_await(struct gate *gate); /* until somebody waits there */
void gate_open(struct gate *gate);  /* lets one pass */

/* A recording key. Its data in zone n is the address of data[n]. */
#define RECORDER_ZONES 64
struct recorder_key {
    zone_key_t number;
    zone_create_fn create;
    zone_callback_fn shutdown, destroy;
    zoneid_t fails_for; /* create gives NULL for this zone; ZONEID_NONE: for none */
    struct gate create_gate, shutdown_gate, destroy_gate; /* before the word is said */
    void (*inside)(zoneid_t id);                          /* or NULL: called by every callback */
    char data[RECORDER_ZONES];
};
extern struct recorder_key key_a, key_b, key_c;
int recorder_key_create(struct recorder_key *key);

/* Starts the zones and forgets everything; ends them and looks for what was left. */
void services_start(void);
void services_stop(void);

/* Makes a zone, or says why not. */
zoneid_t make_zone(void);

#endif
