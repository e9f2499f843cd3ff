/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The columns as text: a column a task, a line a moment, an arrow a change of the running task. A line has one moment, so its
 * text may run on over the columns to its right; in the others a bar says that the task is there, a dotted one
 * that it waits.
 */
#include <stdlib.h>
#include <string.h>

#include "tool/explain/explanation.h"
#include "tool/terminal.h"

#define MARGIN      7u /* the moment's number */
#define COLUMN_MAX  32u
#define LAST_COLUMN 62u /* what the last one has at least, if others can give way */
#define FOLD_LEAST  25u /* hidden moments that get a line of their own */

struct row {
    uint32_t cells[EXPLANATION_WIDTH];
    enum { ROW_PLAIN, ROW_CHOSEN, ROW_FAILURE } style;
};

struct drawing {
    const struct explanation *of;
    struct row *rows;
    uint32_t count, capacity;
    uint32_t limit; /* lines; with more than these nobody wants the rest; 0: none */
    uint8_t weight; /* what is lighter is left out; */
    uint32_t finer; /* from this moment on, what is lighter by more than one */
    bool folds, failed;
    uint32_t columns, width;           /* how many; from one to the next */
    uint32_t column[HEDDLE_TASKS_MAX]; /* by task: its first cell, or 0 */
    bool there[HEDDLE_TASKS_MAX], waits[HEDDLE_TASKS_MAX];
    uint16_t running; /* as far as it is drawn: the task, and its last moment */
    uint32_t last;
    uint32_t passed, passed_last; /* choices that are not drawn: how many, the last one's number */
    uint32_t shown, hidden, hidden_of[HEDDLE_TASKS_MAX];
};

/* --- cells -------------------------------------------------------------------------------- */

static uint32_t
next_character(const char **text)
{
    const unsigned char *byte = (const unsigned char *)*text;
    uint32_t length = *byte < 0x80 ? 1 : *byte < 0xe0 ? 2 : *byte < 0xf0 ? 3 : 4;
    uint32_t character = length == 1 ? *byte : *byte & (0x7fu >> length);
    for (uint32_t i = 1; i < length && (byte[i] & 0xc0) == 0x80; i++) {
        character = character << 6 | (byte[i] & 0x3fu);
    }
    *text += length;
    return character;
}

static uint32_t
text_width(const char *text)
{
    uint32_t width = 0;
    while (*text != '\0') {
        next_character(&text);
        width++;
    }
    return width;
}

/* From this cell on, cut off with an ellipsis before `end`. Returns: the cell behind it. */
static uint32_t
put_text(struct row *row, uint32_t at, uint32_t end, const char *text)
{
    uint32_t width = text_width(text);
    if (at >= end) {
        return at;
    }
    for (uint32_t i = 0; i < width && at + i < end; i++) {
        bool cut = at + i + 1 == end && i + 1 < width;
        uint32_t character = next_character(&text);
        row->cells[at + i] = cut ? 0x2026 : character;
    }
    return at + width < end ? at + width : end;
}

static void
print_cells(const struct row *row, char text[EXPLANATION_WIDTH * 4 + 1])
{
    uint32_t end = EXPLANATION_WIDTH;
    while (end > 0 && (row->cells[end - 1] == 0 || row->cells[end - 1] == ' ')) {
        end--;
    }
    for (uint32_t i = 0; i < end; i++) {
        uint32_t character = row->cells[i] != 0 ? row->cells[i] : ' ';
        if (character < 0x80) {
            *text++ = (char)character;
        } else if (character < 0x800) {
            *text++ = (char)(0xc0 | character >> 6);
            *text++ = (char)(0x80 | (character & 0x3f));
        } else {
            *text++ = (char)(0xe0 | character >> 12);
            *text++ = (char)(0x80 | (character >> 6 & 0x3f));
            *text++ = (char)(0x80 | (character & 0x3f));
        }
    }
    *text = '\0';
}

/* A new line, with the bars of the tasks that are there. */
static struct row *
add_row(struct drawing *drawing)
{
    static struct row nowhere;
    if (drawing->count == drawing->capacity) {
        uint32_t capacity = drawing->capacity * 2 + 64;
        struct row *more = realloc(drawing->rows, capacity * sizeof(*more));
        if (more == NULL) {
            drawing->failed = true;
            return &nowhere;
        }
        drawing->rows = more;
        drawing->capacity = capacity;
    }
    struct row *row = &drawing->rows[drawing->count++];
    memset(row, 0, sizeof(*row));
    for (uint32_t i = 0; i < drawing->of->task_count; i++) {
        uint32_t at = drawing->column[i];
        if (at != 0 && drawing->there[i]) {
            row->cells[at] = drawing->waits[i] ? 0x250a : 0x2502;
        }
    }
    return row;
}

/* --- lines -------------------------------------------------------------------------------- */

static void
draw_place(struct row *row, uint32_t at, const char *place)
{
    uint32_t width = text_width(place);
    if (width == 0 || at + width + 2 > EXPLANATION_WIDTH) {
        return;
    }
    for (uint32_t i = at; i + width < EXPLANATION_WIDTH; i++) {
        row->cells[i] = ' ';
    }
    put_text(row, EXPLANATION_WIDTH - width, EXPLANATION_WIDTH, place);
}

static void
draw_line(struct drawing *drawing, uint32_t number, uint16_t task, const char *text,
          const char *place)
{
    char digits[16];
    struct row *row = add_row(drawing);
    const struct explanation_moment *moment =
        number != EXPLANATION_NONE ? &drawing->of->moments[number] : NULL;
    bool fails = moment != NULL && moment->sort == EXPLANATION_END;
    if (moment != NULL && !fails) {
        snprintf(digits, sizeof(digits), "%6u", number);
        put_text(row, 0, MARGIN, digits);
    }
    uint32_t at = drawing->column[task];
    uint32_t room = EXPLANATION_WIDTH - at;
    uint32_t width = text_width(place) + 2;
    uint32_t indent =
        moment != NULL && moment->depth > 0 && moment->sort != EXPLANATION_RETURN ? 2u : 0u;
    for (uint32_t i = 0; i < indent; i++) {
        row->cells[at + i] = i == 0 && drawing->there[task] ? 0x2502 : ' ';
    }
    at += indent;
    if (fails) {
        row->style = ROW_FAILURE;
        at = put_text(row, at, EXPLANATION_WIDTH, "✗ ");
    }
    bool fits = place[0] != '\0' && room > width + 24;
    uint32_t end = put_text(row, at, EXPLANATION_WIDTH - (fits ? width : 0), text);
    if (end < EXPLANATION_WIDTH && row->cells[end] != 0) {
        row->cells[end] = ' ';
    }
    draw_place(row, end + 1, fits ? place : "");
}

/* An arrow from one column to another, and why beside it. */
static void
draw_arrow(struct drawing *drawing, uint16_t from, uint16_t to, bool chosen, const char *label)
{
    struct row *row = add_row(drawing);
    uint32_t a = drawing->column[from], b = drawing->column[to];
    uint32_t left = a < b ? a : b, right = a < b ? b : a;
    for (uint32_t i = left; i <= right && left != 0; i++) {
        row->cells[i] = chosen ? 0x2550 : 0x2500;
    }
    if (a < b && a != 0) {
        row->cells[a] = chosen ? 0x255e : 0x2514;
        row->cells[b] = 0x25b6;
    } else if (b != 0 && a != 0) {
        row->cells[a] = chosen ? 0x2561 : 0x2518;
        row->cells[b] = 0x25c0;
    } else if (b != 0) {
        row->cells[b] = 0x25b6;
    }
    row->style = chosen ? ROW_CHOSEN : ROW_PLAIN;
    uint32_t end = put_text(row, right + 2, EXPLANATION_WIDTH, label);
    if (end < EXPLANATION_WIDTH && row->cells[end] != 0) {
        row->cells[end] = ' ';
    }
}

/* What was left out since the last line; in the column of who did most of it. */
static void
draw_fold(struct drawing *drawing)
{
    const struct explanation *of = drawing->of;
    uint16_t most = 0;
    for (uint16_t i = 1; i < of->task_count; i++) {
        most = drawing->hidden_of[i] > drawing->hidden_of[most] ? i : most;
    }
    if (drawing->folds && drawing->hidden >= FOLD_LEAST) {
        char text[128], others[48] = "";
        if (drawing->hidden > drawing->hidden_of[most]) {
            snprintf(others, sizeof(others), ", %u of others",
                     drawing->hidden - drawing->hidden_of[most]);
        }
        snprintf(text, sizeof(text), "… %u moments of %s on other things%s",
                 drawing->hidden_of[most], of->tasks[most].name, others);
        draw_line(drawing, EXPLANATION_NONE, drawing->column[most] != 0 ? most : drawing->running,
                  text, "");
    }
    drawing->hidden = 0;
    memset(drawing->hidden_of, 0, sizeof(drawing->hidden_of));
}

/* --- switches ----------------------------------------------------------------------------- */

/* Why the task did not go on before this moment. */
static void
explain_stop(const struct drawing *drawing, uint16_t task, uint32_t before, char *text, size_t size)
{
    const struct explanation *of = drawing->of;
    for (uint32_t i = before; i-- > 0;) {
        if (of->moments[i].task == task) {
            const struct explanation_moment *stop = &of->moments[i];
            bool told = i == drawing->last || !stop->waits;
            bool ends = stop->sort == EXPLANATION_TASK && strcmp(stop->text, "ends") == 0;
            snprintf(text, size, "forced: %s %s", of->tasks[task].name,
                     ends   ? "has ended"
                     : told ? "waits"
                            : stop->text);
            return;
        }
    }
    snprintf(text, size, "forced");
}

/* To another task without a word of its own: choices that are not drawn are told all the same. */
static void
run_on(struct drawing *drawing, uint16_t task, uint32_t moment)
{
    char label[160];
    if (drawing->running != task) {
        if (drawing->passed == 0) {
            explain_stop(drawing, drawing->running, moment, label, sizeof(label));
        } else if (drawing->passed == 1) {
            snprintf(label, sizeof(label), "chosen [%u]", drawing->passed_last);
        } else {
            snprintf(label, sizeof(label), "%u chosen, the last [%u]", drawing->passed,
                     drawing->passed_last);
        }
        draw_arrow(drawing, drawing->running, task, drawing->passed > 0, label);
        drawing->running = task;
    }
    drawing->passed = 0;
}

static void
draw_choice(struct drawing *drawing, const struct explanation_switch *chosen)
{
    static const char *const kinds[] = {
        [HEDDLE_CHOICE_TASK] = "",
        [HEDDLE_CHOICE_WAKE] = "which waiter wakes",
        [HEDDLE_CHOICE_TIMEOUT] = "the time is up at once",
        [HEDDLE_CHOICE_SPURIOUS] = "a spurious wake-up",
        [HEDDLE_CHOICE_QUEUE] = "order of the work",
        [HEDDLE_CHOICE_SUBJECT] = "the program's own choice",
    };
    const struct explanation *of = drawing->of;
    char label[160];
    if (chosen->deviation.kind != HEDDLE_CHOICE_TASK) {
        run_on(drawing, chosen->from, chosen->moment);
        snprintf(label, sizeof(label), "══ chosen [%u]: %s (%u)", chosen->number,
                 kinds[chosen->deviation.kind], chosen->deviation.value);
        draw_line(drawing, EXPLANATION_NONE, chosen->from, label, "");
        drawing->rows[drawing->count - 1].style = ROW_CHOSEN;
        return;
    }
    run_on(drawing, chosen->from, chosen->moment);
    snprintf(label, sizeof(label), "chosen [%u]: %s %s", chosen->number,
             of->tasks[chosen->instead].name,
             chosen->instead == chosen->from ? "could go on" : "would be next");
    draw_arrow(drawing, chosen->from, chosen->to, true, label);
    drawing->running = chosen->to;
}

/* --- moments ------------------------------------------------------------------------------ */

static bool
is_shown(const struct drawing *drawing, uint32_t moment)
{
    const struct explanation_moment *it = &drawing->of->moments[moment];
    bool weighs = it->weight >= drawing->weight ||
                  (it->weight + 1 == drawing->weight && moment >= drawing->finer);
    return weighs && drawing->column[it->task] != 0;
}

static bool
draws_choice(const struct drawing *drawing, const struct explanation_switch *it)
{
    return it->chosen && it->weight >= drawing->weight && drawing->column[it->from] != 0 &&
           drawing->column[it->to] != 0;
}

/* Nothing is drawn between these two, so they are one line. */
static bool
are_together(const struct drawing *drawing, uint32_t first, uint32_t last)
{
    for (uint32_t i = first + 1; i < last; i++) {
        if (is_shown(drawing, i)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < drawing->of->switch_count; i++) {
        const struct explanation_switch *change = &drawing->of->switches[i];
        if (draws_choice(drawing, change) && change->moment > first && change->moment <= last) {
            return false;
        }
    }
    return true;
}

static bool
is_like(const struct explanation_moment *a, const struct explanation_moment *b)
{
    return a->task == b->task && a->sort == b->sort && strcmp(a->place, b->place) == 0 &&
           (a->sort == EXPLANATION_DESTROY || a->sort == EXPLANATION_MAKE);
}

/* Draws it with what belongs on its line. Returns: the last moment that is drawn now. */
static uint32_t
draw_moment(struct drawing *drawing, uint32_t index)
{
    const struct explanation *of = drawing->of;
    const struct explanation_moment *moment = &of->moments[index];
    char text[256];
    uint32_t last = index, alike = 0;
    snprintf(text, sizeof(text), "%s", moment->text);
    bool is_deed = moment->sort == EXPLANATION_OPERATION || moment->sort == EXPLANATION_CALLBACK;
    if (drawing->weight > 0 && is_deed && moment->mate != EXPLANATION_NONE &&
        are_together(drawing, index, moment->mate)) {
        last = moment->mate;
        if (moment->sort == EXPLANATION_OPERATION) {
            snprintf(text, sizeof(text), "%s %s", moment->text, of->moments[last].text);
        }
    }
    for (uint32_t i = index + 1; drawing->weight > 0 && i < of->moment_count; i++) {
        if (!is_shown(drawing, i)) {
            continue;
        }
        if (!is_like(moment, &of->moments[i]) || !are_together(drawing, last, i)) {
            break;
        }
        last = i;
        alike++;
    }
    if (alike > 0) {
        snprintf(text, sizeof(text), "%s (+%u)", moment->text, alike);
    }
    draw_line(drawing, index, moment->task, text, moment->place);
    drawing->shown += 1 + alike + (last != index && alike == 0 ? 1 : 0);
    drawing->last = last;
    return last;
}

/* What becomes of the tasks' bars with this moment. */
static void
note_moment(struct drawing *drawing, uint32_t index)
{
    const struct explanation_moment *moment = &drawing->of->moments[index];
    drawing->there[moment->task] = true;
    drawing->waits[moment->task] = moment->waits;
    if (moment->sort == EXPLANATION_TASK && strcmp(moment->text, "ends") == 0) {
        drawing->there[moment->task] = false;
    }
}

static void
draw_all(struct drawing *drawing)
{
    const struct explanation *of = drawing->of;
    uint32_t change = 0, drawn = 0; /* drawn: below it, all is */
    for (uint32_t i = 0; i < of->moment_count; i++) {
        if (drawing->limit > 0 && drawing->count > drawing->limit) {
            return;
        }
        for (; change < of->switch_count && of->switches[change].moment <= i; change++) {
            const struct explanation_switch *it = &of->switches[change];
            if (draws_choice(drawing, it)) {
                draw_fold(drawing);
                draw_choice(drawing, it);
            } else if (it->chosen) {
                drawing->passed++;
                drawing->passed_last = it->number;
            }
        }
        if (is_shown(drawing, i) && i >= drawn) {
            draw_fold(drawing);
            run_on(drawing, of->moments[i].task, i);
            drawn = draw_moment(drawing, i) + 1;
        } else if (i >= drawn) {
            drawing->hidden++;
            drawing->hidden_of[of->moments[i].task]++;
        }
        note_moment(drawing, i);
    }
}

/* --- the whole ---------------------------------------------------------------------------- */

static void
place_columns(struct drawing *drawing, bool all)
{
    const struct explanation *of = drawing->of;
    for (uint32_t i = 0; i < of->task_count; i++) {
        bool wanted = of->tasks[i].involved || (all && of->tasks[i].first != EXPLANATION_NONE);
        drawing->column[i] = wanted ? ++drawing->columns : 0;
    }
    uint32_t room = EXPLANATION_WIDTH - MARGIN - LAST_COLUMN;
    drawing->width = drawing->columns > 1 ? room / (drawing->columns - 1) : 0;
    drawing->width = drawing->width > COLUMN_MAX ? COLUMN_MAX : drawing->width;
    drawing->width = drawing->width < 2 ? 2 : drawing->width;
    bool first = true;
    for (uint32_t i = 0; i < of->task_count; i++) {
        if (drawing->column[i] != 0) {
            uint32_t at = MARGIN + (drawing->column[i] - 1) * drawing->width;
            drawing->column[i] = at < EXPLANATION_WIDTH - 4 ? at : EXPLANATION_WIDTH - 4;
            drawing->running = first ? (uint16_t)i : drawing->running;
            first = false;
        }
    }
}

/* Whom the report calls task 2 stands below the name where it has no room beside it. */
static void
draw_heading(struct drawing *drawing)
{
    uint32_t last = MARGIN + (drawing->columns - 1) * drawing->width;
    bool fits = true;
    for (uint32_t line = 0; line < 2 && (line == 0 || !fits); line++) {
        struct row *row = add_row(drawing);
        put_text(row, 1, MARGIN, line == 0 ? "event" : "");
        for (uint32_t i = 0; i < drawing->of->task_count; i++) {
            uint32_t column = drawing->column[i];
            if (column == 0) {
                continue;
            }
            const char *name = drawing->of->tasks[i].name;
            char both[HEDDLE_NAME_MAX + 32], number[32];
            snprintf(both, sizeof(both), "%s (task %u)", name, i);
            snprintf(number, sizeof(number), "(task %u)", i);
            bool has_room = column == last || drawing->width > text_width(both);
            fits = fits && has_room;
            put_text(row, column, column < last ? column + drawing->width - 1 : EXPLANATION_WIDTH,
                     line == 0 ? (has_room ? both : name) : (has_room ? "" : number));
        }
    }
}

/* Whoever is drawn first needs no arrow. */
static void
begin(struct drawing *drawing)
{
    const struct explanation *of = drawing->of;
    uint32_t change = 0;
    for (uint32_t i = 0; i < of->moment_count; i++) {
        for (; change < of->switch_count && of->switches[change].moment <= i; change++) {
            if (draws_choice(drawing, &of->switches[change])) {
                drawing->running = of->switches[change].from;
                return;
            }
        }
        if (is_shown(drawing, i)) {
            drawing->running = of->moments[i].task;
            return;
        }
    }
}

/* Returns: whether it has at most so many lines; 0: any number. */
static bool
draw(struct drawing *drawing, uint8_t weight, uint32_t finer, bool folds, uint32_t lines_max)
{
    const struct drawing empty = {.of = drawing->of,
                                  .weight = weight,
                                  .limit = weight < EXPLANATION_WEIGHT_MOST ? lines_max : 0,
                                  .finer = finer,
                                  .folds = folds,
                                  .rows = drawing->rows,
                                  .capacity = drawing->capacity};
    *drawing = empty;
    place_columns(drawing, weight == EXPLANATION_WEIGHT_ALL);
    draw_heading(drawing);
    begin(drawing);
    draw_all(drawing);
    return lines_max == 0 || drawing->count <= lines_max;
}

/* As much as fits: first the weight, then one less near the end, then a word on what is left out. */
static void
draw_in(struct drawing *drawing, uint32_t lines_max)
{
    uint8_t weight = 1;
    while (weight < EXPLANATION_WEIGHT_MOST &&
           !draw(drawing, weight, EXPLANATION_NONE, false, lines_max)) {
        weight++;
    }
    uint32_t low = 0, high = drawing->of->moment_count; /* high fits */
    while (weight > 2 && low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (draw(drawing, weight, middle, false, lines_max)) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    if (!draw(drawing, weight, high, true, lines_max)) {
        draw(drawing, weight, high, false, lines_max);
    }
}

static void
print_rows(const struct drawing *drawing, uint32_t first, uint32_t end, FILE *out)
{
    char text[EXPLANATION_WIDTH * 4 + 1];
    for (uint32_t i = first; i < end; i++) {
        print_cells(&drawing->rows[i], text);
        if (drawing->rows[i].style == ROW_PLAIN) {
            fputs(text, out);
        } else {
            terminal_print(
                out, drawing->rows[i].style == ROW_CHOSEN ? TERMINAL_STRONG : TERMINAL_BAD, text);
        }
        fputc('\n', out);
    }
}

void
explain_text(const struct explanation *explanation, uint32_t lines_max, FILE *out)
{
    static struct drawing drawing;
    drawing = (struct drawing){.of = explanation};
    if (lines_max == 0) {
        draw(&drawing, EXPLANATION_WEIGHT_ALL, EXPLANATION_NONE, false, 0);
    } else {
        draw_in(&drawing, lines_max - 1); /* the last says what is left out */
    }
    uint32_t first = 1;
    print_rows(&drawing, 0, 1, out);
    if (lines_max > 2 && drawing.count >= lines_max) {
        first = drawing.count - (lines_max - 2);
        fprintf(out, "       … %u lines before; --all shows them\n", first - 1);
    }
    print_rows(&drawing, first, drawing.count, out);
    if (first == 1 && lines_max > 0 && drawing.shown < explanation->moment_count) {
        fprintf(out, "       %u of %u moments; --all shows the others\n", drawing.shown,
                explanation->moment_count);
    }
    free(drawing.rows);
}
