/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the pages that the tool writes have in common: their head, their colours in light and dark, and text that stays text
 * whatever is in it. A page needs nothing but itself.
 */
#ifndef TOOL_HTML_H
#define TOOL_HTML_H

#include <stdint.h>
#include <stdio.h>

/* As text, or as the value of a quoted attribute. What no page may have is U+FFFD. */
void html_put(const char *text, FILE *out);

/* "1,234,567". */
void html_put_number(uint64_t number, FILE *out);

/* "42 s", "7 min 5 s", "3 h 20 min". */
void html_put_duration(double seconds, FILE *out);

/* Up to the style, which has the colours as variables: CSS may follow. Then what is seen, and its end. */
void html_begin(const char *title, FILE *out);
void html_begin_body(FILE *out);
void html_end(FILE *out);

#endif
