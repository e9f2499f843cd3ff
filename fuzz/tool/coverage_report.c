/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A table of pairs for each seat, one for all at the end, and how they are told.
 */
#include "tool/coverage_report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 79

struct coverage_watch {
    struct coverage *coverage; /* each process's own, once it has written to it */
    unsigned jobs;
    struct incidence *seats[];
};

struct coverage_watch *
coverage_watch_create(unsigned jobs)
{
    struct coverage_watch *watch = calloc(1, sizeof(*watch) + jobs * sizeof(watch->seats[0]));
    if (watch == NULL) {
        return NULL;
    }
    bool ok = (watch->coverage = coverage_create()) != NULL;
    for (; ok && watch->jobs < jobs; watch->jobs++) {
        watch->seats[watch->jobs] = incidence_create();
        ok = watch->seats[watch->jobs] != NULL;
    }
    if (!ok) {
        coverage_watch_destroy(watch);
        return NULL;
    }
    return watch;
}

void
coverage_watch_destroy(struct coverage_watch *watch)
{
    if (watch == NULL) {
        return;
    }
    for (unsigned i = 0; i < watch->jobs; i++) {
        incidence_destroy(watch->seats[i]);
    }
    coverage_destroy(watch->coverage);
    free(watch);
}

void
coverage_watch_add(struct coverage_watch *watch, unsigned seat, const struct heddle_log *log,
                   uint64_t run, uint64_t program)
{
    coverage_look(watch->coverage, log);
    incidence_add(watch->seats[seat], watch->coverage, run, program);
}

bool
coverage_watch_read(const struct coverage_watch *watch, uint64_t runs,
                    struct incidence_figures *figures)
{
    struct incidence *all = incidence_create();
    if (all == NULL) {
        return false;
    }
    for (unsigned i = 0; i < watch->jobs; i++) {
        incidence_merge(all, watch->seats[i]);
    }
    incidence_read_figures(all, runs, figures);
    incidence_destroy(all);
    return true;
}

/* --- telling ------------------------------------------------------------------------------ */

static void
print_curve(const struct incidence_figures *figures, FILE *out)
{
    static const char first[] = "  after so many runs: ", next[] = "    ";
    size_t column = strlen(first);
    fputs(first, out);
    for (uint32_t i = 0; i < figures->curve_length; i++) {
        char text[64];
        bool last = i == figures->curve_length - 1;
        size_t length =
            (size_t)snprintf(text, sizeof(text), "%" PRIu64 ": %" PRIu64 "%s",
                             figures->curve[i].runs, figures->curve[i].pairs, last ? "" : ",");
        if (i > 0 && column + 1 + length > WIDTH) {
            fprintf(out, "\n%s%s", next, text);
            column = strlen(next) + length;
        } else {
            fprintf(out, "%s%s", i == 0 ? "" : " ", text);
            column += length + (i > 0);
        }
    }
    fputc('\n', out);
}

void
coverage_print(const struct incidence_figures *figures, FILE *out)
{
    fprintf(out,
            "  interleaving pairs: %s%" PRIu64 " in %" PRIu64 " program%s, %" PRIu64
            " of them in one program alone\n",
            figures->full ? "more than " : "", figures->pairs, figures->programs,
            figures->programs == 1 ? "" : "s", figures->once);
    print_curve(figures, out);
    /* Both estimators compare programs. */
    if (figures->programs < 2) {
        fprintf(out, "  not seen yet: nobody knows; that takes two programs at least\n");
        return;
    }
    fprintf(out,
            "  not seen yet: %.0f pairs at least (Chao2); the next program shows one with\n"
            "    probability %.4f (Good-Turing)\n",
            figures->unseen, figures->next_is_new);
}

static void
add_number(struct json_object *object, const char *name, uint64_t number)
{
    json_object_object_add(object, name, json_object_new_uint64(number));
}

static void
add_real(struct json_object *object, const char *name, double real)
{
    char text[32];
    snprintf(text, sizeof(text), "%.6f", real);
    json_object_object_add(object, name, json_object_new_double_s(real, text));
}

struct json_object *
coverage_json(const struct incidence_figures *figures)
{
    if (figures == NULL) {
        return NULL;
    }
    struct json_object *object = json_object_new_object();
    struct json_object *curve = json_object_new_array();
    add_number(object, "pairs", figures->pairs);
    json_object_object_add(object, "full", json_object_new_boolean(figures->full));
    add_number(object, "programs", figures->programs);
    add_number(object, "in_one_program", figures->once);
    add_number(object, "in_two_programs", figures->twice);
    add_real(object, "unseen", figures->unseen);
    add_real(object, "next_is_new", figures->next_is_new);
    for (uint32_t i = 0; i < figures->curve_length; i++) {
        struct json_object *point = json_object_new_array();
        json_object_array_add(point, json_object_new_uint64(figures->curve[i].runs));
        json_object_array_add(point, json_object_new_uint64(figures->curve[i].pairs));
        json_object_array_add(curve, point);
    }
    json_object_object_add(object, "curve", curve);
    return object;
}
