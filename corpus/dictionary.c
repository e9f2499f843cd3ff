/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Writes the dictionary of the text form, as libFuzzer and AFL++ read it: every word that a .prog may have. Made of the
 * vocabulary, so a new verb is in it.
 */
#include <stdio.h>
#include <string.h>

#include "netstack/laboratory.h"

static void
put(const char *word)
{
    printf("\"%s\"\n", word);
}

static void
put_verbs(const struct program_verb *verbs, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        put(verbs[i].name);
        for (uint32_t j = 0; j < verbs[i].parameter_count; j++) {
            const struct program_parameter *parameter = &verbs[i].parameters[j];
            printf("\"%s=\"\n", parameter->name);
            for (uint32_t value = 0; parameter->names != NULL && value < parameter->limit;
                 value++) {
                put(parameter->names[value]);
            }
        }
    }
}

int
main(void)
{
    static const char *const words[] = {
        "heddle 1\\x0A", "target ", "subject ",      "events ", "requires ",   "build ",
        "strategy ",     "seed=",   "depth=",        "length=", "thread\\x0A", "faults\\x0A",
        "nth=",          "onwards", "schedule\\x0A", "end\\x0A"};
    const struct program_vocabulary *vocabulary = laboratory_target_find("lifecycle")->vocabulary;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        put(words[i]);
    }
    put_verbs(vocabulary->verbs, vocabulary->verb_count);
    put_verbs(vocabulary->fault_points, vocabulary->fault_point_count);
    put_verbs(vocabulary->fault_actions, vocabulary->fault_action_count);
    for (uint32_t i = 0; i < vocabulary->choice_kind_count; i++) {
        put(vocabulary->choice_kinds[i]);
    }
    for (uint32_t i = 0; i < vocabulary->strategy_count; i++) {
        put(vocabulary->strategies[i]);
    }
    return 0;
}
