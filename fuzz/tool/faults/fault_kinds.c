/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Points × selectors × actions × arguments × once or onwards.
 */
#include "tool/faults/fault_kinds.h"

#include <stdlib.h>
#include <string.h>

struct values {
    uint32_t count;
    uint16_t all[FAULT_TUPLES_MAX];
};

struct tuples {
    uint32_t count;
    uint16_t all[FAULT_TUPLES_MAX][PROGRAM_ARGUMENTS_MAX];
};

/* --- what the program itself uses ----------------------------------------------------------- */

static void
add_value(struct values *values, uint16_t value)
{
    for (uint32_t i = 0; i < values->count; i++) {
        if (values->all[i] == value) {
            return;
        }
    }
    if (values->count < FAULT_TUPLES_MAX) {
        values->all[values->count++] = value;
    }
}

/* A number means what it is called: the first zone of one operation is the second one of another. */
static void
add_translated(struct values *values, const struct program_parameter *wanted,
               const struct program_parameter *given, uint16_t value)
{
    if (wanted->names == NULL || given->names == NULL) {
        if (wanted->names == given->names && value < wanted->limit) {
            add_value(values, value);
        }
        return;
    }
    for (uint32_t i = 0; i < wanted->limit; i++) {
        if (strcmp(wanted->names[i], given->names[value]) == 0) {
            add_value(values, (uint16_t)i);
            return;
        }
    }
}

static void
add_numbers(struct values *values, const struct program_parameter *wanted,
            const struct program_verb *verb, const uint16_t *numbers)
{
    for (uint32_t i = 0; i < verb->parameter_count; i++) {
        if (strcmp(verb->parameters[i].name, wanted->name) == 0) {
            add_translated(values, wanted, &verb->parameters[i], numbers[i]);
        }
    }
}

static struct values
values_of(const struct program_parameter *wanted, const struct program *program,
          const struct program_vocabulary *vocabulary)
{
    struct values values = {0};
    for (uint32_t i = 0; i < program->operation_count; i++) {
        const struct program_operation *operation = &program->operations[i];
        add_numbers(&values, wanted, &vocabulary->verbs[operation->verb], operation->arguments);
    }
    for (uint32_t i = 0; i < program->fault_count; i++) {
        const struct program_fault *fault = &program->faults[i];
        add_numbers(&values, wanted, &vocabulary->fault_points[fault->point], fault->selectors);
        add_numbers(&values, wanted, &vocabulary->fault_actions[fault->action], fault->arguments);
    }
    return values;
}

/* --- arguments ------------------------------------------------------------------------------ */

static void
add_tuple(struct tuples *tuples, const uint16_t tuple[PROGRAM_ARGUMENTS_MAX])
{
    for (uint32_t i = 0; i < tuples->count; i++) {
        if (memcmp(tuples->all[i], tuple, sizeof(tuples->all[i])) == 0) {
            return;
        }
    }
    if (tuples->count < FAULT_TUPLES_MAX) {
        memcpy(tuples->all[tuples->count++], tuple, sizeof(tuples->all[0]));
    }
}

static struct tuples
tuples_of(const struct program_verb *action, bool is_call, const struct program *program,
          const struct program_vocabulary *vocabulary)
{
    struct tuples tuples = {0};
    struct values values[PROGRAM_ARGUMENTS_MAX];
    uint32_t longest = 0;
    uint16_t tuple[PROGRAM_ARGUMENTS_MAX] = {0};
    add_tuple(&tuples, tuple);
    for (uint32_t i = 0; i < action->parameter_count; i++) {
        values[i] = values_of(&action->parameters[i], program, vocabulary);
        if (values[i].count == 0) {
            add_value(&values[i], is_call ? 0 : (uint16_t)(action->parameters[i].limit - 1));
        }
        longest = values[i].count > longest ? values[i].count : longest;
    }
    for (uint32_t k = 0; k < longest; k++) {
        for (uint32_t i = 0; i < action->parameter_count; i++) {
            tuple[i] = values[i].all[k % values[i].count];
        }
        add_tuple(&tuples, tuple);
    }
    return tuples;
}

/* --- places --------------------------------------------------------------------------------- */

static bool
find_probe(const struct program_vocabulary *vocabulary, uint32_t point, uint32_t *action)
{
    for (*action = 0; *action < vocabulary->fault_action_count; ++*action) {
        if (laboratory_fault_is_legal(point, *action)) {
            return true;
        }
    }
    return false;
}

/* The next selectors, as an odometer turns. False after the last. */
static bool
next_selectors(const struct program_verb *point, uint16_t selectors[PROGRAM_ARGUMENTS_MAX])
{
    for (uint32_t i = 0; i < point->parameter_count; i++) {
        if (++selectors[i] < point->parameters[i].limit) {
            return true;
        }
        selectors[i] = 0;
    }
    return false;
}

static void
add_places(struct fault_kinds *kinds, const struct program_vocabulary *vocabulary, uint32_t point)
{
    struct fault_place place = {.point = (uint8_t)point};
    if (!find_probe(vocabulary, point, &place.probe)) {
        return;
    }
    do {
        if (kinds->place_count < FAULT_PLACES_MAX) {
            kinds->places[kinds->place_count++] = place;
        }
    } while (next_selectors(&vocabulary->fault_points[point], place.selectors));
}

/* --- series --------------------------------------------------------------------------------- */

static bool
is_call(const struct program_vocabulary *vocabulary, uint32_t action)
{
    for (uint32_t i = 0; i < vocabulary->verb_count; i++) {
        if (strcmp(vocabulary->verbs[i].name, vocabulary->fault_actions[action].name) == 0) {
            return true;
        }
    }
    return false;
}

static bool
add_series(struct fault_kinds *kinds, uint32_t place, uint32_t action, bool call,
           const struct tuples *tuples)
{
    size_t count = kinds->series_count + 2 * (size_t)tuples->count;
    struct fault_series *series = realloc(kinds->series, count * sizeof(*series));
    if (series == NULL) {
        return false;
    }
    kinds->series = series;
    for (uint32_t i = 0; i < 2 * tuples->count; i++) {
        struct fault_series *one = &series[kinds->series_count++];
        *one = (struct fault_series){.place = place, .is_call = call};
        one->fault.point = kinds->places[place].point;
        one->fault.action = (uint8_t)action;
        one->fault.onwards = i % 2 == 1;
        memcpy(one->fault.selectors, kinds->places[place].selectors, sizeof(one->fault.selectors));
        memcpy(one->fault.arguments, tuples->all[i / 2], sizeof(one->fault.arguments));
    }
    return true;
}

static bool
add_kinds(struct fault_kinds *kinds, bool calls, const struct program *program,
          const struct program_vocabulary *vocabulary)
{
    for (uint32_t action = 0; action < vocabulary->fault_action_count; action++) {
        if (is_call(vocabulary, action) != calls) {
            continue;
        }
        const struct tuples tuples =
            tuples_of(&vocabulary->fault_actions[action], calls, program, vocabulary);
        for (uint32_t place = 0; place < kinds->place_count; place++) {
            if (laboratory_fault_is_legal(kinds->places[place].point, action) &&
                !add_series(kinds, place, action, calls, &tuples)) {
                return false;
            }
        }
    }
    return true;
}

bool
fault_kinds_init(struct fault_kinds *kinds, const struct program *program,
                 const struct program_vocabulary *vocabulary)
{
    *kinds = (struct fault_kinds){0};
    kinds->places = calloc(FAULT_PLACES_MAX, sizeof(*kinds->places));
    if (kinds->places == NULL) {
        return false;
    }
    for (uint32_t point = 0; point < vocabulary->fault_point_count; point++) {
        add_places(kinds, vocabulary, point);
    }
    if (!add_kinds(kinds, false, program, vocabulary) ||
        !add_kinds(kinds, true, program, vocabulary)) {
        fault_kinds_fini(kinds);
        return false;
    }
    return true;
}

void
fault_kinds_fini(struct fault_kinds *kinds)
{
    free(kinds->places);
    free(kinds->series);
    *kinds = (struct fault_kinds){0};
}
