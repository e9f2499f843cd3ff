/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A laboratory for testing the tool without any netstack: programs of two verbs on the real engine,
 * and subjects that are named after what they do to their process when two strikes overlap, which
 * only some schedules bring about, or when certain strikes are spared, which only faults do. Linked with heddle_tool it is
 * the command heddle_toy.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "netstack/laboratory.h"

#define ADDERS_MAX 8

enum toy_verb { TOY_ADD, TOY_STRIKE };

static const struct program_verb verbs[] = {
    {.name = "add",
     .weight = 3,
     .parameter_count = 1,
     .parameters = {{.name = "by", .limit = ADDERS_MAX, .names = NULL}}},
    {.name = "strike", .weight = 1},
};
static const struct program_verb fault_points[] = {{.name = "before_strike", .weight = 1}};
static const struct program_verb fault_actions[] = {{.name = "spare", .weight = 1}};
static const char *const strategies[] = {
    "fixed", "random", "pct", "round-robin", "pct-fair", "pos",
    "urw",   "surw",   "rff", "period",      "contend",  "portfolio",
};

static const struct program_vocabulary vocabulary = {
    .verbs = verbs,
    .verb_count = 2,
    .fault_points = fault_points,
    .fault_point_count = 1,
    .fault_actions = fault_actions,
    .fault_action_count = 1,
    .choice_kinds = heddle_choice_kind_names,
    .choice_kind_count = HEDDLE_CHOICE_KIND_COUNT,
    .strategies = strategies,
    .strategy_count = sizeof(strategies) / sizeof(strategies[0]),
};

static const struct laboratory_target toy = {
    .name = "toy",
    .property = "strikes never overlap",
    .vocabulary = &vocabulary,
    .generation = {.threads_max = 4, .operations_max = 12, .faults = true},
};

/* --- subjects ----------------------------------------------------------------------------- */

static void
do_nothing(void)
{
}

static void
fail(void)
{
    heddle_fail(HEDDLE_ASSERTION, "toy", "strikes never overlap", KERNEL_HERE, NULL, NULL,
                "Two strikes overlapped.\nThis is the second line.");
}

/* Three failures that a signature tells apart. */
static uint32_t sum;
static void
fail_variously(void)
{
    static const char *const promises[] = {"no sum of class 0", "no sum of class 1",
                                           "no sum of class 2"};
    heddle_fail(HEDDLE_INVARIANT, "toy", promises[sum % 3], KERNEL_HERE, NULL, NULL, "Sum %u.",
                sum);
}

static volatile uintptr_t nowhere;
static void
write_null(void)
{
    *(volatile int *)nowhere = 1;
}

static void
write_wild(void)
{
    *(volatile int *)(nowhere + 0x7eadbeef0000u) = 1;
}

static void
loop(void)
{
    for (;;) {
        nowhere = 0;
    }
}

static int
recurse(volatile int depth)
{
    volatile char page[4096];
    page[0] = (char)depth;
    return depth < 0 ? 0 : recurse(depth + 1) + page[0];
}

static void
overflow(void)
{
    nowhere = (uintptr_t)(recurse(0) & 0);
}

static void
leave(void)
{
    _exit(7);
}

static void
abort_now(void)
{
    abort();
}

static void
kill_self(void)
{
    kill(getpid(), SIGKILL);
}

/* TOY_KILLS times or once, and never again. The file TOY_KILLED has a byte for each. */
static bool
happens_rarely(void)
{
    const char *mark = getenv("TOY_KILLED"), *kills = getenv("TOY_KILLS");
    FILE *file = mark != NULL ? fopen(mark, "a") : NULL;
    if (file == NULL) {
        return false;
    }
    bool again = ftell(file) < (kills != NULL ? atol(kills) : 1);
    if (again) {
        fputc('x', file);
    }
    fclose(file);
    return again;
}

/* As a stranger would. */
static void
kill_rarely(void)
{
    if (happens_rarely()) {
        kill(getpid(), SIGKILL);
    }
}

static void
fail_rarely(void)
{
    if (happens_rarely()) {
        fail();
    }
}

/* What no deterministic subject does: another choice of events in every process. */
static void
differ(void)
{
    heddle_note(1, 0, (uint32_t)getpid(), KERNEL_HERE);
    fail();
}

/* Each execution in a process differs from the one before. */
static void
remember(void)
{
    static uint32_t executions;
    heddle_note(1, 0, executions++, KERNEL_HERE);
}

static void
break_engine(void)
{
    heddle_fail(HEDDLE_INTERNAL, "toy", "the engine is right", KERNEL_HERE, NULL, NULL, "Wrong.");
}

/* Only AddressSanitizer sees it. */
static void
stray(void)
{
    volatile char *bytes = malloc(8);
    bytes[nowhere + 8] = 1;
    free((char *)bytes);
}

static void
print_much(void)
{
    static char text[4096];
    memset(text, 'x', sizeof(text));
    fwrite(text, 1, sizeof(text), stdout);
    fwrite(text, 1, sizeof(text), stderr);
}

#define TOY_SUBJECT(deed, text)                                                                    \
    static const struct subject toy_##deed = {.name = #deed, .summary = (text)}
TOY_SUBJECT(core, "does nothing wrong");
TOY_SUBJECT(fail, "fails an assertion");
TOY_SUBJECT(various, "fails in three ways");
TOY_SUBJECT(null_write, "writes to NULL");
TOY_SUBJECT(wild_write, "writes to nowhere");
TOY_SUBJECT(loop, "loops without a scheduling point");
TOY_SUBJECT(overflow, "overflows its stack");
TOY_SUBJECT(exit, "calls _exit");
TOY_SUBJECT(abort, "calls abort");
TOY_SUBJECT(kill, "kills itself with SIGKILL");
TOY_SUBJECT(stranger, "is killed from outside");
TOY_SUBJECT(late_stranger, "is killed from outside while its failure is recorded");
TOY_SUBJECT(differ, "is not deterministic");
TOY_SUBJECT(remember, "keeps state from run to run");
TOY_SUBJECT(internal, "finds the engine wrong");
TOY_SUBJECT(stray, "writes past the end of its memory");
TOY_SUBJECT(chatter, "prints much");
TOY_SUBJECT(third, "fails once the third strike is spared");
TOY_SUBJECT(third_exit, "calls _exit then");
TOY_SUBJECT(third_kill, "kills itself then");
TOY_SUBJECT(third_stranger, "is killed from outside then");
TOY_SUBJECT(third_rarely, "fails then, but never again");
TOY_SUBJECT(third_differ, "is not deterministic then");
TOY_SUBJECT(two, "fails once the first and the third strike are, the second is not");

const struct subject *const laboratory_subjects[] = {
    &toy_core,           &toy_fail,          &toy_various,      &toy_null_write, &toy_wild_write,
    &toy_loop,           &toy_overflow,      &toy_exit,         &toy_abort,      &toy_kill,
    &toy_stranger,       &toy_differ,        &toy_remember,     &toy_internal,   &toy_chatter,
    &toy_stray,          &toy_late_stranger, &toy_third,        &toy_third_exit, &toy_third_kill,
    &toy_third_stranger, &toy_third_differ,  &toy_third_rarely, &toy_two,        NULL};

static const struct {
    const struct subject *subject;
    void (*deed)(void);
    uint32_t spared,
        of; /* it is done when of those strikes, as bits, these are; 0: when two overlap */
} deeds[] = {
    {&toy_core, do_nothing, 0, 0},
    {&toy_fail, fail, 0, 0},
    {&toy_various, fail_variously, 0, 0},
    {&toy_null_write, write_null, 0, 0},
    {&toy_wild_write, write_wild, 0, 0},
    {&toy_loop, loop, 0, 0},
    {&toy_overflow, overflow, 0, 0},
    {&toy_exit, leave, 0, 0},
    {&toy_abort, abort_now, 0, 0},
    {&toy_kill, kill_self, 0, 0},
    {&toy_stranger, kill_rarely, 0, 0},
    {&toy_differ, differ, 0, 0},
    {&toy_remember, remember, 0, 0},
    {&toy_internal, break_engine, 0, 0},
    {&toy_chatter, print_much, 0, 0},
    {&toy_stray, stray, 0, 0},
    {&toy_late_stranger, fail, 0, 0},
    {&toy_third, fail, 4, 4},
    {&toy_third_exit, leave, 4, 4},
    {&toy_third_kill, kill_self, 4, 4},
    {&toy_third_stranger, kill_rarely, 4, 4},
    {&toy_third_rarely, fail_rarely, 4, 4},
    {&toy_third_differ, differ, 4, 4},
    {&toy_two, fail, 5, 7},
};

/* --- executing ---------------------------------------------------------------------------- */

static struct {
    const struct program *program;
    void (*deed)(void);
    uint32_t deed_spared, deed_of, spared;
    struct laboratory_totals *totals;
    uint32_t inside, strikes;
    kernel_mutex_t mutex;
} scene;

static bool
is_spared(uint32_t strike)
{
    for (uint32_t i = 0; i < scene.program->fault_count; i++) {
        const struct program_fault *fault = &scene.program->faults[i];
        if (fault->nth == strike || (fault->onwards && fault->nth < strike)) {
            heddle_note(0, 0, 0, KERNEL_HERE);
            heddle_remark(i << 16 | strike);
            scene.totals->faults[0]++;
            scene.totals->fault_table[0][0][0].times++;
            scene.totals->fault_table[0][0][0].first = 1;
            scene.spared |= 1u << (strike % 32);
            if (scene.deed_spared != 0 && (scene.spared & scene.deed_of) == scene.deed_spared) {
                scene.deed();
            }
            return true;
        }
    }
    return false;
}

static void
strike(void)
{
    if (is_spared(scene.strikes++)) {
        return;
    }
    scene.inside++;
    heddle_point(0, 0, 0, KERNEL_HERE);
    if (scene.inside == 2 && scene.deed_spared == 0) {
        scene.deed();
    }
    scene.inside--;
}

/* Each number is added at a place of its own, so that there is something to meet. */
static const struct kernel_site adders[ADDERS_MAX] = {
    {"toy.c", "add_0", 0}, {"toy.c", "add_1", 1}, {"toy.c", "add_2", 2}, {"toy.c", "add_3", 3},
    {"toy.c", "add_4", 4}, {"toy.c", "add_5", 5}, {"toy.c", "add_6", 6}, {"toy.c", "add_7", 7}};

static void
run_thread(void *argument)
{
    uint32_t thread = (uint32_t)(uintptr_t)argument;
    for (uint32_t i = 0; i < scene.program->operation_count; i++) {
        const struct program_operation *operation = &scene.program->operations[i];
        if (operation->thread != thread) {
            continue;
        }
        if (operation->verb == TOY_STRIKE) {
            strike();
        } else {
            kernel_site_t site = &adders[operation->arguments[0]];
            kernel_mutex_enter_at(&scene.mutex, site);
            sum += operation->arguments[0];
            kernel_mutex_exit_at(&scene.mutex, site);
        }
        scene.totals->successes[operation->verb]++;
    }
}

static void
run_body(void *argument)
{
    (void)argument;
    uint16_t tasks[PROGRAM_THREADS_MAX];
    sum = scene.inside = scene.strikes = scene.spared = 0;
    kernel_mutex_init(&scene.mutex, "toy");
    for (uint32_t i = 0; i < scene.program->thread_count; i++) {
        tasks[i] = heddle_spawn("thread", run_thread, (void *)(uintptr_t)i);
    }
    for (uint32_t i = 0; i < scene.program->thread_count; i++) {
        heddle_join(tasks[i]);
    }
    kernel_mutex_destroy(&scene.mutex);
}

const char *
laboratory_obstacle(const struct laboratory_target *target, const struct subject *subject)
{
    (void)target;
    (void)subject;
    return NULL;
}

void
laboratory_execute(const struct program *program, const struct laboratory_target *target,
                   const struct subject *subject, const struct laboratory_options *options,
                   struct heddle_log *log, struct laboratory_totals *totals)
{
    static struct laboratory_totals unwanted;
    struct heddle_run run = {
        .body = run_body,
        .schedule = {.strategy =
                         strategy_find(target->vocabulary->strategies[program->strategy.strategy]),
                     .seed = program->strategy.seed,
                     .depth = program->strategy.depth,
                     .length = program->strategy.length,
                     .deviations = (const struct heddle_deviation *)program->deviations,
                     .deviation_count = program->deviation_count,
                     .strict = options->strict},
        .trace = options->trace,
        .choices = options->choices,
        .coverage = options->coverage,
    };
    scene.program = program;
    scene.totals = totals != NULL ? totals : &unwanted;
    for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++) {
        if (deeds[i].subject == subject) {
            scene.deed = deeds[i].deed;
            scene.deed_spared = deeds[i].spared;
            scene.deed_of = deeds[i].of;
        }
    }
    heddle_execute(&run, log);
    if (subject == &toy_late_stranger && log->result.verdict != HEDDLE_OK) {
        const struct heddle_result whole = log->result;
        log->running = 1;
        log->result.signature = 0;
        kill_rarely();
        log->result = whole;
        log->running = 0;
    }
    scene.totals->executions++;
    scene.totals->steps += log->result.steps;
    scene.totals->histories++;
    scene.totals->undecided += log->result.steps % 2;
}

/* --- the rest of a laboratory ------------------------------------------------------------- */

void
laboratory_add_totals(struct laboratory_totals *to, const struct laboratory_totals *from)
{
    to->executions += from->executions;
    to->steps += from->steps;
    to->histories += from->histories;
    to->undecided += from->undecided;
    to->faults[0] += from->faults[0];
    to->fault_table[0][0][0].times += from->fault_table[0][0][0].times;
    to->fault_table[0][0][0].first |= from->fault_table[0][0][0].first;
    to->successes[TOY_ADD] += from->successes[TOY_ADD];
    to->successes[TOY_STRIKE] += from->successes[TOY_STRIKE];
}

const struct laboratory_target *
laboratory_target_find(const char *name)
{
    return strcmp(name, toy.name) == 0 ? &toy : NULL;
}

const struct laboratory_target *
laboratory_target_at(size_t index)
{
    return index == 0 ? &toy : NULL;
}

const struct subject *
laboratory_subject_find(const char *name)
{
    for (size_t i = 0; laboratory_subjects[i] != NULL; i++) {
        if (strcmp(laboratory_subjects[i]->name, name) == 0) {
            return laboratory_subjects[i];
        }
    }
    return NULL;
}

bool
laboratory_oracle_at(size_t index, const char **name, const char **summary)
{
    *name = "toy";
    *summary = "strikes never overlap";
    return index == 0;
}

bool
laboratory_fault_is_legal(uint32_t point, uint32_t action)
{
    return point == 0 && action == 0;
}

uint32_t
laboratory_fault_kind(uint32_t action)
{
    return action;
}

const struct laboratory_fault_words *
laboratory_fault_words(void)
{
    static const char *const kind = "spare", *const state = "none";
    static const struct laboratory_fault_words words = {&kind, &state, 1, 1};
    return &words;
}

size_t
laboratory_injections(const struct heddle_log *log, struct laboratory_injection *injections,
                      size_t max)
{
    for (size_t i = 0; i < log->remark_count && i < max; i++) {
        injections[i] = (struct laboratory_injection){.fault = log->remarks[i].value >> 16,
                                                      .nth = log->remarks[i].value & 0xffff};
    }
    return log->remark_count;
}

bool
laboratory_check_at(size_t index, const char **name, const char **summary)
{
    (void)index;
    (void)name;
    (void)summary;
    return false;
}

bool
laboratory_make_explicit(struct program *program, const struct heddle_log *log)
{
    program->strategy = (struct program_strategy){0};
    program->deviation_count = 0;
    for (uint32_t i = 0; i < log->deviation_count; i++) {
        const struct heddle_deviation *deviation = &log->deviations[i];
        if (!program_add_deviation(program,
                                   (struct program_deviation){.task = deviation->task,
                                                              .kind = deviation->kind,
                                                              .k = deviation->k,
                                                              .value = deviation->value})) {
            return false;
        }
    }
    return true;
}

void
laboratory_print_trace(const struct heddle_log *log, const struct program *program,
                       const struct laboratory_target *target, FILE *out)
{
    (void)program;
    (void)target;
    for (uint32_t i = 0; i < log->event_count; i++) {
        fprintf(out, "%u task %u %s\n", i, log->events[i].task,
                heddle_event_kind_name(log->events[i].kind));
    }
}

void
laboratory_tell(const struct heddle_log *log, uint32_t index, const struct program *program,
                const struct laboratory_target *target, const struct subject *subject,
                struct laboratory_telling *telling)
{
    (void)program;
    (void)target;
    (void)subject;
    *telling = (struct laboratory_telling){.deed = LABORATORY_DEED_NONE};
    snprintf(telling->text, sizeof(telling->text), "%s",
             log->events[index].kind == HEDDLE_EVENT_SUBJECT ? "strikes" : "remembers");
}

bool
laboratory_name_allocation(const char *kind, uint32_t number,
                           const struct laboratory_target *target,
                           const struct program_operation *within, char *text, size_t size)
{
    (void)kind;
    (void)number;
    (void)target;
    (void)within;
    (void)text;
    (void)size;
    return false;
}

bool
laboratory_name_primitive(const char *class_name, uint32_t ordinal, const char *container,
                          char *text, size_t size)
{
    (void)class_name;
    (void)ordinal;
    (void)container;
    (void)text;
    (void)size;
    return false;
}
