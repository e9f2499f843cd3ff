/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Text, JSON and the heading of a .prog.
 */
#include "tool/failure_report.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <string.h>

#include "tool/command.h"
#include "tool/coverage_report.h"
#include "tool/fault_report.h"
#include "tool/terminal.h"

static const char *const life_names[] = {
    [HEDDLE_LIFE_LIVE] = "live",
    [HEDDLE_LIFE_FREED] = "freed",
    [HEDDLE_LIFE_DESTROYED] = "destroyed",
};

/* --- text -------------------------------------------------------------------------------- */

void
report_print_argument(const char *text, FILE *out)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789_-./+=:@%,";
    if (text[0] != '\0' && strspn(text, plain) == strlen(text)) {
        fputs(text, out);
        return;
    }
    fputc('\'', out);
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            fputs("'\\''", out);
        } else {
            fputc(*text, out);
        }
    }
    fputc('\'', out);
}

/* Every line of text behind the same indentation. */
static void
print_indented(const char *text, const char *indentation, FILE *out)
{
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        fprintf(out, "%s%.*s\n", indentation, (int)length, text);
        text += length;
        text += *text == '\n' ? 1 : 0;
    }
}

/* A race names its two accesses where others have objects: they have neither number nor life. */
static void
print_object_state(const struct heddle_object_state *object, const char *indentation, FILE *out)
{
    if (object->kind[0] == '\0') {
        return;
    }
    fprintf(out, "%sobject", indentation);
    if (object->number != 0) {
        fprintf(out, " %" PRIu32, object->number);
    }
    fprintf(out, ": %s", object->kind);
    if (object->life != HEDDLE_LIFE_NONE && object->life <= HEDDLE_LIFE_DESTROYED) {
        fprintf(out, ", %s", life_names[object->life]);
    }
    fputc('\n', out);
}

static const char *
plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

static void
print_facts(const struct report *report, const char *indentation, FILE *out)
{
    const struct heddle_result *result = report->result;
    fprintf(out, "%soracle: %s\n", indentation, result->oracle);
    if (result->file[0] != '\0') {
        fprintf(out, "%splace: %s:%d %s%s%s\n", indentation, result->file, result->line,
                result->function, result->primitive[0] != '\0' ? " " : "", result->primitive);
    }
    for (int i = 0; i < 2; i++) {
        print_object_state(&result->objects[i], indentation, out);
    }
    /* Of a process that was killed, nobody counted them. */
    if (result->steps > 0) {
        fprintf(out,
                "%sschedule: %" PRIu32 " steps, %" PRIu32 " switch%s, %" PRIu32 " preemption%s\n",
                indentation, result->steps, result->switches, result->switches == 1 ? "" : "es",
                result->preemptions, plural(result->preemptions));
    }
    fprintf(out,
            "%sprogram: %" PRIu32 " operation%s in %" PRIu32 " thread%s; faults injected: %" PRIu64
            "\n",
            indentation, report->program->operation_count, plural(report->program->operation_count),
            report->program->thread_count, plural(report->program->thread_count),
            report_fault_sum(report->totals));
    fprintf(out, "%ssignature: %016" PRIx64 "\n", indentation, result->signature);
    fprintf(out, "%shash: %016" PRIx64 "\n", indentation, result->hash);
    if (report->found_by == NULL && report->runs > 1) {
        fprintf(out, "%sruns: %" PRIu64 ", all with this hash\n", indentation, report->runs);
    }
    if (report->found_by != NULL) {
        fprintf(out, "%sfound by: %s\n", indentation, report->found_by);
    }
    if (report->origin != NULL) {
        fprintf(out, "%sorigin: %s\n", indentation, report->origin);
    }
}

void
report_failure(const struct report *report, FILE *out)
{
    const struct heddle_result *result = report->result;
    terminal_print(out, TERMINAL_BAD, heddle_verdict_name(result->verdict));
    fprintf(out, ": %s\n", result->promise);
    print_indented(result->message, "  ", out);
    print_facts(report, "  ", out);
    if (report->words != NULL) {
        fprintf(out, "  the process said:\n");
        print_indented(report->words, "    ", out);
    }
    if (result->diverged_at >= 0) {
        fprintf(out,
                "  diverged at: step %" PRId64 "; the schedule is of another build or subject, or "
                "was never run\n",
                result->diverged_at);
    }
    if (report->file != NULL) {
        report_print_argument(tool_name, out);
        fprintf(out, " replay %s", report->options);
        report_print_argument(report->file, out);
        fputc('\n', out);
    }
}

void
report_print_prog(const struct report *report, const struct laboratory_target *target, FILE *out)
{
    const struct heddle_result *result = report->result;
    report_injections(report, target, "# ", out);
    fprintf(out, "# verdict: %s\n", heddle_verdict_name(result->verdict));
    fprintf(out, "# promise: %s\n", result->promise);
    print_facts(report, "# ", out);
    fputs("#\n", out);
    print_indented(result->message, "# ", out);
    program_print(report->program, target->vocabulary, out);
}

/* Of a single program, only what it has could have happened. */
static bool
could_run(const struct program *program, uint32_t verb)
{
    for (uint32_t i = 0; program != NULL && i < program->operation_count; i++) {
        if (program->operations[i].verb == verb) {
            return true;
        }
    }
    return program == NULL;
}

static void
print_operations(const struct laboratory_totals *totals, const struct program *program,
                 const struct program_vocabulary *vocabulary, FILE *out)
{
    uint32_t count = vocabulary->verb_count;
    size_t column = 0;
    fprintf(out, "  %-28s %12s %12s\n", "operation", "successes", "errors");
    for (uint32_t i = 0; i < count && i < LABORATORY_COUNTERS_MAX; i++) {
        if (totals->successes[i] + totals->errors[i] > 0) {
            fprintf(out, "  %-28s %12" PRIu64 " %12" PRIu64 "\n", vocabulary->verbs[i].name,
                    totals->successes[i], totals->errors[i]);
        }
    }
    for (uint32_t i = 0; i < count && i < LABORATORY_COUNTERS_MAX; i++) {
        if (totals->successes[i] + totals->errors[i] == 0 && could_run(program, i)) {
            report_never(vocabulary->verbs[i].name, &column, out);
        }
    }
    fputs(column > 0 ? "\n" : "", out);
}

static void
print_counters(const struct laboratory_totals *totals, const struct program *program,
               const struct program_vocabulary *vocabulary, FILE *out)
{
    print_operations(totals, program, vocabulary, out);
    report_fault_table(totals, program, vocabulary, out);
    fprintf(out,
            "  callbacks: %" PRIu64 " create, %" PRIu64 " shutdown, %" PRIu64 " destroy\n"
            "  preemptions inside the subject: %" PRIu64 "\n",
            totals->callbacks[0], totals->callbacks[1], totals->callbacks[2],
            totals->preemptions_inside);
    fprintf(out, "  linearizability: %" PRIu64 " histor%s checked, %" PRIu64 " undecided\n",
            totals->histories, totals->histories == 1 ? "y" : "ies", totals->undecided);
}

void
report_totals(const struct report *report, const struct report_sums *sums, FILE *out)
{
    const struct laboratory_target *target = laboratory_target_find(report->target);
    double rate = report->seconds > 0 ? (double)report->runs / report->seconds : 0;
    fprintf(out, "%" PRIu64 " run%s in %.1f s (%.0f a second), %" PRIu64 " steps\n", report->runs,
            plural(report->runs), report->seconds, rate, report->totals->steps);
    if (target != NULL) {
        print_counters(report->totals, report->program, target->vocabulary, out);
    }
    if (report->pairs != NULL) {
        coverage_print(report->pairs, out);
    }
    char line[128];
    snprintf(line, sizeof(line), "%" PRIu64 " distinct failure%s", sums->distinct,
             plural(sums->distinct));
    terminal_print(out, sums->distinct == 0 ? TERMINAL_GOOD : TERMINAL_BAD, line);
    if (sums->distinct_before > 0) {
        fprintf(out, ", %" PRIu64 " of them told before", sums->distinct_before);
    }
    fprintf(out, "; %" PRIu64 " run%s failed", sums->failing, plural(sums->failing));
    if (sums->known > 0) {
        fprintf(out, ", %" PRIu64 " of them in ways known before", sums->known);
    }
    if (report->totals->cut_off > 0) {
        fprintf(out, "; %" PRIu64 " cut off, longer than an execution's log",
                report->totals->cut_off);
    }
    fputc('\n', out);
}

/* --- JSON -------------------------------------------------------------------------------- */

static void
add_text(struct json_object *object, const char *name, const char *text)
{
    json_object_object_add(object, name,
                           text != NULL && text[0] != '\0' ? json_object_new_string(text) : NULL);
}

static void
add_number(struct json_object *object, const char *name, uint64_t number)
{
    json_object_object_add(object, name, json_object_new_uint64(number));
}

static void
add_hash(struct json_object *object, const char *name, uint64_t hash)
{
    char text[17];
    snprintf(text, sizeof(text), "%016" PRIx64, hash);
    add_text(object, name, text);
}

static void
add_seconds(struct json_object *object, double seconds)
{
    char text[32];
    snprintf(text, sizeof(text), "%.3f", seconds);
    json_object_object_add(object, "seconds", json_object_new_double_s(seconds, text));
}

static void
add_result(struct json_object *object, const struct heddle_result *result)
{
    add_text(object, "verdict", heddle_verdict_name(result->verdict));
    add_text(object, "oracle", result->oracle);
    if (result->verdict != HEDDLE_OK) {
        add_hash(object, "signature", result->signature);
    } else {
        add_text(object, "signature", NULL);
    }
    add_hash(object, "hash", result->hash);
    add_number(object, "steps", result->steps);
    json_object_object_add(object, "diverged_at",
                           result->diverged_at >= 0 ? json_object_new_int64(result->diverged_at)
                                                    : NULL);
    add_number(object, "switches", result->switches);
    add_number(object, "preemptions", result->preemptions);
}

static void
print_object(struct json_object *object, FILE *out)
{
    fprintf(out, "%s\n",
            json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN |
                                                       JSON_C_TO_STRING_NOSLASHESCAPE));
    fflush(out);
    json_object_put(object);
}

/* NULL: no history was checked. */
static struct json_object *
linearizability_json(const struct laboratory_totals *totals)
{
    if (totals == NULL || totals->histories == 0) {
        return NULL;
    }
    struct json_object *object = json_object_new_object();
    add_number(object, "histories", totals->histories);
    add_number(object, "undecided", totals->undecided);
    return object;
}

static void
add_runs(struct json_object *object, const struct report *report)
{
    add_number(object, "runs", report->runs);
    json_object_object_add(object, "runs_to_first",
                           report->runs_to_first > 0 ? json_object_new_uint64(report->runs_to_first)
                                                     : NULL);
    add_seconds(object, report->seconds);
    json_object_object_add(object, "complete",
                           report->complete != REPORT_NOT_ASKED
                               ? json_object_new_boolean(report->complete == REPORT_COMPLETE)
                               : NULL);
    json_object_object_add(object, "linearizability", linearizability_json(report->totals));
    json_object_object_add(object, "interleavings", coverage_json(report->pairs));
    json_object_object_add(object, "sweep", fault_table_json(report->sweep));
}

void
report_json(const struct report *report, FILE *out)
{
    char where[96];
    const struct heddle_result *result = report->result;
    struct json_object *object = json_object_new_object();
    const struct laboratory_target *target = laboratory_target_find(report->target);
    json_object_object_add(object, "injected", report_injections_json(report, target));
    snprintf(where, sizeof(where), "%s:%d", result->file, result->line);
    add_text(object, "file", report->file);
    add_text(object, "target", report->target);
    add_text(object, "subject", report->subject);
    add_result(object, result);
    add_number(object, "operations", report->program->operation_count);
    add_number(object, "faults", report_fault_sum(report->totals));
    add_text(object, "fault_table", NULL);
    add_runs(object, report);
    add_text(object, "where", result->file[0] != '\0' ? where : NULL);
    print_object(object, out);
}

static struct json_object *
operation_counts(const struct laboratory_totals *totals,
                 const struct program_vocabulary *vocabulary)
{
    static const char *const phases[] = {"callback create", "callback shutdown",
                                         "callback destroy"};
    struct json_object *counts = json_object_new_object();
    for (uint32_t i = 0; i < vocabulary->verb_count && i < LABORATORY_COUNTERS_MAX; i++) {
        struct json_object *count = json_object_new_object();
        add_number(count, "successes", totals->successes[i]);
        add_number(count, "errors", totals->errors[i]);
        json_object_object_add(counts, vocabulary->verbs[i].name, count);
    }
    for (int i = 0; i < 3; i++) {
        struct json_object *count = json_object_new_object();
        add_number(count, "successes", totals->callbacks[i]);
        add_number(count, "errors", 0);
        json_object_object_add(counts, phases[i], count);
    }
    return counts;
}

void
report_totals_json(const struct report *report, FILE *out)
{
    static const char *const of_one_run[] = {"verdict", "oracle", "signature", "hash"};
    const struct laboratory_totals *totals = report->totals;
    const struct laboratory_target *target =
        report->target != NULL ? laboratory_target_find(report->target) : NULL;
    struct json_object *object = json_object_new_object();
    add_text(object, "injected", NULL);
    add_text(object, "file", NULL);
    add_text(object, "target", report->target);
    add_text(object, "subject", report->subject);
    for (size_t i = 0; i < sizeof(of_one_run) / sizeof(of_one_run[0]); i++) {
        add_text(object, of_one_run[i], NULL);
    }
    add_number(object, "steps", totals->steps);
    add_text(object, "diverged_at", NULL);
    add_text(object, "switches", NULL);
    add_number(object, "preemptions", totals->preemptions_inside);
    json_object_object_add(object, "operations",
                           target != NULL ? operation_counts(totals, target->vocabulary) : NULL);
    json_object_object_add(object, "faults",
                           target != NULL ? report_fault_counts_json(totals, target->vocabulary)
                                          : NULL);
    json_object_object_add(object, "fault_table",
                           target != NULL ? report_fault_table_json(report, target->vocabulary)
                                          : NULL);
    add_runs(object, report);
    add_text(object, "where", NULL);
    print_object(object, out);
}
