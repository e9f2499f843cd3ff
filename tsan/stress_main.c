/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Options, the watchdog, and how a failure ends: with the command that tries it again. The run is a thread
 * of its own; the main thread sees that somebody's calls end.
 */
#include <argp.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/hash_table.h"
#include "stress_watch.h"

#define LOOK_EVERY_US 100000
#define LOOKS_PER_S   10

struct stress_options stress_options = {.seed = 1, .seconds = 2, .stuck_s = 60};

static struct stress_thread threads[STRESS_THREADS_MAX];
static struct stress_thread of_main = {.index = STRESS_INDEX_OF_MAIN};
static struct stress_thread of_reaper = {.index = STRESS_INDEX_OF_REAPER};
static _Thread_local struct stress_thread *self;
static _Atomic bool has_ended;

/* --- numbers -------------------------------------------------------------------------------------- */

/* SplitMix64 (Steele, Lea, Flood, OOPSLA 2014). */
static uint64_t
draw(uint64_t *stream, uint64_t limit)
{
    uint64_t number = *stream += UINT64_C(0x9e3779b97f4a7c15);
    return limit > 0 ? kernel_hash_number(number) % limit : 0;
}

uint64_t
stress_deed(uint64_t limit)
{
    return draw(&stress_self()->deeds, limit);
}

uint64_t
stress_chance(uint64_t limit)
{
    return draw(&stress_self()->chance, limit);
}

/* --- threads -------------------------------------------------------------------------------------- */

struct stress_thread *
stress_self(void)
{
    return self != NULL ? self : &of_reaper;
}

struct stress_thread *
stress_watch_thread(unsigned i, unsigned round)
{
    uint64_t base = kernel_hash_number(stress_options.seed);
    uint64_t place = 2 * ((uint64_t)round * STRESS_THREADS_MAX + i);
    threads[i].index = i;
    threads[i].deeds = kernel_hash_number(base + place + 1);
    threads[i].chance = kernel_hash_number(base + place + 2);
    threads[i].uid_max = 0;
    return &threads[i];
}

void
stress_watch_join(struct stress_thread *thread)
{
    self = thread;
}

static void
collect(struct stress_thread *thread)
{
    stress_totals_add(thread);
    memset(thread->counts, 0, sizeof(thread->counts));
}

void
stress_watch_collect(void)
{
    for (unsigned i = 0; i < stress_options.threads; i++) {
        collect(&threads[i]);
    }
    collect(&of_main);
    collect(&of_reaper);
}

/* --- the end that should not be -------------------------------------------------------------------- */

static char command[256];

/* Called from signals, too. */
static void
print(const char *text)
{
    ssize_t written = write(STDERR_FILENO, text, strlen(text));
    (void)written;
}

static void
print_command(void)
{
    print(command);
}

static void
on_death(int number)
{
    if (number != SIGABRT) {
        print(stress_program.name);
        print(": FAIL: a fault of memory\n");
    }
    print_command();
    _exit(1);
}

void
stress_fail(const char *claim, const char *file, int line)
{
    /* Others fail of what the first one left. */
    static _Atomic bool has_failed;
    while (atomic_exchange_explicit(&has_failed, true, memory_order_relaxed)) {
        pause();
    }
    const struct stress_thread *thread = stress_self();
    int call = atomic_load_explicit(&thread->call, memory_order_relaxed);
    char name[32] = "the reaper";
    if (thread == &of_main) {
        snprintf(name, sizeof(name), "the main thread");
    } else if (thread != &of_reaper) {
        snprintf(name, sizeof(name), "thread %u", thread->index);
    }
    fprintf(stderr, "%s: FAIL: %s:%d: not true: %s (%s, in %s)\n", stress_program.name, file, line,
            claim, name, stress_call_name((enum stress_call)call));
    abort();
}

/* Of the sanitizers' runtimes, where there is one. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));
const char *__tsan_default_options(void);
const char *__ubsan_default_options(void);

const char *
__tsan_default_options(void)
{
    return "halt_on_error=1:exitcode=1:second_deadlock_stack=1:report_thread_leaks=0";
}

const char *
__ubsan_default_options(void)
{
    return "print_stacktrace=1";
}

static void
prepare_for_failure(const char *program)
{
    size_t length =
        (size_t)snprintf(command, sizeof(command) - 1, "to try again: %s --seed %" PRIu64, program,
                         stress_options.seed);
    if (stress_program.volume != NULL && length < sizeof(command) - 1) {
        snprintf(command + length, sizeof(command) - 1 - length, " --count %" PRIu64,
                 stress_options.count);
    } else if (length < sizeof(command) - 1) {
        snprintf(command + length, sizeof(command) - 1 - length, " --threads %u --seconds %g",
                 stress_options.threads, stress_options.seconds);
    }
    strcat(command, "\n");
    signal(SIGABRT, on_death);
    if (__sanitizer_set_death_callback != NULL) {
        __sanitizer_set_death_callback(print_command);
    } else {
        signal(SIGSEGV, on_death);
        signal(SIGBUS, on_death);
    }
}

/* --- watchdog --------------------------------------------------------------------------------------- */

static uint64_t
count_ended(void)
{
    uint64_t count = atomic_load_explicit(&of_main.ended, memory_order_relaxed) +
                     atomic_load_explicit(&of_reaper.ended, memory_order_relaxed);
    for (unsigned i = 0; i < stress_options.threads; i++) {
        count += atomic_load_explicit(&threads[i].ended, memory_order_relaxed);
    }
    return count;
}

static void
print_call(const char *name, unsigned index, const struct stress_thread *thread)
{
    int call = atomic_load_explicit(&thread->call, memory_order_relaxed);
    fprintf(stderr, "  %s %u: in %s\n", name, index, stress_call_name((enum stress_call)call));
}

_Noreturn static void
give_up(void)
{
    fprintf(stderr, "%s: FAIL: no call has ended for %u s\n", stress_program.name,
            stress_options.stuck_s);
    print_call("main thread", 0, &of_main);
    print_call("reaper", 0, &of_reaper);
    for (unsigned i = 0; i < stress_options.threads; i++) {
        print_call("thread", i, &threads[i]);
    }
    abort();
}

static void
watch(void)
{
    uint64_t last = 0;
    unsigned looks = 0;
    while (!atomic_load_explicit(&has_ended, memory_order_relaxed)) {
        usleep(LOOK_EVERY_US);
        uint64_t now = count_ended();
        looks = now == last ? looks + 1 : 0;
        last = now;
        if (looks > LOOKS_PER_S * stress_options.stuck_s) {
            give_up();
        }
    }
}

static void *
run(void *unused)
{
    (void)unused;
    stress_watch_join(&of_main);
    of_main.deeds = of_main.chance = kernel_hash_number(stress_options.seed);
    of_reaper.chance = ~of_main.chance;
    stress_run();
    atomic_store_explicit(&has_ended, true, memory_order_relaxed);
    return NULL;
}

/* --- options ---------------------------------------------------------------------------------------- */

static const struct argp_option options[] = {
    {"seed", 's', "N", 0, "Numbers of the threads come from it (1)", 0},
    {"threads", 't', "N", 0, "How many threads, at most 64", 0},
    {"seconds", 'T', "S", 0, "How long (2); 0.5 will do too", 0},
    {"count", 'n', "N", 0, "How many, for the programs that do so many instead of so long", 0},
    {"stuck", 'k', "S", 0, "Fails if no call of anyone ends for so long (60)", 0},
    {0},
};

/* A number within bounds, or the end. */
static double
parse_number(const char *argument, double least, double most, struct argp_state *state)
{
    char *end;
    double number = strtod(argument, &end);
    if (end == argument || *end != '\0' || !(number >= least && number <= most)) {
        argp_error(state, "'%s' is not between %g and %g", argument, least, most);
    }
    return number;
}

/* One for each role. */
static unsigned
threads_min(void)
{
    unsigned roles = 0;
    while (roles < STRESS_ROLES_MAX && stress_program.roles[roles].step != NULL) {
        roles++;
    }
    return roles > 0 ? roles : 1;
}

static void
refuse_for_volume(struct argp_state *state)
{
    if (stress_program.volume != NULL) {
        argp_error(state, "this program does so many (--count), with threads of its own");
    }
}

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    switch (key) {
    case 's':
        stress_options.seed = (uint64_t)parse_number(argument, 0, 1e15, state);
        return 0;
    case 't':
        refuse_for_volume(state);
        stress_options.threads =
            (unsigned)parse_number(argument, threads_min(), STRESS_THREADS_MAX, state);
        return 0;
    case 'T':
        refuse_for_volume(state);
        stress_options.seconds = parse_number(argument, 0.01, 1e7, state);
        return 0;
    case 'n':
        if (stress_program.volume == NULL) {
            argp_error(state, "this program runs for a time");
        }
        stress_options.count = (uint64_t)parse_number(argument, 1, 4e6, state);
        return 0;
    case 'k':
        stress_options.stuck_s = (unsigned)parse_number(argument, 1, 1e6, state);
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "'%s': there are no arguments", argument);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int
main(int argc, char **argv)
{
    static char documentation[1024];
    snprintf(documentation, sizeof(documentation),
             "Stress of the netstack on real threads: %s"
             "\vExit status: 0 nothing found; 1 something was; 2 wrong arguments.\n\n"
             "Example: %s --seed 7 %s",
             stress_program.property, stress_program.name,
             stress_program.volume != NULL ? "--count 1000" : "--threads 8 --seconds 60");
    const struct argp argp = {options, parse, NULL, documentation, NULL, NULL, NULL};
    argp_err_exit_status = 2;
    stress_options.threads = stress_program.threads;
    stress_options.count = stress_program.count;
    argp_parse(&argp, argc, argv, 0, NULL, NULL);
    prepare_for_failure(argv[0]);
    setvbuf(stdout, NULL, _IOLBF, 0);

    pthread_t runner;
    STRESS_CHECK(pthread_create(&runner, NULL, run, NULL) == 0);
    watch();
    STRESS_CHECK(pthread_join(runner, NULL) == 0);
    printf("%s: nothing found\n", stress_program.name);
    return 0;
}
