/* SPDX-License-Identifier: BSD-2-Clause
 *
 * From an input to a verdict, in process: no fork, and no file unless something new was found.
 */
#include "targets/harness.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "mutator/mutator.h"
#include "netstack/laboratory.h"
#include "targets/feedback.h"
#include "tool/finding.h"
#include "tool/known.h"
#include "tool/outcome.h"
#include "tool/tally.h"

#define ORIGIN_MAX 224

static struct {
    char findings[PATH_MAX];
    bool keep_going, print_hashes, plain_mutation;
    unsigned int feedback;
    uint64_t double_every; /* 0: never */
    struct heddle_log *log;
    struct known_set *known; /* is not reported */
    struct known_set *told;  /* was, on stderr */
    struct program program;
    struct tally *tally;  /* of this process alone, or a file's */
    uint64_t runs_before; /* of the tally, when this process began */
    const char *origin;
} fuzz;

/* --- arguments ---------------------------------------------------------------------------- */

static _Noreturn void
give_up(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why);
    exit(2);
}

/* The value of "--name=value", or NULL. */
static const char *
value_of(const char *argument, const char *name)
{
    size_t length = strlen(name);
    return strncmp(argument, name, length) == 0 ? argument + length : NULL;
}

/* Beside libFuzzer's artifacts: "-artifact_prefix=dir/" or "=dir/name-". */
static void
use_artifact_prefix(const char *prefix)
{
    const char *slash = strrchr(prefix, '/');
    int length = slash != NULL ? (int)(slash - prefix) : 0;
    snprintf(fuzz.findings, sizeof(fuzz.findings), "%.*s", length > 0 ? length : 1,
             length > 0      ? prefix
             : slash != NULL ? "/"
                             : ".");
}

/* Each is given the value, and the whole argument for complaints. */
static void
take_known(const char *value, const char *argument)
{
    int error = known_load(fuzz.known, value);
    if (error != 0) {
        give_up(argument, strerror(error));
    }
}

static void
take_findings(const char *value, const char *argument)
{
    (void)argument;
    snprintf(fuzz.findings, sizeof(fuzz.findings), "%s", value);
}

static bool
is_yes(const char *value)
{
    return strcmp(value, "0") != 0;
}

static void
take_keep_going(const char *value, const char *argument)
{
    (void)argument;
    fuzz.keep_going = is_yes(value);
}

static void
take_print_hashes(const char *value, const char *argument)
{
    (void)argument;
    fuzz.print_hashes = is_yes(value);
}

static void
take_double(const char *value, const char *argument)
{
    char *end;
    fuzz.double_every = strtoull(value, &end, 10);
    if (*value < '0' || *value > '9' || *end != '\0') {
        give_up(argument, "needs a number");
    }
}

static void
take_tally(const char *value, const char *argument)
{
    fuzz.tally = tally_open(value);
    if (fuzz.tally == NULL) {
        give_up(argument, strerror(errno));
    }
}

/* For measuring what each is worth. */
static void
take_without(const char *value, const char *argument)
{
    static const char *const names[] = {"pairs", "faults", "mutator"};
    static const unsigned int feedbacks[] = {FEEDBACK_PAIRS, FEEDBACK_FAULTS, 0};
    while (*value != '\0') {
        size_t length = strcspn(value, ","), i = 0;
        while (i < 3 && (strlen(names[i]) != length || strncmp(names[i], value, length) != 0)) {
            i++;
        }
        if (i == 3) {
            give_up(argument, "there are pairs, faults and mutator, with commas between");
        }
        fuzz.feedback &= ~feedbacks[i];
        fuzz.plain_mutation = fuzz.plain_mutation || feedbacks[i] == 0;
        value += length + (value[length] == ',');
    }
}

/* A finding's head has a line for it; what stood on a second one would make the file unreadable. */
static void
take_origin(const char *value, const char *argument)
{
    size_t length = strlen(value);
    if (length > ORIGIN_MAX) {
        give_up("--origin", "is too long");
    }
    for (size_t i = 0; i < length; i++) {
        if (iscntrl((unsigned char)value[i])) {
            give_up(argument, "needs words on one line");
        }
    }
    fuzz.origin = value;
}

/* The kernel forgets it at a fork, and AFL++'s fork server forks. */
static void
die_with_parent(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static void
take_with_parent(const char *value, const char *argument)
{
    (void)argument;
    if (is_yes(value)) {
        die_with_parent();
        pthread_atfork(NULL, NULL, die_with_parent);
    }
}

static const struct {
    const char *name, *value;
    void (*take)(const char *value, const char *argument);
} arguments[] = {
    {"--known=", "DIR", take_known},
    {"--findings=", "DIR", take_findings},
    {"--keep-going=", "1", take_keep_going},
    {"--print-hashes=", "1", take_print_hashes},
    {"--double=", "N", take_double},
    {"--tally=", "FILE", take_tally},
    {"--origin=", "WORDS", take_origin},
    {"--with-parent=", "1", take_with_parent},
    {"--without=", "pairs,faults,mutator", take_without},
};

static bool
take_argument(const char *argument)
{
    for (size_t i = 0; i < sizeof(arguments) / sizeof(arguments[0]); i++) {
        const char *value = value_of(argument, arguments[i].name);
        if (value != NULL) {
            arguments[i].take(value, argument);
            return true;
        }
    }
    return false;
}

static _Noreturn void
refuse(const char *argument)
{
    fprintf(stderr, "%s: there is no such option; there are", argument);
    for (size_t i = 0; i < sizeof(arguments) / sizeof(arguments[0]); i++) {
        fprintf(stderr, " %s%s", arguments[i].name, arguments[i].value);
    }
    fputc('\n', stderr);
    exit(2);
}

/* libFuzzer passes its arguments on to the processes that it starts, and skips ours itself. */
static void
take_arguments(int *argc, char **argv)
{
    int kept = 1;
    bool named = false;
    for (int i = 1; i < *argc; i++) {
        const char *prefix = value_of(argv[i], "-artifact_prefix=");
        named = named || value_of(argv[i], "--findings=") != NULL;
        if (prefix != NULL && !named) {
            use_artifact_prefix(prefix);
        }
        bool ours = take_argument(argv[i]);
        /* libFuzzer would skip it, and fuzz on without what was meant. */
        if (!ours && strncmp(argv[i], "--", 2) == 0) {
            refuse(argv[i]);
        }
#ifdef HEDDLE_LIBFUZZER
        ours = false;
#endif
        if (!ours) {
            argv[kept++] = argv[i];
        }
    }
    *argc = kept;
    argv[kept] = NULL;
}

static void
say_goodbye(void)
{
    fprintf(stderr,
            "heddle: %" PRIu64 " runs, %" PRIu64 " known failures passed over, %" PRIu64
            " interleaving pairs\n",
            fuzz.tally->runs, fuzz.tally->passed_over, feedback_pairs());
}

static void on_death(struct heddle_log *log);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    fuzz.known = known_create();
    fuzz.told = known_create();
    fuzz.log = heddle_log_create();
    fuzz.tally = calloc(1, sizeof(*fuzz.tally));
    if (fuzz.known == NULL || fuzz.told == NULL || fuzz.log == NULL || fuzz.tally == NULL) {
        give_up((*argv)[0], strerror(errno));
    }
    if (laboratory_target_find(fuzz_target.target) == NULL ||
        laboratory_subject_find(fuzz_target.subject) == NULL) {
        give_up((*argv)[0], "this build lacks its target or subject");
    }
    const char *obstacle = laboratory_obstacle(laboratory_target_find(fuzz_target.target),
                                               laboratory_subject_find(fuzz_target.subject));
    if (obstacle != NULL) {
        give_up((*argv)[0], obstacle);
    }
    snprintf(fuzz.findings, sizeof(fuzz.findings), "findings");
    program_init(&fuzz.program);
    fuzz.feedback = FEEDBACK_ALL;
    take_arguments(argc, *argv);
    if (!feedback_init(fuzz.feedback)) {
        give_up((*argv)[0], strerror(errno));
    }
    fuzz.runs_before = fuzz.tally->runs;
    atexit(say_goodbye);
    heddle_set_death_hook(on_death);
    return 0;
}

const struct mutator_target *
mutator_target(void)
{
    static struct mutator_target target;
    if (target.vocabulary == NULL) {
        const struct laboratory_target *of = laboratory_target_find(fuzz_target.target);
        target = (struct mutator_target){.is_off = fuzz.plain_mutation,
                                         .target = fuzz_target.target,
                                         .subject = fuzz_target.subject,
                                         .vocabulary = of->vocabulary,
                                         .generation = of->generation};
    }
    return &target;
}

/* --- a failure ---------------------------------------------------------------------------- */

static struct outcome *
take_outcome(const struct laboratory_target *target)
{
    struct outcome *outcome = outcome_take(
        &(struct worker_news){.end = WORKER_REPORTED, .log = fuzz.log, .output = ""}, target);
    if (outcome == NULL) {
        give_up("a failure", strerror(ENOMEM));
    }
    return outcome;
}

/* Returns: false: it could not be written. */
static bool
tell(struct outcome *outcome, const struct laboratory_target *target, const char *prefix)
{
    uint64_t run = fuzz.tally->runs - fuzz.runs_before;
    char path[PATH_MAX], found_by[128], origin[ORIGIN_MAX + 32];
    snprintf(found_by, sizeof(found_by), "run %" PRIu64 " of fuzzing target %s on subject %s", run,
             target->name, outcome->program.subject);
    if (fuzz.origin != NULL) {
        snprintf(origin, sizeof(origin), "%s run=%" PRIu64, fuzz.origin, run);
    }
    struct report report = {.target = target->name,
                            .subject = outcome->program.subject,
                            .program = &outcome->program,
                            .result = &outcome->result,
                            .totals = &outcome->totals,
                            .found_by = found_by,
                            .origin = fuzz.origin != NULL ? origin : NULL,
                            .options = ""};
    int error =
        finding_write(fuzz.findings, prefix, outcome->result.signature, &report, target, path);
    if (known_number(fuzz.told, outcome->result.signature) != KNOWN_NEVER) {
        return error == 0;
    }
    known_add(fuzz.told, outcome->result.signature, 0);
    report_failure(&report, stderr);
    if (error != 0) {
        fprintf(stderr, "%s: the finding cannot be written: %s. This is it:\n", fuzz.findings,
                strerror(error));
        report_print_prog(&report, target, stderr);
    }
    return error == 0;
}

/* A failure is believed when its explicit schedule shows it again. */
static void
report_new(const struct laboratory_target *target, const struct subject *subject)
{
    static const struct laboratory_options strictly = {
        .oracles = true, .strict = true, .trace = true};
    outcome_announce(&fuzz.program, fuzz.log);
    struct outcome *first = take_outcome(target);
    struct laboratory_totals totals = {0};
    outcome_announce(&first->program, fuzz.log);
    laboratory_execute(&first->program, target, subject, &strictly, fuzz.log, &totals);
    struct outcome *second = take_outcome(target);
    first->totals = totals;

    bool reproduced = outcome_equal(first, second);
    bool internal = first->result.verdict == HEDDLE_INTERNAL;
    if (!reproduced) {
        fprintf(stderr, "A failure's replay differed.\n");
        outcome_print_difference(first, second, stderr);
    }
    /* On a full disk it stays new: once there is room, it is written. */
    if (tell(first, target, internal ? "internal-" : reproduced ? "" : "unstable-")) {
        known_add(fuzz.known, first->result.signature, fuzz.tally->runs);
    }
    outcome_destroy(first);
    outcome_destroy(second);
    if (internal || !fuzz.keep_going) {
        abort();
    }
}

/* A sanitizer is about to end the process: no replay first, this is all the time that there is. */
static void
on_death(struct heddle_log *log)
{
    const struct laboratory_target *target = laboratory_target_find(fuzz.program.target);
    if (target != NULL && known_number(fuzz.known, log->result.signature) == KNOWN_NEVER) {
        outcome_announce(&fuzz.program, log);
        struct outcome *outcome = take_outcome(target);
        tell(outcome, target, "");
        outcome_destroy(outcome);
    }
}

/* --- an input ----------------------------------------------------------------------------- */

/* The head decides where it names what this build has; else the target does. */
static void
find_target_and_subject(const uint8_t *bytes, size_t size, const struct laboratory_target **target,
                        const struct subject **subject)
{
    char target_name[PROGRAM_NAME_MAX], subject_name[PROGRAM_NAME_MAX];
    *target = NULL;
    *subject = NULL;
    if (program_decode_head(bytes, size, target_name, subject_name)) {
        *target = laboratory_target_find(target_name);
        *subject = laboratory_subject_find(subject_name);
    }
    if (*target == NULL) {
        *target = laboratory_target_find(fuzz_target.target);
    }
    if (*subject == NULL) {
        *subject = laboratory_subject_find(fuzz_target.subject);
    }
    if (laboratory_obstacle(*target, *subject) != NULL) {
        *target = laboratory_target_find(fuzz_target.target);
        *subject = laboratory_subject_find(fuzz_target.subject);
    }
}

/* What an input says of the build that it needs is of another's execution; a failure found here is one of this build. */
static void
adopt(struct program *program)
{
    program->requires_build = PROGRAM_REQUIRES_NOTHING;
    if (!heddle_has_accesses() || strcmp(program->build, heddle_build_id()) != 0) {
        program->event_model = PROGRAM_EVENT_MODEL_SYNC;
        program->build[0] = '\0';
    }
}

/* An input that is not the same twice is worth more than all that it may find. */
static void
execute_again(const struct laboratory_target *target, const struct subject *subject)
{
    static const struct laboratory_options plain = {.oracles = true, .coverage = true};
    outcome_announce(&fuzz.program, fuzz.log);
    struct outcome *first = take_outcome(target);
    heddle_forget();
    laboratory_execute(&fuzz.program, target, subject, &plain, fuzz.log, NULL);
    fuzz.tally->doubled++;
    fuzz.tally->pairs = feedback_pairs();
    if (first->result.hash == fuzz.log->result.hash &&
        first->result.verdict == fuzz.log->result.verdict) {
        outcome_destroy(first);
        return;
    }
    outcome_announce(&fuzz.program, fuzz.log);
    struct outcome *second = take_outcome(target);
    fprintf(stderr, "An input was not the same twice.\n");
    outcome_print_difference(first, second, stderr);
    tell(first, target, "unstable-");
    abort();
}

static void
print_hash(const uint8_t *bytes, size_t size)
{
    const struct heddle_result *result = &fuzz.log->result;
    fprintf(stderr, "heddle: input %016" PRIx64 " %s %016" PRIx64 "\n",
            (uint64_t)XXH3_64bits(bytes, size), heddle_verdict_name(result->verdict), result->hash);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const struct laboratory_options plain = {.oracles = true, .coverage = true};
    const struct laboratory_target *target;
    const struct subject *subject;
    struct program *program = &fuzz.program;

    if (program_head_of(bytes, size) == PROGRAM_HEAD_NEWER) {
        return 0;
    }
    find_target_and_subject(bytes, size, &target, &subject);
    program_decode(program, bytes, size, target->vocabulary);
    snprintf(program->target, sizeof(program->target), "%s", target->name);
    snprintf(program->subject, sizeof(program->subject), "%s", subject->name);
    adopt(program);

    fuzz.tally->runs++;
    heddle_forget(); /* an input means the same, whatever came before it */
    feedback_expect(&fuzz.tally->totals, program->fault_count > 0);
    laboratory_execute(program, target, subject, &plain, fuzz.log, &fuzz.tally->totals);
    feedback_add(fuzz.log, fuzz.tally->runs);
    if (fuzz.double_every > 0 && fuzz.tally->runs % fuzz.double_every == 0) {
        execute_again(target, subject);
    }
    if (fuzz.print_hashes) {
        print_hash(bytes, size);
    }
    const struct heddle_result *result = &fuzz.log->result;
    if (result->verdict == HEDDLE_OK) {
        return 0;
    }
    if (known_number(fuzz.known, result->signature) != KNOWN_NEVER) {
        fuzz.tally->passed_over++;
        return 0;
    }
    report_new(target, subject);
    return 0;
}
