/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Exhaustive search: what it reaches, that it ends, and that the reduction loses nothing: on hundreds of generated
 * programs it reaches the verdicts and final states that a search without reduction reaches.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/strategy.h"
#include "search_harness.h"

/* --- generated programs --------------------------------------------------------------------- */

enum { THREADS_MAX = 3, OPERATIONS_MAX = 4, OBJECTS = 2 };
enum operation {
    UPDATE,
    ADD,
    LOAD,
    STORE,
    EXCHANGE,
    NEST,
    TRY_LOCK,
    POST,
    PERMIT,
    TRY,
    WAIT,
    SIGNAL,
    USE,
    DROP,
    QUEUE,
    OPERATION_COUNT
};

struct step {
    enum operation operation;
    uint32_t object;
};
#define END                                                                                        \
    {                                                                                              \
        OPERATION_COUNT, 0                                                                         \
    }

static struct {
    uint32_t threads, operations[THREADS_MAX];
    struct step steps[THREADS_MAX][OPERATIONS_MAX];
} generated;

/* Something that one thread may free while another is about to use it. */
struct box {
    kernel_mutex_t lock;
    uint64_t uses;
};

static struct {
    kernel_mutex_t locks[OBJECTS];
    kernel_cv_t changed;
    kernel_atomic_t words[OBJECTS];
    kernel_sema_t permits;
    kernel_taskq_t *queue;
    struct box *box;
    bool is_dropped;           /* locks[1] */
    uint64_t guarded[OBJECTS]; /* locks[i] */
    uint64_t seen[THREADS_MAX];
} world;

static void
generate(uint64_t seed)
{
    uint32_t k = 0;
    generated.threads = 2 + strategy_below(strategy_hash(seed, 0, k++, 0), 2);
    for (uint32_t thread = 0; thread < generated.threads; thread++) {
        uint32_t most = generated.threads == 2 ? OPERATIONS_MAX : 2;
        generated.operations[thread] = 1 + strategy_below(strategy_hash(seed, 0, k++, 0), most);
        for (uint32_t i = 0; i < generated.operations[thread]; i++) {
            generated.steps[thread][i].operation =
                strategy_below(strategy_hash(seed, 0, k++, 0), OPERATION_COUNT);
            generated.steps[thread][i].object =
                strategy_below(strategy_hash(seed, 0, k++, 0), OBJECTS);
        }
    }
}

static void
see(uint32_t thread, uint64_t value)
{
    world.seen[thread] = world.seen[thread] * 31 + value + 1;
}

static void
update(uint32_t thread, uint32_t object)
{
    kernel_mutex_enter(&world.locks[object]);
    world.guarded[object] = world.guarded[object] * 7 + thread + 1;
    kernel_mutex_exit(&world.locks[object]);
}

static void
nest(uint32_t thread, uint32_t object)
{
    kernel_mutex_enter(&world.locks[object]);
    update(thread, 1 - object);
    kernel_mutex_exit(&world.locks[object]);
}

/* Waits for somebody's update, if there was none: with nobody to come, a deadlock. */
static void
wait_for_update(uint32_t thread)
{
    kernel_mutex_enter(&world.locks[0]);
    if (world.guarded[0] == 0) {
        kernel_cv_wait(&world.changed, &world.locks[0]);
    }
    see(thread, world.guarded[0]);
    kernel_mutex_exit(&world.locks[0]);
}

static void
signal_update(uint32_t thread)
{
    kernel_mutex_enter(&world.locks[0]);
    world.guarded[0] = world.guarded[0] * 7 + thread + 1;
    kernel_cv_signal(&world.changed);
    kernel_mutex_exit(&world.locks[0]);
}

static void
try_lock(uint32_t thread, uint32_t object)
{
    bool entered = kernel_mutex_tryenter(&world.locks[object]);
    if (entered) {
        world.guarded[object] = world.guarded[object] * 7 + thread + 1;
        kernel_mutex_exit(&world.locks[object]);
    }
    see(thread, entered);
}

/* A point within the critical section: others can come to wait for the lock. */
static void
use(uint32_t thread)
{
    kernel_mutex_enter(&world.box->lock);
    world.box->uses = world.box->uses * 7 + thread + 1;
    see(thread, kernel_atomic_load(&world.words[0]));
    kernel_mutex_exit(&world.box->lock);
}

static void
drop(uint32_t thread)
{
    kernel_mutex_enter(&world.locks[1]);
    bool is_dropped = world.is_dropped;
    world.is_dropped = true;
    kernel_mutex_exit(&world.locks[1]);
    see(thread, is_dropped);
    if (!is_dropped) {
        kernel_free(world.box, sizeof(*world.box));
    }
}

static void
queued(void *argument)
{
    update((uint32_t)(uintptr_t)argument, 0);
}

static void
exchange(uint32_t thread, uint32_t object)
{
    uint64_t expected = 0;
    (void)kernel_atomic_compare_exchange(&world.words[object], &expected, 10 + thread);
    see(thread, expected);
}

static void
run_thread(void *argument)
{
    uint32_t thread = (uint32_t)(uintptr_t)argument;
    for (uint32_t i = 0; i < generated.operations[thread]; i++) {
        uint32_t object = generated.steps[thread][i].object;
        switch (generated.steps[thread][i].operation) {
        case UPDATE:
            update(thread, object);
            break;
        case ADD:
            (void)kernel_atomic_fetch_add(&world.words[object], thread + 1);
            break;
        case LOAD:
            see(thread, kernel_atomic_load(&world.words[object]));
            break;
        case STORE:
            kernel_atomic_store(&world.words[object], 100 + thread);
            break;
        case EXCHANGE:
            exchange(thread, object);
            break;
        case NEST:
            nest(thread, object);
            break;
        case TRY_LOCK:
            try_lock(thread, object);
            break;
        case PERMIT:
            kernel_sema_wait(&world.permits);
            break;
        case USE:
            use(thread);
            break;
        case DROP:
            drop(thread);
            break;
        case QUEUE:
            (void)kernel_taskq_dispatch(world.queue, queued, argument, KERNEL_SLEEP);
            break;
        case POST:
            kernel_sema_post(&world.permits);
            break;
        case TRY:
            see(thread, kernel_sema_trywait(&world.permits));
            break;
        case WAIT:
            wait_for_update(thread);
            break;
        default:
            signal_update(thread);
            break;
        }
    }
}

static void
run_generated(void *unused)
{
    (void)unused;
    uint16_t tasks[THREADS_MAX];
    memset(&world, 0, sizeof(world));
    for (int i = 0; i < OBJECTS; i++) {
        kernel_mutex_init(&world.locks[i], "lock");
        kernel_atomic_init(&world.words[i], 0, "word");
    }
    kernel_cv_init(&world.changed, "changed");
    kernel_sema_init(&world.permits, 0, "permits");
    world.queue = kernel_taskq_create("queue", 1);
    world.box = kernel_zalloc("box", sizeof(*world.box), KERNEL_SLEEP);
    kernel_mutex_init(&world.box->lock, "box");
    for (uint32_t i = 0; i < generated.threads; i++) {
        tasks[i] = heddle_spawn("thread", run_thread, (void *)(uintptr_t)i);
    }
    for (uint32_t i = 0; i < generated.threads; i++) {
        heddle_join(tasks[i]);
    }
    heddle_settle();
    uint64_t state = world.is_dropped ? 1 : world.box->uses + 2;
    for (int i = 0; i < OBJECTS; i++) {
        state = state * 1000003 + world.guarded[i];
        state = state * 1000003 + kernel_atomic_load(&world.words[i]);
    }
    for (uint32_t i = 0; i < generated.threads; i++) {
        state = state * 1000003 + world.seen[i];
    }
    final_state = state & 0xffffffffffff;
}

static const char *
describe_generated(void)
{
    static const char *const names[] = {
        [UPDATE] = "update",     [ADD] = "add",   [LOAD] = "load",         [STORE] = "store",
        [EXCHANGE] = "exchange", [NEST] = "nest", [TRY_LOCK] = "try_lock", [POST] = "post",
        [PERMIT] = "permit",     [TRY] = "try",   [WAIT] = "wait",         [SIGNAL] = "signal",
        [USE] = "use",           [DROP] = "drop", [QUEUE] = "queue"};
    static char text[1024];
    size_t length = 0;
    for (uint32_t thread = 0; thread < generated.threads; thread++) {
        length += (size_t)sprintf(text + length, "\n  thread:");
        for (uint32_t i = 0; i < generated.operations[thread]; i++) {
            length += (size_t)sprintf(text + length, " %s %u",
                                      names[generated.steps[thread][i].operation],
                                      generated.steps[thread][i].object);
        }
    }
    return text;
}

/* Of the plain search and the reduced one, of one program or of many. */
struct comparison {
    uint32_t programs;
    uint64_t plain, reduced; /* executions */
};

/* Every failure and final state of the plain search is one of the reduced one, and the reverse. */
static void
compare_searches(const char *name, uint32_t preemptions_max, struct comparison *comparison)
{
    static struct outcomes reduced, plain;
    const uint64_t limit = 5000; /* of the plain search: beyond it a program is passed over */
    struct search_options options = {.preemptions_max = preemptions_max, .plain = true};
    struct search_figures all = explore(run_generated, &options, limit, &plain);
    if (!all.complete) {
        return;
    }
    options.plain = false;
    struct search_figures some = explore(run_generated, &options, limit, &reduced);
    cr_assert(some.complete);
    cr_assert_leq(some.executions, all.executions);
    cr_assert(outcomes_are_within(&plain, &reduced),
              "program %s, %u preemptions: %zu outcomes of %zu after %d executions of %d%s", name,
              preemptions_max, reduced.count, plain.count, (int)some.executions,
              (int)all.executions, describe_generated());
    cr_assert(outcomes_are_within(&reduced, &plain));
    comparison->plain += all.executions;
    comparison->reduced += some.executions;
    comparison->programs++;
}

static void
compare_seeds(uint64_t seed, uint32_t preemptions_max, struct comparison *comparison)
{
    char name[32];
    snprintf(name, sizeof(name), "%d", (int)seed);
    generate(seed);
    compare_searches(name, preemptions_max, comparison);
}

static void
compare_many(uint32_t preemptions_max, uint32_t programs)
{
    struct comparison all = {0};
    for (uint64_t seed = 0; all.programs < programs; seed++) {
        compare_seeds(seed, preemptions_max, &all);
    }
    char bound[32] = "no bound";
    if (preemptions_max != SEARCH_UNBOUNDED) {
        snprintf(bound, sizeof(bound), "at most %u preemptions", preemptions_max);
    }
    fprintf(stderr, "%u programs, %s: %d executions, reduced %d, %.1f times fewer\n", all.programs,
            bound, (int)all.plain, (int)all.reduced, (double)all.plain / (double)all.reduced);
}

Test(search, the_reduction_loses_nothing_without_preemptions)
{
    compare_many(0, 300);
}

Test(search, the_reduction_loses_nothing_with_one_preemption)
{
    compare_many(1, 300);
}

Test(search, the_reduction_loses_nothing_with_two_preemptions)
{
    compare_many(2, 300);
}

Test(search, the_reduction_loses_nothing_without_a_bound)
{
    compare_many(SEARCH_UNBOUNDED, 200);
}

/* Programs of which earlier reductions lost something. */
Test(search, what_was_lost_once_is_not_lost_again)
{
    static const uint64_t seeds[] = {2, 310, 835, 1676, 2133, 2194, 3266, 3343, 6060};
    struct comparison all = {0};
    for (size_t i = 0; i < sizeof(seeds) / sizeof(*seeds); i++) {
        for (uint32_t bound = 0; bound < 3; bound++) {
            compare_seeds(seeds[i], bound, &all);
        }
        compare_seeds(seeds[i], SEARCH_UNBOUNDED, &all);
    }
    cr_assert_geq(all.programs, 27, "%u", all.programs);
}

/* Each loses something if one rule of dependence.c is left out. */
struct written {
    const char *name; /* of the rule */
    struct step steps[THREADS_MAX][OPERATIONS_MAX + 1];
};

static const struct written written[] = {
    {"a mark where a wait for a mutex ends",
     {{{TRY_LOCK, 0}, {SIGNAL, 0}, END},
      {{TRY_LOCK, 0}, {UPDATE, 1}, END},
      {{TRY_LOCK, 1}, {WAIT, 0}, END}}},
    {"a mark where a wait for a condition lets its mutex go",
     {{{TRY_LOCK, 1}, {WAIT, 0}, END},
      {{TRY_LOCK, 0}, {TRY_LOCK, 0}, END},
      {{UPDATE, 0}, {SIGNAL, 0}, END}}},
    {"who tried in vain, before a release",
     {{{TRY_LOCK, 1}, {TRY_LOCK, 0}, {TRY_LOCK, 1}, END}, {{NEST, 1}, END}, {END}}},
    {"to try in vain is to read",
     {{{NEST, 0}, END}, {{TRY_LOCK, 0}, {UPDATE, 1}, END}, {{TRY_LOCK, 0}, {TRY_LOCK, 0}, END}}},
};

static void
take_written(const struct written *program)
{
    memset(&generated, 0, sizeof(generated));
    for (uint32_t i = 0; i < THREADS_MAX; i++) {
        uint32_t count = 0;
        for (; program->steps[i][count].operation != OPERATION_COUNT; count++) {
            generated.steps[i][count] = program->steps[i][count];
        }
        generated.operations[i] = count;
        generated.threads += count > 0;
    }
}

Test(search, no_rule_of_the_reduction_can_be_left_out)
{
    struct comparison all = {0};
    for (size_t i = 0; i < sizeof(written) / sizeof(*written); i++) {
        take_written(&written[i]);
        for (uint32_t bound = 0; bound < 3; bound++) {
            compare_searches(written[i].name, bound, &all);
        }
    }
    cr_assert_eq(all.programs, 3 * sizeof(written) / sizeof(*written), "%u", all.programs);
}

/* --- what it says of itself ------------------------------------------------------------------- */

/* A program of some tens of executions. */
static void
generate_one(void)
{
    static struct outcomes outcomes;
    struct search_figures figures = {0};
    for (uint64_t seed = 0; figures.executions < 20; seed++) {
        generate(seed);
        figures = explore(run_generated, &two_preemptions, 100, &outcomes);
    }
}

Test(search, it_says_whether_that_was_all)
{
    static struct outcomes outcomes;
    generate_one();
    struct search_figures some = explore(run_generated, &two_preemptions, 2, &outcomes);
    cr_assert_not(some.complete);
    cr_assert(some.fraction > 0 && some.fraction < 1);
    struct search_figures all = explore(run_generated, &two_preemptions, UINT64_MAX, &outcomes);
    cr_assert(all.complete);
    cr_assert_eq(all.fraction, 1);
    cr_assert_gt(all.executions, 2);
    cr_assert_gt(all.pruned + all.bounded, 0);
}

Test(search, it_goes_on_from_where_it_was_written_down)
{
    static struct outcomes whole, first, rest;
    char text[1 << 16] = "";
    generate_one();
    struct search_figures at_once = explore(run_generated, &two_preemptions, UINT64_MAX, &whole);

    (void)explore(run_generated, &two_preemptions, at_once.executions / 2, &first);
    struct search *search = search_init(malloc(search_size()), &two_preemptions);
    FILE *file = fmemopen(text, sizeof(text), "w");
    search_save(explored, file);
    fclose(file);

    file = fmemopen(text, sizeof(text), "r");
    cr_assert(search_load(search, file));
    fclose(file);
    struct search_figures figures;
    const struct heddle_deviation *deviations;
    size_t count;
    while (search_next(search, &deviations, &count)) {
        execute_next(search, run_generated, deviations, count, &rest);
    }
    search_read_figures(search, &figures);
    cr_assert(figures.complete);
    cr_assert_eq(figures.executions, at_once.executions);
    cr_assert_eq(figures.pruned, at_once.pruned);
    for (size_t i = 0; i < rest.count; i++) {
        add_outcome(&first, rest.values[i]);
    }
    cr_assert(outcomes_are_within(&whole, &first) && outcomes_are_within(&first, &whole));
    free(search);
}

/* Into another one, as text. */
static struct search *
copy_search(const struct search *search, struct search *copy)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    search_save(search, file);
    fclose(file);
    file = fmemopen(text, size, "r");
    cr_assert(search_load(search_init(copy, &two_preemptions), file));
    fclose(file);
    free(text);
    return copy;
}

/* Whoever was given a schedule may die before it is learned from: in this process, or after it was written down. */
Test(search, a_schedule_is_given_again_until_it_is_learned_from)
{
    static struct outcomes whole, again;
    generate_one();
    struct search_figures at_once = explore(run_generated, &two_preemptions, UINT64_MAX, &whole);

    struct search *searches[] = {malloc(search_size()), malloc(search_size())};
    struct search *search = search_init(searches[0], &two_preemptions);
    struct search_figures figures;
    const struct heddle_deviation *deviations;
    size_t count;
    for (uint32_t i = 1; search_next(search, &deviations, &count); i++) {
        search = copy_search(search, searches[i % 2]);
        cr_assert(search_next(search, &deviations, &count));
        cr_assert(search_next(search, &deviations, &count));
        execute_next(search, run_generated, deviations, count, &again);
    }
    search_read_figures(search, &figures);
    cr_assert(figures.complete);
    cr_assert_eq(figures.executions, at_once.executions, "%d instead of %d",
                 (int)figures.executions, (int)at_once.executions);
    cr_assert(outcomes_are_within(&whole, &again));
    free(searches[0]);
    free(searches[1]);
}

Test(search, what_is_no_search_is_refused)
{
    static const char *const texts[] = {
        "", "heddle search 1\n", "heddle search 2\n3 0\n1 0 0 0 0\nend\n",
        "heddle search 2\n2 0\n1 0 0 0 1\n0 0 1 0 0 0 999 0 0 3 0 1 0 1 0\nend\n",
        "heddle search 2\n2 0\n1 0 0 0 1\n0 0 1 0 0 0 0 0 0 3 0 1 0"};
    void *memory = malloc(search_size());
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        FILE *file = texts[i][0] == '\0'
                         ? fopen("/dev/null", "r")
                         : fmemopen((void *)(uintptr_t)texts[i], strlen(texts[i]), "r");
        cr_assert_not(search_load(search_init(memory, &two_preemptions), file), "text %zu", i);
        fclose(file);
    }
    free(memory);
}
