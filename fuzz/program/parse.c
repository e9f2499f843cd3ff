/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Text to program. The grammar of a .prog file, format 1, which this file owns and print.c writes:
 *
 *   file      = "heddle" number EOL { head } { section }
 *   head      = "target" WORD EOL | "subject" WORD EOL
 *             | "events" ( "sync" | "memory" ) EOL
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
 *
 * Unlike bytes, which a fuzzer writes, text is written by people: what is out of range is an error.
 * Nothing here trusts the text: memory is bounded by the PROGRAM_..._MAX whatever the file's size.
 */
#include "program/program_private.h"

#include <ctype.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum token_kind {
    TOKEN_WORD,
    TOKEN_EQUALS,
    TOKEN_COLON,
    TOKEN_LINE_END,
    TOKEN_FILE_END,
    TOKEN_JUNK
};

struct token {
    enum token_kind kind;
    const char *start;
    size_t length;
    size_t line, column; /* from 1 */
};

/* A deviation and where it stands, so that a second one for its choice can be named. */
struct placed_deviation {
    struct program_deviation deviation;
    size_t line, column;
};

enum section { SECTION_HEAD, SECTION_THREAD, SECTION_FAULTS, SECTION_SCHEDULE };

struct parser {
    const char *at, *end, *line_start;
    size_t line;
    struct token token; /* the next one, not yet taken */

    struct program *program;
    const struct program_vocabulary *vocabulary;
    struct program_error *error;

    enum section section;
    bool has_thread;
    unsigned int head_lines; /* a bit for each that was there */
    struct placed_deviation *placed;
    uint32_t placed_count, placed_capacity;
};

/* --- tokens ------------------------------------------------------------------------------- */

static void
next_token(struct parser *parser)
{
    while (parser->at < parser->end &&
           (*parser->at == ' ' || *parser->at == '\t' || *parser->at == '\r')) {
        parser->at++;
    }
    if (parser->at < parser->end && *parser->at == '#') {
        const char *line_end = memchr(parser->at, '\n', (size_t)(parser->end - parser->at));
        parser->at = line_end != NULL ? line_end : parser->end;
    }

    struct token *token = &parser->token;
    token->start = parser->at;
    token->length = 1;
    token->line = parser->line;
    token->column = (size_t)(parser->at - parser->line_start) + 1;
    if (parser->at == parser->end) {
        token->kind = TOKEN_FILE_END;
        token->length = 0;
        return;
    }

    char first = *parser->at++;
    if (first == '\n') {
        token->kind = TOKEN_LINE_END;
        parser->line++;
        parser->line_start = parser->at;
    } else if (first == '=') {
        token->kind = TOKEN_EQUALS;
    } else if (first == ':') {
        token->kind = TOKEN_COLON;
    } else if (!program__is_name_character((uint8_t)first)) {
        token->kind = TOKEN_JUNK;
    } else {
        token->kind = TOKEN_WORD;
        while (parser->at < parser->end && program__is_name_character((uint8_t)*parser->at)) {
            parser->at++;
        }
        token->length = (size_t)(parser->at - token->start);
    }
}

static bool
token_is(const struct token *token, const char *word)
{
    return token->kind == TOKEN_WORD && token->length == strlen(word) &&
           memcmp(token->start, word, token->length) == 0;
}

static void
describe_token(const struct token *token, char *text, size_t size)
{
    const int shown_max = 32;

    switch (token->kind) {
    case TOKEN_LINE_END:
        snprintf(text, size, "the end of the line");
        return;
    case TOKEN_FILE_END:
        snprintf(text, size, "the end of the file");
        return;
    case TOKEN_JUNK:
        snprintf(text, size, "byte 0x%02x", (unsigned int)(uint8_t)*token->start);
        return;
    case TOKEN_WORD:
    case TOKEN_EQUALS:
    case TOKEN_COLON:
        if (token->length > (size_t)shown_max) {
            snprintf(text, size, "\"%.*s...\"", shown_max, token->start);
        } else {
            snprintf(text, size, "\"%.*s\"", (int)token->length, token->start);
        }
        return;
    }
}

/* --- errors: all return false, to be returned -------------------------------------------- */

static int
clamp_to_int(size_t number)
{
    return number > INT_MAX ? INT_MAX : (int)number;
}

__attribute__((format(printf, 4, 5))) static bool
fail_at(struct parser *parser, size_t line, size_t column, const char *format, ...)
{
    va_list arguments;

    parser->error->line = clamp_to_int(line);
    parser->error->column = clamp_to_int(column);
    va_start(arguments, format);
    vsnprintf(parser->error->message, sizeof(parser->error->message), format, arguments);
    va_end(arguments);
    return false;
}

/* "expected …, found …", at the next token. */
__attribute__((format(printf, 2, 3))) static bool
fail_expected(struct parser *parser, const char *format, ...)
{
    char expected[96], found[48];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(expected, sizeof(expected), format, arguments);
    va_end(arguments);
    describe_token(&parser->token, found, sizeof(found));
    return fail_at(parser, parser->token.line, parser->token.column, "expected %s, found %s",
                   expected, found);
}

static bool
fail_twice(struct parser *parser, const char *what)
{
    return fail_at(parser, parser->token.line, parser->token.column, "%s is given twice", what);
}

static bool
fail_too_many(struct parser *parser, int limit, const char *what)
{
    return fail_at(parser, parser->token.line, parser->token.column, "more than %d %s", limit,
                   what);
}

/* --- pieces ------------------------------------------------------------------------------- */

static bool
parse_token(struct parser *parser, enum token_kind kind, const char *expected)
{
    if (parser->token.kind != kind) {
        return fail_expected(parser, "%s", expected);
    }
    next_token(parser);
    return true;
}

/* The end of the line, or of the file; what else could have stood there is `otherwise`. */
static bool
parse_line_end(struct parser *parser, const char *otherwise)
{
    if (parser->token.kind == TOKEN_FILE_END) {
        return true;
    }
    return parse_token(parser, TOKEN_LINE_END, otherwise);
}

static bool
token_to_number(const struct token *token, uint64_t *number)
{
    *number = 0;
    for (size_t i = 0; i < token->length; i++) {
        uint64_t digit = (uint64_t)(token->start[i] - '0');
        if (digit > 9 || *number > (UINT64_MAX - digit) / 10) {
            return false;
        }
        *number = *number * 10 + digit;
    }
    return token->kind == TOKEN_WORD;
}

static bool
parse_number(struct parser *parser, const char *what, uint64_t max, uint64_t *number)
{
    if (!token_to_number(&parser->token, number) || *number > max) {
        return fail_expected(parser, "a number up to %" PRIu64 " for %s", max, what);
    }
    next_token(parser);
    return true;
}

/* The name of a verb, a fault point or a fault action. */
static bool
parse_verb(struct parser *parser, const struct program_verb *verbs, uint32_t count,
           const char *what, uint8_t *verb)
{
    for (uint32_t i = 0; i < count; i++) {
        if (token_is(&parser->token, verbs[i].name)) {
            *verb = (uint8_t)i;
            next_token(parser);
            return true;
        }
    }
    return fail_expected(parser, "%s", what);
}

/* One of some words, by its index. */
static bool
parse_word_of(struct parser *parser, const char *const *words, uint32_t count, const char *what,
              uint32_t *index)
{
    for (uint32_t i = 0; i < count; i++) {
        if (token_is(&parser->token, words[i])) {
            *index = i;
            next_token(parser);
            return true;
        }
    }
    return fail_expected(parser, "%s", what);
}

static bool
parse_value(struct parser *parser, const struct program_parameter *parameter, uint16_t *value)
{
    uint64_t number;

    if (parameter->names == NULL) {
        if (!parse_number(parser, parameter->name, parameter->limit - 1, &number)) {
            return false;
        }
        *value = (uint16_t)number;
        return true;
    }

    for (uint32_t i = 0; i < parameter->limit; i++) {
        if (token_is(&parser->token, parameter->names[i])) {
            *value = (uint16_t)i;
            next_token(parser);
            return true;
        }
    }
    /* A parameter may have had no names when the file was written. */
    if (!token_to_number(&parser->token, &number) || number >= parameter->limit) {
        return fail_expected(parser, "%s ... %s or a number below %" PRIu32 " for %s",
                             parameter->names[0], parameter->names[parameter->limit - 1],
                             parameter->limit, parameter->name);
    }
    *value = (uint16_t)number;
    next_token(parser);
    return true;
}

/* NAME "=" value, into its place among the verb's numbers. `given` holds a bit for each so far. */
static bool
parse_parameter(struct parser *parser, const struct program_verb *verb, const char *otherwise,
                uint16_t *numbers, unsigned int *given)
{
    for (uint32_t i = 0; i < verb->parameter_count; i++) {
        const struct program_parameter *parameter = &verb->parameters[i];
        if (!token_is(&parser->token, parameter->name)) {
            continue;
        }
        if (*given & 1u << i) {
            return fail_twice(parser, parameter->name);
        }
        *given |= 1u << i;
        next_token(parser);
        return parse_token(parser, TOKEN_EQUALS, "\"=\"") &&
               parse_value(parser, parameter, &numbers[i]);
    }
    return fail_expected(parser, "%s", otherwise);
}

static bool
parse_parameters_to_line_end(struct parser *parser, const struct program_verb *verb,
                             uint16_t *numbers)
{
    unsigned int given = 0;
    char otherwise[64];

    snprintf(otherwise, sizeof(otherwise),
             verb->parameter_count > 0 ? "a parameter of %s" : "no parameter after %s", verb->name);
    while (parser->token.kind != TOKEN_LINE_END && parser->token.kind != TOKEN_FILE_END) {
        if (!parse_parameter(parser, verb, otherwise, numbers, &given)) {
            return false;
        }
    }
    return parse_line_end(parser, otherwise);
}

/* --- the head ----------------------------------------------------------------------------- */

static bool
parse_name(struct parser *parser, const char *what, char *name)
{
    if (parser->token.kind != TOKEN_WORD || parser->token.length >= PROGRAM_NAME_MAX) {
        return fail_expected(parser, "the name of a %s, up to %d characters", what,
                             PROGRAM_NAME_MAX - 1);
    }
    memset(name, 0, PROGRAM_NAME_MAX);
    memcpy(name, parser->token.start, parser->token.length);
    next_token(parser);
    return true;
}

static bool
parse_target(struct parser *parser)
{
    return parse_name(parser, "target", parser->program->target);
}

static bool
parse_subject(struct parser *parser)
{
    return parse_name(parser, "subject", parser->program->subject);
}

static bool
parse_events(struct parser *parser)
{
    uint32_t index = 0;

    if (!parse_word_of(parser, program__event_models, PROGRAM_EVENT_MODEL_COUNT,
                       "\"sync\" or \"memory\"", &index)) {
        return false;
    }
    parser->program->event_model = (uint8_t)index;
    return true;
}

static bool
parse_requires(struct parser *parser)
{
    uint32_t index = 0;

    if (!parse_word_of(parser, program__builds, PROGRAM_REQUIRES_COUNT,
                       "\"asan\", \"tsan\" or \"nothing\"", &index)) {
        return false;
    }
    parser->program->requires_build = (uint8_t)index;
    return true;
}

static bool
parse_strategy(struct parser *parser)
{
    static const char *const names[] = {"seed", "depth", "length"};
    static const uint64_t maxima[] = {UINT64_MAX, UINT8_MAX, UINT32_MAX};
    uint64_t numbers[] = {0, 0, 0};
    unsigned int given = 0;
    uint32_t index = 0, strategy = 0;

    if (!parse_word_of(parser, parser->vocabulary->strategies, parser->vocabulary->strategy_count,
                       "a strategy", &strategy)) {
        return false;
    }
    while (parser->token.kind != TOKEN_LINE_END && parser->token.kind != TOKEN_FILE_END) {
        struct token name = parser->token;
        if (!parse_word_of(parser, names, 3, "\"seed\", \"depth\" or \"length\"", &index)) {
            return false;
        }
        if (given & 1u << index) {
            return fail_at(parser, name.line, name.column, "%s is given twice", names[index]);
        }
        given |= 1u << index;
        if (!parse_token(parser, TOKEN_EQUALS, "\"=\"") ||
            !parse_number(parser, names[index], maxima[index], &numbers[index])) {
            return false;
        }
    }
    parser->program->strategy = (struct program_strategy){(uint8_t)strategy, (uint8_t)numbers[1],
                                                          (uint32_t)numbers[2], numbers[0]};
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

    for (unsigned int i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        if (!token_is(&parser->token, lines[i].keyword)) {
            continue;
        }
        if (parser->head_lines & 1u << i) {
            return fail_twice(parser, lines[i].keyword);
        }
        parser->head_lines |= 1u << i;
        next_token(parser);
        return lines[i].parse(parser) && parse_line_end(parser, "the end of the line");
    }
    return fail_expected(parser, "a line of the head, \"thread\", \"faults\" or \"schedule\"");
}

/* "heddle 1": what makes it a .prog. */
static bool
parse_version(struct parser *parser)
{
    while (parser->token.kind == TOKEN_LINE_END) {
        next_token(parser);
    }
    if (!token_is(&parser->token, "heddle")) {
        return fail_expected(parser, "\"heddle %d\", as a .prog file begins",
                             PROGRAM_FORMAT_VERSION);
    }
    next_token(parser);

    struct token token = parser->token;
    uint64_t version;
    if (!parse_number(parser, "the format", UINT64_MAX, &version)) {
        return false;
    }
    if (version > PROGRAM_FORMAT_VERSION) {
        return fail_at(parser, token.line, token.column,
                       "written by a newer heddle (format %" PRIu64 ", this one reads up to %d)",
                       version, PROGRAM_FORMAT_VERSION);
    }
    if (version == 0) {
        return fail_at(parser, token.line, token.column, "there is no format 0");
    }
    return parse_line_end(parser, "the end of the line");
}

/* --- sections ----------------------------------------------------------------------------- */

static bool
parse_operation(struct parser *parser)
{
    struct program *program = parser->program;
    struct program_operation operation = {.thread = (uint8_t)(program->thread_count - 1)};

    if (program->operation_count >= PROGRAM_OPERATIONS_MAX) {
        return fail_too_many(parser, PROGRAM_OPERATIONS_MAX, "operations");
    }
    if (!parse_verb(parser, parser->vocabulary->verbs, parser->vocabulary->verb_count,
                    "an operation, \"thread\", \"faults\" or \"schedule\"", &operation.verb) ||
        !parse_parameters_to_line_end(parser, &parser->vocabulary->verbs[operation.verb],
                                      operation.arguments)) {
        return false;
    }
    program->operations[program->operation_count++] = operation;
    return true;
}

static bool
parse_selectors(struct parser *parser, const struct program_verb *point,
                struct program_fault *fault)
{
    unsigned int given = 0;
    bool nth_given = false;

    while (parser->token.kind != TOKEN_COLON) {
        if (token_is(&parser->token, "onwards")) {
            if (fault->onwards) {
                return fail_twice(parser, "onwards");
            }
            fault->onwards = true;
            next_token(parser);
        } else if (token_is(&parser->token, "nth")) {
            uint64_t nth;
            if (nth_given) {
                return fail_twice(parser, "nth");
            }
            nth_given = true;
            next_token(parser);
            if (!parse_token(parser, TOKEN_EQUALS, "\"=\"") ||
                !parse_number(parser, "nth", UINT16_MAX, &nth)) {
                return false;
            }
            fault->nth = (uint16_t)nth;
        } else if (!parse_parameter(parser, point, "a selector, \"nth\", \"onwards\" or \":\"",
                                    fault->selectors, &given)) {
            return false;
        }
    }
    next_token(parser);
    return true;
}

static bool
parse_fault(struct parser *parser)
{
    const struct program_vocabulary *vocabulary = parser->vocabulary;
    struct program *program = parser->program;
    struct program_fault fault = {0};

    if (program->fault_count >= PROGRAM_FAULTS_MAX) {
        return fail_too_many(parser, PROGRAM_FAULTS_MAX, "faults");
    }
    if (!parse_verb(parser, vocabulary->fault_points, vocabulary->fault_point_count,
                    "a fault point, \"thread\", \"faults\" or \"schedule\"", &fault.point) ||
        !parse_selectors(parser, &vocabulary->fault_points[fault.point], &fault) ||
        !parse_verb(parser, vocabulary->fault_actions, vocabulary->fault_action_count,
                    "a fault action", &fault.action) ||
        !parse_parameters_to_line_end(parser, &vocabulary->fault_actions[fault.action],
                                      fault.arguments)) {
        return false;
    }
    program->faults[program->fault_count++] = fault;
    return true;
}

static bool
parse_deviation(struct parser *parser)
{
    struct token first = parser->token;
    uint32_t kind = 0;
    uint64_t task, k, value;

    if (parser->placed_count >= PROGRAM_DEVIATIONS_MAX) {
        return fail_too_many(parser, PROGRAM_DEVIATIONS_MAX, "deviations");
    }
    if (!parse_word_of(parser, parser->vocabulary->choice_kinds,
                       parser->vocabulary->choice_kind_count,
                       "a kind of choice, \"thread\", \"faults\" or \"schedule\"", &kind) ||
        !parse_number(parser, "the task", UINT16_MAX, &task) ||
        !parse_token(parser, TOKEN_COLON, "\":\"") ||
        !parse_number(parser, "the choice", UINT32_MAX, &k) ||
        !parse_token(parser, TOKEN_EQUALS, "\"=\"") ||
        !parse_number(parser, "its value", UINT32_MAX, &value) ||
        !parse_line_end(parser, "the end of the line")) {
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

static bool
parse_thread(struct parser *parser)
{
    struct program *program = parser->program;

    if (parser->has_thread && program->thread_count >= PROGRAM_THREADS_MAX) {
        return fail_too_many(parser, PROGRAM_THREADS_MAX, "threads");
    }
    program->thread_count += parser->has_thread;
    parser->has_thread = true;
    parser->section = SECTION_THREAD;
    next_token(parser);
    return parse_line_end(parser, "the end of the line");
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

    if (token_is(&parser->token, "thread")) {
        return parse_thread(parser);
    }
    if (token_is(&parser->token, "faults") || token_is(&parser->token, "schedule")) {
        parser->section = token_is(&parser->token, "faults") ? SECTION_FAULTS : SECTION_SCHEDULE;
        next_token(parser);
        return parse_line_end(parser, "the end of the line");
    }
    return parse_in[parser->section](parser);
}

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
            return fail_at(parser, placed->line, placed->column,
                           "this choice has a deviation already, in line %zu", placed[-1].line);
        }
        program->deviations[i] = placed->deviation;
    }
    program->deviation_count = parser->placed_count;
    return true;
}

static void
start(struct parser *parser, const char *text, size_t size, struct program_error *error)
{
    static const char byte_order_mark[] = "\xef\xbb\xbf";

    if (size >= 3 && memcmp(text, byte_order_mark, 3) == 0) {
        text += 3;
        size -= 3;
    }
    *parser = (struct parser){
        .at = text, .end = text + size, .line_start = text, .line = 1, .error = error};
    next_token(parser);
}

bool
program_parse(struct program *program, const char *text, size_t size,
              const struct program_vocabulary *vocabulary, struct program_error *error)
{
    struct parser parser;

    start(&parser, text, size, error);
    parser.program = program;
    parser.vocabulary = vocabulary;
    program__reset(program);

    bool good = parse_version(&parser);
    while (good && parser.token.kind != TOKEN_FILE_END) {
        if (parser.token.kind == TOKEN_LINE_END) {
            next_token(&parser);
        } else {
            good = parse_line(&parser);
        }
    }
    good = good && place_deviations(&parser);
    free(parser.placed);
    return good;
}

static void
skip_line(struct parser *parser)
{
    while (parser->token.kind != TOKEN_LINE_END && parser->token.kind != TOKEN_FILE_END) {
        next_token(parser);
    }
}

bool
program_parse_head(const char *text, size_t size, char *target, char *subject,
                   struct program_error *error)
{
    struct parser parser;

    start(&parser, text, size, error);
    memset(target, 0, PROGRAM_NAME_MAX);
    memset(subject, 0, PROGRAM_NAME_MAX);
    if (!parse_version(&parser)) {
        return false;
    }
    /* Other lines are for program_parse, which knows the vocabulary by then. */
    while (parser.token.kind != TOKEN_FILE_END && !token_is(&parser.token, "thread") &&
           !token_is(&parser.token, "faults") && !token_is(&parser.token, "schedule")) {
        bool is_target = token_is(&parser.token, "target");
        if (is_target || token_is(&parser.token, "subject")) {
            next_token(&parser);
            if (!parse_name(&parser, is_target ? "target" : "subject",
                            is_target ? target : subject)) {
                return false;
            }
        }
        skip_line(&parser);
        next_token(&parser);
    }
    return true;
}
