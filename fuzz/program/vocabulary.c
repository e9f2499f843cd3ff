/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a vocabulary must keep to, so that both written forms can say all that it offers and text
 * never means two things.
 */
#include "program/program_private.h"

#include <string.h>

static bool
is_word(const char *word)
{
    if (word == NULL || *word == '\0') {
        return false;
    }
    for (; *word != '\0'; word++) {
        if (!program__is_name_character((uint8_t)*word)) {
            return false;
        }
    }
    return true;
}

static bool
words_are_valid(const char *const *words, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!is_word(words[i])) {
            return false;
        }
        for (uint32_t j = 0; j < i; j++) {
            if (strcmp(words[i], words[j]) == 0) {
                return false;
            }
        }
    }
    return true;
}

/* Words that a line may begin with, where the next section or the end may begin too. */
static bool
line_words_are_valid(const char *const *words, uint32_t count)
{
    if (!words_are_valid(words, count)) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(words[i], "thread") == 0 || strcmp(words[i], "faults") == 0 ||
            strcmp(words[i], "schedule") == 0 || strcmp(words[i], "end") == 0) {
            return false;
        }
    }
    return true;
}

static bool
parameters_are_valid(const struct program_verb *verb)
{
    const char *names[PROGRAM_ARGUMENTS_MAX] = {NULL};

    if (verb->parameter_count > PROGRAM_ARGUMENTS_MAX) {
        return false;
    }
    for (uint32_t i = 0; i < verb->parameter_count; i++) {
        const struct program_parameter *parameter = &verb->parameters[i];
        if (parameter->limit == 0 || parameter->limit > UINT16_MAX + 1 ||
            (parameter->names != NULL && !words_are_valid(parameter->names, parameter->limit))) {
            return false;
        }
        names[i] = parameter->name;
    }
    return words_are_valid(names, verb->parameter_count);
}

static bool
verbs_are_valid(const struct program_verb *verbs, uint32_t count)
{
    const char *names[UINT8_MAX + 1] = {NULL};

    if (count > UINT8_MAX + 1) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!parameters_are_valid(&verbs[i])) {
            return false;
        }
        names[i] = verbs[i].name;
    }
    return line_words_are_valid(names, count);
}

static bool
has_parameter(const struct program_verb *verb, const char *name)
{
    for (uint32_t i = 0; i < verb->parameter_count; i++) {
        if (strcmp(verb->parameters[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

bool
program_vocabulary_is_valid(const struct program_vocabulary *vocabulary)
{
    if (!verbs_are_valid(vocabulary->verbs, vocabulary->verb_count) ||
        !verbs_are_valid(vocabulary->fault_points, vocabulary->fault_point_count) ||
        !verbs_are_valid(vocabulary->fault_actions, vocabulary->fault_action_count)) {
        return false;
    }
    for (uint32_t i = 0; i < vocabulary->fault_point_count; i++) {
        if (has_parameter(&vocabulary->fault_points[i], "nth") ||
            has_parameter(&vocabulary->fault_points[i], "onwards")) {
            return false;
        }
    }
    return vocabulary->faults_min <= PROGRAM_FAULTS_MAX / 2 &&
           vocabulary->choice_kind_count <= UINT16_MAX + 1 &&
           line_words_are_valid(vocabulary->choice_kinds, vocabulary->choice_kind_count) &&
           vocabulary->strategy_count >= 1 && vocabulary->strategy_count <= UINT8_MAX + 1 &&
           words_are_valid(vocabulary->strategies, vocabulary->strategy_count);
}
