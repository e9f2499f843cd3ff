/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Shrinking: first the program, here; then its schedule (shrink_switches.c). What comes of it is told.
 */
#include "tool/shrink/shrinking.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tool/failure_report.h"
#include "tool/finding.h"
#include "tool/output.h"
#include "tool/fault_report.h"
#include "tool/shrink/shrink_candidates.h"
#include "tool/terminal.h"
#include "tool/worker.h"

#define WIDER 5u /* times as many schedules a candidate, where fewer do not help */

struct size {
    uint32_t threads, operations, faults, switches, others;
};

/* --- the program --------------------------------------------------------------------------- */

static bool
make_without_thread(struct shrinking *all, uint64_t index)
{
    uint32_t thread = all->best->program.thread_count - 1 - (uint32_t)index;
    shrink_copy_best(all);
    program_cut_thread(&all->candidate, thread);
    shrink_realign_thread(all, thread);
    return true;
}

static bool
make_simpler(struct shrinking *all, uint64_t index)
{
    bool changed = false;
    shrink_copy_best(all);
    return program_simplify(&all->candidate, (uint32_t)index, &changed) && changed;
}

static bool
cut_threads(struct shrinking *all)
{
    bool any = false;
    uint64_t index = 0;
    /* When one is gone, those behind it have its place. */
    while (all->best->program.thread_count > 1 && index < all->best->program.thread_count &&
           !shrink_is_time_up(all)) {
        any |= shrink_try_each(all, ATTEMPT_SCHEDULES, make_without_thread, &index,
                               all->best->program.thread_count);
    }
    return any;
}

static bool
simplify_numbers(struct shrinking *all)
{
    bool any = false, changed;
    uint64_t end = 0;
    shrink_copy_best(all);
    while (program_simplify(&all->candidate, (uint32_t)end, &changed)) {
        end++;
    }
    for (uint64_t index = 0; index < end && !shrink_is_time_up(all); index++) {
        any |= shrink_try_each(all, ATTEMPT_SCHEDULES, make_simpler, &index, end);
    }
    return any;
}

static bool
shrink_once(struct shrinking *all)
{
    bool went = shrink_cut(all, PROGRAM_PART_DEVIATIONS, ATTEMPT_SCHEDULE);
    went |= cut_threads(all);
    went |= shrink_cut(all, PROGRAM_PART_OPERATIONS, ATTEMPT_SCHEDULES);
    went |= shrink_cut(all, PROGRAM_PART_FAULTS, ATTEMPT_SCHEDULES);
    return simplify_numbers(all) || went;
}

/*
 * With few switches, most of what can go does so under what is left of the schedule. So that is all that a candidate has at
 * first; where nothing goes any more it has ever more new ones, and what fails under one of those is shortened again.
 */
static void
shrink_program(struct shrinking *all)
{
    all->width = 0;
    while (!shrink_is_time_up(all)) {
        if (shrink_once(all)) {
            all->width = 0;
        } else if (all->width == 0) {
            all->width = all->options->input->target->vocabulary->strategy_count;
        } else if (all->width < all->options->schedules) {
            all->width *= WIDER;
        } else {
            break;
        }
    }
    all->width = all->options->schedules;
}

/* --- telling -------------------------------------------------------------------------------- */

static struct size
size_of(const struct outcome *outcome)
{
    const struct program *program = &outcome->program;
    uint32_t switches = shrink_switches(program);
    return (struct size){program->thread_count, program->operation_count, program->fault_count,
                         switches, program->deviation_count - switches};
}

static void
tell(const struct shrinking *all, const struct size *before, struct report *report)
{
    struct size now = size_of(all->best);
    if (all->options->json) {
        report_json(report, stdout);
        return;
    }
    report_failure(report, stdout);
    printf("\nthreads %" PRIu32 " → %" PRIu32 ", operations %" PRIu32 " → %" PRIu32
           ", faults %" PRIu32 " → %" PRIu32 ", chosen switches %" PRIu32 " → %" PRIu32
           ", other choices %" PRIu32 " → %" PRIu32 "\n%" PRIu64 " candidates, %" PRIu64
           " executions in %.1f s; ",
           before->threads, now.threads, before->operations, now.operations, before->faults,
           now.faults, before->switches, now.switches, before->others, now.others,
           all->figures->candidates, all->figures->executions, report->seconds);
    if (worker_was_stopped()) {
        printf("interrupted: this is how far it came\n");
    } else if (shrink_is_time_up(all)) {
        printf("the time was up: --seconds gives it more\n");
    } else {
        printf("without any one of what is left, it was not seen in %" PRIu32 " schedules\n",
               all->options->schedules);
    }
    if (all->switches_min > 0) {
        printf("no schedule of this program with fewer than %" PRIu32
               " chosen switch%s fails so: %" PRIu64 " schedules tried, complete\n",
               all->switches_min, all->switches_min == 1 ? "" : "es", all->searched);
    }
    if (all->fraction > 0 && all->fraction < 1) {
        printf("a search with at most %" PRIu32 " preemptions was stopped with ", all->bound);
        terminal_print_share(stdout, all->fraction);
        printf(" of it behind\n");
    }
}

/* What stands behind this word in the comments at the top of a file; "": nothing. */
static void
read_comment(const char *path, const char *word, char *value, size_t size)
{
    char *line = NULL;
    size_t room = 0;
    FILE *in = fopen(path, "r");
    value[0] = '\0';
    while (in != NULL && getline(&line, &room, in) > 0 && line[0] == '#') {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, word, strlen(word)) == 0) {
            snprintf(value, size, "%s", line + strlen(word));
        }
    }
    free(line);
    if (in != NULL) {
        fclose(in);
    }
}

/* Who found it matters more than who made it small, and the larger file may soon be gone. */
static void
describe_finder(const char *path, char *found_by, size_t size)
{
    static const char then[] = "; then heddle shrink";
    read_comment(path, "# found by: ", found_by, size);
    if (found_by[0] == '\0') {
        snprintf(found_by, size, "heddle shrink %s", path);
    } else if (strstr(found_by, then) == NULL) {
        size_t length = strlen(found_by);
        snprintf(found_by + length, size - length, "%s", then);
    }
}

/* The best one once more, in a process of its own, and into the file. */
static enum tool_exit
finish(struct shrinking *all, const struct size *before)
{
    const struct input *input = all->options->input;
    struct outcome *last = outcome_replay(all->best, input->target, input->subject);
    if (last == NULL || last->result.signature != all->signature) {
        command_complain("%s: what it was shrunk to did not fail again in a fresh process",
                         input->path);
        outcome_destroy(last);
        return TOOL_DIFFERED;
    }
    char found_by[PATH_MAX + 32], origin[256];
    describe_finder(input->path, found_by, sizeof(found_by));
    read_comment(input->path, "# origin: ", origin, sizeof(origin));
    struct report report = {.file = all->options->output,
                            .target = input->target->name,
                            .subject = input->subject->name,
                            .program = &all->best->program,
                            .result = &last->result,
                            .totals = &last->totals,
                            .words = last->words,
                            .injections = last->injections,
                            .injection_count = last->injection_count,
                            .injections_max = OUTCOME_INJECTIONS_MAX,
                            .found_by = found_by,
                            .origin = origin[0] != '\0' ? origin : NULL,
                            .options = "",
                            .runs = all->figures->executions,
                            .seconds = terminal_now() - all->started};
    int error = finding_write_as(all->options->output, &report, input->target);
    if (error == 0) {
        tell(all, before, &report);
    } else {
        command_complain("%s: %s", all->options->output, strerror(error));
    }
    outcome_destroy(last);
    return error == 0 ? TOOL_FAILURE : output_exit(error);
}

/* --- the whole ------------------------------------------------------------------------------ */

/* What the file does as it is. */
static struct outcome *
replay_file(const struct input *input)
{
    struct outcome original = {0};
    program_init(&original.program);
    program_copy(&original.program, &input->program);
    snprintf(original.program.target, sizeof(original.program.target), "%s", input->target->name);
    snprintf(original.program.subject, sizeof(original.program.subject), "%s",
             input->subject->name);
    struct outcome *outcome = outcome_replay(&original, input->target, input->subject);
    program_fini(&original.program);
    return outcome;
}

static enum tool_exit
shrink(struct shrinking *all)
{
    const struct input *input = all->options->input;
    all->best = replay_file(input);
    if (all->best == NULL) {
        command_complain("%s: cannot be replayed: %s", input->path, strerror(errno));
        return TOOL_ENVIRONMENT;
    }
    if (all->best->result.verdict == HEDDLE_OK) {
        command_complain("%s: does not fail, so there is nothing to keep", input->path);
        return TOOL_USAGE;
    }
    struct size before = size_of(all->best);
    all->signature = all->best->result.signature;
    worker_stop_on_interrupt();
    do {
        shrink_program(all);
    } while (shrink_schedule_by_chance(all));
    shrink_schedule(all);
    if (all->failed) {
        command_complain("%s: %s", input->path, strerror(errno));
        return TOOL_ENVIRONMENT;
    }
    return finish(all, &before);
}

enum tool_exit
shrinking_run(const struct shrinking_options *options)
{
    struct shrinking all = {
        .options = options,
        .started = terminal_now(),
        .figures = worker_shared_create(sizeof(*all.figures)),
        .search = worker_shared_create(search_size()),
    };
    enum tool_exit code = TOOL_ENVIRONMENT;
    program_init(&all.candidate);
    if (all.figures == NULL || all.search == NULL) {
        command_complain("no memory to share with workers: %s", strerror(errno));
    } else {
        code = shrink(&all);
    }
    outcome_destroy(all.best);
    program_fini(&all.candidate);
    worker_shared_destroy(all.figures, sizeof(*all.figures));
    worker_shared_destroy(all.search, search_size());
    return code;
}
