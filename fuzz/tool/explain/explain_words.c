/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The last lines, in words: which promise broke and on what; what kept the object alive, and for whom it did not; who waits for
 * whom; what each task was doing; which chosen switch or fault made the difference. Every sentence says what the log has, nothing
 * that is guessed.
 */
#include <string.h>

#include "tool/explain/explain_words.h"

#define SENTENCES_MAX 3u /* switches that have a sentence each */
#define DECISIVE_MAX  6u
#define NUMBERS_MAX   12u
#define MESSAGE_LINES 10u
#define MANY_CHOICES  20u /* then a smaller file explains more */

static const char *
name_of(const struct explanation *of, uint32_t task)
{
    return task < of->task_count ? of->tasks[task].name : "?";
}

/* --- what each was doing ------------------------------------------------------------------------ */

/* A task is chosen before its first event, and may be left again there. */
static bool
has_run(const struct explanation *of, uint16_t task)
{
    for (uint32_t i = 0; i < of->switch_count; i++) {
        if (of->switches[i].to == task) {
            return true;
        }
    }
    return false;
}

static void
describe_state(const struct explanation *of, uint16_t task, bool fails, char *text, size_t size)
{
    const struct explanation_task *it = &of->tasks[task];
    const char *object = it->object != 0 ? explanation_object_name(of, it->object) : "something";
    bool awake = fails && of->outcome->result.verdict != HEDDLE_DEADLOCK;
    switch (it->state) {
    case EXPLANATION_SLEEPS:
        if (it->woken == EXPLANATION_NONE) {
            snprintf(text, size, "%s on %s since event %u", awake ? "slept" : "asleep", object,
                     it->since);
        } else {
            snprintf(text, size, "slept on %s since event %u; %s woke it at event %u, %s", object,
                     it->since, name_of(of, of->moments[it->woken].task), it->woken,
                     fails ? "and it runs again here" : "but it has not run again");
        }
        break;
    case EXPLANATION_AWAITS_LOCK:
        snprintf(text, size, "waits for %s since event %u", object, it->since);
        break;
    case EXPLANATION_AWAITS_PERMIT:
        snprintf(text, size, "waits for a permit of %s since event %u", object, it->since);
        break;
    case EXPLANATION_AWAITS_TASK:
        snprintf(text, size, "waits for the end of %s", name_of(of, it->object));
        break;
    case EXPLANATION_AWAITS_TIME:
        snprintf(text, size, "waits for time to pass since event %u", it->since);
        break;
    case EXPLANATION_RESTS:
        snprintf(text, size, "has done its work at event %u and waits for more", it->since);
        break;
    case EXPLANATION_ENDED:
        snprintf(text, size, "had ended at event %u", it->since);
        break;
    default: {
        const struct explanation_moment *last =
            it->last != EXPLANATION_NONE ? &of->moments[it->last] : NULL;
        if (last == NULL) {
            snprintf(text, size, "%s",
                     has_run(of, task) ? "stands before its first event" : "had not begun");
        } else if (fails) {
            snprintf(text, size, "failed here, after event %u: %s", it->last, last->text);
        } else {
            snprintf(text, size, "could go on after event %u: %s%s%s%s", it->last, last->text,
                     last->place[0] != '\0' ? " (" : "", last->place,
                     last->place[0] != '\0' ? ")" : "");
        }
        break;
    }
    }
}

static void
add_locks(const struct explanation *of, uint16_t task, char *text, size_t size)
{
    uint32_t count = 0;
    for (uint32_t i = 1; i < of->object_count; i++) {
        const struct explanation_object *lock = &of->objects[i];
        size_t length = strlen(text);
        if (lock->thing != EXPLANATION_MUTEX || lock->owner != task ||
            lock->gone != EXPLANATION_NONE || ++count > 3) {
            continue;
        }
        snprintf(text + length, size - length, "%s%s", count == 1 ? "; it has " : ", ", lock->name);
    }
}

static void
tell_task(const struct explanation *of, uint16_t task, FILE *out)
{
    char state[400], within[WITHIN_MAX] = "";
    const struct explanation_task *it = &of->tasks[task];
    bool fails = explanation_failed(of) && of->outcome->result.task == task;
    describe_state(of, task, fails, state, sizeof(state));
    add_locks(of, task, state, sizeof(state));
    if (it->last != EXPLANATION_NONE && it->depth > 0) {
        explanation_within(of, it->last, within, sizeof(within));
    }
    explain_tell(out, 2, "%s%s%s: %s", it->name, within[0] != '\0' ? ", in " : "", within, state);
}

static void
tell_tasks(const struct explanation *of, FILE *out)
{
    bool stuck = of->outcome->result.verdict == HEDDLE_DEADLOCK;
    fprintf(out, "What each was doing:\n");
    for (uint16_t i = 0; i < of->task_count; i++) {
        bool fails = explanation_failed(of) && of->outcome->result.task == i;
        bool waits = of->tasks[i].state >= EXPLANATION_SLEEPS &&
                     of->tasks[i].state <= EXPLANATION_AWAITS_PERMIT;
        if (of->tasks[i].involved || fails || (stuck && waits)) {
            tell_task(of, i, out);
            if (stuck && waits) {
                explain_awaited(of, i, out);
            }
        }
    }
    if (stuck) {
        explain_circle(of, out);
    }
}

/* --- what made the difference -------------------------------------------------------------------- */

static const char *
ending(enum explanation_without without, const char *promise)
{
    return without == EXPLANATION_OK                ? "it ends well"
           : without == EXPLANATION_FAILS_ALIKE     ? "it fails all the same"
           : without == EXPLANATION_FAILS_OTHERWISE ? promise
                                                    : "not tried";
}

static void
tell_switch(const struct explanation *of, const struct explanation_switch *it, FILE *out)
{
    const char *without = ending(it->without, it->without_promise);
    if (it->deviation.kind == HEDDLE_CHOICE_TASK) {
        explain_tell(out, 2, "[%u], before event %u: %s runs instead of %s. Without it: %s.",
                     it->number, it->moment, name_of(of, it->to), name_of(of, it->instead),
                     without);
    } else {
        explain_tell(out, 2, "[%u], before event %u: a choice of %s, %s. Without it: %s.",
                     it->number, it->moment, name_of(of, it->from),
                     heddle_choice_kind_names[it->deviation.kind], without);
    }
}

/* Many are told by their numbers: what each was, the columns show. */
static void
tell_in_short(const struct explanation *of, FILE *out)
{
    char numbers[NUMBERS_MAX * 16] = "", more[32] = "";
    size_t used = 0;
    uint32_t well = 0, told = 0;
    for (uint32_t i = 0; i < of->switch_count; i++) {
        if (of->switches[i].without == EXPLANATION_OK && well++ < NUMBERS_MAX) {
            used += (size_t)snprintf(numbers + used, sizeof(numbers) - used, "%s[%u]",
                                     used > 0 ? ", " : "", of->switches[i].number);
        }
    }
    if (well > NUMBERS_MAX) {
        snprintf(more, sizeof(more), " and %u more", well - NUMBERS_MAX);
    }
    if (well > 0) {
        explain_tell(out, 2, "Without any one of %s%s it ends well.", numbers, more);
    }
    for (uint32_t i = 0; i < of->switch_count; i++) {
        const struct explanation_switch *it = &of->switches[i];
        if (it->without == EXPLANATION_FAILS_OTHERWISE && told++ < DECISIVE_MAX) {
            explain_tell(out, 2, "Without [%u]: %s.", it->number, it->without_promise);
        }
    }
    if (told == DECISIVE_MAX + 1) {
        explain_tell(out, 2, "Without one more it fails otherwise.");
    } else if (told > DECISIVE_MAX) {
        explain_tell(out, 2, "Without any one of %u more it fails otherwise.", told - DECISIVE_MAX);
    }
}

static void
tell_fault(const struct explanation *of, uint32_t index, FILE *out)
{
    char text[200], number[8];
    const struct program_vocabulary *vocabulary = of->input->target->vocabulary;
    const struct program_fault *fault = &of->outcome->program.faults[index];
    const struct program_verb *action = &vocabulary->fault_actions[fault->action];
    int used = snprintf(text, sizeof(text), "%s nth=%u : %s",
                        vocabulary->fault_points[fault->point].name, fault->nth, action->name);
    for (uint32_t i = 0; i < action->parameter_count && used > 0 && used < 150; i++) {
        const struct program_parameter *parameter = &action->parameters[i];
        bool named = parameter->names != NULL && fault->arguments[i] < parameter->limit;
        snprintf(number, sizeof(number), "%u", fault->arguments[i]);
        used += snprintf(text + used, sizeof(text) - (size_t)used, " %s=%s", parameter->name,
                         named ? parameter->names[fault->arguments[i]] : number);
    }
    explain_tell(out, 2, "The fault %s. Without it: %s.", text,
                 ending(of->faults[index].without, of->faults[index].without_promise));
}

static void
tell_faults(const struct explanation *of, FILE *out)
{
    uint32_t alike = 0, told = 0;
    for (uint32_t i = 0; i < of->outcome->program.fault_count; i++) {
        if (of->faults[i].without == EXPLANATION_FAILS_ALIKE) {
            alike++;
        } else if (of->faults[i].without != EXPLANATION_NOT_TRIED && told++ < DECISIVE_MAX) {
            tell_fault(of, i, out);
        }
    }
    if (told > DECISIVE_MAX) {
        explain_tell(out, 2, "So do %u more of the faults.", told - DECISIVE_MAX);
    }
    if (alike == 1) {
        explain_tell(out, 2, "Without the %s fault it fails all the same.",
                     told > 0 ? "other" : "one");
    } else if (alike > 0) {
        explain_tell(out, 2, "Without any one of %u%s faults it fails all the same.", alike,
                     told > 0 ? " other" : "");
    }
}

static void
tell_switches(const struct explanation *of, FILE *out)
{
    uint32_t decisive = 0;
    for (uint32_t i = 0; i < of->switch_count; i++) {
        decisive += of->switches[i].without > EXPLANATION_FAILS_ALIKE;
    }
    if (of->chosen_count == 0) {
        explain_tell(
            out, 0,
            "No switch was chosen: it fails under the fixed policy, by which a task runs on "
            "until it cannot, and then the lowest that can.");
    } else if (!of->outcome->is_explicit) {
        explain_tell(
            out, 0,
            "Which switch made the difference was not tried: a file has no room for %u chosen "
            "ones.",
            of->chosen_count);
    } else if (decisive == 0) {
        explain_tell(
            out, 0,
            "No single switch made the difference: without any one of the %s%u chosen it fails all "
            "the same; without all of them: %s.",
            of->tried < of->chosen_count ? "last " : "", of->tried,
            ending(of->without_all, "another failure"));
    } else {
        explain_tell(out, 0,
                     decisive == 1 ? "The switch that made the difference%s:"
                                   : "The switches that made the difference%s:",
                     decisive < of->tried ? ", of those chosen" : "");
    }
    if (decisive > SENTENCES_MAX) {
        tell_in_short(of, out);
    }
    for (uint32_t i = 0; i < of->switch_count && decisive <= SENTENCES_MAX; i++) {
        if (of->switches[i].without > EXPLANATION_FAILS_ALIKE) {
            tell_switch(of, &of->switches[i], out);
        }
    }
    tell_faults(of, out);
    if (of->chosen_count > MANY_CHOICES) {
        explain_tell(out, 0,
                     "%u switches are chosen: heddle shrink makes a file that explains more.",
                     of->chosen_count);
    }
}

/* --- the whole ------------------------------------------------------------------------------ */

/*
 * What a comparison or a race is about, only the further lines of its message say; for others, the columns do. Of a race's
 * chains of calls the innermost is enough here.
 */
static void
tell_further(const struct heddle_result *result, const char *line, FILE *out)
{
    bool races = strcmp(result->oracle, "race") == 0, inner = false;
    uint32_t told = 0;
    if (!races && result->verdict != HEDDLE_MODEL_MISMATCH) {
        return;
    }
    while (*line == '\n' && told < MESSAGE_LINES) {
        size_t length = strcspn(++line, "\n");
        bool is_call = races && *line == ' ';
        if (!is_call || !inner) {
            const char *text = line + strspn(line, " ");
            explain_tell(out, is_call ? 6 : 4, "%.*s", (int)(length - (size_t)(text - line)), text);
            told++;
        }
        inner = is_call;
        line += length;
    }
}

void
explain_words(const struct explanation *explanation, FILE *out)
{
    const struct heddle_result *result = &explanation->outcome->result;
    if (!explanation_failed(explanation)) {
        explain_tell(out, 0, "Nothing broke: %u steps, %u switches, %u of them preemptions%s.",
                     result->steps, result->switches, result->preemptions,
                     result->cut_off ? "; cut off: longer than an execution's log" : "");
        return;
    }
    bool by_oracle = strcmp(result->oracle, "engine") != 0 && strcmp(result->oracle, "worker") != 0;
    explain_tell(out, 0, "What broke: %s (%s, seen by the %s%s)", result->promise,
                 heddle_verdict_name(result->verdict), by_oracle ? "oracle " : "", result->oracle);
    char place[160] = "";
    if (result->file[0] != '\0' && result->verdict != HEDDLE_MODEL_MISMATCH) {
        snprintf(place, sizeof(place), " Place: %s, %s:%d.", result->function, result->file,
                 result->line);
    }
    size_t first = strcspn(result->message, "\n");
    explain_tell(out, 2, "%.*s%s", (int)first, result->message, place);
    tell_further(result, result->message + first, out);
    if (explanation->outcome->words != NULL) {
        explain_tell(out, 2, "Its process wrote a report of its own: heddle replay shows it.");
    }
    explain_object(explanation, out);
    tell_tasks(explanation, out);
    tell_switches(explanation, out);
    if (result->diverged_at >= 0) {
        explain_tell(
            out, 0,
            "The schedule could not be followed from step %ld on: it is of another build or "
            "subject.",
            (long)result->diverged_at);
    }
}

char *
explain_words_text(const struct explanation *explanation)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL) {
        return NULL;
    }
    explain_words(explanation, out);
    return fclose(out) == 0 ? text : NULL;
}
