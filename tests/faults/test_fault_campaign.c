/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The standard campaign meets every legal pair of a fault point and a kind of action, but those that rare.txt
 * excuses; and what is excused is rare.
 */
#include <criterion/criterion.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define RARE_MAX 64
#define OFTEN    20

struct rare {
    char point[32], kind[32];
    bool is_legal;
};

static struct rare rares[RARE_MAX];
static size_t rare_count;

static void
read_rares(void)
{
    char line[512];
    FILE *in = fopen(HEDDLE_RARE, "r");
    cr_assert_not_null(in);
    while (fgets(line, sizeof(line), in) != NULL) {
        char reason[256] = "";
        if (line[0] == '#') {
            continue;
        }
        struct rare *rare = &rares[rare_count++];
        cr_assert_leq(rare_count, RARE_MAX);
        int fields = sscanf(line, "%31s %31s %255[^\n]", rare->point, rare->kind, reason);
        cr_assert_eq(fields, 3, "no point, kind and reason: %s", line);
    }
    fclose(in);
}

static struct rare *
find_rare(const char *point, const char *kind)
{
    for (size_t i = 0; i < rare_count; i++) {
        if (strcmp(rares[i].point, point) == 0 && strcmp(rares[i].kind, kind) == 0) {
            return &rares[i];
        }
    }
    return NULL;
}

static struct json_object *
run_campaign(void)
{
    char *line = NULL;
    size_t capacity = 0;
    struct json_object *last = NULL, *table = NULL;
    FILE *out = popen(HEDDLE_COMMAND " run lifecycle --subject core --strategy random --seed 1 "
                                     "--runs 60000 --json",
                      "r");
    cr_assert_not_null(out);
    while (getline(&line, &capacity, out) > 0) {
        json_object_put(last);
        last = json_tokener_parse(line);
    }
    cr_assert_eq(WEXITSTATUS(pclose(out)), 0, "the core fails");
    cr_assert(json_object_object_get_ex(last, "fault_table", &table));
    return table;
}

static int64_t
sum_states(struct json_object *states)
{
    int64_t sum = 0;
    json_object_object_foreach(states, state, cell)
    {
        struct json_object *times;
        cr_assert(json_object_object_get_ex(cell, "times", &times), "%s", state);
        sum += json_object_get_int64(times);
    }
    return sum;
}

Test(fault_campaign, every_legal_pair_is_met_or_excused)
{
    read_rares();
    struct json_object *table = run_campaign();
    size_t pairs = 0;
    json_object_object_foreach(table, point, kinds)
    {
        json_object_object_foreach(kinds, kind, states)
        {
            int64_t times = sum_states(states);
            struct rare *rare = find_rare(point, kind);
            pairs++;
            cr_expect(times > 0 || rare != NULL, "%s: %s never happened", point, kind);
            if (rare != NULL) {
                rare->is_legal = true;
                cr_expect_lt(times, OFTEN, "%s: %s is excused, and happened %d times", point, kind,
                             (int)times);
            }
        }
    }
    cr_assert_gt(pairs, 50, "the table has what is legal");
    for (size_t i = 0; i < rare_count; i++) {
        cr_expect(rares[i].is_legal, "%s: %s is excused, and not legal", rares[i].point,
                  rares[i].kind);
    }
}
