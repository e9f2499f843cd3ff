/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How a campaign grew, as curves in SVG: one scale a curve, from 0, so that a flat end is seen to be flat.
 */
#include <inttypes.h>
#include <stddef.h>

#include "tool/campaign/campaign_page.h"
#include "tool/html.h"

#define WIDTH      360.0
#define HEIGHT     168.0
#define LEFT       44.0
#define RIGHT      10.0
#define TOP        10.0
#define BOTTOM     24.0
#define POINTS_MAX 400 /* more than that nobody sees */

struct curve {
    const char *title;
    size_t offset; /* in a sample */
};

static const struct curve curves[] = {
    {"Coverage (edges)", offsetof(struct campaign_sample, edges)},
    {"Corpus (inputs)", offsetof(struct campaign_sample, corpus)},
    {"Executions", offsetof(struct campaign_sample, runs)},
    {"Distinct failures", offsetof(struct campaign_sample, failures)},
};

static uint64_t
value_of(const struct curve *curve, const struct campaign_sample *sample)
{
    return *(const uint64_t *)(const void *)((const char *)sample + curve->offset);
}

/* A file may say anything. */
static double
seconds_of(const struct campaign_sample *sample)
{
    return sample->seconds > 0 && sample->seconds < 1e12 ? sample->seconds : 0;
}

/* 1, 2 or 5 times a power of ten, at least 2 and at least the value. */
static double
round_up(uint64_t value)
{
    static const double steps[] = {2, 2.5, 2}; /* 1, 2, 5, 10 */
    double scale = 2;
    for (size_t i = 1; scale < (double)value; i++) {
        scale *= steps[i % 3];
    }
    return scale;
}

/* "850", "12k", "2.5M". */
static void
put_short(double value, FILE *out)
{
    static const char *const units[] = {"", "k", "M", "G", "T", "P", "E"};
    size_t unit = 0;
    for (; value >= 1000 && unit + 1 < sizeof(units) / sizeof(units[0]); unit++) {
        value /= 1000;
    }
    fprintf(out, "%.4g%s", value, units[unit]);
}

static void
put_axes(double scale, double seconds, FILE *out)
{
    for (int i = 0; i <= 2; i++) {
        double y = HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * i / 2;
        fprintf(out,
                "<line class=\"grid\" x1=\"%.0f\" y1=\"%.1f\" x2=\"%.0f\" y2=\"%.1f\"/>"
                "<text x=\"%.0f\" y=\"%.1f\" text-anchor=\"end\">",
                LEFT, y, WIDTH - RIGHT, y, LEFT - 5, y + 4);
        put_short(scale * i / 2, out);
        fputs("</text>", out);
    }
    fprintf(out, "<text x=\"%.0f\" y=\"%.0f\">0</text>", LEFT, HEIGHT - 7);
    fprintf(out, "<text x=\"%.0f\" y=\"%.0f\" text-anchor=\"end\">", WIDTH - RIGHT, HEIGHT - 7);
    html_put_duration(seconds, out);
    fputs("</text>\n", out);
}

static void
put_line(const struct campaign *campaign, const struct curve *curve, double scale, double seconds,
         FILE *out)
{
    size_t count = campaign->history_count, step = (count + POINTS_MAX - 1) / POINTS_MAX;
    double x = LEFT, y = HEIGHT - BOTTOM;
    fprintf(out, "<polyline points=\"%.1f,%.1f", x, y);
    for (size_t i = 0; i < count; i++) {
        if (i % step != 0 && i != count - 1) {
            continue;
        }
        const struct campaign_sample *sample = &campaign->history[i];
        x = LEFT + (WIDTH - LEFT - RIGHT) * seconds_of(sample) / seconds;
        y = HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (double)value_of(curve, sample) / scale;
        fprintf(out, " %.1f,%.1f", x, y);
    }
    fprintf(out, "\"/><circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/>", x, y);
}

static void
put_curve(const struct campaign *campaign, const struct curve *curve, FILE *out)
{
    uint64_t most = 0, last = 0;
    double seconds = 1;
    for (size_t i = 0; i < campaign->history_count; i++) {
        last = value_of(curve, &campaign->history[i]);
        most = last > most ? last : most;
        double at = seconds_of(&campaign->history[i]);
        seconds = at > seconds ? at : seconds;
    }
    fprintf(out, "<figure><figcaption>%s <b>", curve->title);
    html_put_number(last, out);
    fprintf(out,
            "</b></figcaption>\n<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"%s over "
            "time: ",
            WIDTH, HEIGHT, curve->title);
    html_put_number(last, out);
    fputs(" after ", out);
    html_put_duration(seconds, out);
    fputs(", at most ", out);
    html_put_number(most, out);
    fputs("\">", out);
    double scale = round_up(most);
    put_axes(scale, seconds, out);
    put_line(campaign, curve, scale, seconds, out);
    fputs("</svg></figure>\n", out);
}

void
page_curves(const struct campaign_account *account, FILE *out)
{
    fputs("<section aria-labelledby=\"growth\"><h2 id=\"growth\">How it grew</h2>\n", out);
    if (account->campaign.history_count == 0) {
        fputs("<p>Nothing is known of its growth: no sample was written yet.</p>\n", out);
    } else {
        fputs("<div class=\"curves\">\n", out);
        for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
            put_curve(&account->campaign, &curves[i], out);
        }
        fputs("</div>\n", out);
    }
    fputs("</section>\n", out);
}

void
page_curve_of_pairs(const struct campaign_account *account, FILE *out)
{
    static const struct curve pairs = {"Interleaving pairs",
                                       offsetof(struct campaign_sample, pairs)};
    bool any = false;
    for (size_t i = 0; i < account->campaign.history_count; i++) {
        any = any || account->campaign.history[i].pairs > 0;
    }
    if (any) {
        fputs("<div class=\"curves\">\n", out);
        put_curve(&account->campaign, &pairs, out);
        fputs("</div>\n", out);
    }
}
