/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Outcomes: taken from a log, judged where the process died, compared, and reproduced. What a dead
 * process left in shared memory is taken with care: its subject may have written there.
 */
#include "tool/outcome.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* --- judging a death ---------------------------------------------------------------------- */

bool
outcome_may_be_foreign(const struct worker_news *news)
{
    /* Whatever the log says: it may have been in the middle of a verdict. */
    if (news->end != WORKER_SIGNALLED) {
        return false;
    }
    switch (news->code) {
    case SIGKILL:
    case SIGTERM:
    case SIGINT:
    case SIGHUP:
    case SIGQUIT:
        return true;
    default:
        return false;
    }
}

static const char *
base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* The place is that of the last primitive: the death came behind it. */
static void
set_place(struct heddle_result *result, const struct heddle_log *log, uint32_t event_count)
{
    if (event_count == 0) {
        return;
    }
    const struct heddle_event *last = &log->events[event_count - 1];
    const struct kernel_site *site = log->last_site;
    result->task = last->task;
    if (last->kind < HEDDLE_EVENT_SUBJECT) {
        snprintf(result->primitive, sizeof(result->primitive), "%s",
                 heddle_event_kind_name(last->kind));
    }
    if (site != NULL) {
        snprintf(result->file, sizeof(result->file), "%s", base_name(site->file));
        snprintf(result->function, sizeof(result->function), "%s", site->function);
        result->line = site->line;
    }
}

static void
judge_exit(struct heddle_result *result, const struct worker_news *news)
{
    if (strstr(news->output, "Sanitizer") != NULL) {
        result->verdict = HEDDLE_SANITIZER;
        snprintf(result->promise, sizeof(result->promise), "sanitizers report nothing");
        snprintf(result->message, sizeof(result->message), "A sanitizer ended the process.");
        return;
    }
    result->verdict = HEDDLE_PANIC;
    snprintf(result->promise, sizeof(result->promise), "the subject does not end its process");
    snprintf(result->message, sizeof(result->message),
             "The process ended with exit status %d in the middle of the execution.", news->code);
}

static void
judge_death(struct heddle_result *result, const struct worker_news *news, uint32_t event_count)
{
    *result = (struct heddle_result){.diverged_at = -1, .events = event_count};
    snprintf(result->oracle, sizeof(result->oracle), "worker");
    set_place(result, news->log, event_count);
    switch (news->end) {
    case WORKER_STUCK:
        result->verdict = HEDDLE_LIVELOCK;
        snprintf(result->promise, sizeof(result->promise), "no scheduling point");
        snprintf(result->message, sizeof(result->message),
                 "The subject used %d s of CPU time without reaching a scheduling point.",
                 WORKER_STUCK_MS / 1000);
        break;
    case WORKER_SIGNALLED:
        result->verdict = HEDDLE_PANIC;
        snprintf(result->promise, sizeof(result->promise), "no SIG%s",
                 sigabbrev_np(news->code) != NULL ? sigabbrev_np(news->code) : "NAL");
        snprintf(result->message, sizeof(result->message), "The process was ended by a signal: %s.",
                 strsignal(news->code));
        break;
    default:
        judge_exit(result, news);
        break;
    }
    result->signature = heddle_signature(result);
}

/* --- taking ------------------------------------------------------------------------------- */

static uint32_t
smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static bool
copy_events(struct outcome *outcome, const struct heddle_log *log)
{
    outcome->event_count = smaller(log->event_count, HEDDLE_EVENTS_MAX);
    size_t size = outcome->event_count * sizeof(outcome->events[0]);
    outcome->events = malloc(size + 1);
    if (outcome->events == NULL) {
        return false;
    }
    memcpy(outcome->events, log->events, size);
    return true;
}

/* In a sanitizer's build, what only the sanitizer saw makes a file for that build. */
static uint8_t
needed_build(const struct heddle_result *result)
{
    if (strcmp(result->oracle, "tsan") == 0) {
        return PROGRAM_REQUIRES_TSAN;
    }
    if (strcmp(result->oracle, "sanitizer") == 0 &&
        strstr(heddle_build_sanitizers(), "address") != NULL) {
        return PROGRAM_REQUIRES_ASAN;
    }
    return PROGRAM_REQUIRES_NOTHING;
}

struct outcome *
outcome_take(const struct worker_news *news, const struct laboratory_target *target)
{
    const struct heddle_log *log = news->log;
    struct outcome *outcome = calloc(1, sizeof(*outcome));
    if (outcome == NULL) {
        return NULL;
    }
    program_init(&outcome->program);
    program_decode(&outcome->program, log->input, smaller(log->input_size, HEDDLE_INPUT_MAX),
                   target->vocabulary);
    outcome->is_explicit = laboratory_make_explicit(&outcome->program, log);
    outcome->injection_count =
        laboratory_injections(log, outcome->injections, OUTCOME_INJECTIONS_MAX);
    outcome->end = news->end;
    outcome->code = news->code;
    outcome->words = news->output[0] != '\0' ? strdup(news->output) : NULL;
    if (!copy_events(outcome, log)) {
        outcome_destroy(outcome);
        return NULL;
    }
    if (news->end == WORKER_REPORTED || log->result.verdict != HEDDLE_OK) {
        outcome->result = log->result;
    } else {
        judge_death(&outcome->result, news, outcome->event_count);
    }
    if (news->end != WORKER_REPORTED) {
        outcome->result.hash = heddle_hash(outcome->events, outcome->event_count);
    }
    uint8_t needed = needed_build(&outcome->result);
    if (needed != PROGRAM_REQUIRES_NOTHING) {
        outcome->program.requires_build = needed;
    }
    return outcome;
}

void
outcome_destroy(struct outcome *outcome)
{
    if (outcome != NULL) {
        program_fini(&outcome->program);
        free(outcome->events);
        free(outcome->words);
        free(outcome->trace);
        free(outcome);
    }
}

/* --- comparing ---------------------------------------------------------------------------- */

static bool
events_equal(const struct heddle_event *a, const struct heddle_event *b)
{
    return a->task == b->task && a->kind == b->kind && a->object == b->object &&
           a->choice == b->choice && a->result == b->result;
}

uint32_t
outcome_difference(const struct outcome *a, const struct outcome *b)
{
    uint32_t both = smaller(a->event_count, b->event_count);
    for (uint32_t i = 0; i < both; i++) {
        if (!events_equal(&a->events[i], &b->events[i])) {
            return i;
        }
    }
    return a->event_count == b->event_count ? OUTCOME_SAME : both;
}

bool
outcome_equal(const struct outcome *a, const struct outcome *b)
{
    return a->end == b->end && a->code == b->code && a->result.verdict == b->result.verdict &&
           a->result.hash == b->result.hash && a->result.signature == b->result.signature &&
           outcome_difference(a, b) == OUTCOME_SAME;
}

static void
print_event(const struct outcome *outcome, uint32_t index, FILE *out)
{
    if (index >= outcome->event_count) {
        fprintf(out, "the end, %s\n", heddle_verdict_name(outcome->result.verdict));
        return;
    }
    const struct heddle_event *event = &outcome->events[index];
    fprintf(out, "task %u, %s, object %u, choice %u, result %u\n", event->task,
            heddle_event_kind_name(event->kind), event->object, event->choice, event->result);
}

void
outcome_print_difference(const struct outcome *a, const struct outcome *b, FILE *out)
{
    uint32_t index = outcome_difference(a, b);
    if (index == OUTCOME_SAME) {
        fprintf(out,
                "Two runs had the same %u events, and ended differently:\n"
                "  one:       %s, hash %016" PRIx64 ", signature %016" PRIx64 "\n"
                "  the other: %s, hash %016" PRIx64 ", signature %016" PRIx64 "\n",
                a->event_count, heddle_verdict_name(a->result.verdict), a->result.hash,
                a->result.signature, heddle_verdict_name(b->result.verdict), b->result.hash,
                b->result.signature);
        return;
    }
    fprintf(out, "Two runs differ, first in event %u:\n  one:       ", index);
    print_event(a, index, out);
    fprintf(out, "  the other: ");
    print_event(b, index, out);
}

/* --- reproducing -------------------------------------------------------------------------- */

struct replay {
    const struct outcome *original;
    const struct laboratory_target *target;
    const struct subject *subject;
    struct laboratory_totals *totals; /* shared */
    struct outcome *result;
};

void
outcome_set_schedule(struct program *program, const struct heddle_deviation *deviations,
                     size_t count)
{
    program->strategy = (struct program_strategy){0};
    program->deviation_count = 0;
    for (size_t i = 0; i < count; i++) {
        program_add_deviation(program, (struct program_deviation){.task = deviations[i].task,
                                                                  .kind = deviations[i].kind,
                                                                  .k = deviations[i].k,
                                                                  .value = deviations[i].value});
    }
}

void
outcome_announce(const struct program *program, struct heddle_log *log)
{
    log->input_size = 0;
    log->input_size = (uint32_t)program_encode(program, log->input, HEDDLE_INPUT_MAX);
}

static void
execute_replay(struct worker *worker, uint64_t number, void *argument)
{
    (void)number;
    const struct replay *replay = argument;
    const struct laboratory_options options = {.oracles = true, .strict = true, .trace = true};
    outcome_announce(&replay->original->program, worker->log);
    laboratory_execute(&replay->original->program, replay->target, replay->subject, &options,
                       worker->log, replay->totals);
    worker_report(worker);
}

char *
outcome_trace(const struct outcome *outcome, const struct heddle_log *log,
              const struct laboratory_target *target)
{
    char *trace = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&trace, &size);
    if (out == NULL) {
        return NULL;
    }
    laboratory_print_trace(log, &outcome->program, target, out);
    return fclose(out) == 0 ? trace : NULL;
}

static enum worker_answer
take_replay(const struct worker_news *news, void *argument)
{
    struct replay *replay = argument;
    if (outcome_may_be_foreign(news) && news->deaths == 0) {
        return WORKER_REPEAT;
    }
    replay->result = outcome_take(news, replay->target);
    if (replay->result != NULL) {
        replay->result->totals = *replay->totals;
    }
    return WORKER_GO_ON;
}

struct outcome *
outcome_replay(const struct outcome *outcome, const struct laboratory_target *target,
               const struct subject *subject)
{
    struct replay replay = {.original = outcome, .target = target, .subject = subject};
    replay.totals = worker_shared_create(sizeof(*replay.totals));
    if (replay.totals == NULL) {
        return NULL;
    }
    const struct worker_job job = {.jobs = 1,
                                   .numbers = 1,
                                   .batch = 1,
                                   .unstoppable = true,
                                   .execute = execute_replay,
                                   .on_news = take_replay,
                                   .argument = &replay};
    bool ok = worker_run(&job);
    int error = errno;
    worker_shared_destroy(replay.totals, sizeof(*replay.totals));
    if (!ok) {
        outcome_destroy(replay.result);
        replay.result = NULL;
    } else if (replay.result == NULL) {
        error = ENOMEM;
    }
    errno = error;
    return replay.result;
}
