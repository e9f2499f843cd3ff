/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Observations, told by hand: a line each, so that a test reads as the story it tells. And the
 * double that stands for the engine: what an oracle says is caught here.
 */
#ifndef TESTS_ORACLES_TELLING_H
#define TESTS_ORACLES_TELLING_H

#include <criterion/criterion.h>

#include "netstack/contract.h"
#include "netstack/operations.h"
#include "netstack/oracles/view.h"

/* Tasks of the stories. The reaper is whoever never makes a call. */
enum { BODY = 0, ANN = 1, BOB = 2, CAT = 3, REAPER = 9, OTHER_REAPER = 10 };

/* Stacks: allocation numbers. The global one is there from the start. */
enum { GLOBAL = 11, STACK = 20, STACK2 = 30, STACK3 = 40 };

typedef void story_fn(void);

/* Tells the story to every oracle: none may say a word. */
void assert_silent(story_fn *story);

/*
 * Tells it to the oracle alone, then to all: both times it is that oracle which ends it, with a
 * promise that contains these words.
 */
void assert_caught(story_fn *story, const char *oracle, const char *promise);

/* The same, asking only that oracle: where several promises break at once. */
void assert_caught_alone(story_fn *story, const char *oracle, const char *promise);

/* As assert_caught, by the verdict too. */
void assert_caught_as(story_fn *story, enum heddle_verdict verdict, const char *oracle,
                      const char *promise);

/* The same, of a subject with these differences. */
void assert_silent_with(uint64_t differences, story_fn *story);

/* The adapter tells nonsense: an internal error. */
void assert_refused(story_fn *story);

/* Did the last oracle say where? */
bool last_has_place(void);

/* What the last oracle said. */
const char *last_message(void);

/* What lives: for resting_state. */
void live_forget(void);
void live_add(uint32_t object, const char *kind);
void live_remove(uint32_t object);

/* What the subject says of a module; its pointer follows the callbacks by itself. */
void zones_become(uint32_t stack, uint32_t zones);
void flags_become(uint32_t stack, uint8_t module, uint16_t flags);
void zones_become(uint32_t stack, uint32_t zones); /* before, it says nothing of zones */
void stack_flags_become(uint32_t stack, uint32_t flags);
void pointer_becomes(uint32_t stack, uint8_t module, uintptr_t pointer);

/* --- lines ------------------------------------------------------------------------------- */

void calls(uint16_t task, enum netstack_verb verb);
void returns(uint16_t task, enum netstack_verb verb, int result);
void calls_register(uint16_t task, uint8_t module, uint32_t epoch, bool shutdown_given);
void returns_register(uint16_t task, uint8_t module, uint32_t epoch, int result);
void calls_unregister(uint16_t task, uint8_t module);
void returns_unregister(uint16_t task, uint8_t module, int result);
void calls_of_zone(uint16_t task, enum netstack_verb verb, int zone);
void returns_of_zone(uint16_t task, enum netstack_verb verb, int zone, int result);
void calls_with(uint16_t task, enum netstack_verb verb, uint32_t stack);
void returns_with(uint16_t task, enum netstack_verb verb, int zone, uint32_t stack);

/* A call on a kstat, which is a number here, that begins and ends at once. */
void asks_kstat(uint16_t task, enum netstack_verb verb, uint32_t kstat, int zone, int result);

/* A callback from start to end; create gives instance_of(stack, module, epoch). */
void runs(uint16_t task, enum callback_phase phase, uint32_t stack, uint8_t module, uint32_t epoch);
void starts(uint16_t task, enum callback_phase phase, uint32_t stack, uint8_t module,
            uint32_t epoch);
void ends(uint16_t task, enum callback_phase phase, uint32_t stack, uint8_t module, uint32_t epoch);
void starts_with(uint16_t task, enum callback_phase phase, uint32_t stack, uint8_t module,
                 uint32_t epoch, uintptr_t argument);
void create_fails(uint16_t task, uint32_t stack, uint8_t module, uint32_t epoch);
uintptr_t instance_of(uint32_t stack, uint8_t module, uint32_t epoch);

void born(uint16_t task, uint32_t stack);
void freed(uint16_t task, uint32_t stack);
void holds(uint16_t task, uint32_t stack);    /* the call's probe, then the hold */
void releases(uint16_t task, uint32_t stack); /* the release, then the call's probe */
void probes(uint16_t task, enum kernel_probe probe, uint32_t stack, uint8_t module);
void unlocks(uint16_t task, uint32_t stack);
void waits(uint16_t task, enum heddle_wait wait, bool may_sleep, const char *lock);
void starts_holding(uint16_t task, uint32_t stack, uint8_t module, uint32_t epoch,
                    const char *lock);
void limits_reaps(int limit); /* the service has just started */
void makes_kstat(uint16_t task, uint32_t kstat, int stackid);
void begins_to_look(uint16_t task, uint32_t kstat, int zone);
void ends_looking(uint16_t task, uint32_t kstat, int zone, int result);
void looks_for_kstat(uint16_t task, uint32_t kstat, int zone, int result);
void attached(uint16_t task, int zone, uint32_t stack);
void detaching(uint16_t task, int zone, uint32_t stack);
void walk_begins(uint16_t task, uint32_t cursor);
void walk_gives(uint16_t task, uint32_t cursor, uint32_t stack); /* 0: the end */
void walk_tells(uint16_t task, enum observation_kind kind, uint32_t cursor, uint32_t stack);
void walk_finishes(uint16_t task, uint32_t cursor);
void threads_done(void);
void rests(void);

/* --- whole scenes -------------------------------------------------------------------------- */

/* A registration where the global stack is the only one, and its end. */
void registers(uint16_t task, uint8_t module, uint32_t epoch);
void unregisters(uint16_t task, uint8_t module);

/*
 * A zone with a stack of its own boots, creating this module (NS_MAX: none) under registration
 * `epoch`. The zone has the number of the stack.
 */
void boots(uint16_t task, uint32_t stack, uint8_t module, uint32_t epoch);
void halts(uint16_t task, uint32_t stack, uint8_t module, uint32_t epoch);
void is_reaped(uint16_t task, uint32_t stack, uint8_t module, uint32_t epoch);

/* The two halves of halts: in between, the stack is closing or it is not. */
void begins_to_halt(uint16_t task, uint32_t stack);
void has_halted(uint16_t task, uint32_t stack);

/* The end of a story whose stack is still there. */
void is_put_away(void);

/* A lookup of an id from call to return: the stack that it gives goes back at once; 0: none. */
void asks(uint16_t task, enum netstack_verb verb, int id, uint32_t given);

/* A lookup that gives the stack. */
void finds(uint16_t task, uint32_t stack);
void gives_back(uint16_t task, uint32_t stack);

#endif
