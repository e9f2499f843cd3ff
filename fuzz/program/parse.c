/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Text to program. The grammar of a .prog file, format 1, which this file owns and print.c writes:
 *
 *   file      = "heddle" number EOL { head } { section } "end" EOL
 *   head      = "target" WORD EOL | "subject" WORD EOL
 *             | "events" ( "sync" | "memory" [ "build" "=" WORD ] ) EOL
 *             | "requires" ( "nothing" | "asan" | "tsan" ) EOL
 *             | "strategy" WORD { ( "seed" | "depth" | "length" ) "=" number } EOL
 *   section   = "thread" EOL { operation }         one a thread, in their order
 *             | "faults" EOL { fault }
 *             | "schedule" EOL { deviation }
 *   operation = VERB { NAME "=" value } EOL
 *   fault     = POINT { NAME "=" value | "nth" "=" number | "onwards" } ":" ACTION
 *               { NAME "=" value } EOL
 *   deviation = KIND number ":" number "=" number EOL      task : k = value
 *   value     = one of the parameter's names, or a number
 *
 * A word is graphic ASCII without # = and :, a number is decimal. Blanks separate and mean nothing
 * else, nor does indentation; # starts a comment; lines end with LF or CR LF; a byte order mark at
 * the start is skipped. Lines of the head come in any order and at most once each, parameters
 * likewise; a parameter that is not written is 0, so a verb can gain one without making old files
 * unreadable. Without its line: events sync, requires nothing, the vocabulary's first strategy;
 * without any "thread", one empty thread. Deviations come in any order, and no two for one choice.
 * Without its "end" a file is cut off, for any line before could be the last of a shorter program;
 * behind it are only comments and blank lines. Where the file ends, an EOL may be missing.
 *
 * Unlike bytes, which a fuzzer writes, text is written by people: what is out of range is an error.
 * Nothing here trusts the text: memory is bounded by the PROGRAM_..._MAX whatever the file's size.
 */
#include "program/token.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A deviation and where it stands, so that a second one for its choice can be named. */
struct placed_deviation {
    struct program_deviation deviation;
    size_t line, column;
};

enum section { SECTION_HEAD, SECTION_THREAD, SECTION_FAULTS, SECTION_SCHEDULE };

struct parser {
    struct lexer lexer;
    struct program *program;
    const struct program_vocabulary *vocabulary;
    enum section section;
    bool has_thread;
    unsigned int head_lines; /* a bit for each that was there */
    struct placed_deviation *placed;
    uint32_t placed_count, placed_capacity;
};

static const char line_end[] = "the end of the line";

#define MESSAGE_PART     96 /* of what was expected */
#define VALUES_NAMED_MAX 4  /* so many values are all named, where more are first ... last */

/* What a line may begin with wherever it stands, in messages. */
#define SECTION "\"thread\", \"faults\", \"schedule\" or \"end\""

/* --- verbs and their parameters ----------------------------------------------------------- */

/* The name of a verb, a fault point or a fault action. */
static bool
parse_verb(struct lexer *lexer, const struct program_verb *verbs, uint32_t count,
           const char *expected, uint8_t *verb)
{
    for (uint32_t i = 0; i < count; i++) {
        if (program__token_is(&lexer->token, verbs[i].name)) {
            *verb = (uint8_t)i;
            program__next_token(lexer);
            return true;
        }
    }
    return program__fail_expected(lexer, "%s", expected);
}

/* As much as there is room for. */
static void
append(char part[MESSAGE_PART], const char *text)
{
    size_t length = strlen(part);
    snprintf(part + length, MESSAGE_PART - length, "%s", text);
}

/* A number is good even where there are names: there may have been none when it was written. */
static bool
parse_value(struct lexer *lexer, const struct program_parameter *parameter, uint16_t *value)
{
    uint64_t number;
    bool good = program__token_is_number(&lexer->token, &number) && number < parameter->limit;

    for (uint32_t i = 0; parameter->names != NULL && i < parameter->limit; i++) {
        if (program__token_is(&lexer->token, parameter->names[i])) {
            number = i;
            good = true;
            break;
        }
    }
    if (good) {
        *value = (uint16_t)number;
        program__next_token(lexer);
        return true;
    }
    if (parameter->names == NULL) {
        return program__fail_expected(lexer, "a number up to %" PRIu32 " for %s",
                                      parameter->limit - 1, parameter->name);
    }
    if (parameter->limit > VALUES_NAMED_MAX) {
        return program__fail_expected(lexer, "%s ... %s or a number up to %" PRIu32 " for %s",
                                      parameter->names[0], parameter->names[parameter->limit - 1],
                                      parameter->limit - 1, parameter->name);
    }
    char names[MESSAGE_PART] = "";
    for (uint32_t i = 0; i < parameter->limit; i++) {
        append(names, i == 0 ? "" : ", ");
        append(names, parameter->names[i]);
    }
    return program__fail_expected(lexer, "%s or a number up to %" PRIu32 " for %s", names,
                                  parameter->limit - 1, parameter->name);
}

/* NAME "=" value, into its place among the verb's numbers; `given` has a bit for each so far. */
static bool
parse_parameter(struct lexer *lexer, const struct program_verb *verb, const char *expected,
                uint16_t *numbers, unsigned int *given)
{
    for (uint32_t i = 0; i < verb->parameter_count; i++) {
        const struct program_parameter *parameter = &verb->parameters[i];
        if (!program__token_is(&lexer->token, parameter->name)) {
            continue;
        }
        if (*given & 1u << i) {
            return program__fail_twice(lexer, parameter->name);
        }
        *given |= 1u << i;
        program__next_token(lexer);
        return program__take_token(lexer, TOKEN_EQUALS, "\"=\"") &&
               parse_value(lexer, parameter, &numbers[i]);
    }
    return program__fail_expected(lexer, "%s", expected);
}

static bool
parse_parameters_to_line_end(struct lexer *lexer, const struct program_verb *verb,
                             uint16_t *numbers)
{
    unsigned int given = 0;
    char expected[MESSAGE_PART] = "";

    append(expected, verb->parameter_count > 0 ? "a parameter of " : "the end of the line after ");
    append(expected, verb->name);
    for (uint32_t i = 0; i < verb->parameter_count; i++) {
        append(expected, i == 0 ? " (" : ", ");
        append(expected, verb->parameters[i].name);
    }
    append(expected, verb->parameter_count > 0 ? ")" : "");
    while (!program__token_ends_line(&lexer->token)) {
        if (!parse_parameter(lexer, verb, expected, numbers, &given)) {
            return false;
        }
    }
    return program__take_line_end(lexer, expected);
}

/* --- the head ----------------------------------------------------------------------------- */

static bool
parse_name(struct lexer *lexer, const char *what, char *name)
{
    if (lexer->token.kind != TOKEN_WORD || lexer->token.length >= PROGRAM_NAME_MAX) {
        return program__fail_expected(lexer, "the name of a %s, up to %d characters", what,
                                      PROGRAM_NAME_MAX - 1);
    }
    memset(name, 0, PROGRAM_NAME_MAX);
    memcpy(name, lexer->token.start, lexer->token.length);
    program__next_token(lexer);
    return true;
}

static bool
parse_target(struct parser *parser)
{
    return parse_name(&parser->lexer, "target", parser->program->target);
}

static bool
parse_subject(struct parser *parser)
{
    return parse_name(&parser->lexer, "subject", parser->program->subject);
}

static bool
parse_events(struct parser *parser)
{
    struct lexer *lexer = &parser->lexer;
    uint32_t model = 0;

    if (!program__take_word_of(lexer, program__event_models, PROGRAM_EVENT_MODEL_COUNT,
                               "\"sync\" or \"memory\"", &model)) {
        return false;
    }
    parser->program->event_model = (uint8_t)model;
    if (model != PROGRAM_EVENT_MODEL_MEMORY || !program__token_is(&lexer->token, "build")) {
        return true;
    }
    program__next_token(lexer);
    return program__take_token(lexer, TOKEN_EQUALS, "\"=\"") &&
           parse_name(lexer, "build", parser->program->build);
}

static bool
parse_requires(struct parser *parser)
{
    uint32_t build = 0;
    bool good = program__take_word_of(&parser->lexer, program__builds, PROGRAM_REQUIRES_COUNT,
                                      "\"asan\", \"tsan\" or \"nothing\"", &build);

    parser->program->requires_build = (uint8_t)build;
    return good;
}

static bool
parse_strategy(struct parser *parser)
{
    static const char *const names[] = {"seed", "depth", "length"};
    static const uint64_t maxima[] = {UINT64_MAX, UINT8_MAX, UINT32_MAX};
    struct lexer *lexer = &parser->lexer;
    uint64_t numbers[] = {0, 0, 0};
    unsigned int given = 0;
    uint32_t strategy = 0;

    if (!program__take_word_of(lexer, parser->vocabulary->strategies,
                               parser->vocabulary->strategy_count, "a strategy", &strategy)) {
        return false;
    }
    while (!program__token_ends_line(&lexer->token)) {
        const struct token name = lexer->token;
        uint32_t i = 0;
        if (!program__take_word_of(lexer, names, 3, "\"seed\", \"depth\" or \"length\"", &i)) {
            return false;
        }
        if (given & 1u << i) {
            return program__fail_at(lexer, name.line, name.column, "%s is given twice", names[i]);
        }
        given |= 1u << i;
        if (!program__take_token(lexer, TOKEN_EQUALS, "\"=\"") ||
            !program__take_number(lexer, names[i], maxima[i], &numbers[i])) {
            return false;
        }
    }
    parser->program->strategy = (struct program_strategy){
        .strategy = (uint8_t)strategy,
        .seed = numbers[0],
        .depth = (uint8_t)numbers[1],
        .length = (uint32_t)numbers[2],
    };
    return true;
}

static bool
parse_head_line(struct parser *parser)
{
    static const struct {
        const char *keyword;
        bool (*parse)(struct parser *parser);
    } lines[] = {
        {"target", parse_target},     {"subject", parse_subject},   {"events", parse_events},
        {"requires", parse_requires}, {"strategy", parse_strategy},
    };
    struct lexer *lexer = &parser->lexer;

    for (unsigned int i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        if (!program__token_is(&lexer->token, lines[i].keyword)) {
            continue;
        }
        if (parser->head_lines & 1u << i) {
            return program__fail_twice(lexer, lines[i].keyword);
        }
        parser->head_lines |= 1u << i;
        program__next_token(lexer);
        return lines[i].parse(parser) && program__take_line_end(lexer, line_end);
    }
    return program__fail_expected(lexer, "a line of the head, " SECTION);
}

/* "heddle 1": what makes it a .prog. */
static bool
parse_version(struct lexer *lexer)
{
    uint64_t version;

    while (lexer->token.kind == TOKEN_LINE_END) {
        program__next_token(lexer);
    }
    if (!program__token_is(&lexer->token, "heddle")) {
        return program__fail_expected(lexer, "\"heddle %d\", as a .prog file begins",
                                      PROGRAM_FORMAT_VERSION);
    }
    program__next_token(lexer);

    const struct token token = lexer->token;
    if (!program__take_number(lexer, "the format", UINT64_MAX, &version)) {
        return false;
    }
    if (version > PROGRAM_FORMAT_VERSION) {
        return program__fail_at(lexer, token.line, token.column,
                                "written by a newer heddle (format %" PRIu64
                                ", this one reads up to %d)",
                                version, PROGRAM_FORMAT_VERSION);
    }
    if (version == 0) {
        return program__fail_at(lexer, token.line, token.column, "there is no format 0");
    }
    return program__take_line_end(lexer, line_end);
}

/* --- sections ----------------------------------------------------------------------------- */

static bool
parse_operation(struct parser *parser)
{
    const struct program_vocabulary *vocabulary = parser->vocabulary;
    struct program *program = parser->program;
    struct program_operation operation = {.thread = (uint8_t)(program->thread_count - 1)};

    if (program->operation_count >= PROGRAM_OPERATIONS_MAX) {
        return program__fail_too_many(&parser->lexer, PROGRAM_OPERATIONS_MAX, "operations");
    }
    if (!parse_verb(&parser->lexer, vocabulary->verbs, vocabulary->verb_count,
                    "an operation, " SECTION, &operation.verb) ||
        !parse_parameters_to_line_end(&parser->lexer, &vocabulary->verbs[operation.verb],
                                      operation.arguments)) {
        return false;
    }
    program->operations[program->operation_count++] = operation;
    return true;
}

/* Up to the colon: where the fault is, in any order. */
static bool
parse_selectors(struct lexer *lexer, const struct program_verb *point, struct program_fault *fault)
{
    unsigned int given = 0;
    bool nth_given = false;
    uint64_t nth;

    while (lexer->token.kind != TOKEN_COLON) {
        if (program__token_is(&lexer->token, "onwards")) {
            if (fault->onwards) {
                return program__fail_twice(lexer, "onwards");
            }
            fault->onwards = true;
            program__next_token(lexer);
        } else if (program__token_is(&lexer->token, "nth")) {
            if (nth_given) {
                return program__fail_twice(lexer, "nth");
            }
            nth_given = true;
            program__next_token(lexer);
            if (!program__take_token(lexer, TOKEN_EQUALS, "\"=\"") ||
                !program__take_number(lexer, "nth", UINT16_MAX, &nth)) {
                return false;
            }
            fault->nth = (uint16_t)nth;
        } else if (!parse_parameter(lexer, point, "a selector, \"nth\", \"onwards\" or \":\"",
                                    fault->selectors, &given)) {
            return false;
        }
    }
    return program__take_token(lexer, TOKEN_COLON, "\":\"");
}

static bool
parse_fault(struct parser *parser)
{
    const struct program_vocabulary *vocabulary = parser->vocabulary;
    struct program *program = parser->program;
    struct program_fault fault = {0};

    if (program->fault_count >= PROGRAM_FAULTS_MAX) {
        return program__fail_too_many(&parser->lexer, PROGRAM_FAULTS_MAX, "faults");
    }
    if (!parse_verb(&parser->lexer, vocabulary->fault_points, vocabulary->fault_point_count,
                    "a fault point, " SECTION, &fault.point) ||
        !parse_selectors(&parser->lexer, &vocabulary->fault_points[fault.point], &fault) ||
        !parse_verb(&parser->lexer, vocabulary->fault_actions, vocabulary->fault_action_count,
                    "a fault action", &fault.action) ||
        !parse_parameters_to_line_end(&parser->lexer, &vocabulary->fault_actions[fault.action],
                                      fault.arguments)) {
        return false;
    }
    program->faults[program->fault_count++] = fault;
    return true;
}

static bool
parse_deviation(struct parser *parser)
{
    struct lexer *lexer = &parser->lexer;
    const struct token first = lexer->token;
    uint32_t kind = 0;
    uint64_t task, k, value;

    if (parser->placed_count >= PROGRAM_DEVIATIONS_MAX) {
        return program__fail_too_many(lexer, PROGRAM_DEVIATIONS_MAX, "deviations");
    }
    if (!program__take_word_of(lexer, parser->vocabulary->choice_kinds,
                               parser->vocabulary->choice_kind_count, "a kind of choice, " SECTION,
                               &kind) ||
        !program__take_number(lexer, "the task", UINT16_MAX, &task) ||
        !program__take_token(lexer, TOKEN_COLON, "\":\"") ||
        !program__take_number(lexer, "the choice", UINT32_MAX, &k) ||
        !program__take_token(lexer, TOKEN_EQUALS, "\"=\"") ||
        !program__take_number(lexer, "its value", UINT32_MAX, &value) ||
        !program__take_line_end(lexer, line_end)) {
        return false;
    }
    if (parser->placed_count == parser->placed_capacity) {
        parser->placed_capacity = parser->placed_capacity > 0 ? 2 * parser->placed_capacity : 64;
        parser->placed =
            program__reallocate(parser->placed, parser->placed_capacity * sizeof(*parser->placed));
    }
    parser->placed[parser->placed_count++] = (struct placed_deviation){
        {(uint16_t)task, (uint16_t)kind, (uint32_t)k, (uint32_t)value}, first.line, first.column};
    return true;
}

/* Says whether the word begins a section, and which. */
static bool
is_section(const struct token *token, enum section *section)
{
    static const struct {
        const char *keyword;
        enum section section;
    } sections[] = {
        {"thread", SECTION_THREAD}, {"faults", SECTION_FAULTS}, {"schedule", SECTION_SCHEDULE}};

    for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
        if (program__token_is(token, sections[i].keyword)) {
            *section = sections[i].section;
            return true;
        }
    }
    return false;
}

static bool
parse_line(struct parser *parser)
{
    static bool (*const parse_in[])(struct parser * parser) = {
        [SECTION_HEAD] = parse_head_line,
        [SECTION_THREAD] = parse_operation,
        [SECTION_FAULTS] = parse_fault,
        [SECTION_SCHEDULE] = parse_deviation,
    };
    struct program *program = parser->program;

    if (!is_section(&parser->lexer.token, &parser->section)) {
        return parse_in[parser->section](parser);
    }
    if (parser->section == SECTION_THREAD) {
        if (program->thread_count >= PROGRAM_THREADS_MAX) {
            return program__fail_too_many(&parser->lexer, PROGRAM_THREADS_MAX, "threads");
        }
        program->thread_count += parser->has_thread;
        parser->has_thread = true;
    }
    program__next_token(&parser->lexer);
    return program__take_line_end(&parser->lexer, line_end);
}

/* Lines up to "end", or to where there are no more. */
static bool
parse_lines(struct parser *parser)
{
    struct lexer *lexer = &parser->lexer;

    while (lexer->token.kind != TOKEN_FILE_END && !program__token_is(&lexer->token, "end")) {
        if (lexer->token.kind == TOKEN_LINE_END) {
            program__next_token(lexer);
        } else if (!parse_line(parser)) {
            return false;
        }
    }
    return true;
}

/* "end", and nothing behind it. */
static bool
parse_end(struct lexer *lexer)
{
    if (lexer->token.kind == TOKEN_FILE_END) {
        return program__fail_at(lexer, lexer->token.line, lexer->token.column,
                                "expected \"end\", found the end of the file: it is cut off");
    }
    program__next_token(lexer);
    if (!program__take_line_end(lexer, line_end)) {
        return false;
    }
    while (lexer->token.kind == TOKEN_LINE_END) {
        program__next_token(lexer);
    }
    return lexer->token.kind == TOKEN_FILE_END ||
           program__fail_expected(lexer, "the end of the file after \"end\"");
}

/* --- the whole ---------------------------------------------------------------------------- */

static int
compare_placed(const void *left, const void *right)
{
    const struct placed_deviation *a = left, *b = right;
    uint64_t key_a = program__deviation_key(&a->deviation);
    uint64_t key_b = program__deviation_key(&b->deviation);

    if (key_a != key_b) {
        return key_a < key_b ? -1 : 1;
    }
    return (a->line > b->line) - (a->line < b->line);
}

/* Sorts what the schedule said, and refuses two deviations for one choice. */
static bool
place_deviations(struct parser *parser)
{
    struct program *program = parser->program;

    if (parser->placed_count == 0) {
        return true;
    }
    qsort(parser->placed, parser->placed_count, sizeof(*parser->placed), compare_placed);
    program__reserve_deviations(program, parser->placed_count);
    for (uint32_t i = 0; i < parser->placed_count; i++) {
        const struct placed_deviation *placed = &parser->placed[i];
        if (i > 0 && program__deviation_key(&placed[-1].deviation) ==
                         program__deviation_key(&placed->deviation)) {
            return program__fail_at(&parser->lexer, placed->line, placed->column,
                                    "this choice has a deviation already, in line %zu",
                                    placed[-1].line);
        }
        program->deviations[i] = placed->deviation;
    }
    program->deviation_count = parser->placed_count;
    return true;
}

bool
program_parse(struct program *program, const char *text, size_t size,
              const struct program_vocabulary *vocabulary, struct program_error *error)
{
    struct parser parser = {.program = program, .vocabulary = vocabulary};
    struct lexer *lexer = &parser.lexer;

    program__reset(program);
    program__lexer_start(lexer, text, size, error);

    bool good = parse_version(lexer) && parse_lines(&parser) && parse_end(lexer) &&
                place_deviations(&parser);
    free(parser.placed);
    return good;
}

bool
program_parse_head(const char *text, size_t size, char *target, char *subject,
                   struct program_error *error)
{
    struct lexer lexer;
    enum section section;

    memset(target, 0, PROGRAM_NAME_MAX);
    memset(subject, 0, PROGRAM_NAME_MAX);
    program__lexer_start(&lexer, text, size, error);
    if (!parse_version(&lexer)) {
        return false;
    }
    /* The other lines are for program_parse, when the target has told the vocabulary. */
    while (lexer.token.kind != TOKEN_FILE_END && !is_section(&lexer.token, &section)) {
        bool is_target = program__token_is(&lexer.token, "target");
        if (is_target || program__token_is(&lexer.token, "subject")) {
            program__next_token(&lexer);
            if (!parse_name(&lexer, is_target ? "target" : "subject",
                            is_target ? target : subject)) {
                return false;
            }
        }
        while (!program__token_ends_line(&lexer.token)) {
            program__next_token(&lexer);
        }
        if (lexer.token.kind == TOKEN_LINE_END) {
            program__next_token(&lexer);
        }
    }
    return true;
}
