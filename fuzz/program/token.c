/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Tokens of a .prog file and what can be wrong with one. Reads between `at` and `end` and nowhere
 * else, and allocates nothing, whatever the text holds.
 */
#include "program/token.h"

#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>

void
program__lexer_start(struct lexer *lexer, const char *text, size_t size,
                     struct program_error *error)
{
    static const char byte_order_mark[] = "\xef\xbb\xbf";

    *lexer = (struct lexer){.at = text, .end = text, .line = 1, .error = error};
    if (size > 0) {
        lexer->end += size;
    }
    if (size >= 3 && memcmp(text, byte_order_mark, 3) == 0) {
        lexer->at += 3;
    }
    lexer->line_start = lexer->at;
    program__next_token(lexer);
}

static void
skip_blanks_and_comment(struct lexer *lexer)
{
    while (lexer->at < lexer->end &&
           (*lexer->at == ' ' || *lexer->at == '\t' || *lexer->at == '\r')) {
        lexer->at++;
    }
    if (lexer->at < lexer->end && *lexer->at == '#') {
        const char *line_end = memchr(lexer->at, '\n', (size_t)(lexer->end - lexer->at));
        lexer->at = line_end != NULL ? line_end : lexer->end;
    }
}

void
program__next_token(struct lexer *lexer)
{
    struct token *token = &lexer->token;

    skip_blanks_and_comment(lexer);
    *token = (struct token){
        .kind = TOKEN_FILE_END,
        .start = lexer->at,
        .line = lexer->line,
        .column = (size_t)(lexer->at - lexer->line_start) + 1,
    };
    if (lexer->at == lexer->end) {
        return;
    }

    char first = *lexer->at++;
    if (first == '\n') {
        token->kind = TOKEN_LINE_END;
        lexer->line++;
        lexer->line_start = lexer->at;
    } else if (first == '=') {
        token->kind = TOKEN_EQUALS;
    } else if (first == ':') {
        token->kind = TOKEN_COLON;
    } else if (!program__is_name_character((uint8_t)first)) {
        token->kind = TOKEN_JUNK;
    } else {
        token->kind = TOKEN_WORD;
        while (lexer->at < lexer->end && program__is_name_character((uint8_t)*lexer->at)) {
            lexer->at++;
        }
    }
    token->length = (size_t)(lexer->at - token->start);
}

bool
program__token_is(const struct token *token, const char *word)
{
    return token->kind == TOKEN_WORD && token->length == strlen(word) &&
           memcmp(token->start, word, token->length) == 0;
}

bool
program__token_ends_line(const struct token *token)
{
    return token->kind == TOKEN_LINE_END || token->kind == TOKEN_FILE_END;
}

bool
program__token_is_number(const struct token *token, uint64_t *number)
{
    *number = 0;
    for (size_t i = 0; i < token->length; i++) {
        if (token->start[i] < '0' || token->start[i] > '9') {
            return false;
        }
        uint64_t digit = (uint64_t)(token->start[i] - '0');
        if (*number > (UINT64_MAX - digit) / 10) {
            return false;
        }
        *number = *number * 10 + digit;
    }
    return token->kind == TOKEN_WORD;
}

static void
describe_token(const struct token *token, char *text, size_t size)
{
    const size_t shown_max = 32;

    switch (token->kind) {
    case TOKEN_LINE_END:
        snprintf(text, size, "the end of the line");
        break;
    case TOKEN_FILE_END:
        snprintf(text, size, "the end of the file");
        break;
    case TOKEN_JUNK:
        snprintf(text, size, "byte 0x%02x", (unsigned int)(uint8_t)*token->start);
        break;
    case TOKEN_WORD:
    case TOKEN_EQUALS:
    case TOKEN_COLON:
        snprintf(text, size, "\"%.*s%s\"",
                 (int)(token->length < shown_max ? token->length : shown_max), token->start,
                 token->length > shown_max ? "..." : "");
        break;
    }
}

static int
clamp_to_int(size_t number)
{
    return number > INT_MAX ? INT_MAX : (int)number;
}

bool
program__fail_at(struct lexer *lexer, size_t line, size_t column, const char *format, ...)
{
    va_list arguments;

    lexer->error->line = clamp_to_int(line);
    lexer->error->column = clamp_to_int(column);
    va_start(arguments, format);
    vsnprintf(lexer->error->message, sizeof(lexer->error->message), format, arguments);
    va_end(arguments);
    return false;
}

bool
program__fail_expected(struct lexer *lexer, const char *format, ...)
{
    char expected[96], found[48];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(expected, sizeof(expected), format, arguments);
    va_end(arguments);
    describe_token(&lexer->token, found, sizeof(found));
    return program__fail_at(lexer, lexer->token.line, lexer->token.column, "expected %s, found %s",
                            expected, found);
}

bool
program__fail_twice(struct lexer *lexer, const char *what)
{
    return program__fail_at(lexer, lexer->token.line, lexer->token.column, "%s is given twice",
                            what);
}

bool
program__fail_too_many(struct lexer *lexer, uint32_t limit, const char *what)
{
    return program__fail_at(lexer, lexer->token.line, lexer->token.column,
                            "more than %" PRIu32 " %s", limit, what);
}

bool
program__take_token(struct lexer *lexer, enum token_kind kind, const char *expected)
{
    if (lexer->token.kind != kind) {
        return program__fail_expected(lexer, "%s", expected);
    }
    program__next_token(lexer);
    return true;
}

bool
program__take_line_end(struct lexer *lexer, const char *expected)
{
    return lexer->token.kind == TOKEN_FILE_END ||
           program__take_token(lexer, TOKEN_LINE_END, expected);
}

bool
program__take_number(struct lexer *lexer, const char *what, uint64_t max, uint64_t *number)
{
    if (!program__token_is_number(&lexer->token, number) || *number > max) {
        return program__fail_expected(lexer, "a number up to %" PRIu64 " for %s", max, what);
    }
    program__next_token(lexer);
    return true;
}

bool
program__take_word_of(struct lexer *lexer, const char *const *words, uint32_t count,
                      const char *expected, uint32_t *index)
{
    for (uint32_t i = 0; i < count; i++) {
        if (program__token_is(&lexer->token, words[i])) {
            *index = i;
            program__next_token(lexer);
            return true;
        }
    }
    return program__fail_expected(lexer, "%s", expected);
}
