/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What `heddle explain --perfetto` writes, as a viewer needs it: every track has a name, slices of a track nest, every
 * arrow begins and ends in a slice.
 */
#include <criterion/criterion.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TASKS_MAX 8

static char directory[] = "/tmp/heddle-perfetto-XXXXXX";
static struct json_object *trace, *events;

static void
run(const char *command)
{
    char line[256];
    snprintf(line, sizeof(line), "%s %s >out 2>&1", HEDDLE_TOY, command);
    cr_assert_neq(system(line), -1);
}

static void
make_trace(void)
{
    cr_assert_not_null(mkdtemp(directory));
    cr_assert_eq(chdir(directory), 0);
    run("run toy --subject fail --runs 4000 -o found");
    cr_assert_eq(system("mv found/*.prog fail.prog"), 0);
    run("explain fail.prog --perfetto trace.json");
    trace = json_object_from_file("trace.json");
    cr_assert_not_null(trace, "not JSON: %s", json_util_get_last_err());
    cr_assert(json_object_object_get_ex(trace, "traceEvents", &events));
    cr_assert_gt(json_object_array_length(events), 0);
}

static void
remove_trace(void)
{
    char command[128];
    json_object_put(trace);
    snprintf(command, sizeof(command), "rm -rf %s", directory);
    cr_assert_eq(system(command), 0);
}

TestSuite(perfetto, .init = make_trace, .fini = remove_trace);

static struct json_object *
event_at(size_t index)
{
    return json_object_array_get_idx(events, index);
}

static const char *
text(struct json_object *event, const char *name)
{
    struct json_object *value = NULL;
    cr_assert(json_object_object_get_ex(event, name, &value), "no %s", name);
    return json_object_get_string(value);
}

static int64_t
number(struct json_object *event, const char *name)
{
    struct json_object *value = NULL;
    cr_assert(json_object_object_get_ex(event, name, &value), "no %s", name);
    return json_object_get_int64(value);
}

static bool
is_phase(struct json_object *event, const char *phase)
{
    return strcmp(text(event, "ph"), phase) == 0;
}

/* Is there a slice on that track that has this instant in it? */
static bool
lies_in_slice(int64_t task, int64_t at)
{
    for (size_t i = 0; i < json_object_array_length(events); i++) {
        struct json_object *slice = event_at(i);
        if (is_phase(slice, "X") && number(slice, "tid") == task && number(slice, "ts") <= at &&
            at <= number(slice, "ts") + number(slice, "dur")) {
            return true;
        }
    }
    return false;
}

Test(perfetto, every_track_has_a_name)
{
    bool named[TASKS_MAX] = {false};
    for (size_t i = 0; i < json_object_array_length(events); i++) {
        struct json_object *event = event_at(i);
        if (strcmp(text(event, "name"), "thread_name") == 0) {
            named[number(event, "tid")] = true;
        }
    }
    for (size_t i = 0; i < json_object_array_length(events); i++) {
        cr_assert(named[number(event_at(i), "tid")]);
    }
}

Test(perfetto, slices_of_a_track_nest)
{
    size_t slices = 0;
    for (size_t i = 0; i < json_object_array_length(events); i++) {
        struct json_object *one = event_at(i);
        for (size_t j = 0; is_phase(one, "X") && j < i; j++) {
            struct json_object *other = event_at(j);
            if (!is_phase(other, "X") || number(one, "tid") != number(other, "tid")) {
                continue;
            }
            int64_t a = number(one, "ts"), a_end = a + number(one, "dur");
            int64_t b = number(other, "ts"), b_end = b + number(other, "dur");
            bool apart = a_end <= b || b_end <= a;
            bool within = (a >= b && a_end <= b_end) || (b >= a && b_end <= a_end);
            cr_assert(apart || within, "%s and %s overlap", text(one, "name"), text(other, "name"));
        }
        slices += is_phase(one, "X");
    }
    cr_assert_gt(slices, 2);
}

Test(perfetto, an_arrow_goes_from_slice_to_slice)
{
    size_t begun = 0, ended = 0;
    for (size_t i = 0; i < json_object_array_length(events); i++) {
        struct json_object *event = event_at(i);
        if (is_phase(event, "s") || is_phase(event, "f")) {
            begun += is_phase(event, "s");
            ended += is_phase(event, "f");
            cr_assert(lies_in_slice(number(event, "tid"), number(event, "ts")));
        }
    }
    cr_assert_gt(begun, 2);
    cr_assert_eq(begun, ended);
}
