/* SPDX-License-Identifier: BSD-2-Clause
 *
 * C11's atomic operations: each is a scheduling point and takes effect at once for all, so what is explored is
 * sequentially consistent whatever the order that was asked for. What that order does not promise is
 * not taken for granted in telling races (C11, 5.1.2.4; 7.17.3, 7.17.4):
 *
 * 1. a load with acquire knows what the store that it reads from released;
 * 2. a store begins anew what its word releases: with release, what the task knows; without, what it knew at its
 *    last fence with release, if there was one. Without release it also goes on with a release sequence that
 *    is the task's own;
 * 3. a read-modify-write adds to what its word releases: it goes on with the release sequence that it reads;
 * 4. a fence with acquire knows what all earlier loads of the task could have known with acquire.
 *
 * Where several sequences run through one word, by 3, they end together, with that of the last store that
 * released: 2 may then take an order for promised that is not. It never takes one for not promised that is.
 * One OS thread runs all, so the operations themselves are plain ones here.
 */
#include "engine/access_parts.h"

#pragma GCC diagnostic ignored "-Wmissing-prototypes"

__extension__ typedef unsigned __int128 wide_t;

/* As the compilers number them. */
enum order { RELAXED, CONSUME, ACQUIRE, RELEASE, ACQUIRE_RELEASE, SEQUENTIAL };

static struct fence {
    bool has_released, has_seen;
    struct clock released; /* known at the last fence with release */
    struct clock seen;     /* what loads without acquire have read from */
} fences[HEDDLE_TASKS_MAX];

static bool
acquires(int order)
{
    /* Compilers treat consume as acquire. The bits above are hints for lock elision. */
    order &= 0xffff;
    return order != RELAXED && order != RELEASE;
}

static bool
releases(int order)
{
    order &= 0xffff;
    return order == RELEASE || order == ACQUIRE_RELEASE || order == SEQUENTIAL;
}

void
access_atomic_begin(uint16_t task)
{
    fences[task].has_released = fences[task].has_seen = false;
}

static struct clock *
known(void)
{
    return &race_clocks[exec.current->number];
}

/* 1 */
static void
order_load(const void *word, int order)
{
    const struct released *released = race_released(word);
    struct fence *fence = &fences[exec.current->number];
    if (released == NULL) {
        return;
    }
    if (acquires(order)) {
        race_join(known(), &released->known);
        return;
    }
    if (!fence->has_seen) {
        fence->has_seen = true;
        fence->seen = (struct clock){{0}};
    }
    race_join(&fence->seen, &released->known);
}

/* A store without release, as if the task's last fence with release stood in it. */
static void
order_fenced(const void *word)
{
    uint16_t self = exec.current->number;
    if (fences[self].has_released) {
        struct released *released = race_released_make(word);
        race_join(&released->known, &fences[self].released);
        taskset_add(&released->heads, self);
    }
}

/* 2 */
static void
order_store(const void *word, int order)
{
    uint16_t self = exec.current->number;
    struct released *before = race_released(word);
    if (releases(order)) {
        access_store_release(word);
        return;
    }
    if (before != NULL && !taskset_has(&before->heads, self)) {
        *before = (struct released){0};
    }
    order_fenced(word);
}

/* 3 */
static void
order_update(const void *word, int order)
{
    order_load(word, order);
    if (releases(order)) {
        access_release(word);
    } else {
        order_fenced(word);
    }
}

/* 4 */
static void
order_fence(int order)
{
    struct fence *fence = &fences[exec.current->number];
    if (acquires(order) && fence->has_seen) {
        race_join(known(), &fence->seen);
    }
    if (releases(order)) {
        fence->has_released = true;
        fence->released = *known();
        race_tick();
    }
}

/* The point before an operation; it may turn out not to write. */
static access_pc_t
begin(const volatile void *word, enum access_kind kind, const void *caller)
{
    access_pc_t pc = access_pc(caller);
    access_point((const void *)(uintptr_t)word, (enum access_kind)(kind | ACCESS_ATOMIC), pc);
    return pc;
}

static void
check(const volatile void *word, size_t size, enum access_kind kind, access_pc_t pc)
{
    race_check((const void *)(uintptr_t)word, size, (enum access_kind)(kind | ACCESS_ATOMIC), pc);
}

#define CALLER __builtin_return_address(0)
#define WORD   ((const void *)(uintptr_t)word)

#define LOAD_AND_STORE(bits, type)                                                                 \
    type __tsan_atomic##bits##_load(const volatile type *word, int order)                          \
    {                                                                                              \
        if (access_counts) {                                                                       \
            access_pc_t pc = begin(word, ACCESS_READ, CALLER);                                     \
            check(word, sizeof(type), ACCESS_READ, pc);                                            \
            order_load(WORD, order);                                                               \
        }                                                                                          \
        return *word;                                                                              \
    }                                                                                              \
    void __tsan_atomic##bits##_store(volatile type *word, type value, int order)                   \
    {                                                                                              \
        if (access_counts) {                                                                       \
            access_pc_t pc = begin(word, ACCESS_WRITE, CALLER);                                    \
            check(word, sizeof(type), ACCESS_WRITE, pc);                                           \
            order_store(WORD, order);                                                              \
        }                                                                                          \
        *word = value;                                                                             \
    }

/* `result` is an expression in `old` and `value`. */
#define UPDATE(bits, type, name, result)                                                           \
    type __tsan_atomic##bits##_##name(volatile type *word, type value, int order)                  \
    {                                                                                              \
        if (access_counts) {                                                                       \
            access_pc_t pc = begin(word, ACCESS_WRITE, CALLER);                                    \
            check(word, sizeof(type), ACCESS_WRITE, pc);                                           \
            order_update(WORD, order);                                                             \
        }                                                                                          \
        type old = *word;                                                                          \
        *word = (type)(result);                                                                    \
        return old;                                                                                \
    }

/* What is not exchanged is only loaded. */
#define EXCHANGE_IF(bits, type)                                                                    \
    type __tsan_atomic##bits##_compare_exchange_val(volatile type *word, type expected,            \
                                                    type desired, int order, int failure)          \
    {                                                                                              \
        access_pc_t pc = access_counts ? begin(word, ACCESS_WRITE, CALLER) : 0;                    \
        type old = *word;                                                                          \
        if (access_counts && old == expected) {                                                    \
            check(word, sizeof(type), ACCESS_WRITE, pc);                                           \
            order_update(WORD, order);                                                             \
        } else if (access_counts) {                                                                \
            check(word, sizeof(type), ACCESS_READ, pc);                                            \
            order_load(WORD, failure);                                                             \
        }                                                                                          \
        if (old == expected) {                                                                     \
            *word = desired;                                                                       \
        }                                                                                          \
        return old;                                                                                \
    }

#define EXCHANGE_OR_TELL(bits, type, strength)                                                     \
    int __tsan_atomic##bits##_compare_exchange_##strength(volatile type *word, type *expected,     \
                                                          type desired, int order, int failure)    \
    {                                                                                              \
        access_pc_t pc = access_counts ? begin(word, ACCESS_WRITE, CALLER) : 0;                    \
        type old = *word;                                                                          \
        bool same = old == *expected;                                                              \
        if (access_counts) {                                                                       \
            check(word, sizeof(type), same ? ACCESS_WRITE : ACCESS_READ, pc);                      \
            (same ? order_update : order_load)(WORD, same ? order : failure);                      \
        }                                                                                          \
        *(same ? word : expected) = same ? desired : old;                                          \
        return same;                                                                               \
    }

#define ATOMIC(bits, type)                                                                         \
    LOAD_AND_STORE(bits, type)                                                                     \
    UPDATE(bits, type, exchange, value)                                                            \
    UPDATE(bits, type, fetch_add, old + value)                                                     \
    UPDATE(bits, type, fetch_sub, old - value)                                                     \
    UPDATE(bits, type, fetch_and, old &value)                                                      \
    UPDATE(bits, type, fetch_or, old | value)                                                      \
    UPDATE(bits, type, fetch_xor, old ^ value)                                                     \
    UPDATE(bits, type, fetch_nand, ~(old & value))                                                 \
    EXCHANGE_IF(bits, type)                                                                        \
    EXCHANGE_OR_TELL(bits, type, strong)                                                           \
    EXCHANGE_OR_TELL(bits, type, weak)

/* clang-format off */
ATOMIC(8, uint8_t)
ATOMIC(16, uint16_t)
ATOMIC(32, uint32_t)
ATOMIC(64, uint64_t)
ATOMIC(128, wide_t)
/* clang-format on */

void
__tsan_atomic_thread_fence(int order)
{
    if (access_counts) {
        order_fence(order);
    }
}

/* Between a task and its own signal handlers: orders nothing between tasks. */
void
__tsan_atomic_signal_fence(int order)
{
    (void)order;
}
