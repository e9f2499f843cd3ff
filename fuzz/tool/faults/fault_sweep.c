/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The sweep, in three parts: which places the program reaches, single faults, pairs. Workers only write down what
 * came of each run; once a part is over, each failure that nobody knows is run again, confirmed and told.
 */
#include "tool/faults/fault_sweep.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tool/failure_report.h"
#include "tool/faults/fault_account.h"
#include "tool/known.h"
#include "tool/reporter.h"
#include "tool/terminal.h"
#include "tool/worker.h"

#define KILLS_MAX   200u /* by strangers */
#define PAIRS_BATCH 64

struct fault_sweep {
    const struct fault_sweep_options *options;
    const struct program_vocabulary *vocabulary;
    struct fault_kinds kinds;
    struct fault_ledger ledger;
    struct fault_room *rooms; /* shared, of each worker */
    struct known_set *known;
    struct reporter reporter;
    struct program program; /* without the file's own faults, but with those of the run */
    struct fault_pairs pairs;
    uint64_t reported, firsts, runs_to_first; /* firsts: and those that were not confirmed */
    uint32_t kills;
    bool stopped;     /* something is left to do */
    const char *what; /* the faults of the failure that is told, as text */
};

/* --- in the worker -------------------------------------------------------------------------- */

static void
run_once(struct fault_sweep *sweep, struct worker *worker, uint64_t number)
{
    static const struct laboratory_options plain = {.oracles = true};
    const struct input *input = sweep->options->input;
    struct fault_room *room = &sweep->rooms[worker->seat];
    fault_account_begin(room);
    outcome_announce(&sweep->program, worker->log);
    worker->log->number = number;
    laboratory_execute(&sweep->program, input->target, input->subject, &plain, worker->log,
                       &room->run);
    fault_account_end(&sweep->ledger, room, number, &worker->log->result);
}

/* The faults of a run that is known by its key. */
static void
set_faults(struct fault_sweep *sweep, enum fault_part part, uint64_t key)
{
    struct program *program = &sweep->program;
    uint32_t i, j;
    program->fault_count = part == FAULT_PROBE && key == 0 ? 0 : part == FAULT_PAIRS ? 2 : 1;
    if (part == FAULT_PAIRS) {
        fault_pairs_at(&sweep->ledger.pairs, key, &i, &j);
        program->faults[0] = fault_account_single(&sweep->ledger, i);
        program->faults[1] = fault_account_single(&sweep->ledger, j);
    } else if (part == FAULT_SINGLES) {
        program->faults[0] = fault_table_fault(&sweep->kinds, (uint32_t)(key >> 16), (uint16_t)key);
    } else if (key > 0) {
        const struct fault_place *place = &sweep->kinds.places[key - 1];
        program->faults[0] =
            (struct program_fault){.point = place->point, .action = (uint8_t)place->probe};
        memcpy(program->faults[0].selectors, place->selectors, sizeof(place->selectors));
    }
}

static void
execute(struct worker *worker, uint64_t number, void *argument)
{
    struct fault_sweep *sweep = argument;
    if (sweep->ledger.part != FAULT_SINGLES) {
        set_faults(sweep, sweep->ledger.part, number);
        run_once(sweep, worker, number);
        return;
    }
    const struct fault_progress *progress = &sweep->ledger.progress[number];
    while (!progress->done && sweep->kinds.places[sweep->kinds.series[number].place].reached) {
        set_faults(sweep, FAULT_SINGLES, number << 16 | progress->nth);
        run_once(sweep, worker, number);
    }
}

/* --- in the parent -------------------------------------------------------------------------- */

static enum worker_answer
stop_for(struct fault_sweep *sweep, enum tool_exit code, const char *what)
{
    terminal_progress_erase();
    command_complain("%s: %s", what, strerror(errno));
    sweep->reporter.code = tool_exit_worse(sweep->reporter.code, code);
    sweep->stopped = true;
    return WORKER_STOP;
}

/* A death that strangers bring too is believed if it happens again, and again. GO_ON: it does. */
static enum worker_answer
doubt(struct fault_sweep *sweep, const struct worker_news *news, struct outcome *outcome)
{
    struct outcome *confirmed;
    for (int i = 0; i < 2; i++) {
        switch (reporter_confirm(&sweep->reporter, news, outcome, &confirmed)) {
        case REPORTER_BELIEVED:
            outcome_destroy(confirmed);
            break;
        case REPORTER_FOREIGN:
            errno = EINTR;
            return ++sweep->kills < KILLS_MAX
                       ? WORKER_REPEAT
                       : stop_for(sweep, TOOL_ENVIRONMENT, "killed time and again");
        default:
            return stop_for(sweep, TOOL_ENVIRONMENT, "a failure cannot be replayed");
        }
    }
    return WORKER_GO_ON;
}

static enum worker_answer
on_news(const struct worker_news *news, void *argument)
{
    struct fault_sweep *sweep = argument;
    struct outcome *outcome = outcome_take(news, sweep->options->input->target);
    if (outcome == NULL) {
        errno = ENOMEM;
        return stop_for(sweep, TOOL_ENVIRONMENT, "no memory for a failure");
    }
    enum worker_answer answer =
        outcome_may_be_foreign(news) ? doubt(sweep, news, outcome) : WORKER_GO_ON;
    if (answer == WORKER_GO_ON) {
        fault_account_end(&sweep->ledger, &sweep->rooms[news->seat], news->number,
                          &outcome->result);
        /* The next worker goes on with the series. */
        answer = sweep->ledger.part == FAULT_SINGLES && !sweep->ledger.progress[news->number].done
                     ? WORKER_REPEAT
                     : WORKER_GO_ON;
    }
    outcome_destroy(outcome);
    return answer;
}

static struct fault_room
sum_rooms(const struct fault_sweep *sweep)
{
    struct fault_room sum = {0};
    for (unsigned i = 0; i < sweep->options->findings.jobs; i++) {
        const struct fault_room *room = &sweep->rooms[i];
        laboratory_add_totals(&sum.totals, &room->totals);
        sum.runs += room->runs;
        sum.failing += room->failing;
        sum.pairs += room->pairs;
        sum.both += room->both;
        sum.pairs_failing += room->pairs_failing;
    }
    return sum;
}

static uint64_t
numbers_of(const struct fault_sweep *sweep)
{
    switch (sweep->ledger.part) {
    case FAULT_PROBE:
        return 1 + (uint64_t)sweep->kinds.place_count;
    case FAULT_SINGLES:
        return sweep->kinds.series_count;
    default:
        return sweep->ledger.pairs.planned;
    }
}

static enum worker_answer
on_settled(uint64_t below, void *argument)
{
    const struct fault_sweep *sweep = argument;
    uint64_t numbers = numbers_of(sweep), found = sweep->reported;
    for (unsigned i = 0; i < sweep->options->findings.jobs; i++) {
        uint32_t firsts = sweep->rooms[i].first_count;
        found = sweep->reported + firsts > found ? sweep->reported + firsts : found;
    }
    terminal_progress_show(&(struct terminal_progress){
        .seconds = terminal_now() - sweep->reporter.started,
        .seconds_max = sweep->options->findings.seconds,
        .runs = sum_rooms(sweep).runs,
        .runs_max = UINT64_MAX,
        .failures = found,
        .fraction = below < numbers ? (double)below / (double)numbers : 1,
    });
    return WORKER_GO_ON;
}

/* --- telling failures ------------------------------------------------------------------------ */

static int
compare_firsts(const void *a, const void *b)
{
    const struct fault_first *x = a, *y = b;
    return x->key < y->key ? -1 : x->key > y->key;
}

/* How many runs there were before, in the order of keys. */
static uint64_t
run_number(const struct fault_sweep *sweep, uint64_t key)
{
    if (sweep->ledger.part == FAULT_PAIRS) {
        return 1 + sweep->ledger.account->single_count + key;
    }
    uint64_t before = sweep->ledger.part == FAULT_SINGLES ? 1 : 0;
    for (uint32_t i = 0; before > 0 && i < sweep->ledger.account->single_count; i++) {
        const struct fault_single *single = &sweep->ledger.account->singles[i];
        before += ((uint64_t)single->series << 16 | single->nth) < key;
    }
    return before;
}

static void
tell_confirmed(struct fault_sweep *sweep, uint64_t number, const struct outcome *confirmed)
{
    bool internal = confirmed->result.verdict == HEDDLE_INTERNAL;
    sweep->stopped |=
        !reporter_failure(&sweep->reporter, number, confirmed, internal ? "internal-" : "");
    sweep->reporter.code =
        tool_exit_worse(sweep->reporter.code, internal ? TOOL_INTERNAL : TOOL_FAILURE);
    if (sweep->reported++ == 0) {
        sweep->runs_to_first = number + 1;
    }
}

static void
tell_gone(struct fault_sweep *sweep, uint64_t number, struct outcome *first, uint64_t signature)
{
    terminal_progress_erase();
    command_complain("run %" PRIu64 " (%s) failed with signature %016" PRIx64
                     ", and when it was run again, with %016" PRIx64,
                     number + 1, sweep->what, signature, first->result.signature);
    sweep->reporter.code = tool_exit_worse(sweep->reporter.code, TOOL_DIFFERED);
    reporter_failure(&sweep->reporter, number, first, "unstable-");
}

/* The run once more, in a process of its own: the first outcome. Its explicit schedule must give the same. */
static void
tell_first(struct fault_sweep *sweep, const struct fault_first *failure)
{
    const struct input *input = sweep->options->input;
    struct outcome original = {0}, *first, *confirmed;
    set_faults(sweep, sweep->ledger.part, failure->key);
    original.program = sweep->program; /* lent */
    first = outcome_replay(&original, input->target, input->subject);
    if (first == NULL) {
        stop_for(sweep, TOOL_ENVIRONMENT, "a failure cannot be replayed");
        return;
    }
    struct worker_news news = {
        .end = first->end, .code = first->code, .number = run_number(sweep, failure->key)};
    if (first->result.signature != failure->signature) {
        tell_gone(sweep, news.number, first, failure->signature);
    } else {
        switch (reporter_confirm(&sweep->reporter, &news, first, &confirmed)) {
        case REPORTER_BELIEVED:
            tell_confirmed(sweep, news.number, confirmed);
            outcome_destroy(confirmed);
            break;
        case REPORTER_IMPOSSIBLE:
            stop_for(sweep, TOOL_ENVIRONMENT, "a failure cannot be replayed");
            break;
        default:
            break;
        }
    }
    outcome_destroy(first);
}

static char *
describe(struct fault_sweep *sweep, uint64_t key)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL) {
        return NULL;
    }
    set_faults(sweep, sweep->ledger.part, key);
    fputs(sweep->program.fault_count == 0 ? "without a fault" : "with ", out);
    for (uint32_t i = 0; i < sweep->program.fault_count; i++) {
        fputs(i > 0 ? " and " : "", out);
        program_print_fault(&sweep->program.faults[i], sweep->vocabulary, out);
    }
    fclose(out);
    return text;
}

/* What this part has shown for the first time, in order of the runs. */
static void
tell_failures(struct fault_sweep *sweep)
{
    static struct fault_first all[WORKER_JOBS_MAX * FAULT_FIRSTS_MAX];
    size_t count = 0;
    for (unsigned i = 0; i < sweep->options->findings.jobs; i++) {
        struct fault_room *room = &sweep->rooms[i];
        memcpy(&all[count], room->firsts, room->first_count * sizeof(all[0]));
        count += room->first_count;
        room->first_count = 0;
    }
    qsort(all, count, sizeof(all[0]), compare_firsts);
    for (size_t i = 0; i < count; i++) {
        if (known_number(sweep->known, all[i].signature) != KNOWN_NEVER) {
            continue;
        }
        sweep->firsts++;
        char *what = describe(sweep, all[i].key);
        sweep->what = what != NULL ? what : "";
        tell_first(sweep, &all[i]);
        sweep->what = NULL;
        free(what);
        if (!known_add(sweep->known, all[i].signature, i)) {
            sweep->ledger.account->full = true;
        }
    }
}

/* --- the whole ------------------------------------------------------------------------------ */

static void
print_command(const void *argument, char *text, size_t size)
{
    const struct fault_sweep *sweep = argument;
    const struct fault_sweep_options *options = sweep->options;
    char max[40] = "";
    if (options->pairs) {
        snprintf(max, sizeof(max), " --pairs --pairs-max %" PRIu64, options->pairs_max);
    }
    snprintf(text, size, "heddle faults %s --subject %s%s%s%s", options->input->path,
             options->input->subject->name, max, sweep->what != NULL ? ", " : "",
             sweep->what != NULL ? sweep->what : "");
}

/* False: the time is up, or it could not be done. */
static bool
run_part(struct fault_sweep *sweep, enum fault_part part)
{
    const struct fault_sweep_options *options = sweep->options;
    double left = options->findings.seconds - (terminal_now() - sweep->reporter.started);
    sweep->ledger.part = part;
    if (sweep->stopped || (options->findings.seconds > 0 && left <= 0)) {
        sweep->stopped = true;
        return false;
    }
    const struct worker_job job = {.jobs = options->findings.jobs,
                                   .numbers = numbers_of(sweep),
                                   .batch = part == FAULT_PAIRS ? PAIRS_BATCH : 1,
                                   .memory_max = WORKER_MEMORY,
                                   .seconds = options->findings.seconds > 0 ? left : 0,
                                   .execute = execute,
                                   .on_news = on_news,
                                   .on_settled = on_settled,
                                   .argument = sweep};
    if (!worker_run(&job)) {
        bool dying = errno == ECHILD;
        stop_for(sweep, dying ? TOOL_INTERNAL : TOOL_ENVIRONMENT,
                 dying ? "workers die outside of any execution" : "cannot start workers");
    }
    terminal_progress_erase();
    return true;
}

static int
compare_singles(const void *a, const void *b)
{
    const struct fault_single *x = a, *y = b;
    uint64_t first = (uint64_t)x->series << 16 | x->nth,
             second = (uint64_t)y->series << 16 | y->nth;
    return first < second ? -1 : first > second;
}

static void
sweep_singles(struct fault_sweep *sweep)
{
    struct fault_account *account = sweep->ledger.account;
    if (!run_part(sweep, FAULT_SINGLES)) {
        return;
    }
    qsort(account->singles, account->single_count, sizeof(account->singles[0]), compare_singles);
    for (uint32_t i = 0; i < sweep->kinds.series_count; i++) {
        bool reached = sweep->kinds.places[sweep->kinds.series[i].place].reached;
        sweep->stopped |= reached && !sweep->ledger.progress[i].done;
    }
    tell_failures(sweep);
}

static void
sweep_pairs(struct fault_sweep *sweep)
{
    const struct fault_account *account = sweep->ledger.account;
    uint32_t proper = 0;
    while (proper < account->single_count &&
           !sweep->kinds.series[account->singles[proper].series].is_call) {
        proper++;
    }
    sweep->ledger.pairs =
        fault_pairs_plan(account->single_count, proper, sweep->options->pairs_max);
    if (sweep->ledger.pairs.planned > 0 && run_part(sweep, FAULT_PAIRS)) {
        tell_failures(sweep);
    }
    struct fault_room sum = sum_rooms(sweep);
    sweep->pairs = (struct fault_pairs){.asked = true,
                                        .all = sweep->ledger.pairs.all,
                                        .runs = sum.pairs,
                                        .both = sum.both,
                                        .failing = sum.pairs_failing};
    sweep->stopped |= sum.pairs < sweep->ledger.pairs.planned;
}

static bool
is_complete(const struct fault_sweep *sweep)
{
    return !sweep->stopped && !sweep->ledger.account->full && sweep->pairs.runs == sweep->pairs.all;
}

static void
tell_extent(const struct fault_sweep *sweep)
{
    if (is_complete(sweep)) {
        terminal_print(stdout, TERMINAL_GOOD, "complete");
        printf(": that was every kind of fault at every occurrence, %s\n",
               sweep->options->pairs ? "alone and in pairs" : "one at a time");
        return;
    }
    terminal_print(stdout, TERMINAL_STRONG, "not complete");
    if (sweep->ledger.account->full) {
        puts(": there was more than there is room for");
    } else if (sweep->stopped) {
        puts(": it was stopped before its end");
    } else {
        puts(": every fault alone, and as many pairs as --pairs-max allows");
    }
}

/* Faults are not to blame for what the program does without them. */
static void
tell_plain(const struct fault_account *account)
{
    if (account->plain_verdict != HEDDLE_OK) {
        printf("without a fault it fails as well: %s %016" PRIx64 "\n",
               heddle_verdict_name((enum heddle_verdict)account->plain_verdict),
               account->plain_signature);
    }
}

static void
tell_totals(struct fault_sweep *sweep)
{
    const struct input *input = sweep->options->input;
    const struct fault_room sum = sum_rooms(sweep);
    struct fault_table table = {.kinds = &sweep->kinds,
                                .vocabulary = sweep->vocabulary,
                                .singles = sweep->ledger.account->singles,
                                .single_count = sweep->ledger.account->single_count,
                                .pairs = sweep->pairs};
    sweep->program.fault_count = 0;
    struct report report = {.target = input->target->name,
                            .subject = input->subject->name,
                            .totals = &sum.totals,
                            .runs = sum.runs,
                            .runs_to_first = sweep->runs_to_first,
                            .seconds = terminal_now() - sweep->reporter.started,
                            .complete = is_complete(sweep) ? REPORT_COMPLETE : REPORT_INCOMPLETE,
                            .program = &sweep->program,
                            .sweep = &table};
    struct report_sums sums = {
        .failing = sum.failing, .known = sum.failing - sweep->firsts, .distinct = sweep->reported};
    if (sweep->options->findings.json) {
        report_totals_json(&report, stdout);
        return;
    }
    report_totals(&report, &sums, stdout);
    fault_table_print(&table, sweep->options->list, stdout);
    tell_plain(sweep->ledger.account);
    tell_extent(sweep);
}

static void
sweep_all(struct fault_sweep *sweep)
{
    if (!sweep->options->findings.json) {
        char command[512];
        print_command(sweep, command, sizeof(command));
        puts(command);
        fflush(stdout);
    }
    worker_stop_on_interrupt();
    sweep->reporter.started = terminal_now();
    run_part(sweep, FAULT_PROBE);
    tell_failures(sweep);
    sweep->stopped |= sum_rooms(sweep).runs < numbers_of(sweep);
    for (uint32_t i = 0; i < sweep->kinds.place_count; i++) {
        sweep->kinds.places[i].reached = sweep->ledger.account->reached[i];
    }
    sweep_singles(sweep);
    if (sweep->options->pairs) {
        sweep_pairs(sweep);
    }
    tell_totals(sweep);
}

static enum tool_exit
start(struct fault_sweep *sweep)
{
    const struct fault_sweep_options *options = sweep->options;
    size_t account_size = sizeof(*sweep->ledger.account);
    size_t progress_size = (sweep->kinds.series_count + 1) * sizeof(*sweep->ledger.progress);
    size_t rooms_size = options->findings.jobs * sizeof(*sweep->rooms);
    enum tool_exit code = TOOL_ENVIRONMENT;
    int error = 0;
    sweep->ledger.account = worker_shared_create(account_size);
    sweep->ledger.progress = worker_shared_create(progress_size);
    sweep->rooms = worker_shared_create(rooms_size);
    sweep->ledger.kinds = &sweep->kinds;
    sweep->ledger.known = sweep->known = known_create();
    if (sweep->ledger.account == NULL || sweep->ledger.progress == NULL || sweep->rooms == NULL ||
        sweep->known == NULL) {
        command_complain("no memory to share with workers: %s", strerror(errno));
    } else if (options->findings.known != NULL &&
               (error = known_load(sweep->known, options->findings.known)) != 0) {
        command_complain("--known: %s: %s", options->findings.known, strerror(error));
        code = TOOL_USAGE;
    } else {
        sweep_all(sweep);
        code = sweep->reporter.code;
    }
    worker_shared_destroy(sweep->ledger.account, account_size);
    worker_shared_destroy(sweep->ledger.progress, progress_size);
    worker_shared_destroy(sweep->rooms, rooms_size);
    known_destroy(sweep->known);
    return code;
}

enum tool_exit
fault_sweep_run(const struct fault_sweep_options *options)
{
    const struct input *input = options->input;
    struct fault_sweep sweep = {.options = options,
                                .vocabulary = input->target->vocabulary,
                                .reporter = {.target = input->target,
                                             .subject = input->subject,
                                             .directory = options->findings.directory,
                                             .json = options->findings.json,
                                             .print_command = print_command}};
    if (!fault_kinds_init(&sweep.kinds, &input->program, sweep.vocabulary)) {
        command_complain("no memory for all kinds of faults");
        return TOOL_ENVIRONMENT;
    }
    sweep.reporter.argument = &sweep;
    program_init(&sweep.program);
    program_copy(&sweep.program, &input->program);
    snprintf(sweep.program.target, sizeof(sweep.program.target), "%s", input->target->name);
    snprintf(sweep.program.subject, sizeof(sweep.program.subject), "%s", input->subject->name);
    enum tool_exit code = start(&sweep);
    program_fini(&sweep.program);
    fault_kinds_fini(&sweep.kinds);
    return code;
}
