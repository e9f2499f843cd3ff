/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The sample vocabulary and programs in it; see the header.
 */
#include "sample_vocabulary.h"

#include <criterion/criterion.h>
#include <string.h>

static const char *const modules[] = {"IP", "ICMP", "TCP"};
static const char *const switches[] = {"off", "on"};

static const struct program_verb verbs[SAMPLE_VERB_COUNT] = {
    [SAMPLE_ZONE_CREATE] = {"zone_create", 6, 2, {{"slot", 8, NULL}, {"exclusive", 2, NULL}}},
    [SAMPLE_REGISTER] = {"register", 3, 1, {{"module", 3, modules}}},
    [SAMPLE_SETTLE] = {"settle", 1, 0, {{NULL, 0, NULL}}},
    [SAMPLE_CONFIGURE] =
        {"configure",
         2,
         4,
         {{"slot", 8, NULL}, {"size", 65536, NULL}, {"always", 1, NULL}, {"mode", 2, switches}}},
    [SAMPLE_NEVER] = {"never", 0, 1, {{"slot", 8, NULL}}},
    /* Not all of the names, so that the same name is another number. */
    [SAMPLE_UNREGISTER] = {"unregister", 1, 1, {{"module", 2, modules + 1}}},
};
static const struct program_verb points[] = {
    {"create", 2, 1, {{"module", 3, modules}}},
    {"allocate", 1, 0, {{NULL, 0, NULL}}},
    {"never_here", 0, 0, {{NULL, 0, NULL}}},
};
static const struct program_verb actions[] = {
    {"sleep", 1, 1, {{"steps", 300, NULL}}},
    {"fail", 1, 0, {{NULL, 0, NULL}}},
};
static const char *const kinds[] = {"task", "wake", "subject"};
static const char *const strategies[] = {"fixed", "random", "pct"};

const struct program_vocabulary sample_vocabulary = {
    .verbs = verbs,
    .verb_count = SAMPLE_VERB_COUNT,
    .fault_points = points,
    .fault_point_count = 3,
    .fault_actions = actions,
    .fault_action_count = 2,
    .choice_kinds = kinds,
    .choice_kind_count = 3,
    .strategies = strategies,
    .strategy_count = 3,
};

const struct program_vocabulary sample_vocabulary_without_faults = {
    .verbs = verbs,
    .verb_count = SAMPLE_VERB_COUNT,
    .choice_kinds = kinds,
    .choice_kind_count = 3,
    .strategies = strategies,
    .strategy_count = 3,
};

const struct program_vocabulary sample_vocabulary_bare = {
    .strategies = strategies,
    .strategy_count = 1,
};

void
sample_program(struct program *program)
{
    program_init(program);
    strcpy(program->target, "lifecycle");
    strcpy(program->subject, "reference");
    program->requires_build = PROGRAM_REQUIRES_ASAN;
    program->strategy =
        (struct program_strategy){.strategy = 1, .depth = 3, .length = 250, .seed = 42};
    program->thread_count = 3;
    program->operations[program->operation_count++] =
        (struct program_operation){0, SAMPLE_ZONE_CREATE, {1, 1}};
    program->operations[program->operation_count++] =
        (struct program_operation){0, SAMPLE_REGISTER, {0}};
    program->operations[program->operation_count++] =
        (struct program_operation){0, SAMPLE_SETTLE, {0}};
    program->operations[program->operation_count++] =
        (struct program_operation){2, SAMPLE_CONFIGURE, {7, 65535, 0, 1}};
    program->faults[program->fault_count++] =
        (struct program_fault){.point = 0, .action = 0, .selectors = {2}, .arguments = {5}};
    program->faults[program->fault_count++] =
        (struct program_fault){.point = 1, .action = 1, .nth = 65535, .onwards = true};
    program_add_deviation(program, (struct program_deviation){1, 0, 17, 3});
    program_add_deviation(program, (struct program_deviation){65535, 2, UINT32_MAX, UINT32_MAX});
}

const char *const sample_text = "heddle 1\n"
                                "target lifecycle\n"
                                "subject reference\n"
                                "events sync\n"
                                "requires asan\n"
                                "strategy random seed=42 depth=3 length=250\n"
                                "thread\n"
                                "  zone_create slot=1 exclusive=1\n"
                                "  register module=IP\n"
                                "  settle\n"
                                "thread\n"
                                "thread\n"
                                "  configure slot=7 size=65535 always=0 mode=on\n"
                                "faults\n"
                                "  create module=TCP nth=0 : sleep steps=5\n"
                                "  allocate nth=65535 onwards : fail\n"
                                "schedule\n"
                                "  task 1:17 = 3\n"
                                "  subject 65535:4294967295 = 4294967295\n"
                                "end\n";

char *
sample_print(const struct program *program, size_t *size)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, size);

    cr_assert_not_null(out);
    program_print(program, &sample_vocabulary, out);
    cr_assert_eq(fclose(out), 0);
    return text;
}

void
sample_random_program(struct program *program, uint64_t *state)
{
    static const char *const names[] = {"", "x", "lifecycle",
                                        "a-name_of/47.characters-for_the_longest+there-s"};
    const struct program_generation how = {.faults = true};

    strcpy(program->target, names[program_random_below(state, 4)]);
    strcpy(program->subject, names[program_random_below(state, 4)]);
    program->event_model = (uint8_t)program_random_below(state, PROGRAM_EVENT_MODEL_COUNT);
    strcpy(program->build, program->event_model == PROGRAM_EVENT_MODEL_MEMORY
                               ? names[program_random_below(state, 4)]
                               : "");
    program->requires_build = (uint8_t)program_random_below(state, PROGRAM_REQUIRES_COUNT);
    program_generate(program, &sample_vocabulary, &how, state);
    program->strategy = (struct program_strategy){
        .strategy = (uint8_t)program_random_below(state, 3),
        .depth = (uint8_t)program_random_below(state, 256),
        .length = (uint32_t)program_random(state),
        .seed = program_random(state),
    };
    for (uint32_t i = program_random_below(state, 40); i > 0; i--) {
        struct program_deviation deviation = {
            .task = (uint16_t)program_random_below(state, 6),
            .kind = (uint16_t)program_random_below(state, 3),
            .k = (uint32_t)program_random(state) >> program_random_below(state, 32),
            .value = (uint32_t)program_random(state) >> program_random_below(state, 32),
        };
        program_add_deviation(program, deviation);
    }
    for (uint32_t i = program_random_below(state, 8); i > 0; i--) {
        program_mutate(program, &sample_vocabulary, state);
    }
}
