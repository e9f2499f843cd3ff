/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the files share that say in words: explain_words.c all of it, explain_cause.c who kept what for whom, and who waits for whom.
 */
#ifndef TOOL_EXPLAIN_WORDS_H
#define TOOL_EXPLAIN_WORDS_H

#include "tool/explain/explanation.h"

#define WITHIN_MAX 160

/* A paragraph, broken between words; lines after the first are indented two more. */
void explain_tell(FILE *out, uint32_t indent, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Of a failure that is about an object: who made it, who used it with what right, how it went. */
void explain_object(const struct explanation *explanation, FILE *out);

/* What would have to happen for this task's wait to end; and whether they wait for each other. */
void explain_awaited(const struct explanation *explanation, uint16_t task, FILE *out);
void explain_circle(const struct explanation *explanation, FILE *out);

#endif
