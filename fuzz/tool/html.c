/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Writing HTML.
 */
#include "tool/html.h"

#include <inttypes.h>

static const char colours[] =
    ":root{color-scheme:light dark;--back:#fff;--text:#1b1f24;--faint:#5f6673;--line:#d7dbe0;"
    "--bad:#b42318;--chosen:#7a3e00;--chosen-back:#fff1dd;--bad-back:#fde8e6;--good:#1a7f37;"
    "--curve:#1d5fd1;--raised:#f6f7f9}\n"
    "@media(prefers-color-scheme:dark){:root{--back:#14171b;--text:#e6e8eb;--faint:#9aa3ad;"
    "--line:#333a42;--bad:#ff8f85;--chosen:#ffc27a;--chosen-back:#3a2a12;--bad-back:#43201d;"
    "--good:#6fdd8b;--curve:#7aa9ff;--raised:#1c2127}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;padding:1rem;max-width:110rem;background:var(--back);color:var(--text);"
    "font:15px/1.45 system-ui,sans-serif}\n";

void
html_put(const char *text, FILE *out)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        case '\n':
        case '\t':
            fputc(*text, out);
            break;
        default:
            if ((unsigned char)*text < ' ' || *text == 0x7f) {
                fputs("\xef\xbf\xbd", out);
            } else {
                fputc(*text, out);
            }
            break;
        }
    }
}

void
html_put_number(uint64_t number, FILE *out)
{
    char digits[24];
    int length = snprintf(digits, sizeof(digits), "%" PRIu64, number);
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) {
            fputc(',', out);
        }
        fputc(digits[i], out);
    }
}

void
html_put_duration(double seconds, FILE *out)
{
    /* Neither what is below 0 nor what is no number. */
    uint64_t whole = seconds > 0 && seconds < 1e12 ? (uint64_t)(seconds + 0.5) : 0;
    if (whole < 60) {
        fprintf(out, "%" PRIu64 " s", whole);
    } else if (whole < 3600) {
        fprintf(out, "%" PRIu64 " min", whole / 60);
        if (whole % 60 != 0) {
            fprintf(out, " %" PRIu64 " s", whole % 60);
        }
    } else {
        html_put_number(whole / 3600, out);
        fputs(" h", out);
        if (whole / 60 % 60 != 0) {
            fprintf(out, " %" PRIu64 " min", whole / 60 % 60);
        }
    }
}

void
html_begin(const char *title, FILE *out)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>",
          out);
    html_put(title, out);
    fprintf(out, "</title>\n<style>\n%s", colours);
}

void
html_begin_body(FILE *out)
{
    fputs("</style></head>\n<body>\n", out);
}

void
html_end(FILE *out)
{
    fputs("</body></html>\n", out);
}
