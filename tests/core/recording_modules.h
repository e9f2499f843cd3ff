/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Nineteen modules that record what is called: module 2 says "2+1" when it is created on stack 1,
 * "2!1" when shut down, "2-1" when destroyed. They fail, wait at a gate, or do something inside, as a
 * test tells them. And the start and the end of a core with all that it stands on.
 */
#ifndef CORE_RECORDING_MODULES_H
#define CORE_RECORDING_MODULES_H

#include <errno.h>
#include <string.h>

#include <criterion/criterion.h>

#include "counting_memory.h"
#include "netstack/netstack.h"
#include "recorder.h"

struct recording_module {
    netstackid_t fails_for;           /* create returns NULL for this stack; -1: for none */
    netstackid_t leaves_reference_on; /* create does, and still fails if told so; -1: none */
    char gate_phase; /* '+', '!' or '-': waits at `gate`, after its word; 0: never */
    netstackid_t gate_stack;
    struct gate gate;
    /* Called at the end of every callback, or NULL. ns: create's argument, else the current stack. */
    void (*inside)(char phase, netstackid_t id, netstack_t *ns);
    netstack_t *left; /* stack of the reference that create left */
};
extern struct recording_module modules[NS_MAX];

/* Registers a recording module; the second one has no shutdown callback. */
int module_register(int module);
int module_register_without_shutdown(int module);

/* What the module's create returns for a stack. */
void *module_instance(int module, netstackid_t id);

/* Lets one callback of a module wait: reached by gate_await(&modules[m].gate), freed by gate_open. */
void module_close_gate(int module, char phase, netstackid_t stack);

/* How often a word was recorded. */
size_t word_count(const char *word);

/* Zones, kstats, netstack. stop: takes away zones and modules, and looks that nothing is left. */
void core_start(void);
void core_stop(void);

zoneid_t make_exclusive_zone(void);

/* A call in a thread of its own, with its answer. */
struct call {
    kernel_thread_t *thread;
    int (*run)(int argument);
    int argument;
    int answer;
    _Atomic bool has_answered;
};
void call_start(struct call *call, int (*run)(int argument), int argument);
int call_finish(struct call *call); /* waits for it */

/* zone_create(ZF_NET_EXCL) and zone_create(0) as such calls; the argument is not used. */
int boot_exclusive(int unused);
int boot_shared(int unused);

#endif
