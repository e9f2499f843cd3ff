/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The text of a .prog file as tokens, and errors that say where one stood and what was expected of
 * it. What tokens mean is parse.c's. Private to the room.
 */
#ifndef PROGRAM_TOKEN_H
#define PROGRAM_TOKEN_H

#include "program/program_private.h"

enum token_kind {
    TOKEN_WORD,
    TOKEN_EQUALS,
    TOKEN_COLON,
    TOKEN_LINE_END,
    TOKEN_FILE_END,
    TOKEN_JUNK /* a byte that is in no word */
};

struct token {
    enum token_kind kind;
    const char *start;
    size_t length;
    size_t line, column; /* from 1 */
};

struct lexer {
    const char *at, *end, *line_start;
    size_t line;
    struct token token; /* the next one, not yet taken */
    struct program_error *error;
};

/* Before the first token; a byte order mark is skipped. */
void program__lexer_start(struct lexer *lexer, const char *text, size_t size,
                          struct program_error *error);

/* Takes the token. Blanks and comments are between tokens. */
void program__next_token(struct lexer *lexer);

bool program__token_is(const struct token *token, const char *word);
bool program__token_ends_line(const struct token *token); /* the file's end, too */
bool program__token_is_number(const struct token *token, uint64_t *number);

/*
 * Errors: all return false, to be returned. The first is anywhere, the others are at the next
 * token: "expected …, found …", "… is given twice", "more than …".
 */
bool program__fail_at(struct lexer *lexer, size_t line, size_t column, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
bool program__fail_expected(struct lexer *lexer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
bool program__fail_twice(struct lexer *lexer, const char *what);
bool program__fail_too_many(struct lexer *lexer, uint32_t limit, const char *what);

/* Takes a token of this kind, or fails having expected that. */
bool program__take_token(struct lexer *lexer, enum token_kind kind, const char *expected);

/* The end of the line, or of the file, which stays. */
bool program__take_line_end(struct lexer *lexer, const char *expected);

bool program__take_number(struct lexer *lexer, const char *what, uint64_t max, uint64_t *number);

/* One of some words, as its index. */
bool program__take_word_of(struct lexer *lexer, const char *const *words, uint32_t count,
                           const char *expected, uint32_t *index);

#endif
