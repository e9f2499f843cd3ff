/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What --json prints: one object a line, with exactly the fields that users and CI depend on.
 */
#include <criterion/criterion.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const fields[] = {
    "file",          "target",   "subject",       "verdict",         "oracle",      "signature",
    "hash",          "steps",    "diverged_at",   "switches",        "preemptions", "operations",
    "faults",        "runs",     "runs_to_first", "seconds",         "complete",    "where",
    "interleavings", "injected", "fault_table",   "linearizability", "sweep"};
#define FIELD_COUNT (sizeof(fields) / sizeof(fields[0]))

struct lines {
    struct json_object *objects[64];
    size_t count;
    int code;
};

static char directory[] = "/tmp/heddle-json-XXXXXX";

static void
make_directory(void)
{
    cr_assert_not_null(mkdtemp(directory));
    cr_assert_eq(chdir(directory), 0);
}

static void
remove_directory(void)
{
    char command[128];
    snprintf(command, sizeof(command), "rm -rf %s", directory);
    cr_assert_eq(system(command), 0);
}

TestSuite(json, .init = make_directory, .fini = remove_directory);

static struct lines
run(const char *arguments)
{
    char command[1024], *line = NULL;
    size_t capacity = 0;
    struct lines lines = {.count = 0};
    snprintf(command, sizeof(command), "%s %s 2>/dev/null", HEDDLE_TOY, arguments);
    FILE *out = popen(command, "r");
    cr_assert_not_null(out);
    while (getline(&line, &capacity, out) > 0) {
        cr_assert_lt(lines.count, 64);
        struct json_object *object = json_tokener_parse(line);
        cr_assert_not_null(object, "not JSON: %s", line);
        lines.objects[lines.count++] = object;
    }
    lines.code = WEXITSTATUS(pclose(out));
    return lines;
}

static struct json_object *
field(struct json_object *object, const char *name)
{
    struct json_object *value = NULL;
    cr_assert(json_object_object_get_ex(object, name, &value), "no field %s", name);
    return value;
}

static const char *
text(struct json_object *object, const char *name)
{
    cr_assert(json_object_is_type(field(object, name), json_type_string), "%s is no text", name);
    return json_object_get_string(field(object, name));
}

static int64_t
number(struct json_object *object, const char *name)
{
    cr_assert(json_object_is_type(field(object, name), json_type_int), "%s is no number", name);
    return json_object_get_int64(field(object, name));
}

static void
has_exactly_the_fields(struct json_object *object)
{
    cr_expect_eq((size_t)json_object_object_length(object), FIELD_COUNT);
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        cr_expect(json_object_object_get_ex(object, fields[i], NULL), "no field %s", fields[i]);
    }
}

static bool
is_hexadecimal(const char *digits)
{
    return strlen(digits) == 16 && strspn(digits, "0123456789abcdef") == 16;
}

Test(json, an_object_for_each_failure_and_one_of_totals)
{
    struct lines lines = run("run toy --subject various --runs 4000 --keep-going --json -o found");
    cr_assert_eq(lines.code, 1);
    cr_assert_eq(lines.count, 4);
    for (size_t i = 0; i < lines.count; i++) {
        has_exactly_the_fields(lines.objects[i]);
    }
    struct json_object *failure = lines.objects[0];
    char file[64];
    snprintf(file, sizeof(file), "found/%s.prog", text(failure, "signature"));
    cr_expect_str_eq(text(failure, "file"), file);
    cr_expect_eq(access(file, R_OK), 0);
    cr_expect_str_eq(text(failure, "target"), "toy");
    cr_expect_str_eq(text(failure, "subject"), "various");
    cr_expect_str_eq(text(failure, "verdict"), "invariant");
    cr_expect_str_eq(text(failure, "oracle"), "toy");
    cr_expect(is_hexadecimal(text(failure, "signature")));
    cr_expect(is_hexadecimal(text(failure, "hash")));
    cr_expect_gt(number(failure, "steps"), 0);
    cr_expect_gt(number(failure, "switches"), 0);
    cr_expect_gt(number(failure, "preemptions"), 0);
    cr_expect_gt(number(failure, "operations"), 0);
    cr_expect_geq(number(failure, "faults"), 0);
    cr_expect_eq(number(failure, "runs"), number(failure, "runs_to_first"));
    cr_expect_null(field(failure, "diverged_at"));
    cr_expect_null(field(failure, "complete"));
    cr_expect_geq(json_object_get_double(field(failure, "seconds")), 0);
    cr_expect_eq(strncmp(text(failure, "where"), "toy_laboratory.c:", 17), 0);
}

Test(json, totals_say_what_was_done)
{
    struct lines lines = run("run toy --runs 4000 --json");
    cr_assert_eq(lines.code, 0);
    cr_assert_eq(lines.count, 1);
    struct json_object *totals = lines.objects[0];
    has_exactly_the_fields(totals);
    cr_expect_null(field(totals, "file"));
    cr_expect_null(field(totals, "verdict"));
    cr_expect_null(field(totals, "runs_to_first"));
    cr_expect_eq(number(totals, "runs"), 4000);
    cr_expect_gt(number(totals, "steps"), 4000);
    struct json_object *add = field(field(totals, "operations"), "add");
    cr_expect_gt(number(add, "successes"), 4000);
    cr_expect_eq(number(add, "errors"), 0);
    cr_expect_gt(number(field(totals, "faults"), "before_strike"), 0);
    struct json_object *histories = field(totals, "linearizability");
    cr_expect_eq(number(histories, "histories"), 4000);
    cr_expect_gt(number(histories, "undecided"), 0);
    cr_expect_lt(number(histories, "undecided"), 4000);
}

static double
real(struct json_object *object, const char *name)
{
    cr_assert(json_object_is_type(field(object, name), json_type_double), "%s is no real", name);
    return json_object_get_double(field(object, name));
}

Test(json, totals_say_which_interleavings_were_seen_and_what_is_not_known)
{
    struct lines lines = run("run toy --strategy random --runs 100 --json");
    struct json_object *seen = field(lines.objects[0], "interleavings");
    int64_t pairs = number(seen, "pairs");
    cr_expect_gt(pairs, 10);
    cr_expect_not(json_object_get_boolean(field(seen, "full")));
    cr_expect_eq(number(seen, "programs"), 13);
    cr_expect_gt(number(seen, "in_one_program"), 0);
    cr_expect_gt(number(seen, "in_two_programs"), 0);
    cr_expect_leq(number(seen, "in_one_program") + number(seen, "in_two_programs"), pairs);
    cr_expect_gt(real(seen, "unseen"), 0);
    cr_expect_gt(real(seen, "next_is_new"), 0);
    cr_expect_lt(real(seen, "next_is_new"), 1);

    /* 1, 2, 4, … 64, 100 runs. */
    struct json_object *curve = field(seen, "curve");
    cr_assert_eq(json_object_array_length(curve), 8);
    for (size_t i = 0; i < 8; i++) {
        struct json_object *point = json_object_array_get_idx(curve, i);
        int64_t runs = json_object_get_int64(json_object_array_get_idx(point, 0));
        char arguments[80];
        cr_expect_eq(runs, i < 7 ? 1 << i : 100);
        snprintf(arguments, sizeof(arguments), "run toy --strategy random --runs %d --json",
                 (int)runs);
        struct json_object *shorter = field(run(arguments).objects[0], "interleavings");
        cr_expect_eq(json_object_get_int64(json_object_array_get_idx(point, 1)),
                     number(shorter, "pairs"));
    }
    cr_expect_null(
        field(run("run toy --subject fail --runs 400 --json").objects[0], "interleavings"));
}

Test(json, a_failure_says_which_faults_came_before_it)
{
    struct lines lines = run("run toy --subject various --runs 8000 --keep-going --json -o said");
    size_t with = 0, without = 0;
    for (size_t i = 0; i + 1 < lines.count; i++) {
        struct json_object *injected = field(lines.objects[i], "injected");
        size_t count = json_object_array_length(injected);
        cr_expect_eq((int64_t)count, number(lines.objects[i], "faults"));
        with += count > 0;
        without += count == 0;
        for (size_t j = 0; j < count; j++) {
            struct json_object *one = json_object_array_get_idx(injected, j);
            cr_expect_str_eq(text(one, "point"), "before_strike");
            cr_expect_str_eq(text(one, "action"), "spare");
            cr_expect_geq(number(one, "nth"), 0);
        }
    }
    cr_assert_gt(with + without, 1);
    struct json_object *totals = lines.objects[lines.count - 1];
    struct json_object *spare =
        field(field(field(field(totals, "fault_table"), "before_strike"), "spare"), "none");
    cr_expect_eq(number(spare, "times"), number(field(totals, "faults"), "before_strike"));
    cr_expect_eq(number(spare, "first"), 1);
}

Test(json, the_first_of_a_fault_among_files_is_a_file)
{
    FILE *out = fopen("spared.prog", "w");
    cr_assert_not_null(out);
    fputs("heddle 1\ntarget toy\nthread\n  strike\nfaults\n  before_strike nth=0 : spare\nend\n",
          out);
    cr_assert_eq(fclose(out), 0);
    struct lines lines = run("replay spared.prog --json");
    cr_assert_eq(lines.count, 2);
    struct json_object *table = field(lines.objects[1], "fault_table");
    struct json_object *spare = field(field(field(table, "before_strike"), "spare"), "none");
    cr_expect_eq(number(spare, "times"), 1);
    cr_expect_str_eq(text(spare, "first"), "spared.prog");
}

Test(json, without_faults_none_are_injected)
{
    struct lines lines = run("run toy --runs 4000 --faults off --json");
    cr_assert_eq(lines.count, 1);
    cr_expect_eq(number(field(lines.objects[0], "faults"), "before_strike"), 0);
}

Test(json, an_object_for_each_replayed_file)
{
    cr_assert_eq(run("run toy --subject various --runs 4000 --keep-going --json -o found").code, 1);
    struct lines lines = run("replay --repeat 5 --json found/*.prog");
    cr_assert_eq(lines.code, 1);
    cr_assert_eq(lines.count, 4);
    for (size_t i = 0; i < lines.count; i++) {
        has_exactly_the_fields(lines.objects[i]);
    }
    cr_expect_eq(number(lines.objects[1], "runs"), 5);
    cr_expect_eq(number(lines.objects[3], "runs"), 15);
    cr_expect_str_eq(text(lines.objects[3], "target"), "toy");

    lines = run("replay --subject core --json found/*.prog");
    cr_assert_eq(lines.code, 0);
    cr_expect_str_eq(text(lines.objects[0], "verdict"), "ok");
    cr_expect_null(field(lines.objects[0], "signature"));
    cr_expect_null(field(lines.objects[0], "where"));
    cr_expect_null(field(lines.objects[0], "runs_to_first"));
}

Test(json, the_seed_decides)
{
    struct lines one = run("run toy --subject fail --runs 4000 --seed 7 --json -o one");
    struct lines same = run("run toy --subject fail --runs 4000 --seed 7 --json -o same");
    struct lines other = run("run toy --subject fail --runs 4000 --seed 8 --json -o other");
    cr_assert_eq(one.count, 2);
    cr_assert_eq(same.count, 2);
    cr_assert_eq(other.count, 2);
    cr_expect_str_eq(text(one.objects[0], "hash"), text(same.objects[0], "hash"));
    cr_expect_eq(number(one.objects[0], "runs"), number(same.objects[0], "runs"));
    cr_expect_str_neq(text(one.objects[0], "hash"), text(other.objects[0], "hash"));
}
