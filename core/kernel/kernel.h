/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The seam: every primitive that the core, the zones and the kstats stand on.
 * Two backends implement it, core/kernel/posix (threads) and fuzz/engine (the
 * deterministic scheduler). All storage is opaque and of fixed size, so one object
 * file of the core links against either.
 */
#ifndef KERNEL_KERNEL_H
#define KERNEL_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/probes.h"

/* Where a primitive was called: shown in reports, file and function compared in signatures. */
struct kernel_site {
    const char *file;
    const char *function;
    int line;
};
#define KERNEL_HERE                                                                                \
    (__extension__({                                                                               \
        static const struct kernel_site here_ = {__FILE__, __func__, __LINE__};                    \
        &here_;                                                                                    \
    }))
typedef const struct kernel_site *kernel_site_t;

typedef struct kernel_mutex { uint64_t opaque[7]; } kernel_mutex_t;
typedef struct kernel_cv { uint64_t opaque[6]; } kernel_cv_t;
typedef struct kernel_sema { uint64_t opaque[6]; } kernel_sema_t;
typedef struct kernel_atomic { uint64_t opaque[2]; } kernel_atomic_t;
typedef struct kernel_taskq kernel_taskq_t;
typedef struct kernel_thread kernel_thread_t;

/* May the caller wait for memory? A sleeping allocation never fails. */
enum kernel_wait { KERNEL_NOSLEEP, KERNEL_SLEEP };

/* Pointers that each thread has for itself, NULL at its start; tasks do not inherit them. */
enum kernel_slot { KERNEL_SLOT_ZONE, KERNEL_SLOT_NETSTACK, KERNEL_SLOT_CALLBACK, KERNEL_SLOT_COUNT };

/*
 * Mutexes, not recursive, with an owner. `name` is the lock's class and outlives the lock.
 * Fatal: enter by the owner, exit by a stranger, destroy while held.
 */
void kernel_mutex_init_at(kernel_mutex_t *mutex, const char *name, kernel_site_t site);
void kernel_mutex_destroy_at(kernel_mutex_t *mutex, kernel_site_t site);
void kernel_mutex_enter_at(kernel_mutex_t *mutex, kernel_site_t site);
bool kernel_mutex_tryenter_at(kernel_mutex_t *mutex, kernel_site_t site);
void kernel_mutex_exit_at(kernel_mutex_t *mutex, kernel_site_t site);
bool kernel_mutex_is_held(const kernel_mutex_t *mutex); /* by the calling thread */

/*
 * Condition variables. Requires: the caller holds `mutex`. A wait may end spuriously.
 * wait_for_work: a service thread with nothing to do; there it is at rest, not deadlocked.
 * timedwait: `deadline_ns` is a kernel_time_ns(); false if it passed.
 */
void kernel_cv_init_at(kernel_cv_t *cv, const char *name, kernel_site_t site);
void kernel_cv_destroy_at(kernel_cv_t *cv, kernel_site_t site);
void kernel_cv_wait_at(kernel_cv_t *cv, kernel_mutex_t *mutex, kernel_site_t site);
void kernel_cv_wait_for_work_at(kernel_cv_t *cv, kernel_mutex_t *mutex, kernel_site_t site);
bool kernel_cv_timedwait_at(kernel_cv_t *cv, kernel_mutex_t *mutex, uint64_t deadline_ns,
                            kernel_site_t site);
void kernel_cv_signal_at(kernel_cv_t *cv, kernel_site_t site);
void kernel_cv_broadcast_at(kernel_cv_t *cv, kernel_site_t site);

/* Counting semaphores. */
void kernel_sema_init_at(kernel_sema_t *sema, uint32_t count, const char *name, kernel_site_t site);
void kernel_sema_destroy_at(kernel_sema_t *sema, kernel_site_t site);
void kernel_sema_wait_at(kernel_sema_t *sema, kernel_site_t site);
bool kernel_sema_trywait_at(kernel_sema_t *sema, kernel_site_t site);
void kernel_sema_post_at(kernel_sema_t *sema, kernel_site_t site);

/*
 * Atomic words: load acquires, store releases, the others do both. compare_exchange
 * fails only if the word differs from *expected, which then gets the word's value. The macros call
 * these, or do the same in place (atomic_inline.h).
 */
void kernel_atomic_init_at(kernel_atomic_t *word, uint64_t value, const char *name,
                           kernel_site_t site);
uint64_t kernel_atomic_load_at(const kernel_atomic_t *word, kernel_site_t site);
void kernel_atomic_store_at(kernel_atomic_t *word, uint64_t value, kernel_site_t site);
uint64_t kernel_atomic_fetch_add_at(kernel_atomic_t *word, uint64_t delta, kernel_site_t site);
bool kernel_atomic_compare_exchange_at(kernel_atomic_t *word, uint64_t *expected, uint64_t desired,
                                       kernel_site_t site);

/* Adds in one step, if the word's bits in `mask` are a number from least to most; did it? */
bool kernel_atomic_add_if_at(kernel_atomic_t *word, uint64_t delta, uint64_t mask, uint64_t least,
                             uint64_t most, kernel_site_t site);

/*
 * Zeroed memory, 16-byte aligned. `kind` names what it holds in every report and outlives it.
 * Returns: NULL only where `wait` is KERNEL_NOSLEEP. free: `size` is the allocation's; NULL is fatal.
 */
void *kernel_zalloc_at(const char *kind, size_t size, enum kernel_wait wait, kernel_site_t site);
void kernel_free_at(void *memory, size_t size, kernel_site_t site);

/*
 * Threads and task queues. Both may fail: NULL or false without memory (KERNEL_SLEEP: never).
 * A queue starts tasks in order, at most `width` at a time; destroy waits for all of them.
 */
kernel_thread_t *kernel_thread_create_at(const char *name, void (*run)(void *), void *argument,
                                         kernel_site_t site);
void kernel_thread_join_at(kernel_thread_t *thread, kernel_site_t site);
uint64_t kernel_thread_id(void); /* of the caller; never 0, not reused while it runs */
kernel_taskq_t *kernel_taskq_create_at(const char *name, uint32_t width, kernel_site_t site);
void kernel_taskq_destroy_at(kernel_taskq_t *queue, kernel_site_t site);
bool kernel_taskq_dispatch_at(kernel_taskq_t *queue, void (*run)(void *), void *argument,
                              enum kernel_wait wait, kernel_site_t site);
kernel_taskq_t *kernel_taskq_system(void);

/* Time is monotonic and virtual under the engine; a sleep there costs nothing. */
uint64_t kernel_time_ns(void);
void kernel_sleep_ns_at(uint64_t delay_ns, kernel_site_t site);

void *kernel_slot_get(enum kernel_slot slot);
void kernel_slot_set(enum kernel_slot slot, void *value);

/* Announces that a probe was reached; what the arguments are, probes.h says. */
void kernel_probe_at(enum kernel_probe probe, uintptr_t arg0, uintptr_t arg1, kernel_site_t site);

/* How many listen to probes: 0, and no probe needs to be told. Who listens may change it at any time. */
extern volatile uint16_t kernel_probes_wanted;

/*
 * Into how many words, a cache line each, to split what every thread writes: a power of two, at most
 * the maximum.
 */
extern const unsigned kernel_stripes;
#define KERNEL_STRIPES_MAX 64u

/* The end. panic: the program found itself in a state that must not be. */
_Noreturn void kernel_panic_at(kernel_site_t site, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
_Noreturn void kernel_verify_failed(const char *claim, kernel_site_t site);

/* True in every build, or the end. */
#ifndef VERIFY
#define VERIFY(claim) ((claim) ? (void)0 : kernel_verify_failed(#claim, KERNEL_HERE))
#endif

#define kernel_mutex_init(m, name)         kernel_mutex_init_at((m), (name), KERNEL_HERE)
#define kernel_mutex_destroy(m)            kernel_mutex_destroy_at((m), KERNEL_HERE)
#define kernel_mutex_enter(m)              kernel_mutex_enter_at((m), KERNEL_HERE)
#define kernel_mutex_tryenter(m)           kernel_mutex_tryenter_at((m), KERNEL_HERE)
#define kernel_mutex_exit(m)               kernel_mutex_exit_at((m), KERNEL_HERE)
#define kernel_cv_init(cv, name)           kernel_cv_init_at((cv), (name), KERNEL_HERE)
#define kernel_cv_destroy(cv)              kernel_cv_destroy_at((cv), KERNEL_HERE)
#define kernel_cv_wait(cv, m)              kernel_cv_wait_at((cv), (m), KERNEL_HERE)
#define kernel_cv_wait_for_work(cv, m)     kernel_cv_wait_for_work_at((cv), (m), KERNEL_HERE)
#define kernel_cv_timedwait(cv, m, ns)     kernel_cv_timedwait_at((cv), (m), (ns), KERNEL_HERE)
#define kernel_cv_signal(cv)               kernel_cv_signal_at((cv), KERNEL_HERE)
#define kernel_cv_broadcast(cv)            kernel_cv_broadcast_at((cv), KERNEL_HERE)
#define kernel_sema_init(s, count, name)   kernel_sema_init_at((s), (count), (name), KERNEL_HERE)
#define kernel_sema_destroy(s)             kernel_sema_destroy_at((s), KERNEL_HERE)
#define kernel_sema_wait(s)                kernel_sema_wait_at((s), KERNEL_HERE)
#define kernel_sema_trywait(s)             kernel_sema_trywait_at((s), KERNEL_HERE)
#define kernel_sema_post(s)                kernel_sema_post_at((s), KERNEL_HERE)
#define kernel_atomic_init(w, v, name)     kernel_atomic_init_at((w), (v), (name), KERNEL_HERE)
#define kernel_atomic_load(w)              kernel_inline_load((w), KERNEL_HERE)
#define kernel_atomic_store(w, v)          kernel_inline_store((w), (v), KERNEL_HERE)
#define kernel_atomic_fetch_add(w, d)      kernel_inline_fetch_add((w), (d), KERNEL_HERE)
#define kernel_atomic_compare_exchange(w, expected, desired)                                       \
    kernel_inline_compare_exchange((w), (expected), (desired), KERNEL_HERE)
#define kernel_atomic_add_if(w, d, mask, least, most)                                              \
    kernel_inline_add_if((w), (d), (mask), (least), (most), KERNEL_HERE)
#define kernel_zalloc(kind, size, wait)    kernel_zalloc_at((kind), (size), (wait), KERNEL_HERE)
#define kernel_free(memory, size)          kernel_free_at((memory), (size), KERNEL_HERE)
#define kernel_thread_create(name, fn, a)  kernel_thread_create_at((name), (fn), (a), KERNEL_HERE)
#define kernel_thread_join(t)              kernel_thread_join_at((t), KERNEL_HERE)
#define kernel_taskq_create(name, width)   kernel_taskq_create_at((name), (width), KERNEL_HERE)
#define kernel_taskq_destroy(q)            kernel_taskq_destroy_at((q), KERNEL_HERE)
#define kernel_taskq_dispatch(q, fn, a, wait)                                                      \
    kernel_taskq_dispatch_at((q), (fn), (a), (wait), KERNEL_HERE)
#define kernel_sleep_ns(ns)                kernel_sleep_ns_at((ns), KERNEL_HERE)
#define kernel_probe(probe, a, b)                                                                  \
    (__builtin_expect(kernel_probes_wanted == 0, 1)                                                \
         ? (void)0                                                                                 \
         : kernel_probe_at((probe), (uintptr_t)(a), (uintptr_t)(b), KERNEL_HERE))
#define kernel_panic(...)                  kernel_panic_at(KERNEL_HERE, __VA_ARGS__)

#include "kernel/atomic_inline.h"

#endif
