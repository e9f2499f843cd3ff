/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The rows are added up from the singles when they are asked for.
 */
#include "tool/faults/sweep_table.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <string.h>

#include "engine/heddle.h"

#define NAME_WIDTH   44
#define FAILURES_MAX 40 /* lines, unless all are asked for */
#define CALLS        UINT32_MAX

struct row {
    uint32_t occurrences; /* the once-faults say how often the point was reached */
    uint64_t runs, ok;
};

struct program_fault
fault_table_fault(const struct fault_kinds *kinds, uint32_t series, uint16_t nth)
{
    struct program_fault fault = kinds->series[series].fault;
    fault.nth = nth;
    return fault;
}

/* Of one place, one action that is no call, or CALLS. */
static struct row
row_of(const struct fault_table *table, uint32_t place, uint32_t action)
{
    struct row row = {0};
    for (uint32_t i = 0; i < table->single_count; i++) {
        const struct fault_single *single = &table->singles[i];
        const struct fault_series *series = &table->kinds->series[single->series];
        bool same =
            action == CALLS ? series->is_call : !series->is_call && series->fault.action == action;
        if (series->place != place || !same) {
            continue;
        }
        row.runs++;
        row.ok += single->signature == 0;
        if (single->nth >= row.occurrences) {
            row.occurrences = single->nth + 1u;
        }
    }
    return row;
}

static void
name_row(const struct fault_table *table, uint32_t place, uint32_t action, char *text, size_t size)
{
    const struct fault_place *where = &table->kinds->places[place];
    const struct program_verb *point = &table->vocabulary->fault_points[where->point];
    int length = snprintf(text, size, "%s", point->name);
    for (uint32_t i = 0; i < point->parameter_count && (size_t)length < size; i++) {
        const struct program_parameter *parameter = &point->parameters[i];
        if (parameter->names != NULL) {
            length += snprintf(text + length, size - (size_t)length, " %s=%s", parameter->name,
                               parameter->names[where->selectors[i]]);
        } else {
            length += snprintf(text + length, size - (size_t)length, " %s=%u", parameter->name,
                               where->selectors[i]);
        }
    }
    if ((size_t)length < size) {
        snprintf(text + length, size - (size_t)length, " : %s",
                 action == CALLS ? "any operation" : table->vocabulary->fault_actions[action].name);
    }
}

/* Calls visit for each row that has runs. */
static void
each_row(const struct fault_table *table,
         void (*visit)(const char *name, const struct row *row, void *argument), void *argument)
{
    char name[160];
    for (uint32_t place = 0; place < table->kinds->place_count; place++) {
        for (uint32_t i = 0; i <= table->vocabulary->fault_action_count; i++) {
            uint32_t action = i < table->vocabulary->fault_action_count ? i : CALLS;
            struct row row = table->kinds->places[place].reached ? row_of(table, place, action)
                                                                 : (struct row){0};
            if (row.runs > 0) {
                name_row(table, place, action, name, sizeof(name));
                visit(name, &row, argument);
            }
        }
    }
}

/* --- text ----------------------------------------------------------------------------------- */

static void
print_row(const char *name, const struct row *row, void *argument)
{
    fprintf(argument, "  %-*s %11" PRIu32 " %9" PRIu64 " %9" PRIu64 " %9" PRIu64 "\n", NAME_WIDTH,
            name, row->occurrences, row->runs, row->ok, row->runs - row->ok);
}

static void
print_unreached(const struct fault_table *table, FILE *out)
{
    const struct fault_kinds *kinds = table->kinds;
    const char *before = "  never reached: ";
    for (uint32_t point = 0; point < table->vocabulary->fault_point_count; point++) {
        uint32_t places = 0, reached = 0;
        for (uint32_t i = 0; i < kinds->place_count; i++) {
            places += kinds->places[i].point == point;
            reached += kinds->places[i].point == point && kinds->places[i].reached;
        }
        if (reached == places) {
            continue;
        }
        fprintf(out, "%s%s", before, table->vocabulary->fault_points[point].name);
        if (places > 1) {
            fprintf(out, " (%" PRIu32 " of %" PRIu32 ")", places - reached, places);
        }
        before = ", ";
    }
    fputs(before[0] == ',' ? "\n" : "", out);
}

static void
print_single(const struct fault_table *table, const struct fault_single *single, FILE *out)
{
    struct program_fault fault = fault_table_fault(table->kinds, single->series, single->nth);
    fputs("  ", out);
    program_print_fault(&fault, table->vocabulary, out);
    fprintf(out, ": %s", heddle_verdict_name((enum heddle_verdict)single->verdict));
    if (single->signature != 0) {
        fprintf(out, " %016" PRIx64, single->signature);
    }
    fputc('\n', out);
}

static void
print_singles(const struct fault_table *table, bool list, FILE *out)
{
    uint32_t printed = 0, more = 0;
    for (uint32_t i = 0; i < table->single_count; i++) {
        const struct fault_single *single = &table->singles[i];
        if (!list && single->signature == 0) {
            continue;
        }
        if (list || printed < FAILURES_MAX) {
            print_single(table, single, out);
            printed++;
        } else {
            more++;
        }
    }
    if (more > 0) {
        fprintf(out, "  … and %" PRIu32 " more that failed: --list has them all\n", more);
    }
}

void
fault_table_print(const struct fault_table *table, bool list, FILE *out)
{
    fprintf(out, "  %-*s %11s %9s %9s %9s\n", NAME_WIDTH, "injected", "occurrences", "runs", "ok",
            "failed");
    each_row(table, print_row, out);
    print_unreached(table, out);
    print_singles(table, list, out);
    if (table->pairs.asked) {
        fprintf(out,
                "pairs: %" PRIu64 " of %" PRIu64 " run, both faults injected in %" PRIu64
                ", %" PRIu64 " failed\n",
                table->pairs.runs, table->pairs.all, table->pairs.both, table->pairs.failing);
    }
}

/* --- JSON ----------------------------------------------------------------------------------- */

static void
add_row(const char *name, const struct row *row, void *argument)
{
    struct json_object *object = json_object_new_object();
    json_object_object_add(object, "fault", json_object_new_string(name));
    json_object_object_add(object, "occurrences", json_object_new_uint64(row->occurrences));
    json_object_object_add(object, "runs", json_object_new_uint64(row->runs));
    json_object_object_add(object, "ok", json_object_new_uint64(row->ok));
    json_object_object_add(object, "failed", json_object_new_uint64(row->runs - row->ok));
    json_object_array_add(argument, object);
}

struct json_object *
fault_table_json(const struct fault_table *table)
{
    if (table == NULL) {
        return NULL;
    }
    struct json_object *object = json_object_new_object();
    struct json_object *rows = json_object_new_array();
    struct json_object *pairs = NULL;
    each_row(table, add_row, rows);
    json_object_object_add(object, "singles", rows);
    if (table->pairs.asked) {
        pairs = json_object_new_object();
        json_object_object_add(pairs, "all", json_object_new_uint64(table->pairs.all));
        json_object_object_add(pairs, "runs", json_object_new_uint64(table->pairs.runs));
        json_object_object_add(pairs, "both", json_object_new_uint64(table->pairs.both));
        json_object_object_add(pairs, "failed", json_object_new_uint64(table->pairs.failing));
    }
    json_object_object_add(object, "pairs", pairs);
    return object;
}
