/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Faults in text and JSON.
 */
#include "tool/fault_report.h"

#include <inttypes.h>
#include <string.h>

#define NEVER_WIDTH 79

/* --- before a failure ------------------------------------------------------------------------- */

/* What was done there; with its arguments where it is known which fault of the program it was. */
static void
print_action(const struct laboratory_injection *injection, const struct program *program,
             const struct program_vocabulary *vocabulary, FILE *out)
{
    const struct program_verb *action = &vocabulary->fault_actions[injection->action];
    if (injection->fault < program->fault_count &&
        program->faults[injection->fault].action == injection->action) {
        program_print_words(action, program->faults[injection->fault].arguments, out);
    } else {
        fputs(action->name, out);
    }
}

static void
print_point(const struct laboratory_injection *injection, const struct program *program,
            const struct program_vocabulary *vocabulary, FILE *out)
{
    const struct program_verb *point = &vocabulary->fault_points[injection->point];
    if (injection->fault < program->fault_count &&
        program->faults[injection->fault].point == injection->point) {
        program_print_words(point, program->faults[injection->fault].selectors, out);
    } else {
        fputs(point->name, out);
    }
}

/* A dead process may have written anything into its log. */
static bool
is_sane(const struct laboratory_injection *injection, const struct program_vocabulary *vocabulary)
{
    return injection->point < vocabulary->fault_point_count &&
           injection->action < vocabulary->fault_action_count;
}

static size_t
known_injections(const struct report *report)
{
    bool all = report->injection_count <= report->injections_max;
    return all ? report->injection_count : report->injections_max;
}

/* So many in a row are of one fault, each time that its point was reached. */
static size_t
count_same(const struct laboratory_injection *injection, size_t left)
{
    size_t same = 1;
    while (same < left && injection[same].fault == injection->fault &&
           injection->fault != UINT32_MAX && injection[same].nth == injection->nth + same) {
        same++;
    }
    return same;
}

static void
print_injection(const struct laboratory_injection *injection, size_t same,
                const struct program *program, const struct program_vocabulary *vocabulary,
                FILE *out)
{
    print_point(injection, program, vocabulary, out);
    if (injection->nth != UINT32_MAX) {
        fprintf(out, " nth=%" PRIu32, injection->nth);
    }
    if (same > 1) {
        fprintf(out, "…%zu", injection->nth + same - 1);
    }
    fputs(" : ", out);
    print_action(injection, program, vocabulary, out);
    fputc('\n', out);
}

void
report_injections(const struct report *report, const struct laboratory_target *target,
                  const char *indentation, FILE *out)
{
    const struct program_vocabulary *vocabulary = target->vocabulary;
    size_t known = known_injections(report);
    if (report->injection_count == 0) {
        fprintf(out, "%sno fault was injected\n", indentation);
        return;
    }
    fprintf(out, "%sfaults injected before: %zu\n", indentation, report->injection_count);
    for (size_t i = 0; i < known;) {
        const struct laboratory_injection *injection = &report->injections[i];
        size_t same = count_same(injection, known - i);
        if (is_sane(injection, vocabulary)) {
            fprintf(out, "%s  ", indentation);
            print_injection(injection, same, report->program, vocabulary, out);
        }
        i += same;
    }
    if (known < report->injection_count) {
        fprintf(out, "%s  … and %zu more\n", indentation, report->injection_count - known);
    }
}

/* The text that one of the two functions above prints. */
static struct json_object *
json_of(void (*print)(const struct laboratory_injection *injection, const struct program *program,
                      const struct program_vocabulary *vocabulary, FILE *out),
        const struct laboratory_injection *injection, const struct report *report,
        const struct program_vocabulary *vocabulary)
{
    char text[256] = "";
    FILE *out = fmemopen(text, sizeof(text) - 1, "w");
    if (out != NULL) {
        print(injection, report->program, vocabulary, out);
        fclose(out);
    }
    return json_object_new_string(text);
}

struct json_object *
report_injections_json(const struct report *report, const struct laboratory_target *target)
{
    struct json_object *all = json_object_new_array();
    size_t known = target != NULL ? known_injections(report) : 0;
    for (size_t i = 0; i < known; i++) {
        const struct laboratory_injection *injection = &report->injections[i];
        struct json_object *one = json_object_new_object();
        if (!is_sane(injection, target->vocabulary)) {
            json_object_put(one);
            continue;
        }
        json_object_object_add(one, "point",
                               json_of(print_point, injection, report, target->vocabulary));
        json_object_object_add(one, "nth",
                               injection->nth != UINT32_MAX ? json_object_new_uint64(injection->nth)
                                                            : NULL);
        json_object_object_add(one, "action",
                               json_of(print_action, injection, report, target->vocabulary));
        json_object_array_add(all, one);
    }
    return all;
}

/* --- of all executions ------------------------------------------------------------------------- */

uint64_t
report_fault_sum(const struct laboratory_totals *totals)
{
    uint64_t sum = 0;
    for (size_t i = 0; totals != NULL && i < LABORATORY_COUNTERS_MAX; i++) {
        sum += totals->faults[i];
    }
    return sum;
}

/* What never happened, by name: as rows of zeros it would push the failure off the screen. */
void
report_never(const char *name, size_t *column, FILE *out)
{
    static const char first[] = "  never: ", next[] = "         ";
    if (*column == 0) {
        *column = strlen(first);
        fputs(first, out);
    } else if (*column + strlen(", ") + strlen(name) > NEVER_WIDTH) {
        *column = strlen(next);
        fprintf(out, ",\n%s", next);
    } else {
        *column += strlen(", ");
        fputs(", ", out);
    }
    *column += strlen(name);
    fputs(name, out);
}

bool
report_fault_is_legal(uint32_t point, uint32_t kind, const struct program_vocabulary *vocabulary)
{
    for (uint32_t action = 0; action < vocabulary->fault_action_count; action++) {
        if (laboratory_fault_kind(action) == kind && laboratory_fault_is_legal(point, action)) {
            return true;
        }
    }
    return false;
}

/* Of a single program, only what it has could have happened. */
static bool
could_inject(const struct program *program, uint32_t point, uint32_t kind)
{
    for (uint32_t i = 0; program != NULL && i < program->fault_count; i++) {
        if (program->faults[i].point == point &&
            laboratory_fault_kind(program->faults[i].action) == kind) {
            return true;
        }
    }
    return program == NULL;
}

uint64_t
report_fault_times(const struct laboratory_totals *totals, uint32_t point, uint32_t kind)
{
    uint64_t sum = 0;
    for (uint32_t state = 0; state < LABORATORY_STATES_MAX; state++) {
        sum += totals->fault_table[point][kind][state].times;
    }
    return sum;
}

static void
print_row(const struct laboratory_totals *totals, uint32_t point, const char *name, FILE *out)
{
    const struct laboratory_fault_words *words = laboratory_fault_words();
    fprintf(out, "  %-15s %10" PRIu64, name, totals->faults[point]);
    for (uint32_t state = 0; state < words->state_count; state++) {
        uint64_t sum = 0;
        for (uint32_t kind = 0; kind < words->kind_count; kind++) {
            sum += totals->fault_table[point][kind][state].times;
        }
        if (sum > 0) {
            fprintf(out, " %*" PRIu64, (int)strlen(words->states[state]) + 2, sum);
        } else {
            fprintf(out, " %*s", (int)strlen(words->states[state]) + 2, "-");
        }
    }
    fputc('\n', out);
}

static void
print_never(const struct laboratory_totals *totals, const struct program *program,
            const struct program_vocabulary *vocabulary, FILE *out)
{
    const struct laboratory_fault_words *words = laboratory_fault_words();
    size_t column = 0;
    for (uint32_t point = 0; point < vocabulary->fault_point_count; point++) {
        for (uint32_t kind = 0; kind < words->kind_count; kind++) {
            if (report_fault_times(totals, point, kind) == 0 &&
                report_fault_is_legal(point, kind, vocabulary) &&
                could_inject(program, point, kind)) {
                char name[64];
                snprintf(name, sizeof(name), "%s:%s", vocabulary->fault_points[point].name,
                         words->kinds[kind]);
                report_never(name, &column, out);
            }
        }
    }
    fputs(column > 0 ? "\n" : "", out);
}

void
report_fault_table(const struct laboratory_totals *totals, const struct program *program,
                   const struct program_vocabulary *vocabulary, FILE *out)
{
    const struct laboratory_fault_words *words = laboratory_fault_words();
    if (program != NULL && program->fault_count == 0) {
        return;
    }
    fprintf(out, "  %-15s %10s", "fault at", "times");
    for (uint32_t state = 0; state < words->state_count; state++) {
        fprintf(out, "   %s", words->states[state]);
    }
    fputc('\n', out);
    for (uint32_t point = 0; point < vocabulary->fault_point_count; point++) {
        if (totals->faults[point] > 0) {
            print_row(totals, point, vocabulary->fault_points[point].name, out);
        }
    }
    print_never(totals, program, vocabulary, out);
}

struct json_object *
report_fault_counts_json(const struct laboratory_totals *totals,
                         const struct program_vocabulary *vocabulary)
{
    struct json_object *counts = json_object_new_object();
    for (uint32_t i = 0; i < vocabulary->fault_point_count && i < LABORATORY_COUNTERS_MAX; i++) {
        json_object_object_add(counts, vocabulary->fault_points[i].name,
                               json_object_new_uint64(totals->faults[i]));
    }
    return counts;
}

static struct json_object *
states_json(const struct report *report, uint32_t point, uint32_t kind)
{
    const struct laboratory_fault_words *words = laboratory_fault_words();
    struct json_object *states = json_object_new_object();
    for (uint32_t state = 0; state < words->state_count; state++) {
        const struct laboratory_fault_count *count =
            &report->totals->fault_table[point][kind][state];
        if (count->times > 0) {
            struct json_object *cell = json_object_new_object();
            json_object_object_add(cell, "times", json_object_new_uint64(count->times));
            json_object_object_add(
                cell, "first",
                report->file_of == NULL
                    ? json_object_new_uint64(count->first)
                    : json_object_new_string(report->file_of(count->first - 1, report->argument)));
            json_object_object_add(states, words->states[state], cell);
        }
    }
    return states;
}

struct json_object *
report_fault_table_json(const struct report *report, const struct program_vocabulary *vocabulary)
{
    const struct laboratory_fault_words *words = laboratory_fault_words();
    struct json_object *table = json_object_new_object();
    for (uint32_t point = 0; point < vocabulary->fault_point_count; point++) {
        struct json_object *kinds = json_object_new_object();
        for (uint32_t kind = 0; kind < words->kind_count; kind++) {
            if (report_fault_is_legal(point, kind, vocabulary)) {
                json_object_object_add(kinds, words->kinds[kind], states_json(report, point, kind));
            }
        }
        json_object_object_add(table, vocabulary->fault_points[point].name, kinds);
    }
    return table;
}
