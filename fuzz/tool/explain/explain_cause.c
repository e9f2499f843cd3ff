/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Why, in words: who had what is gone and nothing that kept it, how that came to its end; and of those that wait in vain, for
 * whom.
 */
#include "tool/explain/explain_words.h"

#include <stdarg.h>
#include <string.h>

#define SENTENCE_MAX 1400

static uint32_t
count_characters(const char *text, size_t size)
{
    uint32_t count = 0;
    for (size_t i = 0; i < size; i++) {
        count += ((unsigned char)text[i] & 0xc0) != 0x80;
    }
    return count;
}

void
explain_tell(FILE *out, uint32_t indent, const char *format, ...)
{
    char text[SENTENCE_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    uint32_t at = indent;
    fprintf(out, "%*s", (int)indent, "");
    for (const char *word = text; *word != '\0';) {
        size_t length = strcspn(word, " \n");
        uint32_t width = count_characters(word, length);
        if (at > indent + 2 && at + 1 + width > EXPLANATION_WIDTH) {
            fprintf(out, "\n%*s", (int)indent + 2, "");
            at = indent + 2;
        } else if (word != text) {
            fputc(' ', out);
            at++;
        }
        fprintf(out, "%.*s", (int)length, word);
        at += width;
        word += length;
        word += strspn(word, " \n");
    }
    fputc('\n', out);
}

static const char *
name_of(const struct explanation *of, uint32_t task)
{
    return task < of->task_count ? of->tasks[task].name : "?";
}

/* " in a › b", and where: as much as is known of a moment, to stand behind a verb. */
static const char *
circumstances(const struct explanation *of, uint32_t moment, char text[WITHIN_MAX + 64])
{
    char within[WITHIN_MAX];
    const struct explanation_moment *it = &of->moments[moment];
    explanation_within(of, moment, within, sizeof(within));
    snprintf(text, WITHIN_MAX + 64, "%s%s (event %u%s%s)", within[0] != '\0' ? " in " : "", within,
             moment, it->place[0] != '\0' ? ", " : "", it->place);
    return text;
}

/* --- the object ------------------------------------------------------------------------------- */

static bool
is_on_subject(const struct explanation *of, const struct explanation_moment *moment)
{
    return moment->object != 0 && of->objects[moment->object].allocation == of->subject;
}

/* Where this task began with the object, in what it is doing at the end; or NONE. */
static uint32_t
find_beginning(const struct explanation *of, uint16_t task)
{
    const struct explanation_task *user = &of->tasks[task];
    uint32_t first = user->depth > 0 ? user->open[0] : 0;
    for (uint32_t i = first; i < of->moment_count; i++) {
        if (of->moments[i].task == task && is_on_subject(of, &of->moments[i])) {
            return i;
        }
    }
    return EXPLANATION_NONE;
}

static uint32_t
count_of(const struct explanation *of, uint16_t task, enum explanation_sort sort)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < of->moment_count; i++) {
        const struct explanation_moment *moment = &of->moments[i];
        count += moment->task == task && moment->sort == sort && moment->object == of->subject;
    }
    return count;
}

static bool
sleeps_on_subject(const struct explanation *of, uint16_t task)
{
    const struct explanation_task *sleeper = &of->tasks[task];
    return sleeper->state == EXPLANATION_SLEEPS && sleeper->object != 0 &&
           of->objects[sleeper->object].allocation == of->subject;
}

/* What the task had that keeps the object; nothing is said of objects that nobody counts references to. */
static const char *
tell_references(const struct explanation *of, uint16_t task, char *text, size_t size)
{
    uint32_t taken = count_of(of, task, EXPLANATION_HOLD);
    uint32_t given = count_of(of, task, EXPLANATION_RELE);
    if (explanation_last(of, EXPLANATION_HOLD) == EXPLANATION_NONE &&
        explanation_last(of, EXPLANATION_RELE) == EXPLANATION_NONE) {
        text[0] = '\0';
        return "";
    }
    if (taken > given) {
        snprintf(text, size, ", with %u reference%s that it took", taken - given,
                 taken - given == 1 ? "" : "s");
        return "";
    }
    snprintf(text, size, ", and %s",
             taken == 0 ? "has taken no reference to it"
                        : "has given back what references it took");
    return "The missing reference: ";
}

/* Who uses what is gone or going, since when, and what he had to keep it. */
static void
tell_user(const struct explanation *of, uint16_t task, FILE *out)
{
    char references[80], within[WITHIN_MAX];
    const char *object = explanation_object_name(of, of->subject);
    const struct explanation_task *user = &of->tasks[task];
    const char *missing = tell_references(of, task, references, sizeof(references));
    if (sleeps_on_subject(of, task)) {
        const char *function = of->moments[user->since].function;
        explain_tell(out, 2, "%s%s has slept on %s since event %u%s%s%s.", missing, user->name,
                     explanation_object_name(of, user->object), user->since,
                     function != NULL ? ", in " : "", function != NULL ? function : "", references);
        return;
    }
    uint32_t since = find_beginning(of, task);
    if (since == EXPLANATION_NONE) {
        explain_tell(out, 2, "%s%s comes upon %s here%s.", missing, user->name, object, references);
        return;
    }
    explanation_within(of, since, within, sizeof(within));
    explain_tell(out, 2, "%s%s has been at %s since event %u (%s)%s%s%s.", missing, user->name,
                 object, since, of->moments[since].place, within[0] != '\0' ? ", in " : "", within,
                 references);
}

/* How the object came to its end. */
static void
tell_end_of(const struct explanation *of, FILE *out)
{
    char where[WITHIN_MAX + 64];
    const char *object = explanation_object_name(of, of->subject);
    uint32_t last = explanation_last(of, EXPLANATION_RELE), gone = of->objects[of->subject].gone;
    if (last != EXPLANATION_NONE) {
        uint32_t holds = 0, releases = 0;
        for (uint32_t i = 0; i < of->moment_count; i++) {
            bool is_its = of->moments[i].object == of->subject;
            holds += is_its && of->moments[i].sort == EXPLANATION_HOLD;
            releases += is_its && of->moments[i].sort == EXPLANATION_RELE;
        }
        bool was_last = releases > holds; /* the birth's own reference goes, too */
        explain_tell(out, 2, "%s reference to %s was given back by %s%s.",
                     was_last ? "The last" : "The latest", object,
                     name_of(of, of->moments[last].task), circumstances(of, last, where));
    }
    if (gone != EXPLANATION_NONE) {
        const char *function = of->moments[gone].function;
        explain_tell(out, 2, "%s freed %s at event %u, in %s (%s).",
                     name_of(of, of->moments[gone].task), object, gone,
                     function != NULL ? function : "?", of->moments[gone].place);
        return;
    }
    for (uint32_t i = 0; i < of->moment_count; i++) {
        if (of->moments[i].sort == EXPLANATION_DESTROY && is_on_subject(of, &of->moments[i])) {
            explain_tell(
                out, 2, "%s is taking %s apart since event %u, in %s (%s); its memory still lives.",
                name_of(of, of->moments[i].task), object, i,
                of->moments[i].function != NULL ? of->moments[i].function : "?",
                of->moments[i].place);
            return;
        }
    }
}

void
explain_object(const struct explanation *of, FILE *out)
{
    const struct heddle_result *result = &of->outcome->result;
    char where[WITHIN_MAX + 64];
    const struct explanation_object *object = &of->objects[of->subject];
    if (of->subject == 0 || !of->is_certain) {
        return;
    }
    bool frees = strcmp(result->primitive, "free") == 0;
    bool is_misuse = result->verdict == HEDDLE_USE_AFTER_FREE ||
                     result->verdict == HEDDLE_LOCK_MISUSE || result->verdict == HEDDLE_DOUBLE_FREE;
    if (!is_misuse && object->gone == EXPLANATION_NONE) {
        return;
    }
    explain_tell(out, 2, "%s was made by %s%s.", object->name,
                 name_of(of, of->moments[object->made].task),
                 circumstances(of, object->made, where));
    for (uint16_t i = 0; is_misuse && i < of->task_count; i++) {
        if (frees ? sleeps_on_subject(of, i) : i == result->task) {
            tell_user(of, i, out);
        }
    }
    tell_end_of(of, out);
}

/* --- waits ------------------------------------------------------------------------------------ */

/* Another task with a callback under way for what this one sleeps on: whose end it awaits. */
static uint32_t
find_in_callback(const struct explanation *of, uint16_t task, uint32_t *moment)
{
    uint32_t object = of->tasks[task].object;
    uint32_t allocation = object != 0 ? of->objects[object].allocation : 0;
    for (uint32_t i = 0; i < of->task_count; i++) {
        const struct explanation_task *other = &of->tasks[i];
        for (uint32_t j = 0; i != task && j < other->depth && j < EXPLANATION_OPEN_MAX; j++) {
            const struct explanation_moment *open = &of->moments[other->open[j]];
            if (open->sort == EXPLANATION_CALLBACK && allocation != 0 &&
                open->object == allocation) {
                *moment = other->open[j];
                return i;
            }
        }
    }
    return EXPLANATION_NONE;
}

/* The work that a task handed over right after it took a permit, and who does it. */
static uint32_t
find_worker(const struct explanation *of, uint32_t taken)
{
    uint16_t taker = of->moments[taken].task;
    uint32_t handed = EXPLANATION_NONE;
    for (uint32_t i = taken + 1; i < of->moment_count; i++) {
        const struct explanation_moment *moment = &of->moments[i];
        if (handed == EXPLANATION_NONE && moment->task == taker) {
            if (moment->sort == EXPLANATION_RETURN) {
                return EXPLANATION_NONE;
            }
            bool hands = moment->sort == EXPLANATION_SIGNAL &&
                         strncmp(moment->text, "hands work", strlen("hands work")) == 0;
            handed = hands ? i : EXPLANATION_NONE;
        } else if (handed != EXPLANATION_NONE && moment->sort == EXPLANATION_TASK &&
                   strncmp(moment->text, "begins", strlen("begins")) == 0) {
            return i;
        }
    }
    return EXPLANATION_NONE;
}

static void
tell_permit(const struct explanation *of, uint16_t task, FILE *out)
{
    char where[WITHIN_MAX + 64];
    uint32_t object = of->tasks[task].object;
    uint32_t taken = of->objects[object].taken;
    if (taken == EXPLANATION_NONE) {
        return;
    }
    uint32_t work = find_worker(of, taken);
    if (work == EXPLANATION_NONE) {
        explain_tell(out, 4, "the last permit was taken by %s%s, and not given back",
                     name_of(of, of->moments[taken].task), circumstances(of, taken, where));
        return;
    }
    uint16_t worker = of->moments[work].task;
    explain_tell(
        out, 4,
        "the last permit was taken by %s%s, for work that it handed over; %s does it since event "
        "%u%s",
        name_of(of, of->moments[taken].task), circumstances(of, taken, where), name_of(of, worker),
        work, worker == task ? ": it waits for itself" : "");
}

/* What would have to happen for its wait to end. */
void
explain_awaited(const struct explanation *of, uint16_t task, FILE *out)
{
    char within[WITHIN_MAX];
    const struct explanation_task *waiter = &of->tasks[task];
    uint32_t moment, other;
    switch (waiter->state) {
    case EXPLANATION_AWAITS_LOCK: {
        const struct explanation_object *lock = &of->objects[waiter->object];
        if (lock->owner != HEDDLE_TASK_NONE && lock->taken != EXPLANATION_NONE) {
            explain_tell(out, 4, "%s has it since event %u (%s)", name_of(of, lock->owner),
                         lock->taken, of->moments[lock->taken].place);
        }
        break;
    }
    case EXPLANATION_AWAITS_PERMIT:
        tell_permit(of, task, out);
        break;
    case EXPLANATION_SLEEPS:
        other = find_in_callback(of, task, &moment);
        if (other != EXPLANATION_NONE) {
            explanation_within(of, moment, within, sizeof(within));
            explain_tell(out, 4, "%s is in %s since event %u", name_of(of, other), within, moment);
        }
        break;
    default:
        break;
    }
}

/* The one task that could end its wait, as far as the log says; or NONE. */
static uint32_t
find_awaited(const struct explanation *of, uint16_t task)
{
    const struct explanation_task *waiter = &of->tasks[task];
    const struct explanation_object *object = &of->objects[waiter->object];
    uint32_t moment;
    switch (waiter->state) {
    case EXPLANATION_AWAITS_LOCK:
        return object->owner;
    case EXPLANATION_AWAITS_TASK:
        return waiter->object;
    case EXPLANATION_AWAITS_PERMIT:
        moment =
            object->taken != EXPLANATION_NONE ? find_worker(of, object->taken) : EXPLANATION_NONE;
        return moment != EXPLANATION_NONE ? of->moments[moment].task : EXPLANATION_NONE;
    case EXPLANATION_SLEEPS:
        return find_in_callback(of, task, &moment);
    default:
        return EXPLANATION_NONE;
    }
}

void
explain_circle(const struct explanation *of, FILE *out)
{
    char text[400];
    for (uint16_t i = 0; i < of->task_count; i++) {
        uint32_t next = find_awaited(of, i);
        int used =
            snprintf(text, sizeof(text), "%s waits for %s", name_of(of, i), name_of(of, next));
        if (next == i) {
            return; /* that is said already */
        }
        for (uint32_t length = 0; next < of->task_count && length < of->task_count; length++) {
            if (next == i) {
                explain_tell(out, 2, "In a circle: %s.", text);
                return;
            }
            next = find_awaited(of, (uint16_t)next);
            if (used > 0 && (size_t)used < sizeof(text)) {
                used += snprintf(text + used, sizeof(text) - (size_t)used, ", which waits for %s",
                                 name_of(of, next));
            }
        }
    }
}
